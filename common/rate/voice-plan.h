/* How voice is to be sent over a link: how often each frame travels, how far apart, and how many
 * frames share a packet's headers. Pure arithmetic: what is known of the link goes in, a plan comes
 * out. */
#pragma once

#include "common/wire/voice-line.h"

G_BEGIN_DECLS

#define CC_VOICE_FRAME_SAMPLES 960 /* 20 ms */

typedef struct {
    double loss;      /* 0..1 of packets */
    gint64 burst_us;  /* how long a run of losses lasts in the mean; 0: unknown, at random */
    guint link_bps;   /* what the link takes in all; 0: unknown */
    guint payload;    /* bytes of an Opus packet from the source, in the mean */
    guint samples;    /* of it, at 48 kHz */
    gboolean red;     /* the receiver takes RFC 2198 */
    gboolean repeats; /* it asks for what is still missing (RTX) */
} CcVoiceLink;

/* The best plan for @link. @before: the plan so far, so that what is near a border stays; NULL at
 * first. */
void cc_voice_plan(const CcVoiceLink *link, const CcVoicePlan *before, CcVoicePlan *plan);

/* TRUE if @plan is what the source sends, packet by packet. */
static inline gboolean
cc_voice_plan_is_plain(const CcVoiceLink *link, const CcVoicePlan *plan)
{
    return plan->n_earlier == 0 && plan->samples <= link->samples;
}

/* A plan in force, and what is remembered of the link. Zeroed at first. */
typedef struct {
    CcVoicePlan plan;
    double loss; /* believed quickly, forgotten slowly */
    gint64 burst_us;
    gint64 seen_us;
    gint64 too_many_us; /* since when fewer copies would do; 0: they would not */
} CcVoicePlanner;

/* News of the link's losses; @now_us of any one clock. */
void cc_voice_planner_see(CcVoicePlanner *planner, double loss, gint64 burst_us, gint64 now_us);
/* Plans anew for @link, with the losses that are remembered. More copies are due at once, fewer
 * when they have sufficed for a while or there is no room for so many. TRUE if planner->plan has
 * changed. */
gboolean cc_voice_planner_consider(CcVoicePlanner *planner, CcVoiceLink *link, gint64 now_us);

/* The share of frames that do not arrive by any of their copies. */
double cc_voice_plan_residual(const CcVoiceLink *link, const CcVoicePlan *plan);
/* TRUE if RFC 2198, a datagram and the voice's share of the link have room for it. */
gboolean cc_voice_plan_fits(const CcVoiceLink *link, const CcVoicePlan *plan);
/* Bit/s on the wire, headers included. */
guint cc_voice_plan_bps(const CcVoiceLink *link, const CcVoicePlan *plan);

G_END_DECLS
