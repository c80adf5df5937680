/* What went out lately, by transport-wide sequence number: when, how large, and what became of it.
 * 8 bytes a packet; begins with 64 packets and grows at need to CC_SENT_RECORD_MAX. Not for sharing
 * between threads. Times in µs, monotonic; they may lie up to half an hour back. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_SENT_RECORD_MAX 512 /* packets; the oldest go first */

typedef enum { CC_SENT_UNKNOWN, CC_SENT_ARRIVED, CC_SENT_LOST } CcSentFate;

typedef struct {
    guint32 sent; /* µs, the low 32 bits */
    guint16 bytes;
    guint8 fate;  /* CcSentFate */
    guint8 probe; /* part of a probe */
} CcSentPacket;

typedef struct {
    CcSentPacket *packets; /* a ring of capacity @capacity; NULL while empty */
    guint capacity;        /* a power of two */
    guint n;               /* the newest are last - n + 1 to last */
    gint64 last;           /* unwrapped sequence number of the newest */
} CcSentRecord;

void cc_sent_record_clear(CcSentRecord *record);
/* Numbers that were left out count as never sent. A jump over more than the ring forgets all.
 * @sequence must be newer than what was added before, else it is ignored. */
void cc_sent_record_add(CcSentRecord *record, guint16 sequence, guint bytes, gint64 now_us,
                        gboolean probe);
/* The packet and its unwrapped number, or NULL if it was never sent or is forgotten. */
CcSentPacket *cc_sent_record_find(CcSentRecord *record, guint16 sequence, gint64 *unwrapped);
/* By unwrapped number; NULL likewise. */
CcSentPacket *cc_sent_record_get(CcSentRecord *record, gint64 unwrapped);
/* Where the next packet will be written, to be fetched ahead; NULL if that is unknown. */
static inline const CcSentPacket *
cc_sent_record_next(const CcSentRecord *record)
{
    return record->packets ? &record->packets[(record->last + 1) & (record->capacity - 1)] : NULL;
}
/* @packet's time of sending in full. */
gint64 cc_sent_packet_us(const CcSentPacket *packet, gint64 now_us);

G_END_DECLS
