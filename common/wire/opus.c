#include "common/wire/opus.h"

#include <string.h>

enum { CONFIGURATION = 0xfc, STEREO = 0x04, CODE = 0x03 };
enum { CODE_ONE, CODE_TWO_EQUAL, CODE_TWO, CODE_MANY };
/* The frame count byte of code 3 (RFC 6716 figure 5). */
enum { VARIABLE = 0x80, PADDED = 0x40, COUNT = 0x3f };
#define TWO_BYTE_LENGTH 252 /* the first length that takes two bytes (section 3.2.1) */
#define FIRST_CELT_ONLY 16  /* configurations (section 3.1, table 2) */
#define FIRST_HYBRID 12

static guint
samples_of_configuration(guint configuration)
{
    static const guint16 silk[] = {480, 960, 1920, 2880};
    if (configuration >= FIRST_CELT_ONLY)
        return 120u << (configuration & 3);
    if (configuration >= FIRST_HYBRID)
        return 480u << (configuration & 1);
    return silk[configuration & 3];
}

/* Section 3.2.1. Returns the bytes that it took, or 0. */
static gsize
read_length(const guint8 *p, gsize left, guint16 *length)
{
    if (left == 0)
        return 0;
    *length = p[0];
    if (p[0] < TWO_BYTE_LENGTH)
        return 1;
    if (left < 2)
        return 0;
    *length = (guint16)(p[1] * 4 + p[0]);
    return 2;
}

static gsize
length_size(gsize length)
{
    return length < TWO_BYTE_LENGTH ? 1 : 2;
}

static guint8 *
write_length(guint8 *p, guint16 length)
{
    if (length < TWO_BYTE_LENGTH) {
        *p++ = (guint8)length;
    } else {
        guint8 low = (guint8)(TWO_BYTE_LENGTH + (length & 3));
        *p++ = low;
        *p++ = (guint8)((length - low) >> 2);
    }
    return p;
}

/* Section 3.2.5: how much at the end is padding. Moves @p behind the padding's length; FALSE if
 * there is less than it says. */
static gboolean
read_padding(const guint8 **p, const guint8 *end, gsize *padding)
{
    guint8 byte;
    *padding = 0;
    do {
        if (*p == end)
            return FALSE;
        byte = *(*p)++;
        *padding += byte == 255 ? 254 : byte;
    } while (byte == 255);
    return *padding <= (gsize)(end - *p);
}

/* Frames that share what is left equally. */
static gboolean
divide(CcOpusPacket *packet, const guint8 *p, const guint8 *end)
{
    gsize left = (gsize)(end - p);
    if (left % packet->n_frames != 0 || left / packet->n_frames > CC_OPUS_MAX_FRAME)
        return FALSE;
    for (guint i = 0; i < packet->n_frames; i++) {
        packet->frames[i].length = (guint16)(left / packet->n_frames);
        packet->frames[i].data = p + i * packet->frames[i].length;
    }
    return TRUE;
}

/* All lengths but the last one's are said. */
static gboolean
divide_as_said(CcOpusPacket *packet, const guint8 *p, const guint8 *end)
{
    gsize said = 0;
    guint last = packet->n_frames - 1u;
    for (guint i = 0; i < last; i++) {
        gsize size = read_length(p, (gsize)(end - p), &packet->frames[i].length);
        if (size == 0)
            return FALSE;
        p += size;
        said += packet->frames[i].length;
    }
    if (said > (gsize)(end - p) || (gsize)(end - p) - said > CC_OPUS_MAX_FRAME)
        return FALSE;
    packet->frames[last].length = (guint16)((gsize)(end - p) - said);
    for (guint i = 0; i <= last; i++) {
        packet->frames[i].data = p;
        p += packet->frames[i].length;
    }
    return TRUE;
}

static gboolean
parse_many(CcOpusPacket *packet, const guint8 *p, const guint8 *end)
{
    if (p == end)
        return FALSE;
    guint8 counts = *p++;
    packet->n_frames = counts & COUNT;
    if (packet->n_frames == 0 || packet->n_frames * packet->frame_samples > CC_OPUS_MAX_DURATION)
        return FALSE;
    if (counts & PADDED) {
        gsize padding;
        if (!read_padding(&p, end, &padding))
            return FALSE;
        end -= padding;
    }
    return counts & VARIABLE ? divide_as_said(packet, p, end) : divide(packet, p, end);
}

