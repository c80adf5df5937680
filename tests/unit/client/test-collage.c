/* Several pictures painted as one, at their time. */
#include "client/recv/collage.h"

#include <gst/video/video.h>
#include <string.h>

#define PATIENCE_US (60 * G_USEC_PER_SEC)

typedef struct {
    GMutex lock;
    GCond changed;
    GstSample *newest;
    guint painted;
    GstClock *clock;
    GstClockTime base_time;
    CcCollage *collage;
} Fixture;

static void
on_painted(GstSample *sample, gpointer user_data)
{
    Fixture *f = user_data;
    g_mutex_lock(&f->lock);
    g_clear_pointer(&f->newest, gst_sample_unref);
    f->newest = gst_sample_ref(sample);
    f->painted++;
    g_cond_signal(&f->changed);
    g_mutex_unlock(&f->lock);
}

static void
setup(Fixture *f, gconstpointer data)
{
    f->clock = gst_system_clock_obtain();
    f->base_time = gst_clock_get_time(f->clock);
    f->collage = cc_collage_new(f->clock, f->base_time, on_painted, f);
}

static void
teardown(Fixture *f, gconstpointer data)
{
    cc_collage_free(f->collage);
    g_clear_pointer(&f->newest, gst_sample_unref);
    gst_object_unref(f->clock);
}

/* All of one brightness. */
static GstSample *
grey(guint8 luma, guint width, guint height, GstClockTime time)
{
    GstVideoInfo info;
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, width, height);
    g_autoptr(GstBuffer) buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&info), NULL);
    gsize luma_size = GST_VIDEO_INFO_PLANE_OFFSET(&info, 1);
    gst_buffer_memset(buffer, 0, luma, luma_size);
    gst_buffer_memset(buffer, luma_size, 128, GST_VIDEO_INFO_SIZE(&info) - luma_size);
    GST_BUFFER_PTS(buffer) = time;
    g_autoptr(GstCaps) caps = gst_video_info_to_caps(&info);
    return gst_sample_new(buffer, caps, NULL, NULL);
}

static void
put(Fixture *f, guint slot, guint8 luma, guint width, guint height, GstClockTime time)
{
    g_autoptr(GstSample) sample = grey(luma, width, height, time);
    cc_collage_put(f->collage, slot, sample);
}

/* The brightness at a place of 1280x720, of the newest. */
static guint8
at(Fixture *f, guint x, guint y)
{
    GstVideoInfo info;
    GstVideoFrame frame;
    g_assert_true(gst_video_info_from_caps(&info, gst_sample_get_caps(f->newest)));
    g_assert_true(
        gst_video_frame_map(&frame, &info, gst_sample_get_buffer(f->newest), GST_MAP_READ));
    guint column = x * (guint)GST_VIDEO_INFO_WIDTH(&info) / 1280;
    guint line = y * (guint)GST_VIDEO_INFO_HEIGHT(&info) / 720;
    const guint8 *luma = GST_VIDEO_FRAME_PLANE_DATA(&frame, 0);
    guint8 value = luma[line * (guint)GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0) + column];
    gst_video_frame_unmap(&frame);
    return value;
}

/* Until what is painted has @luma at a place. */
static void
wait_for(Fixture *f, guint x, guint y, guint8 luma)
{
    gint64 deadline = g_get_monotonic_time() + PATIENCE_US;
    g_mutex_lock(&f->lock);
    while (f->newest == NULL || ABS(at(f, x, y) - luma) > 3)
        g_assert_true(g_cond_wait_until(&f->changed, &f->lock, deadline));
    g_mutex_unlock(&f->lock);
}

static void
arrange(Fixture *f, const char *present)
{
    gboolean there[CC_WATCHED_VIDEOS];
    for (guint i = 0; i < CC_WATCHED_VIDEOS; i++)
        there[i] = present[i] == '1';
    cc_collage_arrange(f->collage, CC_LAYOUT_AUTO, there);
}

static void
test_guest(Fixture *f, gconstpointer data)
{
    arrange(f, "1010");
    put(f, CC_VIDEO_CAMERA, 80, 640, 360, 0);
    put(f, CC_VIDEO_GUESTS, 200, 320, 180, 0);
    wait_for(f, 100, 100, 200); /* the guest is large */
    wait_for(f, 1100, 600, 80); /* she is small */
    put(f, CC_VIDEO_GUESTS, 120, 320, 180, 0);
    wait_for(f, 100, 100, 120);
    arrange(f, "1000");
    wait_for(f, 100, 100, 80);
}

/* A picture of another shape has black beside it. */
static void
test_shape(Fixture *f, gconstpointer data)
{
    arrange(f, "0011");
    put(f, CC_VIDEO_GUESTS, 200, 320, 320, 0);
    put(f, CC_VIDEO_GUESTS + 1, 100, 320, 320, 0);
    wait_for(f, 320, 360, 200);
    wait_for(f, 960, 360, 100);
    wait_for(f, 320, 10, 16);
}

/* Slides keep their pixels. */
static void
test_large_slides(Fixture *f, gconstpointer data)
{
    arrange(f, "1100");
    put(f, CC_VIDEO_SCREEN, 220, 1920, 1080, 0);
    put(f, CC_VIDEO_CAMERA, 60, 320, 180, 0);
    wait_for(f, 100, 100, 220);
    wait_for(f, 1100, 600, 60);
    const GstStructure *shape = gst_caps_get_structure(gst_sample_get_caps(f->newest), 0);
    int width = 0;
    g_assert_true(gst_structure_get_int(shape, "width", &width));
    g_assert_cmpint(width, ==, 1920);
}

/* What is to be seen later waits until then. */
static void
test_in_time(Fixture *f, gconstpointer data)
{
    arrange(f, "1000");
    put(f, CC_VIDEO_CAMERA, 80, 320, 180, 0);
    wait_for(f, 100, 100, 80);
    GstClockTime due = gst_clock_get_time(f->clock) - f->base_time + 300 * GST_MSECOND;
    put(f, CC_VIDEO_CAMERA, 160, 320, 180, due);
    wait_for(f, 100, 100, 160);
    g_assert_cmpuint(gst_clock_get_time(f->clock) - f->base_time, >=, due);
    g_assert_cmpuint(GST_BUFFER_PTS(gst_sample_get_buffer(f->newest)), >=, due);
}

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_test_add("/collage/guest", Fixture, NULL, setup, test_guest, teardown);
    g_test_add("/collage/shape", Fixture, NULL, setup, test_shape, teardown);
    g_test_add("/collage/large-slides", Fixture, NULL, setup, test_large_slides, teardown);
    g_test_add("/collage/in-time", Fixture, NULL, setup, test_in_time, teardown);
    return g_test_run();
}
