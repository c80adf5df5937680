/*   videoconvertscale (with borders) → capsfilter (BGRA, as large as drawn) → appsink   */
#include "client/window/picture-feed.h"

#include <gst/app/app.h>
#include <gst/video/video.h>

#include "client/window/shared-pictures.h"
#include "common/base/error.h"

#define FIRST_WIDTH 1280 /* until the window has told */
#define FIRST_HEIGHT 720

struct CcPictureFeed {
    GstElement *head, *size, *sink; /* the pipeline's */
    CcWindowProcess *process;
    guint slot;
};

static GstFlowReturn
on_sample(GstAppSink *sink, gpointer user_data)
{
    CcPictureFeed *feed = user_data;
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);
    GstVideoInfo info;
    GstVideoFrame frame;
    if (sample == NULL)
        return GST_FLOW_EOS;
    if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) ||
        !gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ))
        return GST_FLOW_OK;
    cc_window_process_picture(feed->process, feed->slot, GST_VIDEO_FRAME_PLANE_DATA(&frame, 0),
                              (guint)info.width, (guint)info.height,
                              (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0));
    gst_video_frame_unmap(&frame);
    return GST_FLOW_OK;
}

void
cc_picture_feed_set_size(CcPictureFeed *feed, guint width, guint height)
{
    double too_much = MAX((double)width / CC_SHARED_PICTURES_MAX_WIDTH,
                          (double)height / CC_SHARED_PICTURES_MAX_HEIGHT);
    if (too_much > 1) {
        width = (guint)(width / too_much);
        height = (guint)(height / too_much);
    }
    g_autoptr(GstCaps) caps =
        gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "BGRA", "width", G_TYPE_INT,
                            (int)MAX(width, 16), "height", G_TYPE_INT, (int)MAX(height, 16),
                            "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, NULL);
    g_object_set(feed->size, "caps", caps, NULL);
}

CcPictureFeed *
cc_picture_feed_new(GstElement *pipeline, CcWindowProcess *process, guint slot, GError **error)
{
    static const GstAppSinkCallbacks callbacks = {.new_sample = on_sample};
    g_autoptr(CcPictureFeed) feed = g_new0(CcPictureFeed, 1);
    feed->process = process;
    feed->slot = slot;
    feed->head = gst_element_factory_make("videoconvertscale", NULL);
    feed->size = gst_element_factory_make("capsfilter", NULL);
    feed->sink = gst_element_factory_make("appsink", NULL);
    if (feed->head == NULL || feed->size == NULL || feed->sink == NULL) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_MEDIA,
                            "a GStreamer element is missing: install gstreamer1.0-plugins-base");
        return NULL;
    }
    gst_util_set_object_arg(G_OBJECT(feed->head), "method", "bilinear");
    g_object_set(feed->head, "add-borders", TRUE, NULL);
    g_object_set(feed->sink, "max-buffers", 1, "drop", TRUE, "enable-last-sample", FALSE, "qos",
                 FALSE, NULL);
    gst_app_sink_set_callbacks(GST_APP_SINK(feed->sink), (GstAppSinkCallbacks *)&callbacks, feed,
                               NULL);
    gst_bin_add_many(GST_BIN(pipeline), feed->head, feed->size, feed->sink, NULL);
    gst_element_link_many(feed->head, feed->size, feed->sink, NULL);
    cc_picture_feed_set_size(feed, FIRST_WIDTH, FIRST_HEIGHT);
    return g_steal_pointer(&feed);
}

GstElement *
cc_picture_feed_head(CcPictureFeed *feed)
{
    return feed->head;
}

GstElement *
cc_picture_feed_sink(CcPictureFeed *feed)
{
    return feed->sink;
}

void
cc_picture_feed_free(CcPictureFeed *feed)
{
    g_free(feed);
}
