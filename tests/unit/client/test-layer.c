/* A layer of its own, fed with pictures as fast as it takes them: what leaves it is looked at. */
#include <gst/app/app.h>
#include <gst/video/video.h>
#include <string.h>

#include "client/send/encoder.h"
#include "client/send/layer.h"
#include "common/base/error.h"
#include "common/wire/rtp.h"
#include "common/wire/vp8.h"

#define SSRC 0x1234
#define FPS 25

typedef struct {
    CcLayer *layer;
    GstElement *pipeline, *source, *sink;
    guint n_pushed;
    gint64 now_us;
    GRand *rand;
    gboolean plain; /* pictures: all the same */
} Fixture;

typedef struct {
    guint n_packets, n_pictures, n_keyframes;
    guint by_tid[4];
    gsize bytes;
    guint16 picture_id;
    guint8 tl0picidx;
    gboolean keyframe; /* the last one */
    int width, height; /* of the last keyframe */
    int quantizer;     /* of the last picture */
} Seen;

static const CcSendSettings settings = {
    .video_codec = CC_CODEC_VP8,
    .width = 640,
    .height = 360,
    .framerate = FPS,
    .layers = {{"h", 640, 360, FPS, 400000}},
    .n_layers = 1,
    .min_height = 90,
    .temporal_layers = 3,
    .keyframe_interval_s = 60,
};

/* @data: the keyframes' distance in seconds; NULL: a minute. */
static void
set_up(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    CcSendSettings own = settings;
    if (data != NULL)
        own.keyframe_interval_s = GPOINTER_TO_UINT(data);
    fixture->layer = cc_layer_new(&own, 0, SSRC, &error);
    g_assert_no_error(error);
    fixture->pipeline = gst_pipeline_new(NULL);
    fixture->source = gst_element_factory_make("appsrc", NULL);
    fixture->sink = gst_element_factory_make("appsink", NULL);
    g_autoptr(GstCaps) caps =
        gst_caps_from_string("video/x-raw,format=I420,width=640,height=360,framerate=25/1");
    g_object_set(fixture->source, "caps", caps, "format", GST_FORMAT_TIME, "block", TRUE,
                 "max-buffers", (guint64)1, NULL);
    g_object_set(fixture->sink, "sync", FALSE, NULL);
    gst_bin_add_many(GST_BIN(fixture->pipeline), fixture->source, cc_layer_get_bin(fixture->layer),
                     fixture->sink, NULL);
    g_assert_true(gst_element_link_many(fixture->source, cc_layer_get_bin(fixture->layer),
                                        fixture->sink, NULL));
    gst_element_set_state(fixture->pipeline, GST_STATE_PLAYING);
    fixture->rand = g_rand_new_with_seed(1);
    fixture->now_us = G_USEC_PER_SEC;
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    gst_element_set_state(fixture->pipeline, GST_STATE_NULL);
    gst_object_unref(fixture->pipeline);
    cc_layer_free(fixture->layer);
    g_rand_free(fixture->rand);
}

/* Moving noise of some size, which takes as many bits as there are. */
static GstBuffer *
make_picture(Fixture *fixture)
{
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, 640 * 360 * 3 / 2, NULL);
    GstMapInfo map;
    gst_buffer_map(buffer, &map, GST_MAP_WRITE);
    memset(map.data, 128, map.size);
    for (guint y = 0; y < 360; y += 8)
        for (guint x = 0; x < 640; x += 8) {
            guint8 grey = fixture->plain ? 125 : (guint8)g_rand_int_range(fixture->rand, 122, 134);
            for (guint row = 0; row < 8; row++)
                memset(map.data + (y + row) * 640 + x, grey, 8);
        }
    gst_buffer_unmap(buffer, &map);
    GST_BUFFER_PTS(buffer) = gst_util_uint64_scale(fixture->n_pushed++, GST_SECOND, FPS);
    GST_BUFFER_DURATION(buffer) = GST_SECOND / FPS;
    return buffer;
}

static void
look_at(const CcRtpHeader *rtp, const CcVp8Descriptor *vp8, Seen *seen)
{
    const guint8 *frame = rtp->payload + vp8->length;
    if (!vp8->start || vp8->partition != 0)
        return;
    g_assert_true(vp8->has_picture_id && vp8->wide_picture_id && vp8->has_tl0picidx &&
                  vp8->has_tid);
    if (seen->n_pictures++ > 0) {
        g_assert_cmpuint(vp8->picture_id, ==, (seen->picture_id + 1) & 0x7fff);
        guint8 expected = (guint8)(seen->tl0picidx + (vp8->tid == 0));
        g_assert_cmpuint(vp8->tl0picidx, ==, expected);
    }
    seen->picture_id = vp8->picture_id;
    seen->tl0picidx = vp8->tl0picidx;
    seen->by_tid[vp8->tid]++;
    seen->keyframe = vp8->begins_keyframe;
    seen->quantizer = cc_vp8_frame_quantizer(frame, (gsize)(rtp->payload_length - vp8->length));
    if (!vp8->begins_keyframe)
        return;
    g_assert_cmpuint(vp8->tid, ==, 0);
    seen->n_keyframes++;
    seen->width = (frame[6] | frame[7] << 8) & 0x3fff;
    seen->height = (frame[8] | frame[9] << 8) & 0x3fff;
}

