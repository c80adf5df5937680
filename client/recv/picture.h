/* The picture of one session: RTP as bytes in, decoded pictures and the encoded frames for the
 * recorder out. What is missing is asked for by CcPictureRtcp and waited for in CcPictureOrder.
 *
 * Main thread; the callbacks come from GStreamer's threads. */
#pragma once

#include <gst/gst.h>

#include "client/recv/picture-rtcp.h"
#include "client/recv/rtp-route.h"
#include "common/wire/rtcp.h"

G_BEGIN_DECLS

typedef struct CcPicture CcPicture;

typedef struct {
    /* A raw picture whose PTS is the running time at which it would be to be seen without any
     * playout delay. */
    void (*decoded)(GstSample *sample, gpointer user_data);
    /* An encoded one likewise; NULL if nobody records. */
    void (*encoded)(GstSample *sample, gpointer user_data);
    void (*rtcp)(const guint8 *packet, gsize length, gpointer user_data);
    /* Where the voice is: cc_voice_get_offset(). */
    gboolean (*voice_offset)(gint64 *offset_us, gpointer user_data);
} CcPictureCallbacks;

typedef struct {
    GstClock *clock;
    GstClockTime base_time;
    gboolean hardware; /* use hardware decoders where there are some */
} CcPictureOptions;

/* @route outlives. Error: CC_ERROR_MEDIA. */
CcPicture *cc_picture_new(const CcRtpRoute *route, const CcPictureOptions *options,
                          const CcPictureCallbacks *callbacks, gpointer user_data, GError **error);
void cc_picture_free(CcPicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcPicture, cc_picture_free)

void cc_picture_rtp(CcPicture *picture, const guint8 *packet, gsize length, gint64 arrival_us);
/* A sender report of the picture's SSRC. */
void cc_picture_sender_report(CcPicture *picture, const CcRtcpSenderInfo *info, gint64 arrival_us);
/* To be called about once a second: waits for missing packets as long as it pays, and as long as
 * the voice has to wait in any case. @voice_rtt_us: as measured with the voice; 0: not lately. */
void cc_picture_adapt(CcPicture *picture, gint64 voice_delay_us, gint64 voice_rtt_us);
/* Asks for a keyframe (PLI), if the stream has begun. */
void cc_picture_ask_for_keyframe(CcPicture *picture);
/* TRUE once after GStreamer reported an error in here: the owner makes a new one. */
gboolean cc_picture_take_failure(CcPicture *picture);
void cc_picture_get_figures(CcPicture *picture, CcPictureRtcpFigures *figures);

G_END_DECLS
