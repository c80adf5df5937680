/* The way out: a packet is written straight into the slot from which it will be sent, protected
 * there and left for the end of the loop turn. Worker's thread. */
#pragma once

#include "common/wire/rtcp.h"
#include "relay/media/media-session.h"

G_BEGIN_DECLS

/* Bytes of RTP or RTCP that a slot takes; the rest of it is for the SRTP trailer. */
#define CC_EGRESS_CAPACITY 1600

/* Where the next packet to @session is to be written, CC_EGRESS_CAPACITY bytes; NULL while it has
 * no path or no keys. Followed by one of the two commits, or by nothing. */
guint8 *cc_egress_begin(CcMediaSession *session);
/* Protects and queues it. TRUE if it is on its way. @header, @payload, @index: as of
 * cc_srtp_seal_rtp(). @video: may be dropped where it would hold the voice up. */
gboolean cc_egress_commit_rtp(CcMediaSession *session, guint8 *packet, gsize length, gsize header,
                              const guint8 *payload, guint64 index, gboolean video);
gboolean cc_egress_commit_rtcp(CcMediaSession *session, guint8 *packet, gsize length);

/* STUN and DTLS: as they are. */
void cc_egress_send(CcWorker *worker, const CcRoute *route, const guint8 *data, gsize length);

G_END_DECLS
