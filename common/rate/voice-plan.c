#include "common/rate/voice-plan.h"

#include <math.h>

#include "common/wire/red.h"

#define RATE 48000
#define MTU 1200 /* bytes of a packet without UDP and IP */

#define UNKNOWN_BPS 300000 /* what an unknown link is thought to take */
#define NARROW_BPS 100000  /* below, voice is nearly all there is */
/* A second more of delay is as bad as giving this share of the link away. */
#define WORTH_OF_SECOND 0.35
/* Twice as much missing as may be is as bad as giving this share away. */
#define WORTH_OF_HALF 0.5
/* Longer packets are for links of which voice takes so much in shorter ones; once it travels in
 * them, that is: until it would take so little. */
static const struct {
    guint16 samples;
    double above, until; /* shares of the link */
} merged_packets[] = {
    {CC_VOICE_LONG_SAMPLES, 0.15, 0.11},
    {CC_VOICE_LONGEST_SAMPLES, 0.45, 0.35},
};
#define KEEP_WITHIN 0.02 /* of cost: the plan so far is as good */
#define SMALLEST_LOSS 0.003

/* Repetitions: */
#define NOTICE_US 15000 /* that a packet is not merely late */
#define LONG_RUN 2      /* times the mean */
#define UNKNOWN_RTT_US 200000
#define LEAST_RTT_US 20000
#define MOST_TRIES 10

#define NEXT_TO_NOTHING 0.06 /* of the link */
#define KEEP_CODEC 0.03      /* of cost: the rate so far is as good */

/* Where so much is lost, of feedback as well perhaps, a link without a queue may take a good deal
 * more than anybody knows: the voice takes that for granted until a queue stands. */
#define BLIND_LOSS 0.6
#define BLIND_BPS 160000

#define LONG_QUEUE_US 150000
#define BELIEVE_US 700000.0
#define FORGET_US 6000000.0
#define DOUBT_US 20000000.0
#define CHANCE_RUN 1.5  /* times what losses at random make: no run of its own */
#define CALM_US 5000000 /* what is cheaper only when it has sufficed for so long, */
#define MUCH_SHARE 0.5  /* unless voice has so much of the link */
#define SOURCE_US 1000000

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
    return CC_VOICE_HEADERS + payload + (plan->n_earlier > 0 ? red : 0);
}

/* Losses as a chain of two states: after a lost packet the next one is lost more likely, and that
 * fades with time, however long packets are. A frame is gone if all its copies are. */
static double
missing_share(const CcVoiceLink *link, const CcVoicePlan *plan)
{
    double p = CLAMP(link->loss, 0, 1);
    double frames = link->burst_us * (RATE / 1e6) / CC_VOICE_FRAME_SAMPLES;
    double run = MAX(frames, 1 / MAX(1 - p, 0.01));
    double memory = MAX(1 - 1 / (run * MAX(1 - p, 0.01)), 0);
    double faded = pow(memory, (double)plan->spacing * plan->samples / CC_VOICE_FRAME_SAMPLES);
    double missing = p;
    for (guint i = 0; i < plan->n_earlier; i++)
        missing *= p + (1 - p) * faded;
    return missing;
}

/* The share of frames that may stay missing. Where most is lost, more copies cost what is left of
 * the link for everything else. */
static double
target(const CcVoiceLink *link)
{
    double p = CLAMP(link->loss, 0, 1);
    return MAX(0.001, 0.15 * p * p * p * p);
}

static guint
link_bps(const CcVoiceLink *link)
{
    return link->link_bps > 0 ? link->link_bps : UNKNOWN_BPS;
}

static gint64
us(guint samples)
{
    return (gint64)samples * G_USEC_PER_SEC / RATE;
}

