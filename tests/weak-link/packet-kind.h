/* What an IP packet between relay and client is, as far as the part in clear tells. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    PACKET_OTHER,
    PACKET_TCP,
    PACKET_STUN,
    PACKET_DTLS,
    PACKET_RTCP,
    PACKET_RTP,
} PacketKind;

typedef struct {
    PacketKind kind;
    gboolean is_udp;
    guint16 port;        /* UDP's or TCP's, where it goes to */
    guint8 payload_type; /* RTP's */
    guint32 ssrc;        /* RTP's */
    gsize header_bytes;  /* IP, UDP or TCP, RTP with its extensions, SRTP's tag */
} PacketFacts;

/* The tag's length depends on the profile: 16 bytes are taken off, as AES-GCM has. */
#define PACKET_SRTP_TAG 16

PacketFacts packet_look(const guint8 *packet, gsize length);

G_END_DECLS
