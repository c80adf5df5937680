/*   capture (screen-capture.h) → changed? (frame-difference.h) → when, how finely? (screen-plan.h)
 *     → libvpx (screen-codec.h) → appsrc → payloader → src
 *
 * PLI and FIR travel from rtpbin upstream to the appsrc as force-key-unit events. */
#define CC_LOG_AREA "send"
#include "client/send/screen-track.h"

#include <gst/app/app.h>
#include <gst/video/video.h>

#include "client/send/encoder.h"
#include "client/send/screen-capture.h"
#include "client/send/screen-codec.h"
#include "client/send/screen-plan.h"
#include "common/base/clock.h"
#include "common/base/log.h"

#define PACKET_BYTES 1150 /* of one packet's payload, */
#define HEADERS 76        /* and of all its headers on the wire */
#define LOOKS 4           /* for each picture that is captured: what is new waits for no tick */

struct CcScreenTrack {
    CcScreenSettings settings;
    CcScreenCapture *capture;
    GstElement *bin, *in; /* in: not owned */
    GThread *thread;

    /* the thread's own */
    CcScreenCodec *codec;
    GstSample *now, *coded; /* what is to be seen; what was coded last. NULL: nothing yet */
    guint width, height;    /* of the codec */

    GMutex lock; /* guards what follows */
    GCond changed;
    CcScreenPlan plan;
    gboolean stopping, keyframe, over;
    guint status_width, status_height;
};

/* --- the thread --- */

/* FALSE if it cannot be read. Unmapped by gst_video_frame_unmap(). */
static gboolean
map(GstSample *sample, GstVideoFrame *mapped, CcFrame *frame)
{
    GstVideoInfo info;
    if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) ||
        !gst_video_frame_map(mapped, &info, gst_sample_get_buffer(sample), GST_MAP_READ))
        return FALSE;
    *frame = (CcFrame){.width = (guint)info.width, .height = (guint)info.height};
    for (guint i = 0; i < G_N_ELEMENTS(frame->planes); i++) {
        frame->planes[i] = GST_VIDEO_FRAME_PLANE_DATA(mapped, i);
        frame->strides[i] = (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(mapped, i);
    }
    return TRUE;
}

static void
push(CcScreenTrack *track, GBytes *coded, gboolean keyframe)
{
    GstBuffer *buffer = gst_buffer_new_wrapped_bytes(coded);
    if (!keyframe)
        GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    gst_app_src_push_buffer(GST_APP_SRC(track->in), buffer);
}

/* A codec for pictures of @frame's size, if there is none yet. */
static gboolean
ready_codec(CcScreenTrack *track, const CcFrame *frame)
{
    g_autoptr(GError) error = NULL;
    if (track->codec != NULL && frame->width == track->width && frame->height == track->height)
        return TRUE;
    g_clear_pointer(&track->codec, cc_screen_codec_free);
    track->codec = cc_screen_codec_new(frame->width, frame->height, &error);
    if (track->codec == NULL) {
        cc_warning_limited("%s", error->message);
        return FALSE;
    }
    track->width = frame->width;
    track->height = frame->height;
    g_mutex_lock(&track->lock);
    guint bps = track->plan.bps;
    cc_screen_plan_init(&track->plan, frame->width * frame->height);
    cc_screen_plan_set_rate(&track->plan, bps, cc_clock_now_us());
    track->keyframe = TRUE;
    track->status_width = frame->width;
    track->status_height = frame->height;
    g_mutex_unlock(&track->lock);
    return TRUE;
}

static double
changed_since_coded(CcScreenTrack *track, const CcFrame *frame)
{
    GstVideoFrame mapped;
    CcFrame before;
    if (track->now == track->coded)
        return 0;
    if (track->coded == NULL || !map(track->coded, &mapped, &before))
        return 1;
    double changed = cc_frame_changed(&before, frame);
    gst_video_frame_unmap(&mapped);
    return changed;
}

