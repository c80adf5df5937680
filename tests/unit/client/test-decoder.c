/* From RTP to raw pictures, with whatever the other side claims about them. */
#include "client/recv/decoder.h"

#include <gst/app/app.h>
#include <string.h>

#include "common/wire/bytes.h"

#define HEADER 12

typedef struct {
    GstElement *pipeline, *source;
    GstElement *decoded;
    guint16 sequence;
} Fixture;

static void
setup(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    GstElement *decoder = cc_decoder_new(CC_CODEC_VP8, FALSE, FALSE, &error);
    g_assert_no_error(error);
    f->pipeline = gst_pipeline_new(NULL);
    f->source = gst_element_factory_make("appsrc", NULL);
    g_autoptr(GstCaps) caps = gst_caps_from_string("application/x-rtp, media=video, payload=96, "
                                                   "clock-rate=90000, encoding-name=VP8");
    g_object_set(f->source, "caps", caps, "format", GST_FORMAT_TIME, "is-live", TRUE, NULL);
    gst_bin_add_many(GST_BIN(f->pipeline), f->source, decoder, NULL);
    g_assert_true(gst_element_link(f->source, decoder));
    f->decoded = gst_bin_get_by_name(GST_BIN(decoder), "decoded");
    gst_element_set_state(f->pipeline, GST_STATE_PLAYING);
}

static void
teardown(Fixture *f, gconstpointer data)
{
    gst_element_set_state(f->pipeline, GST_STATE_NULL);
    gst_object_unref(f->decoded);
    gst_object_unref(f->pipeline);
}

static void
push(Fixture *f, const guint8 *frame, gsize length)
{
    gsize size = HEADER + 1 + length;
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, size, NULL);
    guint8 head[HEADER + 1] = {0x80, 0x80 | 96};
    cc_write_u16(head + 2, f->sequence);
    cc_write_u32(head + 4, f->sequence * 3600u);
    head[HEADER] = 0x10; /* VP8 payload descriptor: begins partition 0 */
    gst_buffer_fill(buffer, 0, head, sizeof head);
    gst_buffer_fill(buffer, sizeof head, frame, length);
    GST_BUFFER_PTS(buffer) = f->sequence++ * 40 * GST_MSECOND;
    g_assert_cmpint(gst_app_src_push_buffer(GST_APP_SRC(f->source), buffer), ==, GST_FLOW_OK);
}

/* A real picture; all of it in one packet, which nothing here minds. */
static GstSample *
encode(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GstElement) pipeline = gst_parse_launch(
        "videotestsrc num-buffers=1 ! video/x-raw,width=320,height=180 ! vp8enc deadline=1 ! "
        "appsink name=coded",
        &error);
    g_assert_no_error(error);
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), "coded");
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    GstSample *sample = gst_app_sink_pull_sample(GST_APP_SINK(sink));
    gst_element_set_state(pipeline, GST_STATE_NULL);
    g_assert_nonnull(sample);
    return sample;
}

static void
push_real(Fixture *f, GstSample *sample)
{
    GstMapInfo map;
    gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ);
    push(f, map.data, map.size);
    gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
}

static GstPadProbeReturn
on_coded(GstPad *pad, GstPadProbeInfo *probe, gpointer user_data)
{
    g_atomic_int_inc((gint *)user_data);
    return GST_PAD_PROBE_OK;
}

/* A keyframe of a few bytes that claims to have 16383 by 16383 pixels (RFC 6386 section 9.1) does
 * not reach the decoder, which would take a gigabyte for it; what comes behind it is seen. */
static void
test_claims(Fixture *f, gconstpointer data)
{
    guint8 frame[400] = {0x10, 0x20, 0x00, 0x9d, 0x01, 0x2a, 0xff, 0x3f, 0xff, 0x3f};
    gint n_coded = 0;
    g_autoptr(GstElement) tee = gst_bin_get_by_name(GST_BIN(f->pipeline), "tee");
    g_autoptr(GstPad) coded = gst_element_get_static_pad(tee, "sink");
    gst_pad_add_probe(coded, GST_PAD_PROBE_TYPE_BUFFER, on_coded, &n_coded, NULL);
    for (guint i = 0; i < 3; i++)
        push(f, frame, sizeof frame);
    g_autoptr(GstSample) real = encode();
    push_real(f, real);
    push_real(f, real);
    g_autoptr(GstSample) shown =
        gst_app_sink_try_pull_sample(GST_APP_SINK(f->decoded), 20 * GST_SECOND);
    g_assert_nonnull(shown);
    int width = 0;
    gst_structure_get_int(gst_caps_get_structure(gst_sample_get_caps(shown), 0), "width", &width);
    g_assert_cmpint(width, ==, 320);
    g_assert_cmpint(g_atomic_int_get(&n_coded), <=, 2);
}

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_test_add("/decoder/claims", Fixture, NULL, setup, test_claims, teardown);
    return g_test_run();
}
