/* What captures can be stopped and started, and ends well either way. */
#include "client/send/source.h"

static const CcSendSettings settings = {
    .source = CC_SEND_TEST, .width = 320, .height = 180, .framerate = 10, .channels = 1};

static void
add_end(GstElement *pipeline, GstElement *source, const char *pad)
{
    GstElement *end = gst_element_factory_make("fakesink", NULL);
    gst_bin_add(GST_BIN(pipeline), end);
    g_assert_true(gst_element_link_pads(source, pad, end, "sink"));
}

/* A classroom that nobody sees has its camera and microphone off when it ends. */
static void
test_ends_while_stopped(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CcSource) source = cc_source_new(&settings, &error);
    g_assert_no_error(error);
    GstElement *pipeline = gst_object_ref_sink(gst_pipeline_new(NULL));
    gst_bin_add(GST_BIN(pipeline), source->bin);
    add_end(pipeline, source->bin, "video");
    add_end(pipeline, source->bin, "audio");
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    gst_element_get_state(pipeline, NULL, NULL, 30 * GST_SECOND);

    cc_source_capture(source, TRUE, FALSE);
    cc_source_capture(source, FALSE, FALSE);
    cc_source_capture(source, FALSE, TRUE); /* and one of them again */
    cc_source_capture(source, FALSE, FALSE);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
    /* What is disposed of while it is not at its end is a critical warning, which ends a test. */
}

int
main(int argc, char **argv)
{
    gst_init(NULL, NULL);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/source/ends-while-stopped", test_ends_while_stopped);
    return g_test_run();
}
