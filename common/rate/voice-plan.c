#include "common/rate/voice-plan.h"

#include "common/wire/red.h"

#define RATE 48000
/* RTP with MID and transport-wide number 24, SRTP 16, UDP and IP 28. */
#define HEADERS 68
#define MTU 1200          /* bytes of a packet without UDP and IP */
#define LONG_SAMPLES 2880 /* 60 ms */
/* Voice that takes more than this share of the link is merged; less than the other, no more. */
#define MERGE_ABOVE 0.40
#define MERGE_UNTIL 0.30
#define UNKNOWN_BPS 300000 /* what an unknown link is thought to take */
#define NARROW_BPS 100000  /* below, voice is nearly all there is */
#define BELIEVE_US 700000.0
#define FORGET_US 6000000.0
#define CALM_US 5000000 /* fewer copies only when fewer have sufficed for so long */
#define SMALLEST_LOSS 0.003

static guint
merged(const CcVoiceLink *link, const CcVoicePlan *plan)
{
    return MAX(1, plan->samples / MAX(link->samples, 1));
}

/* Of the Opus packet in one packet. */
static guint
payload_bytes(const CcVoiceLink *link, const CcVoicePlan *plan)
{
    guint n = merged(link, plan);
    return n * link->payload + (n > 1 ? 1 : 0); /* TOCs become lengths */
}

static guint
packet_bytes(const CcVoiceLink *link, const CcVoicePlan *plan)
{
    guint payload = payload_bytes(link, plan);
    guint red = plan->n_earlier * (payload + CC_RED_BLOCK_HEADER) + CC_RED_PRIMARY_HEADER;
    return HEADERS + payload + (plan->n_earlier > 0 ? red : 0);
}

guint
cc_voice_plan_bps(const CcVoiceLink *link, const CcVoicePlan *plan)
{
    guint samples = merged(link, plan) * MAX(link->samples, 1);
    return (guint)((guint64)packet_bytes(link, plan) * 8 * RATE / samples);
}

/* Losses as a chain of two states: after a lost packet the next one is lost more likely, and that
 * fades with distance. A frame is gone if all its copies are. */
double
cc_voice_plan_residual(const CcVoiceLink *link, const CcVoicePlan *plan)
{
    double p = CLAMP(link->loss, 0, 1);
    double packet_us = plan->samples * 1e6 / RATE;
    double run = MAX(link->burst_us / packet_us, 1 / MAX(1 - p, 0.01));
    double memory = MAX(1 - 1 / (run * MAX(1 - p, 0.01)), 0);
    double faded = 1;
    for (guint i = 0; i < plan->spacing; i++)
        faded *= memory;
    double residual = p;
    for (guint i = 0; i < plan->n_earlier; i++)
        residual *= p + (1 - p) * faded;
    return residual;
}

/* The share of frames that may stay missing. Where most is lost, more copies cost what is left of
 * the link for everything else; where the receiver asks again, the rest comes that way. */
static double
target(const CcVoiceLink *link)
{
    double p = link->loss;
    return MAX(link->repeats ? 0.005 : 0.002, 0.25 * p * p * p * p);
}

/* What copies may make of the link. */
static guint
budget_bps(const CcVoiceLink *link)
{
    guint link_bps = link->link_bps > 0 ? link->link_bps : UNKNOWN_BPS;
    double share = link_bps < NARROW_BPS || link->loss > 0.45 ? 0.75 : 0.55;
    return (guint)(share * link_bps);
}

gboolean
cc_voice_plan_fits(const CcVoiceLink *link, const CcVoicePlan *plan)
{
    guint reach = plan->n_earlier * plan->spacing * MAX(plan->samples, link->samples);
    return reach <= CC_VOICE_MAX_OFFSET && payload_bytes(link, plan) <= CC_RED_MAX_LENGTH &&
           packet_bytes(link, plan) <= MTU + 28 &&
           cc_voice_plan_bps(link, plan) <= budget_bps(link);
}

/* As few copies as suffice, as close together as they may be: distance is delay. If nothing
 * suffices, what leaves the least. */
static void
choose_copies(const CcVoiceLink *link, CcVoicePlan *plan)
{
    double wanted = target(link);
    CcVoicePlan best = *plan;
    double least = cc_voice_plan_residual(link, &best);
    for (guint8 n = 1; n <= CC_VOICE_MAX_EARLIER && least > wanted; n++) {
        for (guint8 spacing = 1; spacing <= CC_VOICE_MAX_EARLIER / n && least > wanted; spacing++) {
            CcVoicePlan candidate = {plan->samples, n, spacing};
            if (!cc_voice_plan_fits(link, &candidate))
                break;
            double residual = cc_voice_plan_residual(link, &candidate);
            if (residual < least * 0.99) {
                least = residual;
                best = candidate;
            }
        }
    }
    *plan = best;
}

/* TRUE if the headers of short packets take too much of the link. */
static gboolean
is_narrow(const CcVoiceLink *link, gboolean was_merged)
{
    CcVoicePlan plain = {(guint16)link->samples, 0, 1};
    double bps = cc_voice_plan_bps(link, &plain);
    return link->link_bps > 0 && bps > (was_merged ? MERGE_UNTIL : MERGE_ABOVE) * link->link_bps;
}

void
cc_voice_plan(const CcVoiceLink *link, const CcVoicePlan *before, CcVoicePlan *plan)
{
    gboolean was_merged = before && before->samples > link->samples;
    CcVoicePlan merged = {LONG_SAMPLES, 0, 1};
    *plan = (CcVoicePlan){(guint16)link->samples, 0, 1};
    if (link->red && link->loss >= SMALLEST_LOSS) {
        choose_copies(link, plan);
        choose_copies(link, &merged);
    }
    if (link->samples == 0 || link->samples >= LONG_SAMPLES)
        return;
    /* What headers do not take can be copies. */
    double worth = was_merged ? 0.9 : 0.4;
    if (is_narrow(link, was_merged) ||
        cc_voice_plan_residual(link, &merged) < worth * cc_voice_plan_residual(link, plan))
        *plan = merged;
}

void
cc_voice_planner_see(CcVoicePlanner *planner, double loss, gint64 burst_us, gint64 now_us)
{
    double passed_us = (double)MIN(now_us - planner->seen_us, G_USEC_PER_SEC);
    double share = MIN(passed_us / (loss > planner->loss ? BELIEVE_US : FORGET_US), 1);
    planner->seen_us = now_us;
    planner->loss += (loss - planner->loss) * share;
    planner->burst_us += (gint64)((double)(burst_us - planner->burst_us) * share);
}

gboolean
cc_voice_planner_consider(CcVoicePlanner *planner, CcVoiceLink *link, gint64 now_us)
{
    CcVoicePlan before = planner->plan, plan;
    link->loss = planner->loss;
    link->burst_us = planner->burst_us;
    cc_voice_plan(link, before.spacing > 0 ? &before : NULL, &plan);
    gboolean fewer = plan.n_earlier < before.n_earlier;
    if (!fewer)
        planner->too_many_us = 0;
    else if (planner->too_many_us == 0)
        planner->too_many_us = now_us;
    if (fewer && now_us - planner->too_many_us < CALM_US && cc_voice_plan_fits(link, &before))
        return FALSE;
    planner->too_many_us = 0;
    planner->plan = plan;
    return plan.n_earlier != before.n_earlier || plan.samples != before.samples ||
           plan.spacing != before.spacing;
}
