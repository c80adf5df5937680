#define CC_LOG_AREA "send"
#include "client/send/screen-codec.h"

#include <vpx/vp8cx.h> /* of VP9, too */
#include <vpx/vpx_encoder.h>

#include "common/base/error.h"
#include "common/base/log.h"

#define TICKS 1000 /* a second: pictures are numbered in them, one after the other */
#define COARSEST 63
/* Searching longer makes a new page of text a sixth smaller (docs/codecs.md); a film would take too
 * much of the processor for that. */
#define THOROUGH 5
#define QUICK 7

struct CcScreenCodec {
    vpx_codec_ctx_t context;
    vpx_codec_enc_cfg_t config;
    gint64 n_pictures;
};

static gboolean
set_controls(vpx_codec_ctx_t *context)
{
    return vpx_codec_control(context, VP9E_SET_TUNE_CONTENT, VP9E_CONTENT_SCREEN) == VPX_CODEC_OK &&
           vpx_codec_control(context, VP8E_SET_CPUUSED, THOROUGH) == VPX_CODEC_OK &&
           vpx_codec_control(context, VP8E_SET_STATIC_THRESHOLD, 0) == VPX_CODEC_OK &&
           vpx_codec_control(context, VP9E_SET_AQ_MODE, 0) == VPX_CODEC_OK &&
           vpx_codec_control(context, VP9E_SET_FRAME_PARALLEL_DECODING, 0) == VPX_CODEC_OK &&
           vpx_codec_control(context, VP9E_SET_TILE_COLUMNS, 1) == VPX_CODEC_OK &&
           vpx_codec_control(context, VP9E_SET_ROW_MT, 1) == VPX_CODEC_OK;
}

CcScreenCodec *
cc_screen_codec_new(guint width, guint height, GError **error)
{
    CcScreenCodec *codec = g_new0(CcScreenCodec, 1);
    vpx_codec_enc_cfg_t *config = &codec->config;
    vpx_codec_enc_config_default(vpx_codec_vp9_cx(), config, 0);
    config->g_w = width;
    config->g_h = height;
    config->g_timebase = (struct vpx_rational){1, TICKS};
    /* libvpx's threads wait for each other by spinning: not where there is nothing to spare. */
    config->g_threads = CLAMP(g_get_num_processors() - 1, 1, 4);
    config->g_lag_in_frames = 0;
    config->g_pass = VPX_RC_ONE_PASS;
    config->rc_end_usage = VPX_Q; /* with VPX_CBR a page takes a quarter more */
    config->rc_dropframe_thresh = 0;
    config->kf_mode = VPX_KF_DISABLED;
    if (vpx_codec_enc_init(&codec->context, vpx_codec_vp9_cx(), config, 0) != VPX_CODEC_OK) {
        g_set_error(error, CC_ERROR, CC_ERROR_MEDIA, "the screen cannot be encoded: %s",
                    vpx_codec_error(&codec->context));
        g_free(codec);
        return NULL;
    }
    if (!set_controls(&codec->context)) {
        g_set_error(error, CC_ERROR, CC_ERROR_MEDIA, "the screen cannot be encoded: %s",
                    vpx_codec_error(&codec->context));
        cc_screen_codec_free(codec);
        return NULL;
    }
    return codec;
}

void
cc_screen_codec_free(CcScreenCodec *codec)
{
    if (codec == NULL)
        return;
    vpx_codec_destroy(&codec->context);
    g_free(codec);
}

static gboolean
set_quantizer(CcScreenCodec *codec, guint quantizer)
{
    guint q = MIN(quantizer, COARSEST);
    if (codec->config.rc_min_quantizer == q && codec->config.rc_max_quantizer == q)
        return TRUE;
    codec->config.rc_min_quantizer = codec->config.rc_max_quantizer = q;
    return vpx_codec_enc_config_set(&codec->context, &codec->config) == VPX_CODEC_OK &&
           vpx_codec_control(&codec->context, VP8E_SET_CQ_LEVEL, q) == VPX_CODEC_OK;
}

/* libvpx reads through pointers that are not const. */
static void
wrap(const CcFrame *frame, vpx_image_t *image)
{
    vpx_img_wrap(image, VPX_IMG_FMT_I420, frame->width, frame->height, 1,
                 (guint8 *)frame->planes[0]);
    for (guint i = 0; i < G_N_ELEMENTS(frame->planes); i++) {
        image->planes[i] = (guint8 *)frame->planes[i];
        image->stride[i] = (int)frame->strides[i];
    }
}

GBytes *
cc_screen_codec_encode(CcScreenCodec *codec, const CcFrame *frame, guint quantizer,
                       gboolean keyframe, gboolean quick)
{
    vpx_image_t image;
    vpx_codec_iter_t iterator = NULL;
    const vpx_codec_cx_pkt_t *packet;
    g_autoptr(GByteArray) coded = g_byte_array_new();
    wrap(frame, &image);
    vpx_codec_control(&codec->context, VP8E_SET_CPUUSED, quick ? QUICK : THOROUGH);
    if (!set_quantizer(codec, quantizer) ||
        vpx_codec_encode(&codec->context, &image, codec->n_pictures * TICKS, TICKS,
                         keyframe ? VPX_EFLAG_FORCE_KF : 0, VPX_DL_REALTIME) != VPX_CODEC_OK) {
        cc_warning_limited("screen: %s", vpx_codec_error(&codec->context));
        return NULL;
    }
    codec->n_pictures++;
    while ((packet = vpx_codec_get_cx_data(&codec->context, &iterator)) != NULL)
        if (packet->kind == VPX_CODEC_CX_FRAME_PKT)
            g_byte_array_append(coded, packet->data.frame.buf, (guint)packet->data.frame.sz);
    return coded->len > 0 ? g_byte_array_free_to_bytes(g_steal_pointer(&coded)) : NULL;
}
