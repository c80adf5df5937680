#include "relay/health/link-sample.h"

#define LOSS_STEPS 200 /* half percents */
#define QUEUE_STEP_MS 10
#define HEIGHT_STEP 8
#define NO_RTT G_MAXUINT16
/* CcLinkSample.state: the picture while the connection is up, else one of these. */
#define STATE_CONNECTING (CC_PICTURE_PAUSED + 1)
#define STATE_LOST (CC_PICTURE_PAUSED + 2)

G_STATIC_ASSERT(sizeof(CcLinkSample) == 10);

static guint8
small(guint value)
{
    return (guint8)MIN(value, G_MAXUINT8);
}

static guint16
medium(guint value)
{
    return (guint16)MIN(value, G_MAXUINT16);
}

static guint8
state_of(const CcLinkValues *values)
{
    if (values->contact == CC_CONTACT_UP)
        return (guint8)values->picture & 7;
    return values->contact == CC_CONTACT_LOST ? STATE_LOST : STATE_CONNECTING;
}

CcLinkSample
cc_link_sample_pack(const CcLinkValues *values)
{
    return (CcLinkSample){
        .kbps = medium(values->bps / 1000),
        .estimate_kbps = medium(values->estimate_bps / 1000),
        .rtt_ms = values->rtt_ms < 0 ? NO_RTT : medium(MIN((guint)values->rtt_ms, NO_RTT - 1)),
        .loss = (guint8)(CLAMP(values->loss, 0, 1) * LOSS_STEPS + 0.5),
        .queue = small(values->queue_ms / QUEUE_STEP_MS),
        .height = small((values->height + HEIGHT_STEP / 2) / HEIGHT_STEP),
        .state = state_of(values) & 7,
        .reason = (guint8)values->reason & 3,
        .tcp = values->tcp ? 1 : 0,
        .voice = values->voice ? 1 : 0,
    };
}

void
cc_link_sample_unpack(const CcLinkSample *sample, CcLinkValues *values)
{
    *values = (CcLinkValues){
        .contact = sample->state == STATE_LOST         ? CC_CONTACT_LOST
                   : sample->state == STATE_CONNECTING ? CC_CONTACT_CONNECTING
                                                       : CC_CONTACT_UP,
        .picture =
            sample->state <= CC_PICTURE_PAUSED ? (CcPictureState)sample->state : CC_PICTURE_NONE,
        .reason = (CcLinkReason)sample->reason,
        .tcp = sample->tcp,
        .voice = sample->voice,
        .bps = sample->kbps * 1000u,
        .estimate_bps = sample->estimate_kbps * 1000u,
        .loss = sample->loss / (double)LOSS_STEPS,
        .rtt_ms = sample->rtt_ms == NO_RTT ? -1 : sample->rtt_ms,
        .queue_ms = sample->queue * (guint)QUEUE_STEP_MS,
        .height = sample->height * (guint)HEIGHT_STEP,
    };
}

/* Sums on the way to means. */
typedef struct {
    double loss;
    guint rtt_ms, n_rtt, queue_ms, estimate_kbps, n_estimates;
} Sums;

static void
add(CcLinkSummary *summary, Sums *sums, const CcLinkValues *values)
{
    summary->n++;
    if (values->contact != CC_CONTACT_UP)
        return;
    summary->n_up++;
    summary->n_voice += values->voice ? 1 : 0;
    summary->n_pictures[values->picture]++;
    summary->n_reasons[values->reason]++;
    sums->loss += values->loss;
    sums->queue_ms += values->queue_ms;
    if (values->rtt_ms >= 0) {
        sums->rtt_ms += (guint)values->rtt_ms;
        sums->n_rtt++;
    }
    if (values->estimate_bps > 0) {
        sums->estimate_kbps += values->estimate_bps / 1000;
        sums->n_estimates++;
    }
}

gboolean
cc_link_summarize(const CcSeries *samples, guint32 tick, CcLinkSummary *summary)
{
    gboolean in_a_row = TRUE;
    Sums sums = {0};

    *summary = (CcLinkSummary){0};
    if (cc_series_get(samples, tick) == NULL)
        return FALSE;
    for (guint32 back = 0; back < CC_HEALTH_WINDOW && back <= tick; back++) {
        const CcLinkSample *sample = cc_series_get(samples, tick - back);
        CcLinkValues values;
        if (sample == NULL)
            continue;
        cc_link_sample_unpack(sample, &values);
        in_a_row = in_a_row && values.contact == CC_CONTACT_CONNECTING;
        summary->n_connecting += in_a_row ? 1 : 0;
        if (back == 0)
            summary->newest = values;
        add(summary, &sums, &values);
    }
    if (summary->n_up > 0) {
        summary->loss = sums.loss / summary->n_up;
        summary->queue_ms = sums.queue_ms / summary->n_up;
    }
    summary->rtt_ms = sums.n_rtt > 0 ? sums.rtt_ms / sums.n_rtt : 0;
    summary->estimate_kbps = sums.n_estimates > 0 ? sums.estimate_kbps / sums.n_estimates : 0;
    return TRUE;
}

CcLinkSample
cc_link_summary_sample(const CcLinkSummary *summary)
{
    CcLinkValues values = summary->newest;

    values.loss = summary->loss;
    values.queue_ms = summary->queue_ms;
    if (summary->rtt_ms > 0)
        values.rtt_ms = (int)summary->rtt_ms;
    if (summary->estimate_kbps > 0)
        values.estimate_bps = summary->estimate_kbps * 1000;
    return cc_link_sample_pack(&values);
}

static gboolean
moved(guint a, guint b, guint least)
{
    guint difference = MAX(a, b) - MIN(a, b);
    return difference >= least && difference >= MAX(a, b) / 6;
}

gboolean
cc_link_sample_differs(const CcLinkSample *a, const CcLinkSample *b)
{
    return a->state != b->state || a->reason != b->reason || a->tcp != b->tcp ||
           a->voice != b->voice || a->height != b->height ||
           (a->rtt_ms == NO_RTT) != (b->rtt_ms == NO_RTT) || moved(a->rtt_ms, b->rtt_ms, 10) ||
           moved(a->loss, b->loss, 2) || moved(a->queue, b->queue, 5) ||
           moved(a->kbps, b->kbps, 5) || moved(a->estimate_kbps, b->estimate_kbps, 5);
}