/* @quick: it moves all the time. */
static CcScreenAction
decide(CcScreenTrack *track, double changed, guint *quantizer, gboolean *quick)
{
    g_mutex_lock(&track->lock);
    CcScreenAction action =
        cc_screen_plan_next(&track->plan, changed, track->keyframe, cc_clock_now_us(), quantizer);
    if (action == CC_SCREEN_KEYFRAME)
        track->keyframe = FALSE;
    *quick = changed > 0 && !track->plan.urgent;
    g_mutex_unlock(&track->lock);
    return action;
}

static void
account(CcScreenTrack *track, gsize bytes)
{
    gsize packets = bytes / PACKET_BYTES + 1;
    g_mutex_lock(&track->lock);
    cc_screen_plan_coded(&track->plan, bytes + packets * HEADERS, cc_clock_now_us());
    g_mutex_unlock(&track->lock);
}

/* What follows needs a keyframe. */
static void
forgive(CcScreenTrack *track)
{
    g_mutex_lock(&track->lock);
    cc_screen_plan_failed(&track->plan, cc_clock_now_us());
    track->keyframe = TRUE;
    g_mutex_unlock(&track->lock);
}

static void
code(CcScreenTrack *track, const CcFrame *frame)
{
    guint quantizer;
    gboolean quick;
    double changed = changed_since_coded(track, frame);
    CcScreenAction action = decide(track, changed, &quantizer, &quick);
    if (action == CC_SCREEN_NOTHING)
        return;
    gboolean keyframe = action == CC_SCREEN_KEYFRAME;
    GBytes *coded = cc_screen_codec_encode(track->codec, frame, quantizer, keyframe, quick);
    g_clear_pointer(&track->coded, gst_sample_unref);
    track->coded = gst_sample_ref(track->now);
    if (coded == NULL) {
        forgive(track);
        return;
    }
    account(track, g_bytes_get_size(coded));
    cc_debug("screen: %s quantizer=%u bytes=%" G_GSIZE_FORMAT " changed=%.3f",
             keyframe ? "keyframe" : "picture", quantizer, g_bytes_get_size(coded), changed);
    push(track, coded, keyframe);
    g_bytes_unref(coded);
}

/* The face has all of the link again. */
static void
end(CcScreenTrack *track)
{
    g_clear_pointer(&track->now, gst_sample_unref);
    g_mutex_lock(&track->lock);
    track->over = TRUE;
    g_mutex_unlock(&track->lock);
}

static void
look(CcScreenTrack *track)
{
    GstVideoFrame mapped;
    CcFrame frame;
    GstSample *newest = cc_screen_capture_take(track->capture);
    if (newest != NULL) {
        g_clear_pointer(&track->now, gst_sample_unref);
        track->now = newest;
    }
    if (cc_screen_capture_is_over(track->capture))
        end(track);
    if (track->now == NULL || !map(track->now, &mapped, &frame))
        return;
    if (ready_codec(track, &frame))
        code(track, &frame);
    gst_video_frame_unmap(&mapped);
}

static gpointer
run(gpointer user_data)
{
    CcScreenTrack *track = user_data;
    gint64 due_us = g_get_monotonic_time();
    g_mutex_lock(&track->lock);
    while (!track->stopping) {
        gboolean on = track->plan.bps > 0;
        g_mutex_unlock(&track->lock);
        if (on)
            look(track);
        due_us = MAX(due_us, g_get_monotonic_time() - G_USEC_PER_SEC) +
                 G_USEC_PER_SEC / (track->settings.framerate * LOOKS);
        g_mutex_lock(&track->lock);
        while (!track->stopping && g_cond_wait_until(&track->changed, &track->lock, due_us))
            ;
    }
    g_mutex_unlock(&track->lock);
    return NULL;
}

/* --- the main thread --- */

static GstPadProbeReturn
on_upstream(GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
    if (gst_video_event_is_force_key_unit(GST_PAD_PROBE_INFO_EVENT(info)))
        cc_screen_track_request_keyframe(user_data);
    return GST_PAD_PROBE_OK;
}

