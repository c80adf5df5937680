#define CC_LOG_AREA "send"
#include "client/send/teacher-display.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/send/teacher-chat.h"
#include "client/ui/audibility.h"
#include "client/window/picture-feed.h"
#include "common/base/clock.h"

struct CcTeacherDisplay {
    CcTeacherDisplayOptions options;
    char *school, *lesson, *message;
    CcWindowProcess *window;
    CcPictureFeed *feed;               /* or NULL */
    CcPictureFeed *guests;             /* or NULL: nobody is called on */
    guint guests_width, guests_height; /* 0: not drawn yet */
    CcAudibilityState audibility;
    CcTeacherChat chat;
    gint64 begun_us;  /* when the lesson began; 0: not yet */
    GPtrArray *texts; /* char *: of the view's classrooms and of what was written */
    CcTeacherView view;
};

static void
show(CcTeacherDisplay *display)
{
    CcTeacherView *view = &display->view;
    view->message = display->message;
    view->elapsed_s = display->begun_us == 0
                          ? 0
                          : (guint)((cc_clock_now_us() - display->begun_us) / G_USEC_PER_SEC);
    cc_window_process_show_teacher(display->window, view);
}

static void
on_device(const char *kind, const char *id, gpointer user_data)
{
    CcTeacherDisplay *display = user_data;
    static const char *const kinds[] = {[CC_DEVICE_CAMERA] = "camera",
                                        [CC_DEVICE_MICROPHONE] = "microphone",
                                        [CC_DEVICE_SPEAKER] = "speaker"};
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kind, kinds[i]) == 0)
            display->options.device((CcDeviceKind)i, id, display->options.user_data);
}

static void
on_size(guint slot, guint width, guint height, gpointer user_data)
{
    CcTeacherDisplay *display = user_data;
    CcPictureFeed *feed = slot == CC_WINDOW_GUESTS ? display->guests : display->feed;
    if (slot == CC_WINDOW_GUESTS) {
        display->guests_width = width;
        display->guests_height = height;
    }
    if (feed != NULL)
        cc_picture_feed_set_size(feed, width, height);
}

CcTeacherDisplay *
cc_teacher_display_new(const CcTeacherDisplayOptions *options, GError **error)
{
    static const CcWindowProcessCallbacks callbacks = {.device = on_device, .size = on_size};
    g_autoptr(CcTeacherDisplay) display = g_new0(CcTeacherDisplay, 1);
    display->options = *options;
    display->school = g_strdup(options->school);
    display->lesson = g_strdup(options->lesson);
    display->message = g_strdup("");
    display->texts = g_ptr_array_new_with_free_func(g_free);
    display->view = (CcTeacherView){
        .school = display->school, .lesson = display->lesson, .loss = -1, .rtt_ms = -1};
    cc_audibility_init(&display->audibility);
    display->window = cc_window_process_new(CC_WINDOW_TEACHER, FALSE, &options->actions,
                                            options->user_data, &callbacks, display, error);
    if (display->window == NULL)
        return NULL;
    show(display);
    return g_steal_pointer(&display);
}

GstElement *
cc_teacher_display_add_preview(CcTeacherDisplay *display, GstElement *bin)
{
    display->feed = cc_picture_feed_new(bin, display->window, CC_WINDOW_PICTURE, NULL);
    if (display->feed == NULL)
        return NULL;
    g_object_set(cc_picture_feed_sink(display->feed), "sync", FALSE, "async", FALSE, NULL);
    return cc_picture_feed_head(display->feed);
}

GstElement *
cc_teacher_display_add_guests(CcTeacherDisplay *display, GstElement *pipeline, GstElement **sink)
{
    g_return_val_if_fail(display->guests == NULL, NULL);
    display->guests = cc_picture_feed_new(pipeline, display->window, CC_WINDOW_GUESTS, NULL);
    if (display->guests == NULL)
        return NULL;
    if (display->guests_width > 0)
        cc_picture_feed_set_size(display->guests, display->guests_width, display->guests_height);
    display->view.has_guests = TRUE;
    show(display);
    *sink = cc_picture_feed_sink(display->guests);
    return cc_picture_feed_head(display->guests);
}

void
cc_teacher_display_remove_guests(CcTeacherDisplay *display)
{
    g_clear_pointer(&display->guests, cc_picture_feed_free);
    display->view.has_guests = FALSE;
    show(display);
}

void
cc_teacher_display_connection(CcTeacherDisplay *display, CcConnectionState state,
                              const char *message)
{
    if (display == NULL)
        return;
    display->view.state = state;
    if (state == CC_CONNECTION_ON && display->begun_us == 0)
        display->begun_us = cc_clock_now_us();
    g_free(display->message);
    display->message = g_strdup(message != NULL ? message : _("connecting"));
    show(display);
}

void
cc_teacher_display_device(CcTeacherDisplay *display, CcDeviceKind kind,
                          const CcViewDevices *devices)
{
    if (display == NULL)
        return;
    CcTeacherView *view = &display->view;
    CcViewDevices *const lists[] = {[CC_DEVICE_CAMERA] = &view->cameras,
                                    [CC_DEVICE_MICROPHONE] = &view->microphones,
                                    [CC_DEVICE_SPEAKER] = &view->speakers};
    *lists[kind] = *devices;
    if (kind == CC_DEVICE_MICROPHONE && devices->missing) { /* else the meter stands still */
        cc_audibility_init(&display->audibility);
        cc_window_process_show_level(display->window, 0, 0, CC_AUDIBILITY_NOTHING);
    }
    show(display);
}

