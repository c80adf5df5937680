#include "client/send/placeholder.h"

#include <gst/app/app.h>
#include <gst/video/video.h>
#include <math.h>
#include <string.h>

#define PICTURES_A_SECOND 5
#define GROUND 40 /* luma */
#define FIGURE 110
#define GREY 128 /* chroma */

struct CcPlaceholder {
    GstElement *src;
    GstBuffer *picture;
    guint timer;
};

/* @x, @y: from the centre, in twelfths of the height. */
static guint8
luma_at(double x, double y)
{
    double stroke = fabs(x + 1.2 * y) / hypot(1, 1.2); /* how far from the line across */
    gboolean body = x > -3 && x < 1.2 && fabs(y) < 1.6;
    gboolean lens = x > 1.5 && x < 3 && fabs(y) < 0.4 + 0.6 * (x - 1.5);
    if (fabs(y) < 2.6 && stroke < 0.3)
        return FIGURE;
    return (body || lens) && stroke > 0.7 ? FIGURE : GROUND;
}

static GstBuffer *
draw(const GstVideoInfo *info)
{
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(info), NULL);
    GstMapInfo map;
    guint width = (guint)GST_VIDEO_INFO_WIDTH(info), height = (guint)GST_VIDEO_INFO_HEIGHT(info);
    gst_buffer_map(buffer, &map, GST_MAP_WRITE);
    memset(map.data, GREY, map.size);
    for (guint y = 0; y < height; y++) {
        guint8 *line = map.data + y * (gsize)GST_VIDEO_INFO_PLANE_STRIDE(info, 0);
        for (guint x = 0; x < width; x++)
            line[x] = luma_at((x - width / 2.0) * 12 / height, (y - height / 2.0) * 12 / height);
    }
    gst_buffer_unmap(buffer, &map);
    return buffer;
}

static gboolean
on_timer(gpointer user_data)
{
    CcPlaceholder *placeholder = user_data;
    gst_app_src_push_buffer(GST_APP_SRC(placeholder->src), gst_buffer_copy(placeholder->picture));
    return G_SOURCE_CONTINUE;
}

CcPlaceholder *
cc_placeholder_new(guint width, guint height)
{
    CcPlaceholder *placeholder = g_new0(CcPlaceholder, 1);
    GstVideoInfo info;
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, width, height);
    GST_VIDEO_INFO_FPS_N(&info) = PICTURES_A_SECOND;
    GST_VIDEO_INFO_FPS_D(&info) = 1;
    g_autoptr(GstCaps) caps = gst_video_info_to_caps(&info);
    placeholder->picture = draw(&info);
    placeholder->src = gst_object_ref_sink(gst_element_factory_make("appsrc", NULL));
    g_object_set(placeholder->src, "format", GST_FORMAT_TIME, "is-live", TRUE, "do-timestamp", TRUE,
                 "caps", caps, "max-buffers", (guint64)1, "leaky-type", 2, NULL);
    placeholder->timer = g_timeout_add(1000 / PICTURES_A_SECOND, on_timer, placeholder);
    return placeholder;
}

void
cc_placeholder_free(CcPlaceholder *placeholder)
{
    if (placeholder == NULL)
        return;
    g_source_remove(placeholder->timer);
    gst_object_unref(placeholder->src);
    gst_buffer_unref(placeholder->picture);
    g_free(placeholder);
}

GstElement *
cc_placeholder_element(CcPlaceholder *placeholder)
{
    return placeholder->src;
}
