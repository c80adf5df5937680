/*   appsrc(video) → classroom-display.c, a window with buttons; or another place that was given
 *              or → textoverlay → convert, scale → video sink
 *              or → fakesink sync=true
 *   speaker.c
 *
 * One slot's pictures go in as they are; where several are to be seen, the collage's.
 * While no pictures arrive, a still is pushed into the same appsrc twice a second. */
#define CC_LOG_AREA "recv"
#include "client/recv/screen.h"

#include <gst/app/app.h>
#include <gst/video/videooverlay.h>

#include "client/recv/blind.h"
#include "client/recv/classroom-display.h"
#include "client/recv/collage.h"
#include "client/recv/outputs.h"
#include "client/recv/screen-slots.h"
#include "client/recv/slide-frame.h"
#include "client/recv/speaker.h"
#include "client/recv/still.h"
#include "client/recv/window-x11.h"
#include "client/ui/screen-words.h"
#include "client/window/window-process.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/log.h"

#define LEAST_DELAY_MS 10
#define FONT "Noto Sans CJK SC, Sans 22"
#define NOTE_FONT "Noto Sans CJK SC, Sans 12"
#define STILL_INTERVAL_MS 500
#define STILL_AFTER (1 * GST_SECOND) /* without a picture */
#define STILL_LEAD (50 * GST_MSECOND)

struct CcScreen {
    GstElement *pipeline;
    GstElement *video_in, *overlay, *video_sink; /* not owned */
    CcClassroomDisplay *display;                 /* or NULL: the plain window, or none */
    gboolean placed;                             /* pictures are shown in another place */
    CcSpeaker *speaker;
    GstClock *clock;
    GstClockTime base_time;
    CcWindow *window;
    CcProbe *probe;
    CcScreenOptions options;
    guint bus_watch, still_timer;
    GMutex lock;            /* guards what follows */
    GstSample *last;        /* the newest picture */
    GstSample *still;       /* made from it when needed */
    CcSlideFrame *page;     /* of the slides, or NULL */
    GstClockTime last_time; /* running time when it came */
    CcScreenSlots slots;
    CcCollage *collage; /* while several slots are to be seen; kept from the first time */
    gboolean several;   /* they are */
    guint largest;      /* the slot */
};

static gboolean
is_seen(const CcScreen *screen)
{
    return screen->overlay != NULL || screen->display != NULL || screen->placed;
}

static GstClockTime
running_time(CcScreen *screen)
{
    GstClockTime now = gst_clock_get_time(screen->clock);
    return now > screen->base_time ? now - screen->base_time : 0;
}

static GstSample *
move_to(GstSample *sample, GstClockTime place)
{
    g_autoptr(GstBuffer) buffer = gst_buffer_copy(gst_sample_get_buffer(sample));
    GST_BUFFER_PTS(buffer) = place;
    return gst_sample_new(buffer, gst_sample_get_caps(sample), NULL, NULL);
}

/* Under the lock. */
static void
show(CcScreen *screen, GstSample *placed, GstClockTime now)
{
    if (is_seen(screen)) { /* headless nobody sees a still */
        g_clear_pointer(&screen->still, gst_sample_unref);
        g_clear_pointer(&screen->last, gst_sample_unref);
        screen->last = gst_sample_ref(placed);
    }
    screen->last_time = now;
    if (is_seen(screen) && screen->page != NULL) {
        g_autoptr(GstSample) composed = cc_slide_frame_compose(screen->page, placed);
        gst_app_src_push_sample(GST_APP_SRC(screen->video_in), composed);
    } else {
        gst_app_src_push_sample(GST_APP_SRC(screen->video_in), placed);
    }
}

/* From the collage's thread. */
static void
on_painted(GstSample *sample, gpointer user_data)
{
    CcScreen *screen = user_data;
    g_mutex_lock(&screen->lock);
    if (screen->several)
        show(screen, sample, running_time(screen));
    g_mutex_unlock(&screen->lock);
}

