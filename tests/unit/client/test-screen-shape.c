#include "client/send/screen-shape.h"

#include <gst/video/video.h>

#define WIDTH 101 /* odd, as windows are */
#define HEIGHT 61

/* A grey picture of which columns from @split on are white. */
static GstSample *
draw(guint split)
{
    GstVideoInfo info;
    GstVideoFrame frame;
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_BGRx, WIDTH, HEIGHT);
    info.fps_n = 5; /* as of X11; of Wayland it is 0 */
    g_autoptr(GstBuffer) buffer = gst_buffer_new_allocate(NULL, info.size, NULL);
    g_autoptr(GstCaps) caps = gst_video_info_to_caps(&info);
    gst_video_frame_map(&frame, &info, buffer, GST_MAP_WRITE);
    for (guint y = 0; y < HEIGHT; y++) {
        guint8 *row = (guint8 *)GST_VIDEO_FRAME_PLANE_DATA(&frame, 0) +
                      (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0) * y;
        for (guint x = 0; x < WIDTH * 4; x++)
            row[x] = x / 4 < split ? 128 : 255;
    }
    gst_video_frame_unmap(&frame);
    return gst_sample_new(buffer, caps, NULL, NULL);
}

/* Its size, and how bright its corners on the left and right are. */
static void
check(GstSample *sample, guint width, guint height, guint8 left, guint8 right)
{
    GstVideoInfo info;
    GstVideoFrame frame;
    g_assert_nonnull(sample);
    g_assert_true(gst_video_info_from_caps(&info, gst_sample_get_caps(sample)));
    g_assert_cmpint(GST_VIDEO_INFO_FORMAT(&info), ==, GST_VIDEO_FORMAT_I420);
    g_assert_cmpint(info.width, ==, width);
    g_assert_cmpint(info.height, ==, height);
    g_assert_true(gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ));
    const guint8 *luma = GST_VIDEO_FRAME_PLANE_DATA(&frame, 0);
    g_assert_cmpint(ABS(luma[0] - left), <=, 2);
    g_assert_cmpint(ABS(luma[width - 1] - right), <=, 2);
    gst_video_frame_unmap(&frame);
    gst_sample_unref(sample);
}

#define GREY 126 /* of video: 16 is black, 235 white */
#define WHITE 235

static void
test_whole(void)
{
    g_autoptr(GstSample) sample = draw(50);
    CcScreenShape *shape = cc_screen_shape_new(1080, NULL);
    check(cc_screen_shape_apply(shape, sample), 100, 60, GREY, WHITE);
    check(cc_screen_shape_apply(shape, sample), 100, 60, GREY, WHITE);
    cc_screen_shape_free(shape);
    shape = cc_screen_shape_new(30, NULL);
    check(cc_screen_shape_apply(shape, sample), 48, 30, GREY, WHITE);
    cc_screen_shape_free(shape);
}

static void
test_region(void)
{
    g_autoptr(GstSample) sample = draw(50);
    CcScreenArea inside = {
        .kind = CC_SCREEN_REGION, .left = 30, .top = 20, .width = 40, .height = 20};
    CcScreenShape *shape = cc_screen_shape_new(1080, &inside);
    check(cc_screen_shape_apply(shape, sample), 40, 20, GREY, WHITE);
    cc_screen_shape_free(shape);
    CcScreenArea beyond = {
        .kind = CC_SCREEN_REGION, .left = 60, .top = 20, .width = 400, .height = 20};
    shape = cc_screen_shape_new(1080, &beyond);
    check(cc_screen_shape_apply(shape, sample), 40, 20, WHITE, WHITE);
    cc_screen_shape_free(shape);
    CcScreenArea outside = {
        .kind = CC_SCREEN_REGION, .left = 95, .top = 20, .width = 40, .height = 20};
    shape = cc_screen_shape_new(1080, &outside);
    g_assert_null(cc_screen_shape_apply(shape, sample));
    cc_screen_shape_free(shape);
}

/* A window's pictures are as large as the monitor, with its place on them. It moves, and goes. */
static void
test_crop(void)
{
    CcScreenShape *shape = cc_screen_shape_new(1080, NULL);
    static const struct {
        guint x, width, shown; /* 0: nothing */
        guint8 left, right;
    } cases[] = {
        {30, 40, 40, GREY, WHITE}, {10, 40, 40, GREY, GREY},        {60, 1000, 40, WHITE, WHITE},
        {90, 40, 0, 0, 0},         {G_MAXUINT, G_MAXUINT, 0, 0, 0}, {0, 0, 0, 0, 0},
        {0, 51, 50, GREY, GREY},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GstSample) sample = draw(50);
        GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta(gst_sample_get_buffer(sample));
        crop->x = cases[i].x;
        crop->y = 3;
        crop->width = cases[i].width;
        crop->height = 20;
        GstSample *shown = cc_screen_shape_apply(shape, sample);
        if (cases[i].shown == 0)
            g_assert_null(shown);
        else
            check(shown, cases[i].shown, 20, cases[i].left, cases[i].right);
    }
    cc_screen_shape_free(shape);
}

static void
test_unreadable(void)
{
    CcScreenShape *shape = cc_screen_shape_new(1080, NULL);
    g_autoptr(GstSample) whole = draw(50);
    g_autoptr(GstBuffer) little = gst_buffer_new_allocate(NULL, 100, NULL);
    g_autoptr(GstSample) short_of = gst_sample_new(little, gst_sample_get_caps(whole), NULL, NULL);
    g_assert_null(cc_screen_shape_apply(shape, short_of));
    g_autoptr(GstCaps) sound = gst_caps_new_empty_simple("audio/x-raw");
    g_autoptr(GstSample) wrong = gst_sample_new(little, sound, NULL, NULL);
    g_assert_null(cc_screen_shape_apply(shape, wrong));
    g_autoptr(GstSample) empty = gst_sample_new(NULL, NULL, NULL, NULL);
    g_assert_null(cc_screen_shape_apply(shape, empty));
    check(cc_screen_shape_apply(shape, whole), 100, 60, GREY, WHITE);
    cc_screen_shape_free(shape);
}

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/screen-shape/whole", test_whole);
    g_test_add_func("/screen-shape/region", test_region);
    g_test_add_func("/screen-shape/crop", test_crop);
    g_test_add_func("/screen-shape/unreadable", test_unreadable);
    return g_test_run();
}