static gboolean
make_bin(CcScreenTrack *track, guint32 ssrc, GError **error)
{
    track->bin = cc_payloader_bin_new(
        "appsrc name=in format=time is-live=true do-timestamp=true max-buffers=0 max-bytes=0 "
        "caps=video/x-vp9 ! rtpvp9pay name=pay picture-id-mode=15-bit",
        CC_SEND_PT_SCREEN, ssrc, error);
    if (track->bin == NULL)
        return FALSE;
    gst_object_ref_sink(track->bin);
    gst_object_set_name(GST_OBJECT(track->bin), "screen");
    track->in = gst_bin_get_by_name(GST_BIN(track->bin), "in");
    gst_object_unref(track->in); /* the bin has it */
    g_autoptr(GstPad) pad = gst_element_get_static_pad(track->in, "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_upstream, track, NULL);
    return TRUE;
}

CcScreenTrack *
cc_screen_track_new(const CcScreenSettings *settings, guint32 ssrc, GError **error)
{
    g_autoptr(CcScreenTrack) track = g_new0(CcScreenTrack, 1);
    g_mutex_init(&track->lock);
    g_cond_init(&track->changed);
    track->settings = *settings;
    track->capture = cc_screen_capture_new(settings, error);
    if (track->capture == NULL || !make_bin(track, ssrc, error))
        return NULL;
    return g_steal_pointer(&track);
}

void
cc_screen_track_free(CcScreenTrack *track)
{
    if (track == NULL)
        return;
    cc_screen_track_stop(track);
    cc_screen_capture_free(track->capture);
    cc_screen_codec_free(track->codec);
    g_clear_pointer(&track->now, gst_sample_unref);
    g_clear_pointer(&track->coded, gst_sample_unref);
    gst_clear_object(&track->bin);
    g_cond_clear(&track->changed);
    g_mutex_clear(&track->lock);
    g_free(track);
}

GstElement *
cc_screen_track_get_bin(CcScreenTrack *track)
{
    return track->bin;
}

gboolean
cc_screen_track_start(CcScreenTrack *track, GError **error)
{
    if (!cc_screen_capture_start(track->capture, error))
        return FALSE;
    track->thread = g_thread_new("screen", run, track);
    return TRUE;
}

void
cc_screen_track_stop(CcScreenTrack *track)
{
    g_mutex_lock(&track->lock);
    track->stopping = TRUE;
    g_cond_signal(&track->changed);
    g_mutex_unlock(&track->lock);
    g_clear_pointer(&track->thread, g_thread_join);
}

void
cc_screen_track_set_rate(CcScreenTrack *track, gint64 wire_bps, gint64 now_us)
{
    guint most = track->settings.bitrate_bps;
    guint bps = wire_bps < 0 ? most : (guint)MIN(wire_bps, most);
    g_mutex_lock(&track->lock);
    if (bps > 0 && track->plan.bps == 0)
        track->keyframe = TRUE;
    cc_screen_plan_set_rate(&track->plan, bps, now_us);
    g_mutex_unlock(&track->lock);
}

void
cc_screen_track_request_keyframe(CcScreenTrack *track)
{
    g_mutex_lock(&track->lock);
    track->keyframe |= !cc_screen_plan_is_keyframe_due(&track->plan, cc_clock_now_us());
    g_mutex_unlock(&track->lock);
}

guint
cc_screen_track_busy_bps(CcScreenTrack *track, gboolean *urgent)
{
    g_mutex_lock(&track->lock);
    guint bps = track->over ? 0 : cc_screen_plan_busy_bps(&track->plan, urgent);
    g_mutex_unlock(&track->lock);
    return bps;
}

void
cc_screen_track_get_status(CcScreenTrack *track, CcLayerStatus *status)
{
    g_mutex_lock(&track->lock);
    *status = (CcLayerStatus){track->status_width, track->status_height, track->settings.framerate,
                              track->plan.bps};
    g_mutex_unlock(&track->lock);
}