/* A question or its answer may be lost like everything else: as many are asked as it takes. */
static void
repeat(const CcVoiceLink *link, const CcVoicePlan *plan, CcVoiceOutlook *outlook, double *again)
{
    double p = CLAMP(link->loss, 0, 1), fails = 1 - (1 - p) * (1 - p);
    gint64 packet_us = us(MAX(plan->samples, link->samples));
    gint64 rtt_us = MAX(link->rtt_us > 0 ? link->rtt_us : UNKNOWN_RTT_US, LEAST_RTT_US);
    /* What is lost first in a run is missed when that is over, and some last longer than others. */
    gint64 wait_us = packet_us + NOTICE_US + LONG_RUN * link->burst_us;
    /* Copies that come later than the next packet are not waited for before asking. */
    double asked = plan->n_earlier > 0 && plan->spacing == 1 ? outlook->missing : p;
    *again = 0;
    for (guint i = 0; i < MOST_TRIES && outlook->residual > target(link); i++) {
        wait_us += rtt_us + rtt_us / 10;
        if (wait_us > CC_VOICE_MAX_WAIT_US)
            return;
        *again += asked * (1 - p);
        asked *= fails;
        outlook->residual *= fails;
        outlook->delay_us = MAX(outlook->delay_us, wait_us);
    }
}

void
cc_voice_plan_foresee(const CcVoiceLink *link, const CcVoicePlan *plan, CcVoiceOutlook *outlook)
{
    guint samples = MAX(plan->samples, MAX(link->samples, 1));
    guint64 packets = (guint64)packet_bytes(link, plan) * 8 * RATE / samples;
    double again = 0;
    outlook->missing = outlook->residual = missing_share(link, plan);
    outlook->delay_us = us(samples) * plan->n_earlier * plan->spacing;
    if (link->repeats)
        repeat(link, plan, outlook, &again);
    outlook->delay_us += us(samples - MIN(samples, link->samples));
    double repeated =
        again * (CC_VOICE_HEADERS + 2 + payload_bytes(link, plan)) * 8 * RATE / samples;
    outlook->bps = (guint)MIN(packets + repeated, G_MAXINT32);
}

/* What voice may make of the link. */
static guint
budget_bps(const CcVoiceLink *link)
{
    if (link->loss > 0.45)
        return (guint)(0.75 * link_bps(link));
    /* On a narrow one reports, checks and events need their part, and a queue has to drain. */
    return (guint)((link_bps(link) < NARROW_BPS ? 0.65 : 0.55) * link_bps(link));
}

gboolean
cc_voice_plan_fits(const CcVoiceLink *link, const CcVoicePlan *plan)
{
    guint samples = MAX(plan->samples, MAX(link->samples, 1));
    guint bps = (guint)((guint64)packet_bytes(link, plan) * 8 * RATE / samples);
    guint reach = plan->n_earlier * plan->spacing * samples;
    return reach <= CC_VOICE_MAX_OFFSET && payload_bytes(link, plan) <= CC_RED_MAX_LENGTH &&
           packet_bytes(link, plan) <= MTU + 28 && bps <= budget_bps(link);
}

static double
cost(const CcVoiceLink *link, const CcVoicePlan *plan)
{
    CcVoiceOutlook outlook;
    cc_voice_plan_foresee(link, plan, &outlook);
    double too_much = MAX(log2(MAX(outlook.residual, 1e-9) / target(link)), 0);
    return (double)outlook.bps / link_bps(link) +
           WORTH_OF_SECOND * (double)outlook.delay_us / G_USEC_PER_SEC + WORTH_OF_HALF * too_much;
}

/* The best one with packets as long as @plan's is at first. */
static double
choose_copies(const CcVoiceLink *link, CcVoicePlan *plan)
{
    double least = cost(link, plan);
    guint8 most = link->red && link->loss >= SMALLEST_LOSS ? CC_VOICE_MAX_EARLIER : 0;
    CcVoicePlan candidate = *plan;
    for (candidate.n_earlier = 1; candidate.n_earlier <= most; candidate.n_earlier++) {
        candidate.spacing = 1;
        if (!cc_voice_plan_fits(link, &candidate))
            break;
        /* Distance is delay, and of use against runs of losses alone. */
        do {
            double its_cost = cost(link, &candidate);
            if (its_cost < least) {
                least = its_cost;
                *plan = candidate;
            }
            candidate.spacing++;
        } while (link->burst_us > 0 && candidate.spacing * candidate.n_earlier <= most &&
                 cc_voice_plan_fits(link, &candidate));
    }
    return least;
}

