#include "client/recv/collage.h"

#include <gst/video/video.h>
#include <string.h>

#define WIDTH 1280 /* of the canvas; more where what is large has more */
#define HEIGHT 720
#define MAX_WIDTH 1920
#define MAX_HEIGHT 1080
#define MAX_WAITING 64 /* pictures of a slot: beyond that the oldest goes */
#define LEAST_INTERVAL (30 * GST_MSECOND)
#define BLACK_LUMA 16
#define BLACK_CHROMA 128

typedef struct {
    GQueue waiting;     /* GstSample *, by their time */
    GstSample *shown;   /* or NULL */
    GstVideoInfo shape; /* of what the converter was made for */
    CcLayoutPlace place;
    GstVideoConverter *converter; /* or NULL */
} Slot;

struct CcCollage {
    GstClock *clock;
    GstClockTime base_time;
    CcCollageFunc painted;
    gpointer user_data;
    GThread *thread;
    GstVideoInfo canvas; /* the thread's */

    GMutex lock; /* guards what follows */
    GCond wake;
    gboolean stopping;
    CcLayout layout;
    gboolean present[CC_WATCHED_VIDEOS];
    gboolean changed; /* to be painted even without a new picture */
    GstClockTime last;
    Slot slots[CC_WATCHED_VIDEOS];
};

static GstClockTime
running_time(const CcCollage *collage)
{
    GstClockTime now = gst_clock_get_time(collage->clock);
    return now > collage->base_time ? now - collage->base_time : 0;
}

static GstClockTime
time_of(GstSample *sample)
{
    return GST_BUFFER_PTS(gst_sample_get_buffer(sample));
}

/* --- painting, from the thread --- */

static void
fill_black(GstVideoFrame *frame)
{
    for (guint plane = 0; plane < GST_VIDEO_FRAME_N_PLANES(frame); plane++) {
        guint8 *line = GST_VIDEO_FRAME_PLANE_DATA(frame, plane);
        int stride = GST_VIDEO_FRAME_PLANE_STRIDE(frame, plane);
        int height = GST_VIDEO_FRAME_COMP_HEIGHT(frame, plane);
        memset(line, plane == 0 ? BLACK_LUMA : BLACK_CHROMA, (gsize)stride * (gsize)height);
    }
}

/* The largest part of @place that has the picture's shape. */
static void
fit(const GstVideoInfo *shape, CcLayoutPlace *place)
{
    guint width = (guint)GST_VIDEO_INFO_WIDTH(shape), height = (guint)GST_VIDEO_INFO_HEIGHT(shape);
    guint w = place->width, h = place->height;
    if ((guint64)w * height > (guint64)h * width)
        w = MAX((guint)((guint64)h * width / height) & ~1u, 2);
    else
        h = MAX((guint)((guint64)w * height / width) & ~1u, 2);
    place->x += (place->width - w) / 2 & ~1u;
    place->y += (place->height - h) / 2 & ~1u;
    place->width = w;
    place->height = h;
}

/* The part of @canvas at @place as a frame of its own: GStreamer's converter would write over what
 * is beside its destination. */
