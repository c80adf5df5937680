#define CC_LOG_AREA "send"
#include "client/send/send.h"

#include <glib-unix.h>
#include <unistd.h>

#include "client/connection-address.h"
#include "client/elements/echo.h"
#include "client/send/calling.h"
#include "client/send/hearing.h"
#include "client/send/own-devices.h"
#include "client/send/publication.h"
#include "client/send/send-status.h"
#include "client/send/slides.h"
#include "client/send/teacher-display.h"
#include "client/send/terminal-keys.h"
#include "client/window/window-process.h"
#include "common/base/error.h"
#include "common/base/log.h"

typedef struct {
    const CcConfig *config;
    CcSendSettings settings;
    GMainLoop *loop;
    CcPublication *publication;
    CcHearing *hearing;   /* or NULL: she hears nobody */
    CcTerminalKeys *keys; /* or NULL */
    CcConnectionState state;
    CcSendStatus *status;
    CcOwnDevices *devices;
    CcSlides *slides;          /* or NULL */
    CcTeacherDisplay *display; /* or NULL: the plain window, or none */
    gboolean stopping;
    int exit_code;
} Send;

static void
on_stopped(gpointer user_data)
{
    g_main_loop_quit(((Send *)user_data)->loop);
}

static void
on_deaf(gpointer user_data)
{
    Send *send = user_data;
    cc_publication_stop(send->publication, on_stopped, send);
}

static void
stop(Send *send)
{
    if (send->stopping) {
        g_main_loop_quit(send->loop); /* asked twice: at once */
        return;
    }
    send->stopping = TRUE;
    if (send->hearing != NULL)
        cc_hearing_stop(send->hearing, on_deaf, send);
    else
        on_deaf(send);
}

static gboolean
on_signal(gpointer user_data)
{
    stop(user_data);
    return G_SOURCE_CONTINUE;
}

static void
on_ended(gpointer user_data)
{
    cc_info("the file has ended");
    stop(user_data);
}

static void
on_failed(const GError *error, gpointer user_data)
{
    Send *send = user_data;
    cc_error("%s", error->message);
    send->exit_code = cc_error_exit_code(error);
    stop(send);
}

static void
on_state(CcConnectionState state, const char *message, gpointer user_data)
{
    Send *send = user_data;
    cc_slides_set_online(send->slides, state == CC_CONNECTION_ON);
    if (state == CC_CONNECTION_ON && send->state != state && send->hearing != NULL)
        cc_hearing_hurry(send->hearing);
    send->state = state;
    cc_send_status_connection(send->status, state, message);
    cc_teacher_display_connection(send->display, state, message);
}

static void
on_room(const CcRoomState *room, const CcParticipant *own, gpointer user_data)
{
    Send *send = user_data;
    cc_send_status_audience(send->status, room);
    cc_slides_follow(send->slides, &room->deck);
    cc_teacher_display_room(send->display, room, own,
                            cc_connection_chat(cc_publication_connection(send->publication)));
    if (send->hearing != NULL)
        cc_hearing_see(send->hearing, room);
}

static void
on_uplink(gint64 picture_bps, gpointer user_data)
{
    cc_slides_set_uplink(((Send *)user_data)->slides, picture_bps);
}

static void
on_turn(CcTurn turn, gpointer user_data)
{
    cc_slides_turn(((Send *)user_data)->slides, turn);
}

static void
on_key(char key, gpointer user_data)
{
    Send *send = user_data;
    CcConnection *connection = cc_publication_connection(send->publication);
    const CcRoomState *room = cc_connection_room(connection);
    g_autofree char *done = cc_own_devices_press(send->devices, key);
    if (done == NULL && room != NULL)
        done = cc_calling_press(connection, room, key);
    if (done != NULL)
        cc_send_status_announce(send->status, done);
}

static gboolean
on_second(gpointer user_data)
{
    Send *send = user_data;
    CcUplinkStats stats;
    cc_publication_tick(send->publication, &stats);
    cc_own_devices_tick(send->devices);
    if (send->hearing != NULL)
        cc_hearing_tick(send->hearing);
    CcLayerStatus layers[CC_SEND_MAX_LAYERS];
    for (guint i = 0; i < send->settings.n_layers; i++)
        cc_publication_get_layer(send->publication, i, &layers[i]);
    cc_send_status_layers(send->status, layers, send->settings.n_layers);
    cc_send_status_update(send->status, &stats);
    cc_teacher_display_stats(send->display, &stats);
    return G_SOURCE_CONTINUE;
}

