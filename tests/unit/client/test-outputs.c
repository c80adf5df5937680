/* What hears and sees where there is no device. */
#include "client/recv/outputs.h"

#define MARGIN (6 * GST_MSECOND)

/* Sound is not kept back beyond what its source asks for: the classroom is to hear it soon. */
static void
test_latency(void)
{
    g_autoptr(GstElement) pipeline = gst_pipeline_new(NULL);
    GstElement *chain[] = {cc_outputs_source_new(MARGIN), cc_output_none_new()};
    g_autoptr(GError) error = NULL;
    g_assert_true(cc_outputs_link(pipeline, chain, G_N_ELEMENTS(chain), &error));
    g_assert_no_error(error);
    g_object_set(chain[1], "async", FALSE, NULL);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    g_assert_cmpint(gst_element_get_state(pipeline, NULL, NULL, 5 * GST_SECOND), !=,
                    GST_STATE_CHANGE_FAILURE);
    g_autoptr(GstQuery) query = gst_query_new_latency();
    gboolean live;
    GstClockTime least, most;
    g_assert_true(gst_element_query(pipeline, query));
    gst_query_parse_latency(query, &live, &least, &most);
    g_assert_true(live);
    g_assert_cmpuint(least, ==, MARGIN);
    gst_element_set_state(pipeline, GST_STATE_NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(NULL, NULL);
    g_test_add_func("/outputs/latency", test_latency);
    return g_test_run();
}