static void
cut_out(const GstVideoFrame *canvas, const CcLayoutPlace *place, GstVideoFrame *part)
{
    *part = *canvas;
    gst_video_info_set_format(&part->info, GST_VIDEO_FORMAT_I420, place->width, place->height);
    for (guint plane = 0; plane < GST_VIDEO_FRAME_N_PLANES(canvas); plane++) {
        gsize stride = (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(canvas, plane);
        guint shift = plane == 0 ? 0 : 1;
        part->info.stride[plane] = (gint)stride;
        part->data[plane] = (guint8 *)GST_VIDEO_FRAME_PLANE_DATA(canvas, plane) +
                            (place->y >> shift) * stride + (place->x >> shift);
    }
}

static void
renew_converter(Slot *slot, const GstVideoInfo *shape, const GstVideoInfo *part,
                const CcLayoutPlace *place)
{
    if (slot->converter != NULL)
        gst_video_converter_free(slot->converter);
    slot->converter = gst_video_converter_new(shape, part, NULL);
    slot->shape = *shape;
    slot->place = *place;
}

static void
paint(Slot *slot, GstSample *sample, const CcLayoutPlace *place, const GstVideoFrame *canvas)
{
    GstVideoInfo shape;
    GstVideoFrame frame, part;
    CcLayoutPlace inner = *place;
    if (!gst_video_info_from_caps(&shape, gst_sample_get_caps(sample)) ||
        !gst_video_frame_map(&frame, &shape, gst_sample_get_buffer(sample), GST_MAP_READ))
        return;
    fit(&shape, &inner);
    cut_out(canvas, &inner, &part);
    if (slot->converter == NULL || !gst_video_info_is_equal(&shape, &slot->shape) ||
        memcmp(&inner, &slot->place, sizeof inner) != 0)
        renew_converter(slot, &shape, &part.info, &inner);
    if (slot->converter != NULL)
        gst_video_converter_frame(slot->converter, &frame, &part);
    gst_video_frame_unmap(&frame);
}

/* Slides keep their pixels. Another size makes all converters anew. */
static void
choose_canvas(CcCollage *collage, GstSample *largest)
{
    GstVideoInfo shape;
    guint width = WIDTH, height = HEIGHT;
    if (gst_video_info_from_caps(&shape, gst_sample_get_caps(largest)) &&
        GST_VIDEO_INFO_WIDTH(&shape) > WIDTH) {
        width = MIN((guint)GST_VIDEO_INFO_WIDTH(&shape), MAX_WIDTH) & ~1u;
        height = CLAMP((guint)GST_VIDEO_INFO_HEIGHT(&shape), HEIGHT, MAX_HEIGHT) & ~1u;
    }
    if ((guint)GST_VIDEO_INFO_WIDTH(&collage->canvas) == width &&
        (guint)GST_VIDEO_INFO_HEIGHT(&collage->canvas) == height)
        return;
    gst_video_info_set_format(&collage->canvas, GST_VIDEO_FORMAT_I420, width, height);
    for (guint i = 0; i < CC_WATCHED_VIDEOS; i++)
        g_clear_pointer(&collage->slots[i].converter, gst_video_converter_free);
}

/* Under the lock. (transfer full) NULL if there is nothing to be seen. */
static GstSample *
paint_all(CcCollage *collage)
{
    CcLayoutPlace places[CC_WATCHED_VIDEOS];
    gboolean there[CC_WATCHED_VIDEOS];
    GstVideoFrame frame;
    for (guint i = 0; i < CC_WATCHED_VIDEOS; i++)
        there[i] = collage->present[i] && collage->slots[i].shown != NULL;
    if (cc_layout_arrange(collage->layout, there, WIDTH, HEIGHT, places) == 0)
        return NULL;
    choose_canvas(collage, collage->slots[places[0].slot].shown);
    guint n =
        cc_layout_arrange(collage->layout, there, (guint)GST_VIDEO_INFO_WIDTH(&collage->canvas),
                          (guint)GST_VIDEO_INFO_HEIGHT(&collage->canvas), places);
    g_autoptr(GstBuffer) buffer =
        gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&collage->canvas), NULL);
    if (!gst_video_frame_map(&frame, &collage->canvas, buffer, GST_MAP_WRITE))
        return NULL;
    fill_black(&frame);
    for (guint i = 0; i < n; i++) {
        Slot *slot = &collage->slots[places[i].slot];
        paint(slot, slot->shown, &places[i], &frame);
    }
    gst_video_frame_unmap(&frame);
    g_autoptr(GstCaps) caps = gst_video_info_to_caps(&collage->canvas);
    GST_BUFFER_PTS(buffer) = running_time(collage);
    return gst_sample_new(buffer, caps, NULL, NULL);
}

/* --- the thread --- */

/* Under the lock. When the next picture is due; GST_CLOCK_TIME_NONE: there is none. */
static GstClockTime
next_time(CcCollage *collage)
{
    GstClockTime next = collage->changed ? 0 : GST_CLOCK_TIME_NONE;
    for (guint i = 0; i < CC_WATCHED_VIDEOS; i++) {
        GstSample *first = g_queue_peek_head(&collage->slots[i].waiting);
        if (first != NULL)
            next = MIN(next, time_of(first));
    }
    /* Not more often than people see. */
    return next != GST_CLOCK_TIME_NONE ? MAX(next, collage->last + LEAST_INTERVAL) : next;
}

