#include "common/wire/picture.h"

#include "common/wire/h264.h"
#include "common/wire/vp8.h"
#include "common/wire/vp9.h"

/* RFC 6386 section 9.1: three bytes of frame tag, three of start code, 14 bits each. */
static void
read_vp8_size(const guint8 *frame, gsize length, CcPicture *picture)
{
    if (length < 10 || frame[3] != 0x9d || frame[4] != 0x01 || frame[5] != 0x2a)
        return;
    picture->width = (guint16)((frame[7] << 8 | frame[6]) & 0x3fff);
    picture->height = (guint16)((frame[9] << 8 | frame[8]) & 0x3fff);
}

static void
read_vp8(const guint8 *payload, gsize length, CcPicture *picture)
{
    CcVp8Descriptor vp8;
    if (!cc_vp8_parse(payload, length, &vp8))
        return;
    *picture = (CcPicture){
        .begins = vp8.start && vp8.partition == 0,
        .numbered = vp8.has_picture_id || vp8.has_tl0picidx,
        .layer_sync = vp8.layer_sync,
        .tid = vp8.tid,
        .tl0picidx = vp8.tl0picidx,
        .picture_id = vp8.picture_id,
    };
    if (vp8.begins_keyframe)
        read_vp8_size(payload + vp8.length, length - vp8.length, picture);
}

static void
read_vp9(const guint8 *payload, gsize length, CcPicture *picture)
{
    CcVp9Descriptor vp9;
    if (!cc_vp9_parse(payload, length, &vp9))
        return;
    *picture = (CcPicture){
        .begins = vp9.begins && vp9.sid == 0,
        .numbered = vp9.has_picture_id || vp9.has_tl0picidx,
        .switch_up = vp9.switch_up,
        .tid = vp9.tid,
        .tl0picidx = vp9.tl0picidx,
        .picture_id = vp9.picture_id,
    };
    if (picture->begins && !vp9.predicted)
        cc_vp9_read_size(payload + vp9.length, length - vp9.length, &picture->width,
                         &picture->height);
}

static void
read_h264(const guint8 *payload, gsize length, CcPicture *picture)
{
    if (cc_h264_is_disposable(payload, length)) {
        picture->tid = 1;
        picture->layer_sync = TRUE;
    }
    cc_h264_read_size(payload, length, &picture->width, &picture->height);
}

void
cc_picture_read(CcCodec codec, const guint8 *payload, gsize length, CcPicture *picture)
{
    *picture = (CcPicture){0};
    switch (codec) {
    case CC_CODEC_VP8:
        read_vp8(payload, length, picture);
        break;
    case CC_CODEC_VP9:
        read_vp9(payload, length, picture);
        break;
    case CC_CODEC_H264:
        read_h264(payload, length, picture);
        break;
    case CC_CODEC_OPUS:
    case CC_CODEC_NONE:
        break;
    }
}

gboolean
cc_picture_rewrite(CcCodec codec, guint8 *payload, gsize length, guint16 picture_id,
                   guint8 tl0picidx)
{
    if (codec == CC_CODEC_VP8)
        return cc_vp8_rewrite(payload, length, picture_id, tl0picidx);
    if (codec == CC_CODEC_VP9)
        return cc_vp9_rewrite(payload, length, picture_id, tl0picidx);
    return FALSE;
}
