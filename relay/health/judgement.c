#include "relay/health/judgement.h"

#define LEAST_MOMENTS 3 /* before numbers say anything: a newcomer's first seconds are no rule */

/* Voice is repaired up to one packet in five; from a few percent on pictures cost more than they
 * should, and from there on to teachers a cable is the better advice. */
#define LOSSY 0.05
#define SENDER_LOSSY 0.02
#define VERY_LOSSY 0.2
#define SENDER_VERY_LOSSY 0.08
#define SLOW_MS 600        /* talking to one another becomes hard */
#define QUEUE_MS 250       /* more than our own pacing ever leaves there */
#define SEEN_FROM_AFAR 360 /* lines: enough to read a blackboard */
#define UNSTEADY 3
#define BUSY 0.8 /* of what is allowed */
#define MANY_TOKENS 5

const char *
cc_health_word_name(CcHealthWord word)
{
    static const char *const names[] = {"good", "weak", "bad", "coming", "left"};
    g_return_val_if_fail((guint)word < G_N_ELEMENTS(names), "good");
    return names[word];
}

const char *
cc_finding_name(CcFinding finding)
{
    static const char *const names[CC_N_FINDINGS] = {
        "unreachable", "unconnected", "silent",      "relay-busy", "voice-only",
        "stills",      "very-lossy",  "lossy",       "narrow",     "queue",
        "slow",        "unsteady",    "udp-blocked", "smaller",
    };
    g_return_val_if_fail((guint)finding < CC_N_FINDINGS, NULL);
    return names[finding];
}

const char *
cc_relay_finding_name(CcRelayFinding finding)
{
    static const char *const names[CC_N_RELAY_FINDINGS] = {
        "sheds", "full", "busy", "send-full", "receive-full", "refuses-tokens", "unseen",
    };
    g_return_val_if_fail((guint)finding < CC_N_RELAY_FINDINGS, NULL);
    return names[finding];
}

static void
find(CcJudgement *judgement, guint finding, CcHealthWord word)
{
    judgement->findings |= 1u << finding;
    if (word == CC_HEALTH_BAD || judgement->word == CC_HEALTH_GOOD)
        judgement->word = word;
}

static CcJudgement
judge_absent(const CcLinkCase *link)
{
    CcJudgement judgement = {CC_HEALTH_GOOD, 0};

    if (link->presence == CC_PRESENCE_LEFT || !link->lesson || link->sends != link->teaches)
        judgement.word = CC_HEALTH_LEFT;
    else
        find(&judgement, link->never_connected ? CC_FINDING_UNCONNECTED : CC_FINDING_UNREACHABLE,
             CC_HEALTH_BAD);
    return judgement;
}

static gboolean
mostly(guint n, const CcLinkSummary *summary)
{
    return n * 2 > summary->n_up;
}

static void
judge_picture(CcJudgement *judgement, const CcLinkSummary *summary)
{
    const guint *pictures = summary->n_pictures;
    guint less =
        pictures[CC_PICTURE_PAUSED] + pictures[CC_PICTURE_STILLS] + pictures[CC_PICTURE_REDUCED];

    if (mostly(summary->n_reasons[CC_LINK_REASON_RELAY], summary))
        find(judgement, CC_FINDING_RELAY_BUSY,
             mostly(pictures[CC_PICTURE_PAUSED], summary) ? CC_HEALTH_BAD : CC_HEALTH_WEAK);
    else if (mostly(pictures[CC_PICTURE_PAUSED], summary))
        find(judgement, CC_FINDING_VOICE_ONLY, CC_HEALTH_BAD);
    else if (mostly(pictures[CC_PICTURE_PAUSED] + pictures[CC_PICTURE_STILLS], summary))
        find(judgement, CC_FINDING_STILLS, CC_HEALTH_BAD);
    else if (mostly(less, summary) && summary->newest.height < SEEN_FROM_AFAR)
        find(judgement, CC_FINDING_NARROW, CC_HEALTH_WEAK);
    else if (mostly(less, summary))
        find(judgement, CC_FINDING_SMALLER, CC_HEALTH_GOOD);
}

