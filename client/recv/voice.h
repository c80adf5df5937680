/* The voice of one session: RTP in, sound out, with its own thread, so that nothing else that recv
 * does can make it stutter. Repairs (RED, RTX, in-band FEC), concealment, playout delay and the
 * stream's RTCP are all here; CcVoicePlayer does the playing.
 *
 * Functions: main thread. Callbacks: the voice's thread. */
#pragma once

#include <gst/gst.h>

#include "client/recv/rtp-route.h"
#include "client/recv/voice-player.h"
#include "common/wire/rtcp.h"

G_BEGIN_DECLS

typedef struct CcVoice CcVoice;

typedef struct {
    /* S16 whose first sample is due at @begins_us (CLOCK_MONOTONIC), and the playout delay that
     * this makes. */
    void (*sound)(const gint16 *samples, guint n, gint64 begins_us, gint64 delay_us,
                  gpointer user_data);
    /* Opus frames as they were played, with the running time at which they would have been without
     * the playout delay; NULL if nobody records. */
    void (*encoded)(GstSample *sample, gpointer user_data);
    void (*rtcp)(const guint8 *packet, gsize length, gpointer user_data);
} CcVoiceCallbacks;

/* @base_time: of running times, on CLOCK_MONOTONIC. @comes_and_goes: whoever speaks does so now and
 * then: what was before a silence of some seconds is forgotten, and until the next packet nothing
 * is made up. @route outlives. Error: CC_ERROR_MEDIA. */
CcVoice *cc_voice_new(const CcRtpRoute *route, GstClockTime base_time, gboolean comes_and_goes,
                      const CcVoiceCallbacks *callbacks, gpointer user_data, GError **error);
void cc_voice_free(CcVoice *voice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcVoice, cc_voice_free)

void cc_voice_rtp(CcVoice *voice, const guint8 *packet, gsize length, gint64 arrival_us);
/* A sender report of the voice's SSRC. */
void cc_voice_sender_report(CcVoice *voice, const CcRtcpSenderInfo *info, gint64 arrival_us);
/* The delay that the picture needs. Any thread. */
void cc_voice_set_least_delay(CcVoice *voice, gint64 delay_us);

/* The round trip that others have measured. */
void cc_voice_hint_rtt(CcVoice *voice, gint64 rtt_us);

/* Local time (microseconds) minus the sender's wall clock, of what is played without any delay:
 * what the picture is placed by. FALSE while unknown. Any thread. */
gboolean cc_voice_get_offset(CcVoice *voice, gint64 *offset_us);

/* A sample whose PTS is the running time of @time_us, with @samples sample frames in it. (transfer
 * full) */
GstSample *cc_voice_make_sample(const void *data, gsize size, gint64 time_us, guint samples,
                                GstCaps *caps, GstClockTime base_time);
/* Of what @sound is given. (transfer full) */
GstCaps *cc_voice_sound_caps(void);

typedef struct {
    CcVoiceStats played;
    guint32 lost; /* packets that did not come by themselves */
    guint64 asked, answered;
    gint64 rtt_us;      /* of questions and answers */
    gboolean rtt_fresh; /* it was measured just now */
    double jitter_ms;
} CcVoiceFigures;
void cc_voice_get_figures(CcVoice *voice, CcVoiceFigures *figures);

G_END_DECLS
