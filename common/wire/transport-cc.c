#include "common/wire/transport-cc.h"

#include <string.h>

#include "common/wire/bytes.h"
#include "common/wire/sequence.h"

/* The control information: base sequence number (16), status count (16), reference time (24, in
 * 64 ms), message count (8), status chunks (16 each), receive deltas (8 or 16 bits, in 250 µs). */
#define FIXED_LENGTH 16 /* bytes of body ahead of the chunks, with the two SSRCs */
#define TICK_US 250
#define REFERENCE_TICKS 256 /* 64 ms */

typedef enum { NOT_RECEIVED, SMALL_DELTA, LARGE_DELTA, RESERVED } Symbol;

void
cc_transport_cc_recorder_init(CcTransportCcRecorder *recorder)
{
    memset(recorder, 0, sizeof *recorder);
}

static gint64 *
arrival_of(CcTransportCcRecorder *recorder, gint64 sequence)
{
    return &recorder->arrival_us[sequence % CC_TRANSPORT_CC_WINDOW];
}

/* Moves the window up to @sequence, which is newer than all before. */
static void
advance(CcTransportCcRecorder *recorder, gint64 sequence)
{
    if (sequence - recorder->last >= CC_TRANSPORT_CC_WINDOW) {
        /* The sender has started anew, or we were cut off: reporting a thousand losses helps
         * nobody. */
        memset(recorder->arrival_us, 0, sizeof recorder->arrival_us);
        recorder->first = recorder->oldest = sequence;
    } else {
        for (gint64 i = recorder->last + 1; i < sequence; i++)
            *arrival_of(recorder, i) = 0;
        recorder->first = MAX(recorder->first, sequence - CC_TRANSPORT_CC_WINDOW + 1);
    }
    recorder->last = sequence;
}

void
cc_transport_cc_record(CcTransportCcRecorder *recorder, guint16 sequence, gint64 arrival_us)
{
    if (!recorder->started) {
        recorder->started = TRUE;
        recorder->first = recorder->last = recorder->oldest = 0x10000 + sequence;
    }
    gint64 unwrapped =
        recorder->last + cc_sequence_distance(sequence, (guint16)(recorder->last & 0xffff));
    if (unwrapped <= recorder->last - CC_TRANSPORT_CC_WINDOW)
        return;
    if (unwrapped > recorder->last)
        advance(recorder, unwrapped);
    else if (*arrival_of(recorder, unwrapped) != 0)
        return; /* a repetition */
    else
        /* Perhaps already reported as missing: then the next message goes back to it. */
        recorder->first = MIN(recorder->first, unwrapped);
    recorder->oldest = MIN(recorder->oldest, unwrapped);
    *arrival_of(recorder, unwrapped) = MAX(arrival_us, 1);
}

void
cc_transport_cc_repeat(CcTransportCcRecorder *recorder, guint packets)
{
    gint64 oldest = MAX(recorder->oldest, recorder->last - CC_TRANSPORT_CC_WINDOW + 1);
    recorder->first = MIN(recorder->first, MAX(recorder->first - packets, oldest));
}

/* What one message will say. */
typedef struct {
    gint64 reference; /* in 64 ms */
    guint n_status;
    guint8 symbols[CC_TRANSPORT_CC_WINDOW];
    guint n_deltas;
    gint16 deltas[CC_TRANSPORT_CC_WINDOW]; /* of those that arrived */
    gsize delta_bytes;
} Message;