/* TRUE if the headers of packets of so many samples take something that counts. */
static gboolean
is_narrow(const CcVoiceLink *link, guint samples, double share)
{
    CcVoicePlan plan = {(guint16)samples, 0, 1};
    CcVoiceOutlook outlook;
    cc_voice_plan_foresee(link, &plan, &outlook);
    return link->link_bps > 0 && outlook.bps > share * link->link_bps;
}

void
cc_voice_plan(const CcVoiceLink *link, const CcVoicePlan *before, CcVoicePlan *plan)
{
    guint longest = link->samples;
    *plan = (CcVoicePlan){(guint16)link->samples, 0, 1};
    double least = choose_copies(link, plan);
    for (guint i = 0; i < G_N_ELEMENTS(merged_packets) && link->samples > 0; i++) {
        CcVoicePlan longer = {merged_packets[i].samples, 0, 1};
        gboolean was = before && before->samples >= longer.samples;
        if (longer.samples <= link->samples)
            continue;
        if (!is_narrow(link, longest, was ? merged_packets[i].until : merged_packets[i].above))
            break;
        longest = longer.samples;
        double its_cost = choose_copies(link, &longer);
        if (its_cost < least) {
            least = its_cost;
            *plan = longer;
        }
    }
    if (before && before->samples >= link->samples && before->samples <= longest &&
        cc_voice_plan_fits(link, before) && cost(link, before) <= least + KEEP_WITHIN)
        *plan = *before;
}

/* A codec's rate, and what it is worth of the link to sound better than that: Opus has the whole of
 * speech from 12 kbit/s on, and gets muffled below. */
static const struct {
    guint bps;
    double misses;
} codec_steps[] = {{48000, 0},    {32000, 0.04}, {24000, 0.07},
                   {20000, 0.09}, {16000, 0.12}, {12000, 0.19},
                   {10000, 0.26}, {8000, 0.39},  {CC_VOICE_LEAST_BPS, 0.54}};

static double
codec_cost(const CcVoiceLink *link, guint codec_bps, double *share)
{
    CcVoiceLink with = *link;
    CcVoicePlan plan;
    CcVoiceOutlook outlook;
    with.payload = codec_bps / 8 * MAX(link->samples, 120) / RATE;
    cc_voice_plan(&with, NULL, &plan);
    cc_voice_plan_foresee(&with, &plan, &outlook);
    *share = (double)outlook.bps / link_bps(link);
    return cost(&with, &plan) + (cc_voice_plan_fits(&with, &plan) ? 0 : WORTH_OF_HALF);
}

guint
cc_voice_plan_codec_bps(const CcVoiceLink *link, guint before_bps)
{
    double share, least = G_MAXDOUBLE;
    guint best = 0;
    for (guint i = 0; i < G_N_ELEMENTS(codec_steps); i++) {
        double its_cost = codec_cost(link, codec_steps[i].bps, &share) + codec_steps[i].misses;
        guint bps = i == 0 ? CC_VOICE_ANY_BPS : codec_steps[i].bps;
        if (i == 0 && share < NEXT_TO_NOTHING)
            return bps;
        if (bps == before_bps)
            its_cost -= KEEP_CODEC;
        if (its_cost < least) {
            least = its_cost;
            best = bps;
        }
    }
    return best;
}

