#include "client/recv/slide-frame.h"

#include <string.h>

#define GREY 200
#define TEACHER 60

static CcDeckImage *
make_page(guint width, guint height)
{
    guint8 *rgba = g_malloc((gsize)width * height * 4);

    for (gsize y = 0; y < height; y++)
        for (gsize x = 0; x < width; x++) {
            guint8 *pixel = rgba + (y * width + x) * 4;
            memset(pixel, y % 16 == 0 || x % 20 == 0 ? 0 : GREY, 3);
            pixel[3] = 255;
        }
    return cc_deck_image_new(g_bytes_new_take(rgba, (gsize)width * height * 4), width, height);
}

static GstSample *
make_teacher(guint width, guint height)
{
    GstVideoInfo info;
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, width, height);
    g_autoptr(GstBuffer) buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&info), NULL);
    gst_buffer_memset(buffer, 0, 128, GST_VIDEO_INFO_SIZE(&info)); /* grey, whatever the colours */
    gst_buffer_memset(buffer, 0, TEACHER, (gsize)GST_VIDEO_INFO_PLANE_OFFSET(&info, 1));
    GST_BUFFER_PTS(buffer) = 5 * GST_SECOND;
    g_autoptr(GstCaps) caps = gst_video_info_to_caps(&info);
    return gst_sample_new(buffer, caps, NULL, NULL);
}

/* Black lines and grey between them, each where they were drawn. */
static void
check_page(const GstVideoFrame *frame, guint width, guint height)
{
    for (guint y = 0; y < height; y++) {
        const guint8 *row = (const guint8 *)GST_VIDEO_FRAME_PLANE_DATA(frame, 0) +
                            (gsize)y * (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(frame, 0);
        for (guint x = 0; x < width; x++) {
            gboolean line = y % 16 == 0 || x % 20 == 0;
            if ((row[x] < 100) != line)
                g_error("wrong at %u,%u: %u", x, y, row[x]);
        }
    }
}

static void
compose(guint width, guint height, GstSample *teacher)
{
    g_autoptr(CcDeckImage) page = make_page(width, height);
    g_autoptr(CcSlideFrame) slide = cc_slide_frame_new(page);
    g_autoptr(GstSample) sample = cc_slide_frame_compose(slide, teacher);
    GstVideoInfo info;
    GstVideoFrame frame;

    g_assert_true(gst_video_info_from_caps(&info, gst_sample_get_caps(sample)));
    g_assert_cmpint(info.width, ==, (int)((width + 1) & ~1u));
    g_assert_cmpint(info.height, ==, (int)((height + 1) & ~1u));
    g_assert_true(gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ));
    /* All of it but the corner, also below: a converter has painted over that once. */
    check_page(&frame, teacher != NULL ? width * 3 / 4 : width, height);
    check_page(&frame, width, teacher != NULL ? height / 2 : height);
    if (teacher != NULL) {
        guint x = width - width / 8, y = height - width / 16 - 10;
        const guint8 *luma = GST_VIDEO_FRAME_PLANE_DATA(&frame, 0);
        g_assert_cmpuint(luma[y * (guint)GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0) + x], ==, TEACHER);
        g_assert_cmpuint(GST_BUFFER_PTS(gst_sample_get_buffer(sample)), ==, 5 * GST_SECOND);
    }
    gst_video_frame_unmap(&frame);
}

static void
test_sizes(void)
{
    static const guint sizes[][2] = {{1600, 900}, {1006, 1431}, {1385, 1039}, {64, 64}};
    g_autoptr(GstSample) teacher = make_teacher(640, 360);

    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++)
        compose(sizes[i][0], sizes[i][1], NULL);
    for (guint i = 0; i < 3; i++)
        compose(sizes[i][0], sizes[i][1], teacher);
}

/* Another layer of hers, in the middle of the lesson. */
static void
test_teacher_changes(void)
{
    g_autoptr(CcDeckImage) page = make_page(800, 450);
    g_autoptr(CcSlideFrame) slide = cc_slide_frame_new(page);
    static const guint sizes[][2] = {{1280, 720}, {320, 180}, {90, 160}, {2, 2}};

    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GstSample) teacher = make_teacher(sizes[i][0], sizes[i][1]);
        g_autoptr(GstSample) sample = cc_slide_frame_compose(slide, teacher);
        g_assert_nonnull(sample);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(NULL, NULL);
    g_test_add_func("/client/slide-frame/sizes", test_sizes);
    g_test_add_func("/client/slide-frame/teacher-changes", test_teacher_changes);
    return g_test_run();
}
