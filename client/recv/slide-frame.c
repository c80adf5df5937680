#include "client/recv/slide-frame.h"

#define CORNER_SHARE 5  /* of the page's width that the picture has */
#define MARGIN_SHARE 80 /* to the edges */

struct CcSlideFrame {
    GstBuffer *page; /* I420 */
    GstCaps *caps;
    GstVideoInfo info;
    GstVideoInfo picture;      /* what @corner takes */
    GstVideoConverter *corner; /* or NULL */
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

/* Scales into the lower right corner and leaves the rest as it is. */
static void
make_corner(CcSlideFrame *frame, const GstVideoInfo *picture)
{
    gint wide = frame->info.width / CORNER_SHARE & ~1;
    gint high = MIN(wide * picture->height / MAX(picture->width, 1), frame->info.height / 3) & ~1;
    gint margin = frame->info.width / MARGIN_SHARE & ~1;

    drop_corner(frame);
    frame->picture = *picture;
    if (wide < 2 || high < 2)
        return;
    frame->corner = gst_video_converter_new(
        &frame->picture, &frame->info,
        gst_structure_new("config", GST_VIDEO_CONVERTER_OPT_DEST_X, G_TYPE_INT,
                          frame->info.width - wide - margin, GST_VIDEO_CONVERTER_OPT_DEST_Y,
                          G_TYPE_INT, frame->info.height - high - margin,
                          GST_VIDEO_CONVERTER_OPT_DEST_WIDTH, G_TYPE_INT, wide,
                          GST_VIDEO_CONVERTER_OPT_DEST_HEIGHT, G_TYPE_INT, high,
                          GST_VIDEO_CONVERTER_OPT_FILL_BORDER, G_TYPE_BOOLEAN, FALSE, NULL));
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
            convert(frame->corner, &info, gst_sample_get_buffer(picture), &frame->info, buffer);
        GST_BUFFER_PTS(buffer) = GST_BUFFER_PTS(gst_sample_get_buffer(picture));
    }
    return gst_sample_new(buffer, frame->caps, NULL, NULL);
}