/* Under the lock. */
static void
arrange(CcScreen *screen)
{
    guint before = screen->largest, n = cc_screen_slots_seen(&screen->slots, &screen->largest);
    screen->several = n > 1 && is_seen(screen); /* headless the largest one is enough */
    if (screen->largest != before)
        cc_info("pictures: seen=%u largest=%u", n, screen->largest);
    if (screen->several && screen->collage == NULL)
        screen->collage = cc_collage_new(screen->clock, screen->base_time, on_painted, screen);
    if (screen->collage != NULL)
        cc_collage_arrange(screen->collage, screen->slots.layout, screen->slots.present);
}

/* Under the lock. */
static void
look(CcScreen *screen)
{
    if (cc_screen_slots_look(&screen->slots, running_time(screen)))
        arrange(screen);
}

/* Under the lock. */
static void
take(CcScreen *screen, guint slot, GstSample *sample, GstClockTime place, GstClockTime now)
{
    g_autoptr(GstSample) placed = move_to(sample, place);
    if (!screen->slots.present[slot])
        look(screen);
    if (screen->several)
        cc_collage_put(screen->collage, slot, placed);
    else if (slot == screen->largest)
        show(screen, placed, now);
}

gint64
cc_screen_video(CcScreen *screen, guint slot, GstSample *sample)
{
    g_return_val_if_fail(slot < CC_WATCHED_VIDEOS, 0);
    GstClockTime time = GST_BUFFER_PTS(gst_sample_get_buffer(sample));
    CcPlayout *playout = &screen->slots.slots[slot].playout;
    gboolean changed;
    g_mutex_lock(&screen->lock);
    GstClockTime now = running_time(screen);
    GstClockTime place =
        cc_screen_slots_add(&screen->slots, slot, time, now, cc_clock_now_us(), &changed);
    gint64 needed_us = playout->needed_us, voice_us = playout->voice_us;
    if (place != GST_CLOCK_TIME_NONE)
        take(screen, slot, sample, place, now);
    g_mutex_unlock(&screen->lock);
    if (changed)
        cc_info("pictures need a playout delay of %d ms: the voice waits %d ms for them",
                (int)(needed_us / 1000), (int)(voice_us / 1000));
    return MAX(voice_us, (gint64)screen->options.latency_ms * 1000);
}

void
cc_screen_set_voice_delay(CcScreen *screen, guint voice, gint64 voice_us)
{
    g_mutex_lock(&screen->lock);
    cc_screen_slots_voice(&screen->slots, voice, voice_us, running_time(screen));
    g_mutex_unlock(&screen->lock);
}

void
cc_screen_set_guests(CcScreen *screen, const gboolean guests[CC_GUESTS])
{
    g_mutex_lock(&screen->lock);
    cc_screen_slots_set_guests(&screen->slots, guests);
    look(screen);
    g_mutex_unlock(&screen->lock);
}

void
cc_screen_next_layout(CcScreen *screen)
{
    g_mutex_lock(&screen->lock);
    screen->slots.layout = cc_layout_next(screen->slots.layout);
    arrange(screen);
    g_mutex_unlock(&screen->lock);
}

void
cc_screen_show_device(CcScreen *screen, CcDeviceKind kind, const CcViewDevices *devices)
{
    if (screen->display != NULL)
        cc_classroom_display_show_device(screen->display, kind, devices);
}

void
cc_screen_set_speaker(CcScreen *screen, const char *device)
{
    cc_speaker_set_device(screen->speaker, device);
}

void
cc_screen_set_quiet(CcScreen *screen, gboolean quiet)
{
    cc_speaker_set_quiet(screen->speaker, quiet);
}

void
cc_screen_audio(CcScreen *screen, GstSample *sample)
{
    cc_speaker_push(screen->speaker, sample);
}

