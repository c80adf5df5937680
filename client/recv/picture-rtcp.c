#include "client/recv/picture-rtcp.h"

#include "common/base/clock.h"

#define VIDEO_RATE 90000 /* RTP time units a second, of all video codecs */
#define REPORT_US G_USEC_PER_SEC
#define MAX_COMPOUND 1200  /* bytes */
#define KEYFRAME_US 200000 /* between questions for a keyframe, on the shortest ways */

struct CcPictureRtcp {
    gboolean repairs;
    guint32 our_ssrc;
    char cname[17];
    CcPictureRepair repair;
    CcStreamReport report;
    gint64 report_us; /* when the next one is due */
    guint timer;
    gint64 timer_us; /* when it ends */
    void (*send)(const guint8 *packet, gsize length, gpointer user_data);
    gpointer user_data;

    GMutex lock;           /* guards what follows */
    guint32 ssrc;          /* of the stream; 0: nothing has come */
    gint64 asked_us;       /* when a keyframe was asked for */
    guint copies;          /* of that question, that are still to go with the next ones */
    gint64 answer_us;      /* that it takes, at least */
    guint question_copies; /* that a question should have */
};

static void wind(CcPictureRtcp *rtcp, gint64 now_us);

CcPictureRtcp *
cc_picture_rtcp_new(gboolean repairs,
                    void (*send)(const guint8 *packet, gsize length, gpointer user_data),
                    gpointer user_data)
{
    CcPictureRtcp *rtcp = g_new0(CcPictureRtcp, 1);
    g_mutex_init(&rtcp->lock);
    rtcp->repairs = repairs;
    rtcp->our_ssrc = g_random_int();
    g_snprintf(rtcp->cname, sizeof rtcp->cname, "%08x%08x", g_random_int(), g_random_int());
    cc_picture_repair_init(&rtcp->repair);
    cc_stream_report_init(&rtcp->report);
    rtcp->answer_us = KEYFRAME_US;
    rtcp->send = send;
    rtcp->user_data = user_data;
    return rtcp;
}

void
cc_picture_rtcp_free(CcPictureRtcp *rtcp)
{
    if (rtcp == NULL)
        return;
    g_clear_handle_id(&rtcp->timer, g_source_remove);
    g_mutex_clear(&rtcp->lock);
    g_free(rtcp);
}

static void
add_report(CcPictureRtcp *rtcp, CcRtcpBuilder *builder, gint64 now_us)
{
    CcRtcpReportBlock block;
    gboolean started = cc_stream_report_take(&rtcp->report, rtcp->ssrc, now_us, &block);
    cc_rtcp_add_receiver_report(builder, rtcp->our_ssrc, &block, started ? 1 : 0);
    cc_rtcp_add_sdes_cname(builder, rtcp->our_ssrc, rtcp->cname);
    /* Reports of many receivers do not keep step (RFC 3550 section 6.3.1). */
    rtcp->report_us = now_us + g_random_int_range(REPORT_US / 2, REPORT_US * 3 / 2);
}

/* TRUE if the question for a keyframe is to be asked once more, because questions are lost. */
static gboolean
take_keyframe_copy(CcPictureRtcp *rtcp, gint64 now_us)
{
    g_mutex_lock(&rtcp->lock);
    gboolean due = rtcp->copies > 0 && now_us - rtcp->asked_us < rtcp->answer_us;
    rtcp->copies -= due ? 1 : 0;
    g_mutex_unlock(&rtcp->lock);
    return due;
}

static void
say(CcPictureRtcp *rtcp, gint64 now_us)
{
    guint8 data[MAX_COMPOUND];
    guint16 lost[CC_LOSS_LIST_MAX / 2]; /* all fit, however they are spread */
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, data, sizeof data);
    if (now_us >= rtcp->report_us)
        add_report(rtcp, &builder, now_us);
    guint n =
        rtcp->repairs ? cc_picture_repair_due(&rtcp->repair, now_us, lost, G_N_ELEMENTS(lost)) : 0;
    if (n > 0)
        cc_rtcp_add_nack(&builder, rtcp->our_ssrc, rtcp->ssrc, lost, n);
    if (n > 0 && take_keyframe_copy(rtcp, now_us))
        cc_rtcp_add_pli(&builder, rtcp->our_ssrc, rtcp->ssrc);
    if (builder.length > 0 && !builder.overflow)
        rtcp->send(data, builder.length, rtcp->user_data);
}

