#include "common/wire/codec.h"

#include "common/wire/bytes.h"
#include "common/wire/vp8.h"

static const struct {
    const char *name;
    CcMediaKind kind;
    guint clock_rate;
} codecs[] = {
    [CC_CODEC_NONE] = {"none", CC_MEDIA_OTHER, 0},
    [CC_CODEC_OPUS] = {"opus", CC_MEDIA_AUDIO, 48000},
    [CC_CODEC_VP8] = {"VP8", CC_MEDIA_VIDEO, 90000},
    [CC_CODEC_VP9] = {"VP9", CC_MEDIA_VIDEO, 90000},
    [CC_CODEC_H264] = {"H264", CC_MEDIA_VIDEO, 90000},
};

CcCodec
cc_codec_from_name(const char *encoding_name)
{
    for (guint i = CC_CODEC_NONE + 1; i < G_N_ELEMENTS(codecs); i++)
        if (g_ascii_strcasecmp(codecs[i].name, encoding_name) == 0)
            return (CcCodec)i;
    return CC_CODEC_NONE;
}

const char *
cc_codec_name(CcCodec codec)
{
    return codecs[codec].name;
}

CcMediaKind
cc_codec_kind(CcCodec codec)
{
    return codecs[codec].kind;
}

guint
cc_codec_clock_rate(CcCodec codec)
{
    return codecs[codec].clock_rate;
}

static gboolean
vp8_begins_keyframe(const guint8 *payload, gsize length)
{
    CcVp8Descriptor descriptor;
    return cc_vp8_parse(payload, length, &descriptor) && descriptor.begins_keyframe;
}

/* RFC 9628 section 4.2: a frame of spatial layer 0 that begins here and is predicted from nothing.
 */
static gboolean
vp9_begins_keyframe(const guint8 *payload, gsize length)
{
    enum { I = 0x80, P = 0x40, L = 0x20, B = 0x08 };

    if (length < 2 || payload[0] & P || !(payload[0] & B))
        return FALSE;
    gsize offset = 1;
    if (payload[0] & I)
        offset += payload[1] & 0x80 ? 2 : 1; /* a 15-bit or a 7-bit picture id */
    if (offset >= length)
        return FALSE;
    if (payload[0] & L && payload[offset] >> 1 & 0x07) /* SID */
        return FALSE;
    return TRUE;
}

enum { H264_IDR = 5, H264_SPS = 7, H264_STAP_A = 24, H264_FU_A = 28, H264_TYPE = 0x1f };

/* @slice: the bytes behind the NAL unit header. An IDR picture may have several slices; the first
 * one has first_mb_in_slice 0, which ue(v) codes as a leading 1 bit. */
static gboolean
h264_unit_begins_keyframe(guint8 type, const guint8 *slice, gsize length)
{
    if (type == H264_SPS)
        return TRUE;
    return type == H264_IDR && length > 0 && slice[0] & 0x80;
}

/* RFC 6184 section 5.7.1 */
static gboolean
h264_stap_a_begins_keyframe(const guint8 *payload, gsize length)
{
    gsize offset = 1;
    while (length - offset > 2) {
        gsize size = cc_read_u16(payload + offset);
        offset += 2;
        if (size == 0 || size > length - offset)
            return FALSE;
        if (h264_unit_begins_keyframe(payload[offset] & H264_TYPE, payload + offset + 1, size - 1))
            return TRUE;
        offset += size;
    }
    return FALSE;
}

static gboolean
h264_begins_keyframe(const guint8 *payload, gsize length)
{
    if (length < 2)
        return FALSE;
    switch (payload[0] & H264_TYPE) {
    case H264_STAP_A:
        return h264_stap_a_begins_keyframe(payload, length);
    case H264_FU_A: /* section 5.8: S bit, then the fragmented unit's type */
        return payload[1] & 0x80 &&
               h264_unit_begins_keyframe(payload[1] & H264_TYPE, payload + 2, length - 2);
    default:
        return h264_unit_begins_keyframe(payload[0] & H264_TYPE, payload + 1, length - 1);
    }
}

gboolean
cc_codec_payload_begins_keyframe(CcCodec codec, const guint8 *payload, gsize length)
{
    switch (codec) {
    case CC_CODEC_OPUS:
        return TRUE;
    case CC_CODEC_VP8:
        return vp8_begins_keyframe(payload, length);
    case CC_CODEC_VP9:
        return vp9_begins_keyframe(payload, length);
    case CC_CODEC_H264:
        return h264_begins_keyframe(payload, length);
    case CC_CODEC_NONE:
        break;
    }
    return FALSE;
}