/* Beside a page the last picture is not dimmed: small as it is it says no more than who speaks. Nor
 * is the teacher's screen: it may stand still.
 * (transfer full) */
static GstSample *
make_still(CcScreen *screen)
{
    if (screen->page != NULL)
        return cc_slide_frame_compose(screen->page, screen->last);
    if (screen->still == NULL)
        screen->still = screen->last == NULL                 ? cc_still_dark()
                        : screen->largest == CC_VIDEO_SCREEN ? gst_sample_ref(screen->last)
                                                             : cc_still_dimmed(screen->last);
    return gst_sample_ref(screen->still);
}

static void
push_still(CcScreen *screen)
{
    GstClockTime now = running_time(screen);
    g_autoptr(GstSample) still = make_still(screen);
    g_autoptr(GstBuffer) buffer = gst_buffer_copy(gst_sample_get_buffer(still));
    /* Nothing has to be decoded: soon, whatever the delay is. */
    GstClockTime early = CC_SCREEN_MARGIN_MS * GST_MSECOND;
    GST_BUFFER_PTS(buffer) = now + STILL_LEAD > early ? now + STILL_LEAD - early : 0;
    GST_BUFFER_DURATION(buffer) = GST_CLOCK_TIME_NONE;
    g_autoptr(GstSample) sample = gst_sample_new(buffer, gst_sample_get_caps(still), NULL, NULL);
    gst_app_src_push_sample(GST_APP_SRC(screen->video_in), sample);
}

/* The window with buttons keeps the last picture by itself, but not a page: it may come anew. Under
 * the lock. */
static gboolean
has_stills(const CcScreen *screen)
{
    return screen->overlay != NULL || (screen->display != NULL && screen->page != NULL);
}

static gboolean
on_still_timer(gpointer user_data)
{
    CcScreen *screen = user_data;
    g_mutex_lock(&screen->lock);
    GstClockTime last = screen->last_time;
    look(screen);
    gboolean several = screen->several;
    if (has_stills(screen) &&
        (last == GST_CLOCK_TIME_NONE || running_time(screen) >= last + STILL_AFTER))
        push_still(screen);
    g_mutex_unlock(&screen->lock);
    if (screen->display != NULL)
        cc_classroom_display_set_several(screen->display, several);
    return G_SOURCE_CONTINUE;
}

/* @note: small and at the bottom, beside a picture that is still worth seeing. */
static void
set_words(CcScreen *screen, const char *words, gboolean note)
{
    g_autofree char *escaped = g_markup_escape_text(words != NULL ? words : "", -1);
    gst_util_set_object_arg(G_OBJECT(screen->overlay), "valignment", note ? "bottom" : "center");
    g_object_set(screen->overlay, "font-desc", note ? NOTE_FONT : FONT, "text", escaped, "silent",
                 words == NULL, NULL);
    on_still_timer(screen);
}

void
cc_screen_set_page(CcScreen *screen, const CcDeckImage *page)
{
    CcSlideFrame *frame = page != NULL ? cc_slide_frame_new(page) : NULL;
    g_mutex_lock(&screen->lock);
    CcSlideFrame *before = screen->page;
    screen->page = frame;
    if (is_seen(screen) && (frame != NULL || before != NULL))
        push_still(screen); /* pictures may come seldom, or not at all */
    g_mutex_unlock(&screen->lock);
    cc_slide_frame_free(before);
}

GstSample *
cc_screen_compose(CcScreen *screen, GstSample *sample)
{
    g_mutex_lock(&screen->lock);
    GstSample *composed = screen->page != NULL ? cc_slide_frame_compose(screen->page, sample)
                                               : gst_sample_ref(sample);
    g_mutex_unlock(&screen->lock);
    return composed;
}

