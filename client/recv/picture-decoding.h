/* What comes out of the jitter buffer, decoded and placed beside the voice. A decoder bin appears
 * with each new stream or codec and takes the place of the one before.
 *
 * Streaming threads, except where said otherwise. */
#pragma once

#include "client/recv/picture.h"

G_BEGIN_DECLS

typedef struct CcPictureDecoding CcPictureDecoding;

/* @pipeline is where decoders go. @keyframe_wanted is called (any thread) when nothing can be shown
 * without one. All arguments outlive. Main thread. */
CcPictureDecoding *cc_picture_decoding_new(GstElement *pipeline, const CcRtpRoute *route,
                                           const CcPictureOptions *options,
                                           const CcPictureCallbacks *callbacks,
                                           void (*keyframe_wanted)(gpointer user_data),
                                           gpointer keyframe_data, gpointer user_data);
/* After the pipeline has stopped. Main thread. */
void cc_picture_decoding_free(CcPictureDecoding *decoding);
/* @pad: "recv_rtp_src_SESSION_SSRC_PT" of a new stream. */
void cc_picture_decoding_add_pad(CcPictureDecoding *decoding, GstPad *pad);
/* A sender report of the picture's SSRC. Any thread. */
void cc_picture_decoding_sender_report(CcPictureDecoding *decoding, const CcRtcpSenderInfo *info);

G_END_DECLS
