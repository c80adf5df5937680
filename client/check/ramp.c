#include "client/check/ramp.h"

#define IP_UDP 28
#define SMALL 300
#define LARGE 1200
#define PATIENCE_US 250000 /* beyond the usual round trip, for what is still on its way */
#define MAX_PATIENCE_US 1500000
#define GROWTH_US 60000 /* of the delay within a step: a queue, not chance */
#define STRETCH 1.15
#define MORE_LOSS 0.3
#define ENOUGH 6 /* packets sent, to judge by losses */

typedef struct {
    guint kbps;
    guint ms;
    gsize size;
} Step;

static const Step steps[] = {
    {32, 700, SMALL}, {96, 600, SMALL}, {288, 500, LARGE}, {864, 400, LARGE}, {2592, 400, LARGE},
};

void
cc_ramp_init(CcRamp *ramp, guint limit_kbps, double usual_loss, guint usual_ms)
{
    *ramp = (CcRamp){.limit_kbps = limit_kbps, .usual_loss = usual_loss, .usual_ms = usual_ms};
}

static void
begin_step(CcRamp *ramp, gint64 now_us, guint32 next_number)
{
    ramp->begun = TRUE;
    ramp->began_us = ramp->credited_us = ramp->heard_us = now_us;
    ramp->ended_us = 0;
    ramp->credit = (double)steps[ramp->step].size + IP_UDP;
    ramp->first_number = next_number;
    ramp->sent = ramp->arrived = 0;
}

/* kbit/s of what arrived behind the first packet; 0 if that was too little to tell. */
static guint
arrival_kbps(const CcRamp *ramp)
{
    gint32 took_us = (gint32)(ramp->arrived_last_us - ramp->arrived_first_us);
    double bits = (ramp->arrived - 1) * (steps[ramp->step].size + IP_UDP) * 8.0;
    return ramp->arrived < 3 || took_us <= 0 ? 0 : (guint)(bits * 1000 / took_us + 0.5);
}

static gboolean
is_full(const CcRamp *ramp)
{
    gint32 in_us = (gint32)(ramp->sent_last_us - ramp->sent_first_us);
    gint32 out_us = (gint32)(ramp->arrived_last_us - ramp->arrived_first_us);
    double lost = ramp->sent > 0 ? 1.0 - (double)ramp->arrived / ramp->sent : 0;
    if (ramp->arrived >= 3 && out_us - in_us > GROWTH_US && out_us > STRETCH * in_us)
        return TRUE;
    return ramp->sent >= ENOUGH && lost > ramp->usual_loss + MORE_LOSS;
}

static void
judge_step(CcRamp *ramp)
{
    const Step *step = &steps[ramp->step];
    guint kbps = arrival_kbps(ramp);
    if (ramp->arrived == 0 && step->size == LARGE && steps[ramp->step - 1].size == SMALL) {
        ramp->result.no_large = TRUE;
        ramp->finished = TRUE;
    } else if (is_full(ramp)) {
        /* So few came that they tell nothing: then the rate before is all that is known. */
        if (kbps > 0)
            ramp->result.kbps = MIN(kbps, step->kbps);
        ramp->result.at_least = FALSE;
        ramp->finished = TRUE;
    } else {
        if (ramp->arrived > 0)
            ramp->result = (CcRampResult){.kbps = step->kbps, .at_least = TRUE};
        ramp->step++;
        ramp->begun = FALSE;
        ramp->finished =
            ramp->step == G_N_ELEMENTS(steps) || steps[ramp->step].kbps > ramp->limit_kbps;
    }
}

static gboolean
is_step_over(const CcRamp *ramp, gint64 now_us)
{
    gint64 patience_us = MIN(ramp->usual_ms * (gint64)1000 + PATIENCE_US, (gint64)MAX_PATIENCE_US);
    if (ramp->ended_us == 0)
        return FALSE;
    return ramp->arrived >= ramp->sent ||
           now_us - MAX(ramp->ended_us, ramp->heard_us) > patience_us;
}

guint
cc_ramp_due(CcRamp *ramp, gint64 now_us, guint32 next_number, gsize *size)
{
    if (!ramp->finished && ramp->begun && is_step_over(ramp, now_us))
        judge_step(ramp);
    if (ramp->finished)
        return 0;
    if (!ramp->begun)
        begin_step(ramp, now_us, next_number);
    const Step *step = &steps[ramp->step];
    *size = step->size;
    if (now_us - ramp->began_us >= step->ms * (gint64)1000) {
        if (ramp->ended_us == 0)
            ramp->ended_us = now_us;
        return 0;
    }
    ramp->credit += (double)(now_us - ramp->credited_us) * step->kbps / 8000.0;
    ramp->credited_us = now_us;
    return (guint)(ramp->credit / (double)(step->size + IP_UDP));
}

void
cc_ramp_sent(CcRamp *ramp, guint n)
{
    ramp->sent += n;
    ramp->credit -= (double)n * (double)(steps[ramp->step].size + IP_UDP);
}

void
cc_ramp_arrived(CcRamp *ramp, guint32 number, guint n, guint32 sent_us, guint32 arrived_us,
                gint64 now_us)
{
    if (!ramp->begun || ramp->finished || (gint32)(number - ramp->first_number) < 0)
        return;
    ramp->heard_us = now_us;
    if (ramp->arrived == 0) {
        ramp->sent_first_us = ramp->sent_last_us = sent_us;
        ramp->arrived_first_us = ramp->arrived_last_us = arrived_us;
        n = 1; /* what came before it unseen does not count for the rate */
    }
    ramp->arrived += n;
    if ((gint32)(sent_us - ramp->sent_last_us) >= 0)
        ramp->sent_last_us = sent_us;
    if ((gint32)(arrived_us - ramp->arrived_last_us) >= 0)
        ramp->arrived_last_us = arrived_us;
}
