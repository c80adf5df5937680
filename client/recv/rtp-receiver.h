/* The receiving half of `recv`: RTP and RTCP as bytes in, decoded pictures (CcPicture) and sound
 * (CcVoice, mixed by CcVoiceMix) out, and the encoded frames for the recorder. There is a part for
 * each slot that carries something: made with its first packet, and pictures' ended when they have
 * stopped. Lives as long as one negotiated session; a new session gets a new one, while screen,
 * loudspeaker and recorder go on.
 *
 * Main thread; the callbacks come from other threads. */
#pragma once

#include <gst/gst.h>

#include "client/recv/rtp-route.h"
#include "client/recv/voice.h"

G_BEGIN_DECLS

typedef struct CcRtpReceiver CcRtpReceiver;

typedef struct {
    /* Raw sound of all voices whose PTS is the running time (of the shared clock and base time)
     * when it is to be heard. */
    void (*sound)(GstSample *sample, gpointer user_data);
    /* The playout delay that @voice has just now (0: the teacher's, then the guests'). */
    void (*voice_delay)(guint voice, gint64 delay_us, gpointer user_data);
    /* A raw picture of a slot (common/base/slots.h) whose PTS is the running time at which it would
     * be to be seen without any playout delay. Returns the delay (microseconds) that pictures need.
     */
    gint64 (*picture)(guint slot, GstSample *sample, gpointer user_data);
    /* Depayloaded and parsed frames of the teacher's voice and first picture at their times without
     * any delay; NULL if nobody records. */
    void (*encoded)(CcMediaKind kind, GstSample *sample, gpointer user_data);
    /* RTCP to send. */
    void (*rtcp)(const guint8 *packet, gsize length, gpointer user_data);
} CcRtpReceiverCallbacks;

typedef struct {
    GstClock *clock;
    GstClockTime base_time;
    guint latency_ms;  /* the least playout delay */
    gboolean hardware; /* use hardware decoders where there are some */
} CcRtpReceiverOptions;

CcRtpReceiver *cc_rtp_receiver_new(const CcSdp *answer, const CcRtpReceiverOptions *options,
                                   const CcRtpReceiverCallbacks *callbacks, gpointer user_data,
                                   GError **error);
void cc_rtp_receiver_free(CcRtpReceiver *receiver);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcRtpReceiver, cc_rtp_receiver_free)

/* @arrival_us: CLOCK_MONOTONIC. */
void cc_rtp_receiver_rtp(CcRtpReceiver *receiver, const guint8 *packet, gsize length,
                         gint64 arrival_us);
void cc_rtp_receiver_rtcp(CcRtpReceiver *receiver, const guint8 *packet, gsize length,
                          gint64 arrival_us);

/* Makes the first picture's part anew, where it cannot get out of something by itself; the voice
 * goes on. FALSE: there is no picture until the next attempt. */
gboolean cc_rtp_receiver_renew_picture(CcRtpReceiver *receiver, GError **error);

/* To be called about once a second: gives repetitions as much time as they take and the delay has,
 * and ends what carries nothing any more. */
void cc_rtp_receiver_adapt(CcRtpReceiver *receiver);

/* TRUE after the first picture's part reported an error, once: the owner renews it. */
gboolean cc_rtp_receiver_take_failure(CcRtpReceiver *receiver);

/* Asks for a keyframe (PLI) of the first picture, if its stream has begun. */
void cc_rtp_receiver_ask_for_keyframe(CcRtpReceiver *receiver);

typedef struct {
    guint64 packets, bytes; /* RTP that arrived, retransmissions included */
    guint64 video_packets;  /* of them, the first picture's */
    guint64 lost;           /* not there in time, also not by retransmission; all streams */
    guint64 retransmissions_asked, retransmissions_used;
    double jitter_ms;     /* of arrivals; the greater of all streams */
    CcVoiceFigures voice; /* the teacher's */
    CcVoiceFigures guests[CC_GUESTS];
} CcRtpReceiverStats;
void cc_rtp_receiver_get_stats(CcRtpReceiver *receiver, CcRtpReceiverStats *stats);

G_END_DECLS
