/* The sending pipeline: a source, encoders and rtpbin, with RTP and RTCP leaving and arriving as
 * bytes. It plays from creation to end without knowing of sessions. Main thread, except the two
 * callbacks that say otherwise. */
#pragma once

#include "client/send/layer.h"
#include "client/send/source.h"
#include "client/send/teacher-display.h"
#include "common/wire/sdp.h"

G_BEGIN_DECLS

typedef struct CcRtpSender CcRtpSender;

typedef struct {
    /* From GStreamer's threads. */
    void (*rtp)(const guint8 *packet, gsize length, gpointer user_data);
    void (*rtcp)(const guint8 *packet, gsize length, gpointer user_data);
    /* Main thread. The source has ended and all its packets have been handed over. */
    void (*ended)(gpointer user_data);
    void (*failed)(const GError *error, gpointer user_data);
} CcRtpSenderCallbacks;

typedef struct {
    guint32 audio_ssrc, audio_rtx_ssrc;   /* 0: no sound */
    guint32 video_ssrc[CC_SEND_PICTURES]; /* by layer, and CC_SEND_SCREEN; 0: no such picture */
    guint32 rtx_ssrc[CC_SEND_PICTURES];
    const char *cname; /* shared by both streams, so that receivers synchronise them */
    CcTeacherDisplay
        *display; /* where she sees and hears herself; outlives. NULL: a plain window */
} CcRtpSenderIds;

/* @source: (transfer full). */
CcRtpSender *cc_rtp_sender_new(CcSource *source, const CcSendSettings *settings,
                               const CcRtpSenderIds *ids, const CcRtpSenderCallbacks *callbacks,
                               gpointer user_data, GError **error);
void cc_rtp_sender_free(CcRtpSender *sender);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcRtpSender, cc_rtp_sender_free)

gboolean cc_rtp_sender_start(CcRtpSender *sender, GError **error);
/* A compound from the relay: reports, NACKs, keyframe requests. */
void cc_rtp_sender_rtcp(CcRtpSender *sender, const guint8 *packet, gsize length);
/* Somebody new listens: the next picture becomes a keyframe, and reports come quickly for a while.
 */
void cc_rtp_sender_begin_session(CcRtpSender *sender);
/* Nothing can be sent: nothing is encoded, and no numbers go by that the relay would miss, until
 * the next cc_rtp_sender_begin_session() (voice) and cc_rtp_sender_set_rate() (pictures). */
void cc_rtp_sender_pause(CcRtpSender *sender, gint64 now_us);
/* Of every layer, and of the screen. */
void cc_rtp_sender_request_keyframes(CcRtpSender *sender);
/* Whether camera or microphone run; they do from the beginning. What has none of its own (a file)
 * runs on. */
void cc_rtp_sender_capture(CcRtpSender *sender, CcMediaKind kind, gboolean on);
/* No voice leaves, whatever the session does. */
void cc_rtp_sender_set_silent(CcRtpSender *sender, gboolean silent);
/* See cc_layer_set_rate(). @picture: a layer's number in the settings, or CC_SEND_SCREEN; one that
 * is not there is ignored. */
void cc_rtp_sender_set_rate(CcRtpSender *sender, guint picture, gint64 wire_bps, gint64 now_us);
/* The voice's codec: bits a second. */
void cc_rtp_sender_set_voice_rate(CcRtpSender *sender, guint codec_bps);
void cc_rtp_sender_get_status(const CcRtpSender *sender, guint picture, CcLayerStatus *status);
/* See cc_screen_track_busy_bps(). */
guint cc_rtp_sender_screen_bps(const CcRtpSender *sender, gboolean *urgent);

G_END_DECLS