static void
judge_way(CcJudgement *judgement, const CcLinkCase *link)
{
    const CcLinkSummary *summary = &link->summary;
    double lossy = link->sends ? SENDER_LOSSY : LOSSY;
    double very_lossy = link->sends ? SENDER_VERY_LOSSY : VERY_LOSSY;

    if (summary->loss >= very_lossy)
        find(judgement, CC_FINDING_VERY_LOSSY, CC_HEALTH_BAD);
    else if (summary->loss >= lossy)
        find(judgement, CC_FINDING_LOSSY, CC_HEALTH_WEAK);
    if (summary->queue_ms >= QUEUE_MS)
        find(judgement, CC_FINDING_QUEUE, CC_HEALTH_WEAK);
    else if (summary->rtt_ms >= SLOW_MS)
        find(judgement, CC_FINDING_SLOW, CC_HEALTH_WEAK);
    if (summary->newest.tcp)
        find(judgement, CC_FINDING_UDP_BLOCKED, CC_HEALTH_WEAK);
}

CcJudgement
cc_judge_link(const CcLinkCase *link)
{
    const CcLinkSummary *summary = &link->summary;
    CcJudgement judgement = {CC_HEALTH_GOOD, 0};

    if (link->presence != CC_PRESENCE_HERE)
        return judge_absent(link);
    if (link->outages >= UNSTEADY)
        find(&judgement, CC_FINDING_UNSTEADY, CC_HEALTH_WEAK);
    if (summary->newest.contact == CC_CONTACT_LOST) {
        find(&judgement, CC_FINDING_UNREACHABLE, CC_HEALTH_BAD);
        return judgement;
    }
    if (summary->newest.contact == CC_CONTACT_CONNECTING &&
        summary->n_connecting >= LEAST_MOMENTS) {
        find(&judgement, CC_FINDING_UNCONNECTED, CC_HEALTH_BAD);
        return judgement;
    }
    if (summary->newest.contact == CC_CONTACT_CONNECTING || summary->n_up < LEAST_MOMENTS) {
        judgement.word = CC_HEALTH_COMING;
        return judgement;
    }
    if (link->teaches && link->lesson && (summary->n_voice == 0 || summary->newest.bps == 0))
        find(&judgement, CC_FINDING_SILENT, CC_HEALTH_BAD);
    if (!link->sends)
        judge_picture(&judgement, summary);
    judge_way(&judgement, link);
    return judgement;
}

static int
severity(CcHealthWord word)
{
    return word == CC_HEALTH_BAD ? 2 : word == CC_HEALTH_WEAK ? 1 : 0;
}

int
cc_judgement_compare(const CcJudgement *a, const CcJudgement *b)
{
    int worse = severity(a->word) - severity(b->word);

    /* Of two that are as bad, the one of which people should hear first. */
    return worse != 0 ? worse : g_bit_nth_lsf(b->findings, -1) - g_bit_nth_lsf(a->findings, -1);
}

CcJudgement
cc_judge_relay(const CcRelayCase *relay)
{
    CcJudgement judgement = {CC_HEALTH_GOOD, 0};

    if (relay->shed_level > 0)
        find(&judgement, CC_RELAY_FINDING_SHEDS, CC_HEALTH_BAD);
    if (relay->refused_full > 0)
        find(&judgement, CC_RELAY_FINDING_FULL, CC_HEALTH_BAD);
    if (relay->load >= relay->max_load * BUSY)
        find(&judgement, CC_RELAY_FINDING_BUSY, CC_HEALTH_WEAK);
    if (relay->send_overflows > 0)
        find(&judgement, CC_RELAY_FINDING_SEND_FULL, CC_HEALTH_WEAK);
    if (relay->receive_overflows > 0)
        find(&judgement, CC_RELAY_FINDING_RECEIVE_FULL, CC_HEALTH_WEAK);
    if (relay->refused_tokens >= MANY_TOKENS)
        find(&judgement, CC_RELAY_FINDING_REFUSES_TOKENS, CC_HEALTH_WEAK);
    if (relay->unseen > 0)
        find(&judgement, CC_RELAY_FINDING_UNSEEN, CC_HEALTH_WEAK);
    return judgement;
}
