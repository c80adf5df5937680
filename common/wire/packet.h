/* The one shared media packet: decrypted once into a pooled buffer, referenced by the history and
 * by whoever still sends it, never edited after parsing. References are counted without atomics: a
 * packet lives on one thread. */
#pragma once

#include "common/wire/picture.h"
#include "common/wire/rtp.h"

G_BEGIN_DECLS

typedef struct CcPacketPool CcPacketPool;

typedef struct CcPacket {
    CcPacketPool *pool;
    struct CcPacket *next_free;
    guint references;
    guint16 length;                      /* bytes of data in use */
    gint64 arrival_us;                   /* monotonic */
    CcRtpHeader rtp;                     /* points into data */
    gint64 sequence;                     /* unwrapped */
    gboolean keyframe;                   /* begins a keyframe */
    CcPicture picture;                   /* all zero if nothing is known of it */
    guint8 data[CC_RTP_MAX_PACKET + 64]; /* room for the SRTP tag and trailer while decrypting */
} CcPacket;

/* @max_packets: a hard bound; the pool grows up to it and keeps what it has. */
CcPacketPool *cc_packet_pool_new(guint max_packets);
/* Every packet must have been returned. NULL is fine. */
void cc_packet_pool_free(CcPacketPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcPacketPool, cc_packet_pool_free)

/* A packet with one reference, or NULL when the pool is exhausted. */
CcPacket *cc_packet_pool_take(CcPacketPool *pool);
guint cc_packet_pool_in_use(const CcPacketPool *pool);

CcPacket *cc_packet_ref(CcPacket *packet);
/* NULL is fine. */
void cc_packet_unref(CcPacket *packet);

G_END_DECLS