void
cc_screen_show(CcScreen *screen, CcConnectionState state, const CcLink *link, gboolean hand_raised,
               const CcTalk *talk, const char *chat)
{
    if (screen->display != NULL)
        cc_classroom_display_show(screen->display, state, link, hand_raised, talk, chat);
    if (screen->overlay == NULL)
        return;
    g_autofree char *words = cc_screen_words(state, link, hand_raised, talk, chat);
    set_words(screen, words, state == CC_CONNECTION_ON);
}

void
cc_screen_clear(CcScreen *screen)
{
    g_mutex_lock(&screen->lock);
    g_clear_pointer(&screen->still, gst_sample_unref);
    g_clear_pointer(&screen->last, gst_sample_unref);
    cc_screen_slots_clear(&screen->slots, running_time(screen));
    look(screen);
    screen->last_time = GST_CLOCK_TIME_NONE;
    g_mutex_unlock(&screen->lock);
}

static void
on_window_closed(gpointer user_data)
{
    CcScreen *screen = user_data;
    screen->options.closed(screen->options.user_data);
}

static void
on_window_hand(gpointer user_data)
{
    CcScreen *screen = user_data;
    screen->options.hand(screen->options.user_data);
}

static void
on_window_talk(gpointer user_data)
{
    CcScreen *screen = user_data;
    screen->options.talk(screen->options.user_data);
}

static void
on_window_layout(gpointer user_data)
{
    cc_screen_next_layout(user_data);
}

static void
on_window_device(CcDeviceKind kind, const char *id, gpointer user_data)
{
    CcScreen *screen = user_data;
    screen->options.device(kind, id, screen->options.user_data);
}

static void
on_window_next_device(char key, gpointer user_data)
{
    CcScreen *screen = user_data;
    if (screen->options.next_device != NULL)
        screen->options.next_device(key, screen->options.user_data);
}

/* The sink does not look at the window's events itself: it must be told to look at its size. */
static void
on_window_changed(gpointer user_data)
{
    CcScreen *screen = user_data;
    g_autoptr(GstPad) pad = gst_element_get_static_pad(screen->video_sink, "sink");
    gst_video_overlay_expose(GST_VIDEO_OVERLAY(screen->video_sink));
    gst_pad_push_event(pad, gst_event_new_reconfigure());
}

static gboolean
on_message(GstBus *bus, GstMessage *message, gpointer user_data)
{
    CcScreen *screen = user_data;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        g_autoptr(GError) error = NULL;
        gst_message_parse_error(message, &error, NULL);
        cc_warning_limited("screen: %s", error->message);
        if (cc_speaker_take_error(screen->speaker, GST_MESSAGE_SRC(message)))
            return G_SOURCE_CONTINUE;
        /* The window was closed behind our back, or the display has gone. */
        if (GST_MESSAGE_SRC(message) == GST_OBJECT(screen->video_sink))
            screen->options.closed(screen->options.user_data);
    } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_LATENCY) {
        gst_bin_recalculate_latency(GST_BIN(screen->pipeline));
    }
    return G_SOURCE_CONTINUE;
}

static void
open_window(CcScreen *screen)
{
    static const CcWindowCallbacks callbacks = {.closed = on_window_closed,
                                                .hand = on_window_hand,
                                                .talk = on_window_talk,
                                                .layout = on_window_layout,
                                                .device = on_window_next_device,
                                                .changed = on_window_changed};
    if (!GST_IS_VIDEO_OVERLAY(screen->video_sink) || g_getenv("DISPLAY") == NULL)
        return;
    screen->window = cc_window_new(screen->options.title, CC_STILL_WIDTH, CC_STILL_HEIGHT,
                                   screen->options.fullscreen, &callbacks, screen);
    if (screen->window == NULL)
        return;
    GstVideoOverlay *overlay = GST_VIDEO_OVERLAY(screen->video_sink);
    gst_video_overlay_set_window_handle(overlay, cc_window_handle(screen->window));
    gst_video_overlay_handle_events(overlay, FALSE); /* the window has its own keys */
}

