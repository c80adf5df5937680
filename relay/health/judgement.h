/* What is wrong, if anything, and so what to do: from a minute of a link's moments, or of the
 * relay's. Says codes, for which pages have words. Pure. */
#pragma once

#include "relay/health/link-sample.h"

G_BEGIN_DECLS

typedef enum {
    CC_HEALTH_GOOD,
    CC_HEALTH_WEAK,   /* the lesson goes on, but somebody should look when there is time */
    CC_HEALTH_BAD,    /* the lesson suffers now */
    CC_HEALTH_COMING, /* connecting, or there for too short a time to judge */
    CC_HEALTH_LEFT,   /* by its own wish */
} CcHealthWord;
/* "good", "weak", "bad", "coming", "left": as in docs/protocol.md. */
const char *cc_health_word_name(CcHealthWord word);

/* In the order in which people should hear of them. */
typedef enum {
    CC_FINDING_UNREACHABLE, /* was there, and nothing comes from it any more */
    CC_FINDING_UNCONNECTED, /* asks by HTTP, but its media never arrive: ports are blocked */
    CC_FINDING_SILENT,      /* a publisher whose packets have stopped, or without any voice */
    CC_FINDING_RELAY_BUSY,  /* the relay leaves something out for want of time */
    CC_FINDING_VOICE_ONLY,  /* too little for any picture */
    CC_FINDING_STILLS,      /* too little for moving pictures */
    CC_FINDING_VERY_LOSSY,  /* so much is lost that voice is in danger */
    CC_FINDING_LOSSY,
    CC_FINDING_NARROW,      /* a small picture, for want of rate */
    CC_FINDING_QUEUE,       /* a queue stands in the link: others fill it */
    CC_FINDING_SLOW,        /* a long way without a queue */
    CC_FINDING_UNSTEADY,    /* came and went several times within the hour */
    CC_FINDING_UDP_BLOCKED, /* media go by TCP */
    CC_FINDING_SMALLER,     /* less than all, but well to be seen */
    CC_N_FINDINGS
} CcFinding;
/* "unreachable", "unconnected", … as in docs/protocol.md. */
const char *cc_finding_name(CcFinding finding);

typedef enum {
    CC_PRESENCE_HERE,
    CC_PRESENCE_LEFT,     /* said goodbye */
    CC_PRESENCE_VANISHED, /* did not */
} CcPresence;

typedef struct {
    gboolean sends;   /* a publisher */
    gboolean teaches; /* and not a classroom that is called on, which may be silent, or stop */
    CcPresence presence;
    gboolean never_connected; /* only looked at when it has vanished */
    gboolean lesson;          /* one is under way: who is not there is missed */
    guint outages;            /* within the hour */
    CcLinkSummary summary;    /* while it is here */
} CcLinkCase;

typedef struct {
    CcHealthWord word;
    guint32 findings; /* 1 << CcFinding */
} CcJudgement;

CcJudgement cc_judge_link(const CcLinkCase *link);
/* Positive if @a is worse than @b, negative if it is better, 0 if neither. */
int cc_judgement_compare(const CcJudgement *a, const CcJudgement *b);

typedef enum {
    CC_RELAY_FINDING_SHEDS,          /* leaves out pictures: no time for all */
    CC_RELAY_FINDING_FULL,           /* refuses, for a limit is reached */
    CC_RELAY_FINDING_BUSY,           /* near to that */
    CC_RELAY_FINDING_SEND_FULL,      /* the kernel did not take what was sent */
    CC_RELAY_FINDING_RECEIVE_FULL,   /* the kernel dropped what came */
    CC_RELAY_FINDING_REFUSES_TOKENS, /* clients come with tokens that are missing or expired */
    CC_RELAY_FINDING_UNSEEN,         /* there are more links than are kept here */
    CC_N_RELAY_FINDINGS
} CcRelayFinding;
const char *cc_relay_finding_name(CcRelayFinding finding);

/* What happened in the relay's last minute. */
typedef struct {
    double load, max_load; /* 0..1: of the busiest worker; from where on newcomers are refused */
    guint shed_level;
    guint64 receive_overflows, send_overflows;
    guint64 refused_full, refused_tokens;
    guint unseen;
} CcRelayCase;

CcJudgement cc_judge_relay(const CcRelayCase *relay);

G_END_DECLS
