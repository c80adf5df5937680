/* To which of our streams does an arriving packet belong, and what is its payload? Told by the SSRC
 * of the answer, then by MID; then by payload type, for the first stream of its kind. Pure; owner's
 * thread. */
#pragma once

#include "common/base/slots.h"
#include "common/wire/sdp.h"

G_BEGIN_DECLS

typedef struct {
    CcCodec codec; /* CC_CODEC_NONE for retransmissions */
    guint8 payload_type;
    guint8 apt; /* retransmissions: the payload type repaired */
    guint clock_rate;
    CcMediaKind kind;
    gboolean red; /* RFC 2198; codec is CC_CODEC_NONE */
} CcRouteFormat;

typedef struct {
    CcMediaKind kind;
    guint slot; /* of its kind: common/base/slots.h */
    char mid[17];
    guint8 mid_extension; /* 0: not negotiated */
    guint8 transport_cc_extension;
    gboolean nack;          /* lost packets may be asked for */
    guint32 ssrc, rtx_ssrc; /* 0: not announced */
} CcRouteStream;

typedef struct {
    guint n_streams;
    CcRouteStream streams[CC_WATCHED_AUDIOS + CC_TEACHER_WATCHED_VIDEOS];
    guint n_formats;
    CcRouteFormat formats[16];
} CcRtpRoute;

void cc_rtp_route_init(CcRtpRoute *route, const CcSdp *answer);
/* NULL for a packet to drop. */
const CcRouteStream *cc_rtp_route_packet(const CcRtpRoute *route, const guint8 *packet,
                                         gsize length);
/* For RTCP that is about one source. NULL if unknown. */
const CcRouteStream *cc_rtp_route_ssrc(const CcRtpRoute *route, guint32 ssrc);
/* TRUE if the packet carries a transport-wide sequence number that was negotiated for @stream. */
gboolean cc_rtp_route_transport_sequence(const CcRouteStream *stream, const guint8 *packet,
                                         gsize length, guint16 *sequence);
/* The payload type of Opus; 0: not negotiated. */
guint8 cc_rtp_route_opus_type(const CcRtpRoute *route);
/* TRUE if lost packets of @kind may be asked for. */
gboolean cc_rtp_route_repairs(const CcRtpRoute *route, CcMediaKind kind);
/* NULL if @payload_type was not negotiated. */
const CcRouteFormat *cc_rtp_route_format(const CcRtpRoute *route, guint payload_type);

G_END_DECLS