/* TRUE: it is there. */
static gboolean
open_display(CcScreen *screen)
{
    const CcScreenOptions *options = &screen->options;
    CcClassroomDisplayOptions wanted = {
        .school = options->school,
        .lesson = options->lesson,
        .fullscreen = options->fullscreen,
        .mute = options->mute,
        .actions = {.closed = on_window_closed,
                    .hand = on_window_hand,
                    .talk = on_window_talk,
                    .layout = on_window_layout},
        .device = options->device != NULL ? on_window_device : NULL,
        .user_data = screen,
    };
    g_autoptr(GError) error = NULL;
    if (options->plain || !cc_window_process_has_display())
        return FALSE;
    screen->display = cc_classroom_display_new(&wanted, screen->pipeline, screen->speaker, &error);
    if (screen->display == NULL)
        cc_info("the plain window: %s", error->message);
    return screen->display != NULL;
}

/* Pictures go to @head, and @screen->video_sink is set. */
static gboolean
link_place(CcScreen *screen, GstElement *head)
{
    g_object_set(screen->video_sink, "max-lateness",
                 (gint64)CC_PLAYOUT_MAX_LATENESS_MS * (gint64)GST_MSECOND, NULL);
    gst_bin_add(GST_BIN(screen->pipeline), screen->video_in);
    return gst_element_link(screen->video_in, head);
}

/* What pictures are linked to where there is a window with buttons; else NULL. */
static GstElement *
add_place(CcScreen *screen)
{
    const CcScreenOptions *options = &screen->options;
    if (options->add_place != NULL) {
        GstElement *head =
            options->add_place(screen->pipeline, &screen->video_sink, options->user_data);
        screen->placed = head != NULL;
        return head;
    }
    if (!open_display(screen))
        return NULL;
    screen->video_sink = cc_classroom_display_sink(screen->display);
    return cc_classroom_display_head(screen->display);
}

static gboolean
add_video(CcScreen *screen, GError **error)
{
    screen->video_in = cc_outputs_source_new(CC_SCREEN_MARGIN_MS * GST_MSECOND);
    gboolean blind = screen->options.headless || screen->options.blind;
    GstElement *place = blind ? NULL : add_place(screen);
    if (place != NULL)
        return link_place(screen, place);
    screen->video_sink = blind ? NULL : cc_output_video_new();
    if (screen->video_sink == NULL) {
        if (!blind)
            cc_warning("no display: running headless");
        screen->video_sink = cc_blind_screen_new(screen->probe);
        GstElement *chain[] = {screen->video_in, screen->video_sink};
        return cc_outputs_link(screen->pipeline, chain, G_N_ELEMENTS(chain), error);
    }
    screen->overlay = gst_element_factory_make("textoverlay", NULL);
    GstElement *chain[] = {screen->video_in, screen->overlay,
                           gst_element_factory_make("videoconvertscale", NULL), screen->video_sink};
    if (!cc_outputs_link(screen->pipeline, chain, G_N_ELEMENTS(chain), error))
        return FALSE;
    g_object_set(screen->overlay, "font-desc", FONT, "shaded-background", TRUE, "silent", TRUE,
                 NULL);
    gst_util_set_object_arg(G_OBJECT(screen->overlay), "halignment", "center");
    gst_util_set_object_arg(G_OBJECT(screen->overlay), "valignment", "center");
    gst_util_set_object_arg(G_OBJECT(screen->overlay), "line-alignment", "center");
    open_window(screen);
    return TRUE;
}