static void
on_lesson_over(gpointer user_data)
{
    stop(user_data);
}

static void
on_lower_hand(const char *participant, gpointer user_data)
{
    cc_connection_lower_hand(cc_publication_connection(((Send *)user_data)->publication),
                             participant);
}

/* As she is told of it when she does it with a key. */
static void
on_call(const char *participant, gpointer user_data)
{
    Send *send = user_data;
    CcConnection *connection = cc_publication_connection(send->publication);
    const CcRoomState *room = cc_connection_room(connection);
    const CcParticipant *one = room != NULL ? cc_room_state_find(room, participant) : NULL;
    g_autofree char *done = cc_calling_call(connection, one);
    cc_send_status_announce(send->status, done);
}

static void
on_thank(const char *participant, gpointer user_data)
{
    cc_connection_thank(cc_publication_connection(((Send *)user_data)->publication), participant);
}

static void
on_mute(const char *participant, gboolean muted, gpointer user_data)
{
    cc_connection_mute(cc_publication_connection(((Send *)user_data)->publication), participant,
                       muted);
}

static void
on_device(CcDeviceKind kind, const char *id, gpointer user_data)
{
    cc_own_devices_choose(((Send *)user_data)->devices, kind, id);
}

static void
on_devices(CcDeviceKind kind, const CcViewDevices *devices, gpointer user_data)
{
    Send *send = user_data;
    if (kind != CC_DEVICE_SPEAKER)
        cc_send_status_device(send->status, kind, devices->missing);
    cc_teacher_display_device(send->display, kind, devices);
}

static void
on_speaker(const char *device, gpointer user_data)
{
    cc_hearing_set_speaker(((Send *)user_data)->hearing, device);
}

static void
on_device_changed(CcDeviceKind kind, gpointer user_data)
{
    cc_own_devices_changed(((Send *)user_data)->devices);
}

static void
on_write(guint number, const char *text, gpointer user_data)
{
    Send *send = user_data;
    CcConnection *connection = cc_publication_connection(send->publication);
    cc_teacher_display_wrote(send->display, number, cc_connection_room(connection));
    cc_connection_write(connection, text);
}

static void
on_let_write(gboolean on, gpointer user_data)
{
    cc_connection_let_write(cc_publication_connection(((Send *)user_data)->publication), on);
}

static void
on_mute_writer(const char *participant, gboolean muted, gpointer user_data)
{
    cc_connection_mute_writer(cc_publication_connection(((Send *)user_data)->publication),
                              participant, muted);
}

static void
on_layout(gpointer user_data)
{
    Send *send = user_data;
    if (send->hearing != NULL)
        cc_hearing_next_layout(send->hearing);
}

static void
open_display(Send *send, const char *room)
{
    CcTeacherDisplayOptions wanted = {
        .school = cc_config_get_string(send->config, "network", "name"),
        .lesson = room,
        .actions = {.over = on_lesson_over,
                    .lower_hand = on_lower_hand,
                    .call = on_call,
                    .thank = on_thank,
                    .mute = on_mute,
                    .layout = on_layout,
                    .turn = on_turn,
                    .key = on_key,
                    .write = on_write,
                    .let_write = on_let_write,
                    .mute_writer = on_mute_writer},
        .device = on_device,
        .user_data = send,
    };
    g_autoptr(GError) error = NULL;
    if (!send->settings.preview ||
        g_str_equal(cc_config_get_string(send->config, "send", "window"), "plain") ||
        !cc_window_process_has_display())
        return;
    send->display = cc_teacher_display_new(&wanted, &error);
    if (send->display == NULL)
        cc_info("the plain window: %s", error->message);
}

static GstElement *
on_add_guests(GstElement *pipeline, GstElement **sink, gpointer user_data)
{
    return cc_teacher_display_add_guests(((Send *)user_data)->display, pipeline, sink);
}

static void
on_remove_guests(gpointer user_data)
{
    cc_teacher_display_remove_guests(((Send *)user_data)->display);
}

