/* RTCP: a walk over compound packets and a builder (RFC 3550 section 6, RFC 4585, RFC 5104, RFC
 * 5506 reduced size). Bytes in, values out. Every count is checked against the bytes that are
 * there. */
#pragma once

#include "common/wire/drop.h"

G_BEGIN_DECLS

enum {
    CC_RTCP_SR = 200,
    CC_RTCP_RR = 201,
    CC_RTCP_SDES = 202,
    CC_RTCP_BYE = 203,
    CC_RTCP_APP = 204,
    CC_RTCP_RTPFB = 205, /* format 1: generic NACK, 3: TMMBR, 15: transport-wide feedback */
    CC_RTCP_PSFB = 206,  /* format 1: PLI, 4: FIR, 15: application layer (REMB) */
};
enum { CC_RTPFB_NACK = 1, CC_RTPFB_TMMBR = 3, CC_RTPFB_TRANSPORT_CC = 15 };
enum { CC_PSFB_PLI = 1, CC_PSFB_FIR = 4, CC_PSFB_APPLICATION = 15 };

/* One packet of a compound. */
typedef struct {
    guint8 type;        /* CC_RTCP_… */
    guint8 count;       /* report count, source count or feedback message type */
    const guint8 *body; /* behind the four header bytes; into the compound */
    gsize body_length;  /* bytes, without padding */
} CcRtcpPacket;

/* Checks the whole compound (versions, lengths, counts, padding only at the end) before anybody
 * reads it. CC_DROP_NONE, CC_DROP_RTCP_MALFORMED, or CC_DROP_RTCP_ABSURD for more than 64 packets.
 */
CcDrop cc_rtcp_validate(const guint8 *data, gsize length);
/* Walks a validated compound. @offset starts at 0. FALSE at the end. */
gboolean cc_rtcp_next(const guint8 *data, gsize length, gsize *offset, CcRtcpPacket *packet);
#define CC_RTCP_FOREACH(data, length, packet)                                                      \
    for (gsize cc_offset_ = 0; cc_rtcp_next((data), (length), &cc_offset_, (packet));)

typedef struct {
    guint32 ssrc;
    guint64 ntp; /* sender's wall clock */
    guint32 rtp; /* the same instant in RTP time */
    guint32 packet_count, octet_count;
} CcRtcpSenderInfo;
gboolean cc_rtcp_read_sender_info(const CcRtcpPacket *packet, CcRtcpSenderInfo *info);

typedef struct {
    guint32 ssrc;           /* the source reported on */
    guint8 fraction_lost;   /* of 256 */
    gint32 cumulative_lost; /* packets, signed 24 bits */
    guint32 highest_sequence;
    guint32 jitter;              /* RTP time units */
    guint32 last_sr;             /* middle 32 bits of the NTP timestamp */
    guint32 delay_since_last_sr; /* 1/65536 s */
} CcRtcpReportBlock;
/* From an SR or RR; @index below packet->count. FALSE at the end or if truncated. */
gboolean cc_rtcp_read_report_block(const CcRtcpPacket *packet, guint index,
                                   CcRtcpReportBlock *block);

/* RTPFB and PSFB: the two SSRCs ahead of the control information; @fci may be empty. */
gboolean cc_rtcp_read_feedback(const CcRtcpPacket *packet, guint32 *sender_ssrc,
                               guint32 *media_ssrc, const guint8 **fci, gsize *fci_length);
/* Generic NACK entries as sequence numbers; returns how many were written to @sequences. */
guint cc_rtcp_read_nack(const CcRtcpPacket *packet, guint16 *sequences, guint max_sequences);
/* FIR: TRUE if it asks @media_ssrc for a keyframe. */
gboolean cc_rtcp_read_fir(const CcRtcpPacket *packet, guint32 media_ssrc);
/* One entry of a TMMBR (RFC 5104 section 4.2.1): the most that the sender of @ssrc may send. */
typedef struct {
    guint32 ssrc;
    guint64 bitrate_bps; /* with all headers; 0: nothing is wanted */
    guint16 overhead;    /* bytes a packet that the rate counts, from IP on; 9 bits */
} CcRtcpTmmbr;
/* FALSE at the end, or for another kind of packet. */
gboolean cc_rtcp_read_tmmbr(const CcRtcpPacket *packet, guint index, CcRtcpTmmbr *entry);
/* Receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb-03): FALSE if it is none. */
gboolean cc_rtcp_read_remb(const CcRtcpPacket *packet, guint64 *bps);
/* BYE: TRUE if @ssrc leaves. */
gboolean cc_rtcp_read_bye(const CcRtcpPacket *packet, guint32 ssrc);

/* Builds a compound into the caller's buffer. A packet that does not fit sets @overflow. */
typedef struct {
    guint8 *data;
    gsize capacity;
    gsize length;
    gboolean overflow;
} CcRtcpBuilder;

void cc_rtcp_builder_init(CcRtcpBuilder *builder, guint8 *data, gsize capacity);
/* Appends a packet's header and returns where its body goes (not cleared), or NULL on overflow.
 * @body_length: bytes, a multiple of 4. */
guint8 *cc_rtcp_builder_append(CcRtcpBuilder *builder, guint8 type, guint8 count,
                               gsize body_length);
void cc_rtcp_add_sender_report(CcRtcpBuilder *builder, const CcRtcpSenderInfo *info,
                               const CcRtcpReportBlock *blocks, guint n_blocks);
void cc_rtcp_add_receiver_report(CcRtcpBuilder *builder, guint32 sender_ssrc,
                                 const CcRtcpReportBlock *blocks, guint n_blocks);
void cc_rtcp_add_sdes_cname(CcRtcpBuilder *builder, guint32 ssrc, const char *cname);
void cc_rtcp_add_bye(CcRtcpBuilder *builder, guint32 ssrc);
void cc_rtcp_add_pli(CcRtcpBuilder *builder, guint32 sender_ssrc, guint32 media_ssrc);
/* @sequences ascending (modulo 2^16). */
void cc_rtcp_add_nack(CcRtcpBuilder *builder, guint32 sender_ssrc, guint32 media_ssrc,
                      const guint16 *sequences, guint n_sequences);
/* Bitrates of more than 17 significant bits are rounded down. */
void cc_rtcp_add_tmmbr(CcRtcpBuilder *builder, guint32 sender_ssrc, const CcRtcpTmmbr *entries,
                       guint n_entries);

G_END_DECLS