/* Collects up to @max_status packets from recorder->first on. */
static void
collect(CcTransportCcRecorder *recorder, guint max_status, Message *message)
{
    gint64 earliest = recorder->first;
    while (*arrival_of(recorder, earliest) == 0)
        earliest++; /* recorder->last has arrived */
    message->reference = *arrival_of(recorder, earliest) / (TICK_US * REFERENCE_TICKS);
    message->n_status = message->n_deltas = 0;
    message->delta_bytes = 0;

    gint64 tick = message->reference * REFERENCE_TICKS;
    for (gint64 i = recorder->first; i <= recorder->last && message->n_status < max_status; i++) {
        gint64 arrival_us = *arrival_of(recorder, i);
        if (arrival_us == 0) {
            message->symbols[message->n_status++] = NOT_RECEIVED;
            continue;
        }
        gint64 delta = arrival_us / TICK_US - tick;
        if (delta < G_MININT16 || delta > G_MAXINT16)
            break;
        gboolean is_small = delta >= 0 && delta <= G_MAXUINT8;
        message->symbols[message->n_status++] = is_small ? SMALL_DELTA : LARGE_DELTA;
        message->deltas[message->n_deltas++] = (gint16)delta;
        message->delta_bytes += is_small ? 1 : 2;
        tick += delta;
    }
}

/* Encodes the next status chunk and returns how many symbols it holds. */
static guint
make_chunk(const guint8 *symbols, guint n, guint16 *chunk)
{
    guint run = 1;
    while (run < n && symbols[run] == symbols[0])
        run++;
    guint one_bit = 0; /* symbols ahead that one bit each can say */
    while (one_bit < MIN(n, 14) && symbols[one_bit] <= SMALL_DELTA)
        one_bit++;

    if (run >= 14 || run == n || (run >= 7 && one_bit < 14)) {
        *chunk = (guint16)(symbols[0] << 13 | run);
        return run;
    }
    if (one_bit == MIN(n, 14)) {
        *chunk = 0x8000;
        for (guint i = 0; i < one_bit; i++)
            *chunk |= (guint16)(symbols[i] << (13 - i));
        return one_bit;
    }
    guint taken = MIN(n, 7);
    *chunk = 0xc000;
    for (guint i = 0; i < taken; i++)
        *chunk |= (guint16)(symbols[i] << (12 - 2 * i));
    return taken;
}

static guint
make_chunks(const Message *message, guint16 *chunks)
{
    guint n_chunks = 0;
    for (guint i = 0; i < message->n_status; n_chunks++)
        i += make_chunk(message->symbols + i, message->n_status - i, &chunks[n_chunks]);
    return n_chunks;
}

static void
write_deltas(guint8 *p, const Message *message)
{
    for (guint i = 0, n = 0; i < message->n_status; i++) {
        if (message->symbols[i] == SMALL_DELTA) {
            *p++ = (guint8)message->deltas[n++];
        } else if (message->symbols[i] == LARGE_DELTA) {
            cc_write_u16(p, (guint16)message->deltas[n++]);
            p += 2;
        }
    }
}

/* How many packets surely fit into @room bytes of body: at worst two bytes of delta each, and a
 * chunk for each seven. */
static guint
fitting_status(gsize room)
{
    if (room < FIXED_LENGTH + 8)
        return 0;
    return (guint)MIN((room - FIXED_LENGTH - 4) * 7 / 16, CC_TRANSPORT_CC_WINDOW);
}

gboolean
cc_transport_cc_build(CcTransportCcRecorder *recorder, CcRtcpBuilder *builder, guint32 sender_ssrc,
                      guint32 media_ssrc)
{
    if (!recorder->started || recorder->first > recorder->last)
        return FALSE;
    gsize room = builder->capacity - builder->length;
    guint max_status = fitting_status(room < 4 ? 0 : (room - 4) & ~(gsize)3);
    if (max_status == 0) {
        builder->overflow = TRUE;
        return FALSE;
    }

    Message message;
    collect(recorder, max_status, &message);
    guint16 chunks[CC_TRANSPORT_CC_WINDOW];
    guint n_chunks = make_chunks(&message, chunks);
    gsize used = FIXED_LENGTH + n_chunks * (gsize)2 + message.delta_bytes;
    gsize body_length = (used + 3) & ~(gsize)3;
    guint8 *p = cc_rtcp_builder_append(builder, CC_RTCP_RTPFB, CC_RTPFB_TRANSPORT_CC, body_length);
    if (p == NULL)
        return FALSE;

    cc_write_u32(p, sender_ssrc);
    cc_write_u32(p + 4, media_ssrc);
    cc_write_u16(p + 8, (guint16)(recorder->first & 0xffff));
    cc_write_u16(p + 10, (guint16)message.n_status);
    cc_write_u24(p + 12, (guint32)message.reference & 0xffffff);
    p[15] = recorder->message_count++;
    for (guint i = 0; i < n_chunks; i++)
        cc_write_u16(p + FIXED_LENGTH + i * 2, chunks[i]);
    write_deltas(p + FIXED_LENGTH + n_chunks * (gsize)2, &message);
    memset(p + used, 0, body_length - used);
    recorder->first += message.n_status;
    return TRUE;
}