gboolean
cc_opus_parse(const guint8 *data, gsize length, CcOpusPacket *packet)
{
    if (length == 0)
        return FALSE;
    const guint8 *end = data + length;
    packet->toc = data[0] & CONFIGURATION;
    packet->frame_samples = (guint16)samples_of_configuration(data[0] >> 3);
    switch (data[0] & CODE) {
    case CODE_ONE:
        packet->n_frames = 1;
        return divide(packet, data + 1, end);
    case CODE_TWO_EQUAL:
        packet->n_frames = 2;
        return divide(packet, data + 1, end);
    case CODE_TWO:
        packet->n_frames = 2;
        return divide_as_said(packet, data + 1, end);
    default:
        return parse_many(packet, data + 1, end);
    }
}

guint
cc_opus_duration(const guint8 *data, gsize length)
{
    CcOpusPacket packet;
    return cc_opus_parse(data, length, &packet) ? packet.n_frames * packet.frame_samples : 0;
}

gboolean
cc_opus_is_dtx(const guint8 *data, gsize length)
{
    CcOpusPacket packet;
    if (!cc_opus_parse(data, length, &packet))
        return FALSE;
    for (guint i = 0; i < packet.n_frames; i++) {
        if (packet.frames[i].length > 1)
            return FALSE;
    }
    return TRUE;
}

/* Section 4.2.3: each channel begins with a bit for each 20 ms (is it speech) and one more (is a
 * copy here). All have even odds, so the range coder leaves them in the first byte as they are. */
gboolean
cc_opus_has_fec(const guint8 *data, gsize length)
{
    CcOpusPacket packet;
    if (!cc_opus_parse(data, length, &packet) || packet.toc >> 3 >= FIRST_CELT_ONLY ||
        packet.frames[0].length < 2)
        return FALSE;
    guint speech_bits = MAX(1, packet.frame_samples / 960);
    guint8 bits = packet.frames[0].data[0];
    return (bits >> (7 - speech_bits) & 1) ||
           (packet.toc & STEREO && bits >> (6 - 2 * speech_bits) & 1);
}

/* The frames of all pieces, one behind the other. FALSE if they do not make one packet. */
static gboolean
gather(CcOpusPacket *all, const CcOpusPiece *pieces, guint n_pieces)
{
    CcOpusPacket one;

    all->n_frames = 0;
    for (guint i = 0; i < n_pieces; i++) {
        if (!cc_opus_parse(pieces[i].data, pieces[i].length, &one))
            return FALSE;
        if (i == 0) {
            all->toc = one.toc;
            all->frame_samples = one.frame_samples;
        }
        if (one.toc != all->toc ||
            (all->n_frames + one.n_frames) * one.frame_samples > CC_OPUS_MAX_DURATION)
            return FALSE;
        memcpy(all->frames + all->n_frames, one.frames, one.n_frames * sizeof one.frames[0]);
        all->n_frames += one.n_frames;
    }
    return all->n_frames > 0;
}

gsize
cc_opus_merge(guint8 *out, gsize capacity, const CcOpusPiece *pieces, guint n_pieces)
{
    CcOpusPacket all;
    if (!gather(&all, pieces, n_pieces))
        return 0;
    guint last = all.n_frames - 1u;
    gboolean equal = TRUE;
    gsize frames = all.frames[last].length;
    gsize lengths = 0;
    for (guint i = 0; i < last; i++) {
        equal = equal && all.frames[i].length == all.frames[last].length;
        frames += all.frames[i].length;
        lengths += length_size(all.frames[i].length);
    }
    if (equal)
        lengths = 0;
    gsize total = 1 + (last > 1) + lengths + frames;
    if (total > capacity)
        return 0;

    guint8 *p = out;
    *p++ = all.toc | (last == 0  ? CODE_ONE
                      : last > 1 ? CODE_MANY
                      : equal    ? CODE_TWO_EQUAL
                                 : CODE_TWO);
    if (last > 1)
        *p++ = (guint8)((equal ? 0 : VARIABLE) | all.n_frames);
    for (guint i = 0; i < last && !equal; i++)
        p = write_length(p, all.frames[i].length);
    for (guint i = 0; i <= last; i++) {
        if (all.frames[i].length > 0)
            memcpy(p, all.frames[i].data, all.frames[i].length);
        p += all.frames[i].length;
    }
    return total;
}

gsize
cc_opus_write_frame(guint8 *out, gsize capacity, const CcOpusPacket *packet, guint index)
{
    if (index >= packet->n_frames || capacity < 1u + packet->frames[index].length)
        return 0;
    out[0] = packet->toc;
    if (packet->frames[index].length > 0)
        memcpy(out + 1, packet->frames[index].data, packet->frames[index].length);
    return 1u + packet->frames[index].length;
}
