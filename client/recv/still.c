#include "client/recv/still.h"

#include <string.h>

#define DARK_LUMA 24
#define GREY_CHROMA 128
#define BLACK_LUMA 16

GstSample *
cc_still_dark(void)
{
    GstVideoInfo info;
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, CC_STILL_WIDTH, CC_STILL_HEIGHT);
    g_autoptr(GstBuffer) buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&info), NULL);
    gsize luma = (gsize)CC_STILL_WIDTH * CC_STILL_HEIGHT;
    gst_buffer_memset(buffer, 0, DARK_LUMA, luma);
    gst_buffer_memset(buffer, luma, GREY_CHROMA, GST_VIDEO_INFO_SIZE(&info) - luma);
    g_autoptr(GstCaps) caps = gst_caps_new_simple(
        "video/x-raw", "format", G_TYPE_STRING, "I420", "width", G_TYPE_INT, CC_STILL_WIDTH,
        "height", G_TYPE_INT, CC_STILL_HEIGHT, "framerate", GST_TYPE_FRACTION, 0, 1,
        "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, NULL);
    return gst_sample_new(buffer, caps, NULL, NULL);
}

static void
dim_plane(GstVideoFrame *frame, guint plane, guint8 middle)
{
    guint width = (guint)GST_VIDEO_FRAME_COMP_WIDTH(frame, plane);
    guint height = (guint)GST_VIDEO_FRAME_COMP_HEIGHT(frame, plane);
    for (guint y = 0; y < height; y++) {
        guint8 *row = (guint8 *)GST_VIDEO_FRAME_PLANE_DATA(frame, plane) +
                      (gsize)y * (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(frame, plane);
        for (guint x = 0; x < width; x++)
            row[x] = (guint8)((row[x] + middle) / 2);
    }
}

GstSample *
cc_still_dimmed(GstSample *sample)
{
    GstVideoInfo info;
    GstVideoFrame frame;
    g_autoptr(GstBuffer) buffer = gst_buffer_copy_deep(gst_sample_get_buffer(sample));
    if (gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) &&
        gst_video_frame_map(&frame, &info, buffer, GST_MAP_READWRITE)) {
        dim_plane(&frame, 0, BLACK_LUMA);
        dim_plane(&frame, 1, GREY_CHROMA);
        dim_plane(&frame, 2, GREY_CHROMA);
        gst_video_frame_unmap(&frame);
    }
    return gst_sample_new(buffer, gst_sample_get_caps(sample), NULL, NULL);
}
