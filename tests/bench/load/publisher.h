/* A teacher: sends the pattern of one room to the relay, as a session or (to the floor program) as
 * plain RTP, and does what relays ask of publishers. */
#pragma once

#include "tests/bench/load/room.h"
#include "tests/bench/load/session.h"

G_BEGIN_DECLS

/* What was negotiated for one track. 0: not negotiated. */
typedef struct {
    guint32 ssrc;
    guint8 payload_type;
    guint8 mid_ext, transport_cc_ext;
    char mid[17];
} LoadSlot;

typedef struct LoadSentPacket LoadSentPacket;

typedef struct {
    LoadSession session; /* first */
    LoadRoom *room;
    const LoadOptions *options;
    LoadSlot slots[LOAD_N_KINDS];
    gint64 period_ns[LOAD_N_KINDS]; /* between bursts; 0: this kind is not sent */
    gint64 due_ns[LOAD_N_KINDS];
    guint32 timestamps[LOAD_N_KINDS]; /* of the last burst */
    guint32 packets[LOAD_N_KINDS], octets[LOAD_N_KINDS];
    guint16 transport_sequence;
    guint16 picture_id;
    guint8 tl0picidx;
    gboolean keyframe_wanted;
    gint64 last_ns[LOAD_N_KINDS]; /* wall clock of the last burst */
    guint64 keyframes, retransmitted, not_sent;
    LoadSentPacket *ring; /* for NACKs */
    guint ring_size, ring_next;
} LoadPublisher;

/* @room and @options must outlive it. Bursts of the rooms are spread over the frame interval. */
gboolean load_publisher_init(LoadPublisher *publisher, LoadRoom *room, const LoadOptions *options,
                             CcDtlsIdentity *identity, GError **error);
void load_publisher_clear(LoadPublisher *publisher);

/* For a sink: no session, everything goes to @target unencrypted. */
void load_publisher_set_plain(LoadPublisher *publisher, const struct sockaddr_in *target);

/* Sends what is due. */
void load_publisher_tick(LoadPublisher *publisher, gint64 now_ns, gboolean measuring);
/* The sender reports. */
void load_publisher_second(LoadPublisher *publisher);

G_END_DECLS
