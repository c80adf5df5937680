/* How voice is to be sent over a link: how often each frame travels, how far apart, how many frames
 * share a packet's headers, and how many bits the codec may take. Pure arithmetic: what is known of
 * the link goes in, a plan comes out.
 *
 * What is still missing the receiver asks for again (RTX): cheap, but each question takes a round
 * trip of delay. So what counts is what a plan costs of the link and of the listener's time. A
 * receiver asks for whatever no other way has brought, as long as an answer can be in time
 * (CC_VOICE_MAX_WAIT_US), and chooses its delay by what came; so both ends agree without a word. */
#pragma once

#include "common/rate/loss-pattern.h"
#include "common/wire/voice-line.h"

G_BEGIN_DECLS

#define CC_VOICE_FRAME_SAMPLES 960 /* 20 ms */
/* A packet without its payload: IP and UDP 28, RTP with MID and transport-wide number 24, SRTP 16.
 */
#define CC_VOICE_HEADERS 68
#define CC_VOICE_LONG_SAMPLES 2880    /* 60 ms: what packets are merged into */
#define CC_VOICE_LONGEST_SAMPLES 5760 /* 120 ms: on the narrowest links; the most Opus allows */
#define CC_VOICE_EMPTY_US 30000       /* a shorter queue is none */
#define CC_VOICE_MAX_WAIT_US 1400000  /* of the 1.5 s that a receiver may keep back */

typedef struct {
    double loss;      /* 0..1 of packets */
    gint64 burst_us;  /* how long a run of losses lasts in the mean; 0: unknown, at random */
    gint64 rtt_us;    /* from a question to its answer; 0: unknown */
    guint link_bps;   /* what the link takes in all; 0: unknown */
    gboolean empty;   /* no queue stands in it */
    guint payload;    /* bytes of an Opus packet from the source, in the mean */
    guint samples;    /* of it, at 48 kHz */
    gboolean red;     /* the receiver takes RFC 2198 */
    gboolean repeats; /* it asks for what is still missing (RTX) */
} CcVoiceLink;

/* What comes of a plan. */
typedef struct {
    double missing;  /* the share of frames that do not arrive by any of their copies */
    double residual; /* of them, those that no repetition brings in time */
    guint bps;       /* on the wire, headers and repetitions included */
    gint64 delay_us; /* that the receiver needs for it, beyond a link without losses */
} CcVoiceOutlook;

/* The best plan for @link. @before: the plan so far, so that what is near a border stays; NULL at
 * first. */
void cc_voice_plan(const CcVoiceLink *link, const CcVoicePlan *before, CcVoicePlan *plan);
void cc_voice_plan_foresee(const CcVoiceLink *link, const CcVoicePlan *plan,
                           CcVoiceOutlook *outlook);
/* TRUE if RFC 2198, a datagram and the voice's share of the link have room for it. */
gboolean cc_voice_plan_fits(const CcVoiceLink *link, const CcVoicePlan *plan);

/* TRUE if @plan is what the source sends, packet by packet. */
static inline gboolean
cc_voice_plan_is_plain(const CcVoiceLink *link, const CcVoicePlan *plan)
{
    return plan->n_earlier == 0 && plan->samples <= link->samples;
}

/* The codec's bit rate at which voice, sent as it must be on @link, leaves something for the rest;
 * CC_VOICE_ANY_BPS if it may have whatever it likes. @before_bps: the answer so far, 0 at first.
 * The payload in @link is not looked at. */
guint cc_voice_plan_codec_bps(const CcVoiceLink *link, guint before_bps);
#define CC_VOICE_ANY_BPS G_MAXUINT32
#define CC_VOICE_LEAST_BPS 6000 /* below, Opus is no speech */

/* A plan in force, and what is remembered of the link. Zeroed at first. */
typedef struct {
    CcVoicePlan plan;
    guint codec_bps; /* cc_voice_plan_codec_bps(); 0: not thought of yet */
    gboolean longer; /* packets of 60 ms would be best, as far as this link is concerned */
    double loss;     /* believed quickly, forgotten slowly */
    gint64 burst_us;
    gint64 seen_us;
    gint64 too_much_us; /* since when something cheaper would do; 0: it would not */
    gint64 room_us;     /* since when the codec could have more; 0: it could not */
    gint64 source_us;   /* when codec_bps and longer were last thought of */
} CcVoicePlanner;

/* News of the link's losses; @now_us of any one clock. What differs from what was known by no more
 * than chance explains is believed slowly. @queue_us: what stands in the link's queue. A long one
 * overflows: against such losses less helps, not copies. */
void cc_voice_planner_see(CcVoicePlanner *planner, const CcLossPattern *pattern, gint64 queue_us,
                          gint64 now_us);
/* Plans anew for @link, with the losses that are remembered. What the voice needs is due at once,
 * what saves something when it has sufficed for a while. TRUE if planner->plan has changed. */
gboolean cc_voice_planner_consider(CcVoicePlanner *planner, CcVoiceLink *link, gint64 now_us);

G_END_DECLS
