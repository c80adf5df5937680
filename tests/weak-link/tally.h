/* What one direction of the link has carried since the last line: bytes per kind of packet, fates,
 * waiting, and what each flow got. Written as one JSON object a line. */
#pragma once

#include <stdio.h>

#include "tests/weak-link/link-model.h"
#include "tests/weak-link/packet-kind.h"

G_BEGIN_DECLS

#define TALLY_LATE_US 5000

/* RTP is told by payload type. */
#define TALLY_KINDS (PACKET_RTP + 128)

typedef struct {
    guint64 packets, bytes;                     /* offered */
    guint64 delivered_packets, delivered_bytes; /* repetitions not counted */
    guint64 header_bytes;                       /* of the delivered ones */
} TallyKind;

typedef struct {
    const char *direction;
    TallyKind kinds[TALLY_KINDS];
    guint64 fates[LINK_N_FATES];
    guint64 passed_bytes; /* through the bottleneck, whatever became of them behind it */
    GArray *queue_us;     /* gint64, of each packet that went into the queue */
    guint64 late;         /* packets that this program itself delivered later than TALLY_LATE_US */
    GHashTable *flows; /* "udp-PORT" or "tcp-PORT" where they go → guint64 *, delivered bytes */
} Tally;

void tally_init(Tally *tally, const char *direction);
void tally_clear(Tally *tally);
void tally_add(Tally *tally, const PacketFacts *facts, gsize bytes, const LinkVerdict *verdict);
/* A packet left this much after its time. */
void tally_left(Tally *tally, gint64 late_us);
/* And begins anew. @time_us: of the schedules; G_MININT64 is written as null. */
void tally_write(Tally *tally, FILE *file, gint64 now_us, gint64 time_us, gint64 bits_per_s);

G_END_DECLS