/* Walks the chunks, one symbol at a time. */
typedef struct {
    const guint8 *data;
    gsize length, offset;
    guint16 chunk;
    guint left; /* symbols in @chunk */
} SymbolReader;

static gboolean
next_symbol(SymbolReader *reader, Symbol *symbol)
{
    if (reader->left == 0) {
        if (reader->length - reader->offset < 2)
            return FALSE;
        reader->chunk = cc_read_u16(reader->data + reader->offset);
        reader->offset += 2;
        if (!(reader->chunk & 0x8000))
            reader->left = reader->chunk & 0x1fff;
        else
            reader->left = reader->chunk & 0x4000 ? 7 : 14;
        if (reader->left == 0)
            return FALSE; /* a run of nothing */
    }
    reader->left--;
    if (!(reader->chunk & 0x8000))
        *symbol = reader->chunk >> 13 & 3;
    else if (reader->chunk & 0x4000)
        *symbol = reader->chunk >> (reader->left * 2) & 3;
    else
        *symbol = reader->chunk >> reader->left & 1;
    return *symbol != RESERVED;
}

/* Checks that chunks and deltas are all there; gives where the deltas begin. */
static gboolean
find_deltas(const CcRtcpPacket *packet, guint n_status, gsize *deltas)
{
    SymbolReader reader = {
        .data = packet->body, .length = packet->body_length, .offset = FIXED_LENGTH};
    gsize delta_bytes = 0;
    for (guint i = 0; i < n_status; i++) {
        Symbol symbol;
        if (!next_symbol(&reader, &symbol))
            return FALSE;
        delta_bytes += symbol; /* as it happens: 0, 1 or 2 bytes */
    }
    *deltas = reader.offset;
    return delta_bytes <= packet->body_length - reader.offset;
}

CcDrop
cc_transport_cc_read(const CcRtcpPacket *packet, CcTransportCcFunc func, gpointer user_data)
{
    if (packet->type != CC_RTCP_RTPFB || packet->count != CC_RTPFB_TRANSPORT_CC ||
        packet->body_length < FIXED_LENGTH)
        return CC_DROP_RTCP_MALFORMED;
    guint16 base = cc_read_u16(packet->body + 8);
    guint n_status = cc_read_u16(packet->body + 10);
    if (n_status > CC_TRANSPORT_CC_MAX_STATUS)
        return CC_DROP_RTCP_ABSURD;
    gsize offset;
    if (n_status == 0 || !find_deltas(packet, n_status, &offset))
        return CC_DROP_RTCP_MALFORMED;

    SymbolReader reader = {
        .data = packet->body, .length = packet->body_length, .offset = FIXED_LENGTH};
    gint64 tick = 0;
    for (guint i = 0; i < n_status; i++) {
        Symbol symbol = NOT_RECEIVED;
        next_symbol(&reader, &symbol);
        if (symbol == SMALL_DELTA)
            tick += packet->body[offset];
        else if (symbol == LARGE_DELTA)
            tick += (gint16)cc_read_u16(packet->body + offset);
        offset += symbol;
        func((guint16)(base + i), symbol == NOT_RECEIVED ? -1 : tick * TICK_US, user_data);
    }
    return CC_DROP_NONE;
}

gint64
cc_transport_cc_reference_us(const CcRtcpPacket *packet)
{
    return (gint64)cc_read_u24(packet->body + 12) * REFERENCE_TICKS * TICK_US;
}

guint
cc_transport_cc_n_status(const CcRtcpPacket *packet)
{
    return cc_read_u16(packet->body + 10);
}
