#include "common/rate/sent-record.h"

#include <string.h>

#include "common/wire/sequence.h"

#define FIRST_CAPACITY 64

static CcSentPacket *
slot(CcSentRecord *record, gint64 unwrapped)
{
    return &record->packets[unwrapped & (record->capacity - 1)];
}

void
cc_sent_record_clear(CcSentRecord *record)
{
    g_free(record->packets);
    memset(record, 0, sizeof *record);
}

static void
grow(CcSentRecord *record)
{
    CcSentRecord larger = {
        .capacity = record->capacity == 0 ? FIRST_CAPACITY : record->capacity * 2,
        .n = record->n,
        .last = record->last,
    };
    larger.packets = g_new0(CcSentPacket, larger.capacity);
    for (gint64 i = record->last - record->n + 1; i <= record->last; i++)
        *slot(&larger, i) = *slot(record, i);
    g_free(record->packets);
    *record = larger;
}

static void
push(CcSentRecord *record, CcSentPacket packet)
{
    /* While the oldest is still without news there is need; else its place can be had. */
    if (record->n == record->capacity &&
        (record->capacity == 0 ||
         (record->capacity < CC_SENT_RECORD_MAX &&
          slot(record, record->last - record->n + 1)->fate == CC_SENT_UNKNOWN)))
        grow(record);
    record->last++;
    *slot(record, record->last) = packet;
    record->n = MIN(record->n + 1, record->capacity);
}

void
cc_sent_record_add(CcSentRecord *record, guint16 sequence, guint bytes, gint64 now_us,
                   gboolean probe)
{
    int distance = 1;
    if (record->n == 0)
        record->last = 0x10000 + sequence - 1;
    else
        distance = cc_sequence_distance(sequence, (guint16)(record->last & 0xffff));
    if (distance <= 0)
        return;
    if (distance > CC_SENT_RECORD_MAX) {
        record->n = 0;
        record->last += distance - 1;
        distance = 1;
    }
    while (--distance > 0)
        push(record, (CcSentPacket){.fate = CC_SENT_LOST});
    push(record, (CcSentPacket){
                     .sent = (guint32)now_us,
                     .bytes = (guint16)CLAMP(bytes, 1, G_MAXUINT16),
                     .probe = probe,
                 });
}

CcSentPacket *
cc_sent_record_get(CcSentRecord *record, gint64 unwrapped)
{
    if (unwrapped > record->last || unwrapped <= record->last - record->n)
        return NULL;
    CcSentPacket *packet = slot(record, unwrapped);
    return packet->bytes == 0 ? NULL : packet;
}

CcSentPacket *
cc_sent_record_find(CcSentRecord *record, guint16 sequence, gint64 *unwrapped)
{
    *unwrapped = record->last + cc_sequence_distance(sequence, (guint16)(record->last & 0xffff));
    return cc_sent_record_get(record, *unwrapped);
}

gint64
cc_sent_packet_us(const CcSentPacket *packet, gint64 now_us)
{
    return now_us - (gint32)((guint32)now_us - packet->sent);
}