void
cc_voice_planner_see(CcVoicePlanner *planner, const CcLossPattern *pattern, gint64 queue_us,
                     gint64 now_us)
{
    double loss = queue_us > LONG_QUEUE_US ? MIN(pattern->loss, planner->loss) : pattern->loss;
    double passed_us = (double)MIN(now_us - planner->seen_us, G_USEC_PER_SEC);
    double takes_us = loss > planner->loss ? BELIEVE_US : FORGET_US;
    gboolean by_chance = pattern->run * (1 - pattern->loss) < CHANCE_RUN;
    gint64 burst_us = by_chance ? 0 : pattern->burst_us;
    if (fabs(loss - planner->loss) < pattern->loss_doubt)
        takes_us = DOUBT_US;
    double share = MIN(passed_us / takes_us, 1);
    planner->seen_us = now_us;
    planner->loss += (loss - planner->loss) * share;
    planner->burst_us += (gint64)((double)(burst_us - planner->burst_us) * share);
}

/* TRUE if nothing but a little economy speaks for @plan in place of @before. */
static gboolean
can_wait(const CcVoiceLink *link, const CcVoicePlan *before, const CcVoicePlan *plan)
{
    CcVoiceOutlook now, then;
    cc_voice_plan_foresee(link, before, &now);
    cc_voice_plan_foresee(link, plan, &then);
    return before->samples >= link->samples && cc_voice_plan_fits(link, before) &&
           now.residual <= 2 * target(link) && then.bps < now.bps &&
           now.bps < MUCH_SHARE * link_bps(link);
}

/* Less at once, more when there has been room for it for a while: an estimate breathes, and each
 * change is one for all who listen. */
static void
adopt_codec(CcVoicePlanner *planner, guint codec_bps, gint64 now_us)
{
    gboolean more = planner->codec_bps != 0 && codec_bps > planner->codec_bps;
    if (!more)
        planner->room_us = 0;
    else if (planner->room_us == 0)
        planner->room_us = now_us;
    if (more && now_us - planner->room_us < CALM_US)
        return;
    planner->room_us = 0;
    planner->codec_bps = codec_bps;
}

/* What the source had better send, were it for this link alone: as if it sent short packets. */
static void
consider_source(CcVoicePlanner *planner, const CcVoiceLink *link, gint64 now_us)
{
    CcVoiceLink as_if = *link;
    CcVoicePlan before = {CC_VOICE_LONG_SAMPLES, planner->plan.n_earlier, planner->plan.spacing},
                plan;
    if (link->link_bps == 0 || (planner->codec_bps != 0 && now_us - planner->source_us < SOURCE_US))
        return;
    planner->source_us = now_us;
    if (link->samples > CC_VOICE_FRAME_SAMPLES) {
        as_if.payload = link->payload * CC_VOICE_FRAME_SAMPLES / link->samples;
        as_if.samples = CC_VOICE_FRAME_SAMPLES;
    }
    adopt_codec(planner, cc_voice_plan_codec_bps(&as_if, planner->codec_bps), now_us);
    cc_voice_plan(&as_if, planner->longer && before.spacing > 0 ? &before : NULL, &plan);
    planner->longer = plan.samples >= CC_VOICE_LONG_SAMPLES;
}

gboolean
cc_voice_planner_consider(CcVoicePlanner *planner, CcVoiceLink *link, gint64 now_us)
{
    CcVoicePlan before = planner->plan, plan;
    link->loss = planner->loss;
    link->burst_us = planner->burst_us;
    if (link->loss > BLIND_LOSS && link->empty && link->link_bps > 0)
        link->link_bps = MAX(link->link_bps, BLIND_BPS);
    consider_source(planner, link, now_us);
    cc_voice_plan(link, before.spacing > 0 ? &before : NULL, &plan);
    gboolean same = plan.n_earlier == before.n_earlier && plan.samples == before.samples &&
                    plan.spacing == before.spacing;
    gboolean economy = !same && before.spacing > 0 && can_wait(link, &before, &plan);
    if (!economy)
        planner->too_much_us = 0;
    else if (planner->too_much_us == 0)
        planner->too_much_us = now_us;
    if (same || (economy && now_us - planner->too_much_us < CALM_US))
        return FALSE;
    planner->too_much_us = 0;
    planner->plan = plan;
    return TRUE;
}
