/* RTP (RFC 3550 section 5.1) with header extensions (RFC 8285). Bytes in, values out; no ownership.
 */
#pragma once

#include "common/wire/drop.h"

G_BEGIN_DECLS

#define CC_RTP_MAX_PACKET 1500 /* bytes, of any RTP or RTCP packet that we accept, before SRTP */
#define CC_RTP_MIN_HEADER 12

typedef struct {
    gboolean marker;
    guint8 payload_type;
    guint16 sequence;
    guint32 timestamp;
    guint32 ssrc;
    guint16 extension_profile; /* 0xBEDE one-byte, 0x100X two-byte; 0 if there is none */
    const guint8 *extension;   /* into the packet; NULL if there is none */
    guint16 extension_length;  /* bytes */
    const guint8 *payload;     /* into the packet */
    guint16 payload_length;    /* bytes, without padding */
    guint8 padding_length;     /* bytes */
    guint16 header_length;     /* bytes: fixed header, CSRCs and extension */
} CcRtpHeader;

/* Returns CC_DROP_NONE, or CC_DROP_RTP_MALFORMED with @header undefined. */
CcDrop cc_rtp_parse(const guint8 *packet, gsize length, CcRtpHeader *header);

/* Finds extension element @id (1..255). Returns its data (into the packet) and @length, or NULL.
 * One-byte and two-byte forms; malformed elements end the search. */
const guint8 *cc_rtp_find_extension(const CcRtpHeader *header, guint8 id, guint8 *length);

/* What goes into a packet's header on its way out; id 0 leaves an extension out. One-byte form. */
typedef struct {
    gboolean marker;
    guint8 payload_type;
    guint16 sequence;
    guint32 timestamp;
    guint32 ssrc;
    guint8 mid_id; /* RFC 8843 */
    guint8 mid_length;
    const char *mid;
    guint8 rid_id; /* RFC 8852: of the stream, or of the one that is repaired */
    guint8 rid_length;
    const char *rid;
    guint8 transport_cc_id; /* draft-holmer-rmcat-transport-wide-cc-extensions-01 */
    guint16 transport_sequence;
} CcRtpWriteHeader;

/* Writes the header to @out and returns its length in bytes, or 0 if @capacity is too small. */
gsize cc_rtp_write_header(guint8 *out, gsize capacity, const CcRtpWriteHeader *header);

/* RFC 5761 section 4: TRUE if an (S)RTP-or-(S)RTCP packet of @length is RTCP. */
static inline gboolean
cc_rtp_is_rtcp(const guint8 *packet, gsize length)
{
    return length >= 2 && packet[1] >= 192 && packet[1] <= 223;
}

G_END_DECLS