/* Under the lock. */
static void
take_due(CcCollage *collage, GstClockTime now)
{
    for (guint i = 0; i < CC_WATCHED_VIDEOS; i++) {
        Slot *slot = &collage->slots[i];
        GstSample *first;
        while ((first = g_queue_peek_head(&slot->waiting)) != NULL && time_of(first) <= now) {
            g_clear_pointer(&slot->shown, gst_sample_unref);
            slot->shown = g_queue_pop_head(&slot->waiting);
        }
    }
}

/* Under the lock, which it gives up meanwhile. */
static void
work(CcCollage *collage)
{
    GstClockTime now = running_time(collage), next = next_time(collage);
    if (next == GST_CLOCK_TIME_NONE) {
        g_cond_wait(&collage->wake, &collage->lock);
        return;
    }
    if (next > now) {
        g_cond_wait_until(&collage->wake, &collage->lock,
                          g_get_monotonic_time() + (gint64)((next - now) / GST_USECOND));
        return;
    }
    take_due(collage, now);
    collage->changed = FALSE;
    collage->last = now;
    g_autoptr(GstSample) painted = paint_all(collage);
    if (painted == NULL)
        return;
    g_mutex_unlock(&collage->lock);
    collage->painted(painted, collage->user_data);
    g_mutex_lock(&collage->lock);
}

static gpointer
run(gpointer user_data)
{
    CcCollage *collage = user_data;
    g_mutex_lock(&collage->lock);
    while (!collage->stopping)
        work(collage);
    g_mutex_unlock(&collage->lock);
    return NULL;
}

/* --- from outside --- */

/* Under the lock. */
static void
clear_slot(Slot *slot)
{
    GstSample *sample;
    while ((sample = g_queue_pop_head(&slot->waiting)) != NULL)
        gst_sample_unref(sample);
    g_clear_pointer(&slot->shown, gst_sample_unref);
}

void
cc_collage_arrange(CcCollage *collage, CcLayout layout, const gboolean present[CC_WATCHED_VIDEOS])
{
    g_mutex_lock(&collage->lock);
    for (guint i = 0; i < CC_WATCHED_VIDEOS; i++)
        if (!present[i])
            clear_slot(&collage->slots[i]);
    collage->layout = layout;
    memcpy(collage->present, present, sizeof collage->present);
    collage->changed = TRUE;
    g_cond_signal(&collage->wake);
    g_mutex_unlock(&collage->lock);
}

void
cc_collage_put(CcCollage *collage, guint slot, GstSample *sample)
{
    g_return_if_fail(slot < CC_WATCHED_VIDEOS);
    g_mutex_lock(&collage->lock);
    GQueue *waiting = &collage->slots[slot].waiting;
    g_queue_push_tail(waiting, gst_sample_ref(sample));
    if (g_queue_get_length(waiting) > MAX_WAITING)
        gst_sample_unref(g_queue_pop_head(waiting));
    g_cond_signal(&collage->wake);
    g_mutex_unlock(&collage->lock);
}

CcCollage *
cc_collage_new(GstClock *clock, GstClockTime base_time, CcCollageFunc painted, gpointer user_data)
{
    CcCollage *collage = g_new0(CcCollage, 1);
    g_mutex_init(&collage->lock);
    g_cond_init(&collage->wake);
    gst_video_info_init(&collage->canvas);
    collage->clock = clock;
    collage->base_time = base_time;
    collage->painted = painted;
    collage->user_data = user_data;
    for (guint i = 0; i < CC_WATCHED_VIDEOS; i++)
        g_queue_init(&collage->slots[i].waiting);
    collage->thread = g_thread_new("collage", run, collage);
    return collage;
}

void
cc_collage_free(CcCollage *collage)
{
    if (collage == NULL)
        return;
    g_mutex_lock(&collage->lock);
    collage->stopping = TRUE;
    g_cond_signal(&collage->wake);
    g_mutex_unlock(&collage->lock);
    g_thread_join(collage->thread);
    for (guint i = 0; i < CC_WATCHED_VIDEOS; i++) {
        clear_slot(&collage->slots[i]);
        g_clear_pointer(&collage->slots[i].converter, gst_video_converter_free);
    }
    g_mutex_clear(&collage->lock);
    g_cond_clear(&collage->wake);
    g_free(collage);
}
