/* Made-up speech, and the way it comes over a bad link: for the tests of the voice path. */
#pragma once

#include "client/recv/voice-player.h"

/* @n sample frames of stereo from sample @from on: half a second of a gliding voice with formants,
 * 200 ms of pause, and so on. Continuous from call to call. */
void voice_speak(gint16 *samples, gint64 from, guint n);

typedef struct {
    guint seconds;
    guint32 seed;
    double loss;                         /* 0..1, at random */
    guint burst;                         /* packets lost in a row, once it happens; 0: one */
    guint one_way_ms;                    /* least transit */
    guint jitter_ms;                     /* more than that, evenly */
    guint earlier;                       /* RED: blocks of earlier frames in each packet */
    guint rtt_ms;                        /* of a repetition by RTX; 0: there is none */
    gboolean fec, dtx;                   /* of the encoder */
    guint stall_from_ms, stall_until_ms; /* the link holds everything back meanwhile */
    guint dead_from_ms, dead_until_ms;   /* the link loses everything meanwhile */
    guint worse_from_ms, worse_until_ms; /* 200 ms more jitter meanwhile */
    guint least_from_ms, least_until_ms; /* the picture needs 400 ms meanwhile */
    guint pause_s;                       /* so long silent after each so long of speech */
    gint drift_ppm;                      /* the speaker's clock is faster by so much */
} VoiceLink;

typedef struct {
    CcVoiceStats stats;
    GArray *sound; /* gint16, stereo: all that was played */
    gint64 max_delay_ms, max_chosen_ms;
    guint gaps;  /* pieces that did not begin where the one before ended */
    guint coded; /* frames for the recorder */
} VoiceHeard;

/* Sends @link->seconds of speech over @link to a player. */
void voice_run(const VoiceLink *link, VoiceHeard *heard);
void voice_heard_clear(VoiceHeard *heard);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VoiceHeard, voice_heard_clear)

/* The largest step from sample to sample. */
double voice_worst_step(const gint16 *samples, guint n);