/* Takes the packets of one picture. FALSE at the end, or if none comes. */
static gboolean
pull_picture(Fixture *fixture, Seen *seen)
{
    GstClockTime patience = 500 * GST_MSECOND;
    for (gboolean marker = FALSE; !marker; seen->n_packets++, patience = 20 * GST_SECOND) {
        g_autoptr(GstSample) sample =
            gst_app_sink_try_pull_sample(GST_APP_SINK(fixture->sink), patience);
        if (sample == NULL)
            return FALSE;
        GstMapInfo map;
        CcRtpHeader rtp;
        CcVp8Descriptor vp8;
        gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ);
        g_assert_cmpint(cc_rtp_parse(map.data, map.size, &rtp), ==, CC_DROP_NONE);
        g_assert_cmphex(rtp.ssrc, ==, SSRC);
        g_assert_true(cc_vp8_parse(rtp.payload, rtp.payload_length, &vp8));
        look_at(&rtp, &vp8, seen);
        seen->bytes += map.size;
        marker = rtp.marker;
        gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
    }
    return TRUE;
}

/* Until so many pictures have come out, each before the next one goes in, as at the pace of a
 * camera. Some are left out: noise takes more bits than there are. */
static void
play(Fixture *fixture, guint n, gint64 wire_bps, Seen *seen)
{
    for (guint n_left_out = 0; n > 0;) {
        fixture->now_us += G_USEC_PER_SEC / FPS;
        cc_layer_set_rate(fixture->layer, wire_bps, fixture->now_us);
        gst_app_src_push_buffer(GST_APP_SRC(fixture->source), make_picture(fixture));
        if (pull_picture(fixture, seen))
            n--;
        else
            g_assert_cmpuint(++n_left_out, <, 50);
    }
}

static void
test_temporal_layers(Fixture *fixture, gconstpointer data)
{
    Seen seen = {0};
    play(fixture, 40, -1, &seen);
    g_assert_cmpuint(seen.n_pictures, ==, 40);
    g_assert_cmpuint(seen.n_keyframes, ==, 1);
    g_assert_cmpint(seen.width, ==, 640);
    g_assert_cmpuint(seen.by_tid[0], ==, 10);
    g_assert_cmpuint(seen.by_tid[1], ==, 10);
    g_assert_cmpuint(seen.by_tid[2], ==, 20);
    g_assert_cmpint(seen.quantizer, >, 0);
}

static void
test_keyframe_on_request(Fixture *fixture, gconstpointer data)
{
    Seen seen = {0};
    for (guint i = 0; i < 4; i++) { /* wherever it falls in the pattern */
        play(fixture, 9 + i, -1, &seen);
        g_assert_cmpuint(seen.n_keyframes, ==, i + 1);
        cc_layer_request_keyframe(fixture->layer);
    }
    play(fixture, 1, -1, &seen);
    g_assert_true(seen.keyframe);
}

/* Another bitrate takes effect without a keyframe. */
static void
test_bitrate(Fixture *fixture, gconstpointer data)
{
    Seen seen = {0}, wide = {0}, narrow = {0};
    play(fixture, 50, 440000, &seen);
    wide = seen;
    play(fixture, 50, 440000, &wide);
    narrow = wide;
    play(fixture, 25, 330000, &narrow);
    gsize before = narrow.bytes;
    play(fixture, 50, 330000, &narrow);
    g_assert_cmpuint(narrow.n_keyframes, ==, 1);
    g_assert_cmpint(narrow.height, ==, 360);
    double ratio = (double)(narrow.bytes - before) / (double)(wide.bytes - seen.bytes);
    g_assert_cmpfloat(ratio, <, 0.85);
    g_assert_cmpfloat(ratio, >, 0.6);
}

/* A far smaller one makes the picture smaller, which begins with a keyframe, and rarer. */
static void
test_size(Fixture *fixture, gconstpointer data)
{
    Seen seen = {0};
    play(fixture, 10, 440000, &seen);
    for (guint i = 0; i < 75; i++) {
        fixture->now_us += G_USEC_PER_SEC / FPS;
        cc_layer_set_rate(fixture->layer, 15000, fixture->now_us);
        gst_app_src_push_buffer(GST_APP_SRC(fixture->source), make_picture(fixture));
    }
    gst_app_src_end_of_stream(GST_APP_SRC(fixture->source));
    while (pull_picture(fixture, &seen))
        ;
    g_assert_cmpuint(seen.n_pictures, <, 35);
    g_assert_cmpuint(seen.n_keyframes, >=, 2);
    g_assert_cmpuint(seen.n_keyframes, <=, 3); /* noise is found harder than it seemed */
    g_assert_cmpint(seen.height, <, 360);
    g_assert_cmpint(ABS(seen.width * 9 - seen.height * 16), <=, 2 * 16); /* even numbers */
    CcLayerStatus status;
    cc_layer_get_status(fixture->layer, &status);
    g_assert_cmpuint(status.height, ==, (guint)seen.height);
    g_assert_cmpuint(status.framerate, <, FPS);
}

