#include "client/recv/slide-frame.h"

#include <string.h>

#define CORNER_SHARE 5  /* of the page's width that the picture has */
#define MARGIN_SHARE 80 /* to the edges */

struct CcSlideFrame {
    GstBuffer *page; /* I420 */
    GstCaps *caps;
    GstVideoInfo info;
    GstVideoInfo picture;      /* what @corner takes */
    GstVideoConverter *corner; /* or NULL */
    GstVideoInfo small_info;
    GstBuffer *small; /* the picture as it stands there */
};

static gboolean
convert(GstVideoConverter *converter, GstVideoInfo *from_info, GstBuffer *from,
        GstVideoInfo *to_info, GstBuffer *to)
{
    GstVideoFrame source, target;

    if (!gst_video_frame_map(&source, from_info, from, GST_MAP_READ))
        return FALSE;
    if (gst_video_frame_map(&target, to_info, to, GST_MAP_READWRITE)) {
        gst_video_converter_frame(converter, &source, &target);
        gst_video_frame_unmap(&target);
    }
    gst_video_frame_unmap(&source);
    return TRUE;
}

static void
paint_page(CcSlideFrame *frame, const CcDeckImage *page)
{
    GstVideoInfo info;
    g_autoptr(GstBuffer) rgba = gst_buffer_new_wrapped_bytes(page->rgba);

    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_RGBA, page->width, page->height);
    GstVideoConverter *converter = gst_video_converter_new(
        &info, &frame->info,
        gst_structure_new("config", GST_VIDEO_CONVERTER_OPT_DEST_WIDTH, G_TYPE_INT,
                          (gint)page->width, GST_VIDEO_CONVERTER_OPT_DEST_HEIGHT, G_TYPE_INT,
                          (gint)page->height, NULL));
    convert(converter, &info, rgba, &frame->info, frame->page);
    gst_video_converter_free(converter);
}

CcSlideFrame *
cc_slide_frame_new(const CcDeckImage *page)
{
    CcSlideFrame *frame = g_new0(CcSlideFrame, 1);

    gst_video_info_set_format(&frame->info, GST_VIDEO_FORMAT_I420, (page->width + 1) & ~1u,
                              (page->height + 1) & ~1u);
    frame->caps = gst_video_info_to_caps(&frame->info);
    frame->page = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&frame->info), NULL);
    paint_page(frame, page);
    return frame;
}

static void
drop_corner(CcSlideFrame *frame)
{
    g_clear_pointer(&frame->corner, gst_video_converter_free);
    gst_clear_buffer(&frame->small);
}

void
cc_slide_frame_free(CcSlideFrame *frame)
{
    if (frame == NULL)
        return;
    drop_corner(frame);
    gst_buffer_unref(frame->page);
    gst_caps_unref(frame->caps);
    g_free(frame);
}

/* For pictures like @picture. A converter that paints into a part of a larger picture would do, but
 * where colours change as well it paints over the rows' other parts. */
static void
make_corner(CcSlideFrame *frame, const GstVideoInfo *picture)
{
    guint wide = (guint)frame->info.width / CORNER_SHARE & ~1u;
    guint high = wide * (guint)picture->height / MAX((guint)picture->width, 1);

    drop_corner(frame);
    frame->picture = *picture;
    high = MIN(high, (guint)frame->info.height / 3) & ~1u;
    if (wide < 2 || high < 2)
        return;
    gst_video_info_set_format(&frame->small_info, GST_VIDEO_FORMAT_I420, wide, high);
    frame->small_info.colorimetry = frame->info.colorimetry;
    frame->small = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&frame->small_info), NULL);
    frame->corner = gst_video_converter_new(&frame->picture, &frame->small_info, NULL);
}

static void
copy_plane(GstVideoFrame *to, const GstVideoFrame *from, guint plane)
{
    guint shift = plane > 0, margin = (guint)to->info.width / MARGIN_SHARE & ~1u;
    gsize wide = (gsize)GST_VIDEO_FRAME_COMP_WIDTH(from, plane);
    guint high = (guint)GST_VIDEO_FRAME_COMP_HEIGHT(from, plane);
    guint left = ((guint)to->info.width - (guint)from->info.width - margin) >> shift;
    guint top = ((guint)to->info.height - (guint)from->info.height - margin) >> shift;

    for (guint y = 0; y < high; y++)
        memcpy((guint8 *)GST_VIDEO_FRAME_PLANE_DATA(to, plane) +
                   (gsize)(top + y) * (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(to, plane) + left,
               (const guint8 *)GST_VIDEO_FRAME_PLANE_DATA(from, plane) +
                   (gsize)y * (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(from, plane),
               wide);
}

static void
paint_corner(CcSlideFrame *frame, GstBuffer *picture, GstBuffer *page)
{
    GstVideoFrame from, to;

    if (!convert(frame->corner, &frame->picture, picture, &frame->small_info, frame->small) ||
        !gst_video_frame_map(&from, &frame->small_info, frame->small, GST_MAP_READ))
        return;
    if (gst_video_frame_map(&to, &frame->info, page, GST_MAP_READWRITE)) {
        for (guint plane = 0; plane < 3; plane++)
            copy_plane(&to, &from, plane);
        gst_video_frame_unmap(&to);
    }
    gst_video_frame_unmap(&from);
}

GstSample *
cc_slide_frame_compose(CcSlideFrame *frame, GstSample *picture)
{
    g_autoptr(GstBuffer) buffer = gst_buffer_copy_deep(frame->page);
    GstVideoInfo info;

    if (picture != NULL && gst_video_info_from_caps(&info, gst_sample_get_caps(picture))) {
        if (frame->corner == NULL || !gst_video_info_is_equal(&info, &frame->picture))
            make_corner(frame, &info);
        if (frame->corner != NULL)
            paint_corner(frame, gst_sample_get_buffer(picture), buffer);
        GST_BUFFER_PTS(buffer) = GST_BUFFER_PTS(gst_sample_get_buffer(picture));
    }
    return gst_sample_new(buffer, frame->caps, NULL, NULL);
}