static gboolean
on_due(gpointer user_data)
{
    CcPictureRtcp *rtcp = user_data;
    gint64 now_us = cc_clock_now_us();
    rtcp->timer = 0;
    say(rtcp, now_us);
    wind(rtcp, now_us);
    return G_SOURCE_REMOVE;
}

/* The timer for what is due next. */
static void
wind(CcPictureRtcp *rtcp, gint64 now_us)
{
    gint64 next_us = rtcp->report_us;
    if (rtcp->repairs)
        next_us = MIN(next_us, cc_picture_repair_next_us(&rtcp->repair));
    if (rtcp->timer != 0 && rtcp->timer_us <= next_us)
        return;
    g_clear_handle_id(&rtcp->timer, g_source_remove);
    gint64 wait_us = MAX(next_us - now_us, 0);
    rtcp->timer_us = now_us + wait_us;
    rtcp->timer =
        g_timeout_add_full(G_PRIORITY_HIGH, (guint)((wait_us + 999) / 1000), on_due, rtcp, NULL);
}

/* Under the lock. The relay keeps one stream for the whole session; others may begin anew. */
static void
begin_stream(CcPictureRtcp *rtcp, guint32 ssrc)
{
    rtcp->ssrc = ssrc;
    cc_stream_report_init(&rtcp->report);
    cc_loss_list_init(&rtcp->repair.losses);
}

void
cc_picture_rtcp_arrived(CcPictureRtcp *rtcp, guint32 ssrc, guint16 sequence, guint32 timestamp,
                        gboolean repeated, guint bytes, gint64 arrival_us)
{
    g_mutex_lock(&rtcp->lock);
    if (ssrc != rtcp->ssrc)
        begin_stream(rtcp, ssrc);
    rtcp->answer_us = MAX(rtcp->repair.answers.rtt_us * 3 / 2, KEYFRAME_US);
    rtcp->question_copies = rtcp->repair.answers.copies;
    g_mutex_unlock(&rtcp->lock);
    if (!repeated)
        cc_stream_report_arrived(&rtcp->report, sequence, timestamp, VIDEO_RATE, arrival_us);
    if (cc_picture_repair_arrived(&rtcp->repair, sequence, repeated, bytes, arrival_us))
        cc_picture_rtcp_ask_for_keyframe(rtcp);
    wind(rtcp, arrival_us);
}

void
cc_picture_rtcp_sender_report(CcPictureRtcp *rtcp, guint64 ntp, gint64 arrival_us)
{
    cc_stream_report_sender(&rtcp->report, ntp, arrival_us);
}

void
cc_picture_rtcp_ask_for_keyframe(CcPictureRtcp *rtcp)
{
    guint8 data[MAX_COMPOUND];
    CcRtcpBuilder builder;
    gint64 now_us = cc_clock_now_us();
    g_mutex_lock(&rtcp->lock);
    guint32 ssrc = rtcp->ssrc;
    gboolean soon = ssrc == 0 || now_us - rtcp->asked_us < rtcp->answer_us;
    if (!soon) {
        rtcp->asked_us = now_us;
        rtcp->copies = rtcp->question_copies;
    }
    g_mutex_unlock(&rtcp->lock);
    if (soon)
        return;
    cc_rtcp_builder_init(&builder, data, sizeof data);
    cc_rtcp_add_pli(&builder, rtcp->our_ssrc, ssrc);
    rtcp->send(data, builder.length, rtcp->user_data);
}

void
cc_picture_rtcp_forget_before(CcPictureRtcp *rtcp, guint16 sequence)
{
    cc_loss_list_forget_before(&rtcp->repair.losses, sequence);
}

void
cc_picture_rtcp_hint_rtt(CcPictureRtcp *rtcp, gint64 rtt_us)
{
    cc_answer_time_hint(&rtcp->repair.answers, rtt_us, cc_clock_now_us());
}

gint64
cc_picture_rtcp_wait_us(CcPictureRtcp *rtcp)
{
    return cc_picture_repair_wait_us(&rtcp->repair);
}

void
cc_picture_rtcp_get_figures(CcPictureRtcp *rtcp, CcPictureRtcpFigures *figures)
{
    const CcLossList *losses = &rtcp->repair.losses;
    const CcAnswerTime *answers = &rtcp->repair.answers;
    *figures = (CcPictureRtcpFigures){
        .lost = losses->lost_total - MIN(losses->recovered_total, losses->lost_total),
        .asked = answers->questions,
        .answered = answers->answers,
        .jitter_ms = rtcp->report.jitter * 1000 / VIDEO_RATE,
        .rtt_us = answers->rtt_us,
        .rtt_fresh = cc_answer_time_is_fresh(answers, cc_clock_now_us()),
    };
}
