/* A source's recent packets by sequence number, for retransmission (RFC 4588) and, later,
 * redundancy. A ring of references; owned by the track. */
#pragma once

#include "common/wire/packet.h"

G_BEGIN_DECLS

typedef struct CcPacketHistory CcPacketHistory;

/* @capacity: packets, a power of two up to 32768. Packets older than @max_age_us are not given out.
 */
CcPacketHistory *cc_packet_history_new(guint capacity, gint64 max_age_us);
void cc_packet_history_free(CcPacketHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcPacketHistory, cc_packet_history_free)

/* No less than it has. */
void cc_packet_history_keep_longer(CcPacketHistory *history, gint64 max_age_us);

/* Takes a reference of its own. Returns FALSE, and takes none, for a sequence number that is there
 * already or so old that a newer packet has its place. */
gboolean cc_packet_history_add(CcPacketHistory *history, CcPacket *packet);
/* (transfer none) NULL if it was never there, was overwritten, or is too old at @now_us. */
CcPacket *cc_packet_history_get(CcPacketHistory *history, guint16 sequence, gint64 now_us);
void cc_packet_history_clear(CcPacketHistory *history);

G_END_DECLS
