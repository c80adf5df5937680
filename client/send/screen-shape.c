#define CC_LOG_AREA "send"
#include "client/send/screen-shape.h"

#include <glib/gi18n.h>
#include <gst/video/video.h>
#include <string.h>

#include "common/base/log.h"

typedef struct {
    guint left, top, width, height;
} Part;

struct CcScreenShape {
    guint max_height;
    gboolean has_region;
    Part region;
    /* From what to what: */
    GstVideoConverter *converter; /* NULL: none yet */
    GstVideoInfo from, to;
    Part part;
    GstCaps *caps; /* of @to */
};

CcScreenShape *
cc_screen_shape_new(guint max_height, const CcScreenArea *region)
{
    CcScreenShape *shape = g_new0(CcScreenShape, 1);
    shape->max_height = max_height;
    shape->has_region = region != NULL;
    if (region != NULL)
        shape->region = (Part){region->left, region->top, region->width, region->height};
    return shape;
}

void
cc_screen_shape_free(CcScreenShape *shape)
{
    if (shape == NULL)
        return;
    g_clear_pointer(&shape->converter, gst_video_converter_free);
    gst_clear_caps(&shape->caps);
    g_free(shape);
}

/* What of @inner, counted from @outer's corner, lies in @outer. FALSE if it is too little. */
static gboolean
cut(const Part *outer, const Part *inner, Part *part)
{
    guint left = MIN(inner->left, outer->width), top = MIN(inner->top, outer->height);
    *part = (Part){outer->left + left, outer->top + top, MIN(inner->width, outer->width - left),
                   MIN(inner->height, outer->height - top)};
    return part->width >= CC_SCREEN_LEAST && part->height >= CC_SCREEN_LEAST;
}

/* FALSE if there is nothing of it to be shown. */
static gboolean
choose_part(const CcScreenShape *shape, const GstVideoInfo *info, GstBuffer *buffer, Part *part)
{
    Part all = {0, 0, (guint)info->width, (guint)info->height};
    const GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta(buffer);
    Part given = all;
    if (crop != NULL)
        given = (Part){crop->x, crop->y, crop->width, crop->height};
    if (!cut(&all, &given, part))
        return FALSE;
    all = *part;
    if (!shape->has_region || cut(&all, &shape->region, part))
        return TRUE;
    g_autofree char *words =
        g_strdup_printf(_("the region reaches beyond the screen, which has %dx%d pixels"),
                        (int)all.width, (int)all.height);
    cc_warning_limited("%s", words);
    return FALSE;
}

/* Not more lines than wanted, in the shape of what is shown; an odd column or line is left out, for
 * to scale it away would blur all the text. */
static void
choose_size(const CcScreenShape *shape, Part *part, guint *width, guint *height)
{
    if (part->height <= shape->max_height) {
        *width = part->width &= ~1u;
        *height = part->height &= ~1u;
        return;
    }
    *height = shape->max_height & ~1u;
    *width = MAX((guint)((guint64)part->width * *height / part->height) & ~1u, 2);
}

static gboolean
ready_converter(CcScreenShape *shape, const GstVideoInfo *from, const Part *part)
{
    guint width, height;
    if (shape->converter != NULL && gst_video_info_is_equal(&shape->from, from) &&
        memcmp(&shape->part, part, sizeof *part) == 0)
        return TRUE;
    g_clear_pointer(&shape->converter, gst_video_converter_free);
    gst_clear_caps(&shape->caps);
    shape->from = *from;
    shape->part = *part;
    Part shown = *part;
    choose_size(shape, &shown, &width, &height);
    gst_video_info_set_format(&shape->to, GST_VIDEO_FORMAT_I420, width, height);
    shape->to.fps_n = from->fps_n;
    shape->to.fps_d = from->fps_d;
    GstStructure *options =
        gst_structure_new("options", GST_VIDEO_CONVERTER_OPT_SRC_X, G_TYPE_INT, (int)shown.left,
                          GST_VIDEO_CONVERTER_OPT_SRC_Y, G_TYPE_INT, (int)shown.top,
                          GST_VIDEO_CONVERTER_OPT_SRC_WIDTH, G_TYPE_INT, (int)shown.width,
                          GST_VIDEO_CONVERTER_OPT_SRC_HEIGHT, G_TYPE_INT, (int)shown.height, NULL);
    shape->converter = gst_video_converter_new(&shape->from, &shape->to, options);
    if (shape->converter == NULL) {
        cc_warning_limited("screen: its pictures cannot be converted");
        return FALSE;
    }
    shape->caps = gst_video_info_to_caps(&shape->to);
    cc_info("screen: %ux%u shown as %ux%u", part->width, part->height, width, height);
    return TRUE;
}

static GstSample *
convert(CcScreenShape *shape, GstBuffer *buffer)
{
    GstVideoFrame from, to;
    if (!gst_video_frame_map(&from, &shape->from, buffer, GST_MAP_READ)) {
        cc_warning_limited("screen: its pictures cannot be read");
        return NULL;
    }
    g_autoptr(GstBuffer) shown = gst_buffer_new_allocate(NULL, shape->to.size, NULL);
    gst_video_frame_map(&to, &shape->to, shown, GST_MAP_WRITE);
    gst_video_converter_frame(shape->converter, &from, &to);
    gst_video_frame_unmap(&to);
    gst_video_frame_unmap(&from);
    return gst_sample_new(shown, shape->caps, NULL, NULL);
}

GstSample *
cc_screen_shape_apply(CcScreenShape *shape, GstSample *sample)
{
    GstVideoInfo info;
    Part part;
    GstBuffer *buffer = gst_sample_get_buffer(sample);
    GstCaps *caps = gst_sample_get_caps(sample);
    if (buffer == NULL || caps == NULL || !gst_video_info_from_caps(&info, caps)) {
        cc_warning_limited("screen: its pictures cannot be read");
        return NULL;
    }
    if (!choose_part(shape, &info, buffer, &part) || !ready_converter(shape, &info, &part))
        return NULL;
    return convert(shape, buffer);
}