/* Those on the stage, then who asks, as they did, then the others, as they came. */
static int
compare(gconstpointer a, gconstpointer b, gpointer user_data)
{
    const CcParticipant *first = *(CcParticipant *const *)a, *second = *(CcParticipant *const *)b;
    const CcStage *stage = user_data;
    int on_stage =
        (cc_stage_place_of(stage, second->id) >= 0) - (cc_stage_place_of(stage, first->id) >= 0);
    if (on_stage != 0)
        return on_stage;
    gint64 one = first->hand_us != 0 ? first->hand_us : G_MAXINT64;
    gint64 other = second->hand_us != 0 ? second->hand_us : G_MAXINT64;
    return (one > other) - (one < other);
}

static const char *
keep(CcTeacherDisplay *display, const char *text)
{
    g_ptr_array_add(display->texts, g_strdup(text));
    return display->texts->pdata[display->texts->len - 1];
}

static void
add_classroom(CcTeacherDisplay *display, const CcParticipant *one, const CcStage *stage)
{
    int place = cc_stage_place_of(stage, one->id);
    CcTeacherView *view = &display->view;
    if (view->n_classrooms == CC_VIEW_MAX_CLASSROOMS) {
        view->n_more++;
        return;
    }
    gint64 waits_us = one->hand_us != 0 ? cc_clock_now_us() - one->hand_us : 0;
    view->classrooms[view->n_classrooms++] = (CcViewClassroom){
        .id = keep(display, one->id),
        .name = keep(display, *one->name != '\0' ? one->name : _("unnamed")),
        .hand = one->hand_us != 0,
        .hand_s = (guint)(MAX(waits_us, 0) / G_USEC_PER_SEC),
        .ready = one->ready,
        .on_stage = place >= 0,
        .muted = place >= 0 && stage->guests[place].muted,
        .link = one->link,
    };
}

/* Of what is borrowed from the room, which may be gone when it is shown again. */
static void
show_chat(CcTeacherDisplay *display, const CcRoomState *room, const CcParticipant *own,
          const CcChatWish *wish)
{
    CcTeacherView *view = &display->view;
    cc_teacher_chat_see(&display->chat, room, own);
    cc_teacher_chat_fill(&display->chat, room, own, wish, &view->chat);
    for (guint i = 0; i < view->chat.n_lines; i++) {
        CcViewChatLine *line = &view->chat.lines[i];
        line->id = keep(display, line->id);
        line->name = keep(display, line->name);
        line->text = keep(display, line->text);
    }
}

void
cc_teacher_display_room(CcTeacherDisplay *display, const CcRoomState *room,
                        const CcParticipant *own, const CcChatWish *wish)
{
    if (display == NULL)
        return;
    g_autoptr(GPtrArray) here = g_ptr_array_new();
    for (guint i = 0; i < room->participants->len; i++) {
        CcParticipant *one = room->participants->pdata[i];
        if (one->connected && strcmp(one->role, "teacher") != 0)
            g_ptr_array_add(here, one);
    }
    g_ptr_array_sort_with_data(here, compare, (gpointer)&room->stage);
    display->view.n_classrooms = display->view.n_more = 0;
    g_ptr_array_set_size(display->texts, 0);
    for (guint i = 0; i < here->len; i++)
        add_classroom(display, here->pdata[i], &room->stage);
    guint n_guests = 0;
    for (guint i = 0; i < CC_GUESTS; i++)
        n_guests += *room->stage.guests[i].id != '\0';
    display->view.several = n_guests > 1;
    show_chat(display, room, own, wish);
    show(display);
}

void
cc_teacher_display_wrote(CcTeacherDisplay *display, guint number, const CcRoomState *room)
{
    if (display != NULL)
        cc_teacher_chat_write(&display->chat, number, room, cc_clock_now_us());
}

void
cc_teacher_display_page(CcTeacherDisplay *display, guint page, guint n_pages, gboolean blank)
{
    if (display == NULL)
        return;
    display->view.page = page + 1;
    display->view.n_pages = n_pages;
    display->view.blank = blank;
    show(display);
}

void
cc_teacher_display_stats(CcTeacherDisplay *display, const CcUplinkStats *stats)
{
    if (display == NULL)
        return;
    cc_teacher_chat_tick(&display->chat, cc_clock_now_us(), &display->view.chat);
    display->view.uplink_kbps = (stats->audio_bps + stats->video_bps) / 1000;
    display->view.loss = stats->loss;
    display->view.rtt_ms = stats->rtt_ms;
    for (guint i = 0; i < display->view.n_classrooms; i++)
        display->view.classrooms[i].hand_s += display->view.classrooms[i].hand;
    show(display);
}

void
cc_teacher_display_level(CcTeacherDisplay *display, double level_db, double peak_db)
{
    if (display == NULL)
        return;
    CcAudibility audibility = cc_audibility_add(&display->audibility, level_db, peak_db);
    cc_window_process_show_level(display->window, cc_audibility_meter(level_db),
                                 cc_audibility_meter(peak_db), audibility);
}

void
cc_teacher_display_free(CcTeacherDisplay *display)
{
    if (display == NULL)
        return;
    cc_window_process_free(display->window);
    cc_picture_feed_free(display->feed);
    cc_picture_feed_free(display->guests);
    g_clear_pointer(&display->texts, g_ptr_array_unref);
    g_free(display->school);
    g_free(display->lesson);
    g_free(display->message);
    g_free(display);
}