CcScreen *
cc_screen_new(const CcScreenOptions *options, GError **error)
{
    g_autoptr(CcScreen) screen = g_new0(CcScreen, 1);
    g_mutex_init(&screen->lock);
    screen->options = *options;
    screen->probe = cc_probe_new();
    screen->last_time = GST_CLOCK_TIME_NONE;
    cc_screen_slots_init(&screen->slots, MAX(options->latency_ms, LEAST_DELAY_MS));
    screen->clock = gst_system_clock_obtain();
    screen->pipeline = gst_pipeline_new("screen");
    gst_pipeline_use_clock(GST_PIPELINE(screen->pipeline), screen->clock);
    /* Set by hand, so that the receiving pipelines can take it over. */
    gst_element_set_start_time(screen->pipeline, GST_CLOCK_TIME_NONE);
    screen->base_time =
        options->base_time != 0 ? options->base_time : gst_clock_get_time(screen->clock);
    gst_element_set_base_time(screen->pipeline, screen->base_time);
    CcSpeakerOptions speaker = {.silent = options->headless || options->silent,
                                .device = options->audio_device,
                                .echo_probe = options->echo_probe,
                                .probe = screen->probe};
    screen->speaker = cc_speaker_new(screen->pipeline, &speaker, error);
    if (screen->speaker == NULL || !add_video(screen, error))
        return NULL;
    cc_speaker_set_volume(screen->speaker, 1, options->mute);
    /* Quality of service events after a halt would suppress pictures long past its end. */
    g_object_set(screen->video_sink, "async", FALSE, "qos", FALSE, NULL);
    g_autoptr(GstBus) bus = gst_element_get_bus(screen->pipeline);
    screen->bus_watch = gst_bus_add_watch(bus, on_message, screen);
    if (gst_element_set_state(screen->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_MEDIA, "screen or loudspeaker do not start");
        return NULL;
    }
    screen->still_timer = g_timeout_add(STILL_INTERVAL_MS, on_still_timer, screen);
    return g_steal_pointer(&screen);
}

GstClock *
cc_screen_clock(CcScreen *screen)
{
    return screen->clock;
}

GstClockTime
cc_screen_base_time(CcScreen *screen)
{
    return screen->base_time;
}

void
cc_screen_take_stats(CcScreen *screen, CcScreenStats *stats)
{
    g_autoptr(GstStructure) counted = NULL;
    *stats = (CcScreenStats){0};
    cc_probe_take(screen->probe, &stats->probe);
    g_object_get(screen->video_sink, "stats", &counted, NULL);
    gst_structure_get(counted, "rendered", G_TYPE_UINT64, &stats->rendered, "dropped",
                      G_TYPE_UINT64, &stats->dropped, NULL);
    g_mutex_lock(&screen->lock);
    stats->dropped += screen->slots.late;
    gint64 delay_us =
        cc_screen_slots_delay_us(&screen->slots, CC_VIDEO_CAMERA, running_time(screen));
    stats->delay_ms = (guint)(MAX(delay_us, 0) / 1000) + CC_SCREEN_MARGIN_MS;
    g_mutex_unlock(&screen->lock);
}

gboolean
cc_screen_take_hopeless(CcScreen *screen)
{
    g_mutex_lock(&screen->lock);
    gboolean hopeless = cc_playout_take_hopeless(&screen->slots.slots[CC_VIDEO_CAMERA].playout);
    g_mutex_unlock(&screen->lock);
    return hopeless;
}

void
cc_screen_free(CcScreen *screen)
{
    if (screen == NULL)
        return;
    g_clear_handle_id(&screen->still_timer, g_source_remove);
    g_clear_handle_id(&screen->bus_watch, g_source_remove);
    cc_collage_free(screen->collage);
    gst_element_set_state(screen->pipeline, GST_STATE_NULL);
    gst_clear_object(&screen->pipeline);
    gst_clear_object(&screen->clock);
    g_clear_pointer(&screen->last, gst_sample_unref);
    g_clear_pointer(&screen->still, gst_sample_unref);
    cc_slide_frame_free(screen->page);
    cc_window_free(screen->window);
    cc_classroom_display_free(screen->display);
    cc_speaker_free(screen->speaker);
    cc_probe_free(screen->probe);
    g_mutex_clear(&screen->lock);
    g_free(screen);
}