/* Where the relay is ours: others know of nobody to hear. */
static gboolean
open_hearing(Send *send, const char *room, GError **error)
{
    const char *relay_url = cc_config_get_string(send->config, "network", "relay-url");
    if (!cc_config_get_bool(send->config, "send", "hear") ||
        cc_relay_address_is_endpoint(relay_url))
        return TRUE;
    gboolean microphone =
        send->settings.source != CC_SEND_FILE && send->settings.source != CC_SEND_TEST;
    CcHearingOptions hearing_options = {
        .config = send->config,
        .room = room,
        .microphone = microphone,
        .window = send->settings.preview,
        .add_place = send->display != NULL ? on_add_guests : NULL,
        .remove_place = send->display != NULL ? on_remove_guests : NULL,
        .user_data = send,
    };
    send->hearing = cc_hearing_new(&hearing_options, error);
    if (send->hearing == NULL)
        return FALSE;
    if (!microphone)
        return TRUE;
    if (!cc_echo_is_available()) {
        cc_warning("echo is not cancelled: install gstreamer1.0-plugins-bad");
        return TRUE;
    }
    send->settings.base_time = cc_hearing_base_time(send->hearing);
    send->settings.echo_probe = CC_HEARING_ECHO_PROBE;
    return TRUE;
}

static void
open_devices(Send *send)
{
    gboolean window = send->display != NULL && send->hearing != NULL;
    CcOwnDevicesCallbacks callbacks = {.show = on_devices,
                                       .use_speaker = window ? on_speaker : NULL};
    send->devices = cc_own_devices_new(
        &callbacks, cc_config_get_string(send->config, "recv", "audio-device"), send);
    cc_own_devices_set_publication(send->devices, send->publication);
}

static gboolean
open_publication(Send *send, const char *room, GError **error)
{
    static const CcPublicationCallbacks callbacks = {
        .state_changed = on_state,
        .room_changed = on_room,
        .uplink_changed = on_uplink,
        .device_changed = on_device_changed,
        .ended = on_ended,
        .failed = on_failed,
    };
    CcPublicationOptions publication_options = {
        .relay_url = cc_config_get_string(send->config, "network", "relay-url"),
        .room = room,
        .display = send->display,
        .config = send->config,
    };
    send->publication =
        cc_publication_new(&send->settings, &publication_options, &callbacks, send, error);
    if (send->publication == NULL)
        return FALSE;
    send->status = cc_send_status_new(&send->settings, cc_publication_has_video(send->publication));
    open_devices(send);
    if (send->hearing != NULL)
        cc_hearing_set_beside(send->hearing, cc_publication_connection(send->publication));
    return TRUE;
}

static gboolean
open_deck(Send *send, GError **error)
{
    if (*send->settings.deck == '\0')
        return TRUE;
    send->slides = cc_slides_new(send->settings.deck, cc_publication_connection(send->publication),
                                 send->status, send->display, error);
    return send->slides != NULL;
}

static void
run(Send *send)
{
    guint interrupt = g_unix_signal_add(SIGINT, on_signal, send);
    guint terminate = g_unix_signal_add(SIGTERM, on_signal, send);
    guint second = g_timeout_add_seconds(1, on_second, send);
    send->keys = cc_terminal_keys_new(STDIN_FILENO, on_turn, on_key, send);
    g_main_loop_run(send->loop);
    g_clear_pointer(&send->keys, cc_terminal_keys_free);
    g_source_remove(second);
    g_source_remove(terminate);
    g_source_remove(interrupt);
}

static void
clear(Send *send)
{
    cc_slides_free(send->slides);
    cc_hearing_free(send->hearing);
    cc_publication_free(send->publication);
    cc_send_status_free(send->status);
    cc_teacher_display_free(send->display);
    cc_own_devices_free(send->devices); /* whose names the window shows until then */
    g_main_loop_unref(send->loop);
}

int
cc_send_run(const CcConfig *config, const char *room, GError **error)
{
    Send send = {.config = config, .loop = g_main_loop_new(NULL, FALSE)};
    cc_send_settings_load(&send.settings, config);
    open_display(&send, room);
    if (open_hearing(&send, room, error) && open_publication(&send, room, error) &&
        open_deck(&send, error) && cc_publication_start(send.publication, error))
        run(&send);
    clear(&send);
    return send.exit_code;
}