static void
rest(Fixture *fixture, gint64 long_us)
{
    cc_layer_set_rate(fixture->layer, 0, fixture->now_us);
    for (guint i = 0; i < 10; i++)
        gst_app_src_push_buffer(GST_APP_SRC(fixture->source), make_picture(fixture));
    fixture->now_us += long_us;
}

/* Nothing is encoded while nobody wants it, and it comes back with a keyframe, unless that was for
 * a moment only. */
static void
test_off(Fixture *fixture, gconstpointer data)
{
    Seen seen = {0};
    play(fixture, 10, 440000, &seen);
    rest(fixture, 10 * G_USEC_PER_SEC);
    play(fixture, 1, 440000, &seen); /* the very next packet is the keyframe's */
    g_assert_true(seen.keyframe);
    g_assert_cmpuint(seen.n_keyframes, ==, 2);
    play(fixture, 10, 440000, &seen);
    rest(fixture, 2 * G_USEC_PER_SEC);
    play(fixture, 10, 440000, &seen);
    g_assert_cmpuint(seen.n_keyframes, ==, 2);
}

/* Each second one, but on a narrow link, which would stand still for them. */
static void
test_rare_keyframes(Fixture *fixture, gconstpointer data)
{
    Seen wide = {0}, narrow = {0}, again = {0};
    fixture->plain = TRUE;
    play(fixture, 3 * FPS, 440000, &wide);
    g_assert_cmpuint(wide.n_keyframes, >=, 3);
    play(fixture, 1, 120000, &narrow);
    narrow = (Seen){0};
    play(fixture, 3 * FPS, 120000, &narrow);
    g_assert_cmpuint(narrow.n_keyframes, <=, 1);
    play(fixture, 3 * FPS, 440000, &again);
    g_assert_cmpuint(again.n_keyframes, >=, 2);
}

/* Fewer pictures and more of them again, all in the same stream: no keyframe comes of it. */
static void
test_framerate(Fixture *fixture, gconstpointer data)
{
    Seen seen = {0};
    CcLayerStatus status;
    fixture->plain = TRUE;
    play(fixture, 2, 112000, &seen);
    for (guint i = 0; i < 8 * FPS; i++) {
        gboolean fewer = i / FPS % 2 == 0;
        fixture->now_us += G_USEC_PER_SEC / FPS;
        cc_layer_set_rate(fixture->layer, fewer ? 108000 : 112000, fixture->now_us);
        cc_layer_get_status(fixture->layer, &status);
        g_assert_cmpuint(status.framerate, ==, fewer ? 20 : FPS);
        gst_app_src_push_buffer(GST_APP_SRC(fixture->source), make_picture(fixture));
    }
    gst_app_src_end_of_stream(GST_APP_SRC(fixture->source));
    while (pull_picture(fixture, &seen))
        ;
    g_assert_cmpuint(seen.n_pictures, <=, 2 + 8 * FPS - 4 * (FPS - 20) + 4);
    g_assert_cmpuint(seen.n_keyframes, ==, 1);
}

/* An encoder that counts pictures has as much for each second as one that looks at their times. */
static void
test_counting_encoder(void)
{
    CcSendSettings own = settings;
    CcVideoEncoder encoder;
    g_autoptr(GError) error = NULL;
    guint kbps;
    own.video_codec = CC_CODEC_H264;
    own.hardware = FALSE;
    g_assert_true(cc_video_encoder_init(&encoder, &own, &own.layers[0], SSRC, &error));
    g_assert_no_error(error);
    g_object_get(encoder.encoder, "bitrate", &kbps, NULL);
    g_assert_cmpuint(kbps, ==, 400);
    cc_video_encoder_set_framerate(&encoder, 10);
    cc_video_encoder_set_bitrate(&encoder, 50000);
    g_object_get(encoder.encoder, "bitrate", &kbps, NULL);
    g_assert_cmpuint(kbps, ==, 125);
    cc_video_encoder_set_framerate(&encoder, FPS);
    g_object_get(encoder.encoder, "bitrate", &kbps, NULL);
    g_assert_cmpuint(kbps, ==, 50);
    cc_video_encoder_clear(&encoder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(NULL, NULL);
    static const struct {
        const char *path;
        void (*func)(Fixture *, gconstpointer);
    } tests[] = {
        {"/layer/temporal-layers", test_temporal_layers},
        {"/layer/keyframe-on-request", test_keyframe_on_request},
        {"/layer/bitrate", test_bitrate},
        {"/layer/size", test_size},
        {"/layer/off", test_off},
        {"/layer/framerate", test_framerate},
    };
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, NULL, set_up, tests[i].func, tear_down);
    g_test_add("/layer/rare-keyframes", Fixture, GUINT_TO_POINTER(1), set_up, test_rare_keyframes,
               tear_down);
    g_test_add_func("/layer/counting-encoder", test_counting_encoder);
    return g_test_run();
}
