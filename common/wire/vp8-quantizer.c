/* Finds the quantizer in a VP8 frame's header, behind fields of changing number. */
#include "common/wire/vp8.h"

/* RFC 6386 section 7.3, for bits of even chance, which is all that the header's beginning has. */
typedef struct {
    const guint8 *next, *end;
    guint32 value; /* two bytes of input, shifted by what is used */
    guint32 range; /* 128..255 */
    int bits_left; /* until the next byte is wanted */
    gboolean overrun;
} BoolDecoder;

static guint32
next_byte(BoolDecoder *decoder)
{
    if (decoder->next < decoder->end)
        return *decoder->next++;
    decoder->overrun = TRUE;
    return 0;
}

static gboolean
read_bit(BoolDecoder *decoder)
{
    guint32 split = 1 + ((decoder->range - 1) * 128 >> 8);
    gboolean bit = decoder->value >= split << 8;
    if (bit) {
        decoder->range -= split;
        decoder->value -= split << 8;
    } else {
        decoder->range = split;
    }
    while (decoder->range < 128) {
        decoder->range <<= 1;
        decoder->value <<= 1;
        if (--decoder->bits_left == 0) {
            decoder->bits_left = 8;
            decoder->value |= next_byte(decoder);
        }
    }
    return bit;
}

static guint
read_number(BoolDecoder *decoder, guint n_bits)
{
    guint number = 0;
    while (n_bits-- > 0)
        number = number << 1 | (guint)read_bit(decoder);
    return number;
}

/* @n fields of @n_bits, each behind a bit that tells whether it is there; with a sign or not. */
static void
skip_optional(BoolDecoder *decoder, guint n, guint n_bits)
{
    while (n-- > 0)
        if (read_bit(decoder))
            read_number(decoder, n_bits);
}

static void
skip_segmentation(BoolDecoder *decoder)
{
    if (!read_bit(decoder))
        return;
    gboolean map = read_bit(decoder), data = read_bit(decoder);
    if (data) {
        read_bit(decoder);                /* absolute or relative */
        skip_optional(decoder, 4, 7 + 1); /* quantizers */
        skip_optional(decoder, 4, 6 + 1); /* loop filter levels */
    }
    if (map)
        skip_optional(decoder, 3, 8);
}

static void
skip_loop_filter(BoolDecoder *decoder)
{
    read_number(decoder, 1 + 6 + 3); /* type, level, sharpness */
    if (read_bit(decoder) && read_bit(decoder))
        skip_optional(decoder, 4 + 4, 6 + 1);
}

int
cc_vp8_frame_quantizer(const guint8 *frame, gsize length)
{
    enum { TAG = 3, KEYFRAME_TAG = 10 };
    gboolean keyframe = length > 0 && (frame[0] & 1) == 0;
    gsize offset = keyframe ? KEYFRAME_TAG : TAG;
    if (length <= offset)
        return -1;
    BoolDecoder decoder = {
        .next = frame + offset, .end = frame + length, .range = 255, .bits_left = 8};
    decoder.value = next_byte(&decoder) << 8;
    decoder.value |= next_byte(&decoder);
    if (keyframe)
        read_number(&decoder, 1 + 1); /* colour space, clamping */
    skip_segmentation(&decoder);
    skip_loop_filter(&decoder);
    read_number(&decoder, 2); /* partitions */
    int quantizer = (int)read_number(&decoder, 7);
    return decoder.overrun ? -1 : quantizer;
}
