#define CC_LOG_AREA "recv"
#include "client/recv/classroom-display.h"

#include "client/elements/device-watch.h"
#include "client/window/device-choice.h"
#include "client/window/picture-feed.h"
#include "common/base/log.h"

struct CcClassroomDisplay {
    CcClassroomDisplayOptions options;
    char *school, *lesson, *chat;
    CcSpeaker *speaker;
    CcWindowProcess *window;
    CcPictureFeed *feed;
    CcDeviceWatch *watch;
    CcDeviceChoice speakers;
    CcClassroomView view;
};

static void
show(CcClassroomDisplay *display)
{
    cc_window_process_show_classroom(display->window, &display->view);
}

static void
look_for_speakers(gpointer user_data)
{
    CcClassroomDisplay *display = user_data;
    cc_device_choice_look(&display->speakers, CC_DEVICE_SPEAKER,
                          cc_speaker_get_device(display->speaker), "", FALSE);
    display->view.speakers = display->speakers.view;
    show(display);
}

static void
on_volume(double volume, gboolean muted, gpointer user_data)
{
    CcClassroomDisplay *display = user_data;
    display->view.volume = volume;
    display->view.muted = muted;
    cc_speaker_set_volume(display->speaker, volume, muted);
    show(display);
}

static void
on_device(const char *kind, const char *id, gpointer user_data)
{
    CcClassroomDisplay *display = user_data;
    if (g_str_equal(kind, "speaker")) {
        cc_speaker_set_device(display->speaker, id);
        look_for_speakers(display);
    } else if (display->options.device != NULL) {
        display->options.device(g_str_equal(kind, "camera") ? CC_DEVICE_CAMERA
                                                            : CC_DEVICE_MICROPHONE,
                                id, display->options.user_data);
    }
}

static void
on_size(guint slot, guint width, guint height, gpointer user_data)
{
    CcClassroomDisplay *display = user_data;
    if (slot == 0)
        cc_picture_feed_set_size(display->feed, width, height);
}

CcClassroomDisplay *
cc_classroom_display_new(const CcClassroomDisplayOptions *options, GstElement *pipeline,
                         CcSpeaker *speaker, GError **error)
{
    static const CcWindowProcessCallbacks callbacks = {
        .volume = on_volume, .device = on_device, .size = on_size};
    g_autoptr(CcClassroomDisplay) display = g_new0(CcClassroomDisplay, 1);
    display->speaker = speaker;
    display->options = *options;
    display->school = g_strdup(options->school);
    display->lesson = g_strdup(options->lesson);
    display->view = (CcClassroomView){
        .school = display->school, .lesson = display->lesson, .volume = 1, .muted = options->mute};
    display->window =
        cc_window_process_new(CC_WINDOW_CLASSROOM, options->fullscreen, &options->actions,
                              options->user_data, &callbacks, display, error);
    if (display->window == NULL)
        return NULL;
    display->feed = cc_picture_feed_new(pipeline, display->window, 0, error);
    if (display->feed == NULL)
        return NULL;
    display->watch = cc_device_watch_new(look_for_speakers, display);
    look_for_speakers(display);
    return g_steal_pointer(&display);
}

GstElement *
cc_classroom_display_head(CcClassroomDisplay *display)
{
    return cc_picture_feed_head(display->feed);
}

GstElement *
cc_classroom_display_sink(CcClassroomDisplay *display)
{
    return cc_picture_feed_sink(display->feed);
}

void
cc_classroom_display_show(CcClassroomDisplay *display, CcConnectionState state, const CcLink *link,
                          gboolean hand_raised, const CcTalk *talk, const char *chat)
{
    display->view.state = state;
    display->view.link = *link;
    display->view.hand_raised = hand_raised;
    display->view.talk = *talk;
    g_free(display->chat);
    display->chat = g_strdup(chat);
    display->view.chat = display->chat;
    show(display);
}

void
cc_classroom_display_show_device(CcClassroomDisplay *display, CcDeviceKind kind,
                                 const CcViewDevices *devices)
{
    if (kind == CC_DEVICE_CAMERA)
        display->view.cameras = *devices;
    else
        display->view.microphones = *devices;
    show(display);
}

void
cc_classroom_display_set_several(CcClassroomDisplay *display, gboolean several)
{
    if (display->view.several == several)
        return;
    display->view.several = several;
    show(display);
}

void
cc_classroom_display_free(CcClassroomDisplay *display)
{
    if (display == NULL)
        return;
    cc_picture_feed_free(display->feed);
    cc_window_process_free(display->window);
    cc_device_watch_free(display->watch);
    cc_device_choice_clear(&display->speakers);
    g_free(display->school);
    g_free(display->lesson);
    g_free(display->chat);
    g_free(display);
}
