/* What the picture's receiver says to the sender (RFC 3550, RFC 4585): reports, questions for what
 * is missing and for keyframes. Told of each packet that arrives.
 *
 * Main thread, except cc_picture_rtcp_ask_for_keyframe(): any. */
#pragma once

#include "client/recv/picture-repair.h"
#include "client/recv/stream-report.h"

G_BEGIN_DECLS

typedef struct CcPictureRtcp CcPictureRtcp;

typedef struct {
    guint64 lost; /* that did not come, not even by repetition */
    guint64 asked, answered;
    double jitter_ms;
    gint64 rtt_us;      /* of questions and answers */
    gboolean rtt_fresh; /* it was measured just now */
} CcPictureRtcpFigures;

/* @repairs: the sender takes questions for packets. */
CcPictureRtcp *cc_picture_rtcp_new(gboolean repairs,
                                   void (*send)(const guint8 *packet, gsize length,
                                                gpointer user_data),
                                   gpointer user_data);
void cc_picture_rtcp_free(CcPictureRtcp *rtcp);

/* A packet of the stream @ssrc, with @bytes on the wire. */
void cc_picture_rtcp_arrived(CcPictureRtcp *rtcp, guint32 ssrc, guint16 sequence, guint32 timestamp,
                             gboolean repeated, guint bytes, gint64 arrival_us);
void cc_picture_rtcp_sender_report(CcPictureRtcp *rtcp, guint64 ntp, gint64 arrival_us);
/* PLI; once in the time that the answer takes, however often this is called. Where questions are
 * lost it goes out again with the next ones for packets. */
void cc_picture_rtcp_ask_for_keyframe(CcPictureRtcp *rtcp);
/* Packets before @sequence are of no use any more: not asked for again. */
void cc_picture_rtcp_forget_before(CcPictureRtcp *rtcp, guint16 sequence);
/* The round trip that others have measured. */
void cc_picture_rtcp_hint_rtt(CcPictureRtcp *rtcp, gint64 rtt_us);
/* How long a missing packet is worth waiting for. */
gint64 cc_picture_rtcp_wait_us(CcPictureRtcp *rtcp);
void cc_picture_rtcp_get_figures(CcPictureRtcp *rtcp, CcPictureRtcpFigures *figures);

G_END_DECLS
