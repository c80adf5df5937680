#define CC_LOG_AREA "speak"
#include "client/recv/speaking.h"

#include "client/send/own-devices.h"
#include "common/base/log.h"

#define AGAIN_S 30 /* after something was missing or has failed */

struct CcSpeaking {
    CcSpeakingOptions options;
    CcSpeakingCallbacks callbacks;
    gpointer user_data;
    CcOwnDevices *devices;
    CcPublication *publication; /* or NULL: there is nothing to speak with */
    gboolean open;              /* camera and microphone run all the time */
    gboolean failed;
    guint second, again;
    CcTalk talk;
};

static gboolean on_again(gpointer user_data);

/* --- what is live --- */

static void
update(CcSpeaking *speaking)
{
    const CcTalk *talk = &speaking->talk;
    if (speaking->publication != NULL)
        cc_publication_set_sound(speaking->publication, speaking->open || talk->called,
                                 cc_talk_is_heard(talk));
    if (speaking->publication != NULL)
        cc_publication_expect(speaking->publication, talk->called);
    cc_info("called=%d heard=%d seen=%d", talk->called, cc_talk_is_heard(talk), talk->visible);
    speaking->callbacks.changed(talk, speaking->user_data);
}

static void
look_for_microphone(CcSpeaking *speaking)
{
    const CcCapture *microphone =
        cc_publication_capture(speaking->publication, CC_DEVICE_MICROPHONE);
    speaking->talk.has_microphone = cc_publication_has_audio(speaking->publication) &&
                                    (microphone == NULL || !cc_capture_is_missing(microphone));
}

static void
on_picture(gboolean live, gpointer user_data)
{
    CcSpeaking *speaking = user_data;
    speaking->talk.visible = live;
    update(speaking);
}

void
cc_speaking_see(CcSpeaking *speaking, const CcRoomState *room, const CcParticipant *own)
{
    CcTalk *talk = &speaking->talk, before = *talk;
    if (own == NULL)
        return; /* what is known of us holds */
    int place = cc_stage_place_of(&room->stage, own->id);
    talk->called = place >= 0 && speaking->publication != NULL;
    talk->muted = talk->called && room->stage.guests[place].muted;
    if (talk->called && !before.called)
        talk->hushed = FALSE;
    if (talk->called != before.called || talk->muted != before.muted)
        update(speaking);
}

void
cc_speaking_press(CcSpeaking *speaking)
{
    if (!speaking->talk.called)
        return;
    speaking->talk.hushed = !speaking->talk.hushed;
    update(speaking);
}

/* --- devices --- */

static void
on_devices(CcDeviceKind kind, const CcViewDevices *devices, gpointer user_data)
{
    CcSpeaking *speaking = user_data;
    if (kind != CC_DEVICE_SPEAKER) /* which is the lesson's */
        speaking->callbacks.devices(kind, devices, speaking->user_data);
}

static void
on_device_changed(CcDeviceKind kind, gpointer user_data)
{
    CcSpeaking *speaking = user_data;
    cc_own_devices_changed(speaking->devices);
    look_for_microphone(speaking);
    speaking->callbacks.changed(&speaking->talk, speaking->user_data);
}

/* What was missing may be there now. */
static void
on_plugged(gpointer user_data)
{
    CcSpeaking *speaking = user_data;
    if (speaking->again == 0)
        return;
    g_source_remove(speaking->again);
    on_again(speaking);
}

char *
cc_speaking_press_device(CcSpeaking *speaking, char key)
{
    return cc_own_devices_press(speaking->devices, key);
}

void
cc_speaking_choose(CcSpeaking *speaking, CcDeviceKind kind, const char *device)
{
    cc_own_devices_choose(speaking->devices, kind, device);
}

/* --- the session --- */

static void
try_again_later(CcSpeaking *speaking)
{
    if (speaking->again == 0)
        speaking->again = g_timeout_add_seconds(AGAIN_S, on_again, speaking);
}

/* The publication is freed later: it is what calls here. */
static void
give_up(CcSpeaking *speaking)
{
    speaking->failed = TRUE;
    speaking->talk = (CcTalk){0};
    speaking->callbacks.changed(&speaking->talk, speaking->user_data);
    try_again_later(speaking);
}

static void
on_state(CcConnectionState state, const char *message, gpointer user_data)
{
    if (state == CC_CONNECTION_REFUSED)
        cc_warning("this classroom cannot be called on: %s", message);
    else
        cc_info("session state=\"%s\"", message);
}

static void
on_ended(gpointer user_data)
{
    cc_info("the file has ended");
    give_up(user_data);
}

static void
on_failed(const GError *error, gpointer user_data)
{
    cc_warning("camera or microphone: %s", error->message);
    give_up(user_data);
}

static void
close_publication(CcSpeaking *speaking)
{
    cc_own_devices_set_publication(speaking->devices, NULL);
    g_clear_pointer(&speaking->publication, cc_publication_free);
}

static const char *
chosen(const CcSpeaking *speaking, CcDeviceKind kind, const char *setting)
{
    const char *device = cc_own_devices_chosen(speaking->devices, kind);
    return device != NULL ? device : setting;
}

static gboolean
open_publication(CcSpeaking *speaking, GError **error)
{
    static const CcPublicationCallbacks callbacks = {
        .state_changed = on_state,
        .picture_changed = on_picture,
        .device_changed = on_device_changed,
        .ended = on_ended,
        .failed = on_failed,
    };
    const CcSpeakingOptions *options = &speaking->options;
    CcSendSettings settings;
    CcPublicationOptions publication_options = {
        .relay_url = cc_config_get_string(options->config, "network", "relay-url"),
        .room = options->room,
        .speak = TRUE,
        .beside = options->beside,
        .config = options->config,
    };
    cc_send_settings_load_speaking(&settings, options->config);
    settings.camera = chosen(speaking, CC_DEVICE_CAMERA, settings.camera);
    settings.microphone = chosen(speaking, CC_DEVICE_MICROPHONE, settings.microphone);
    settings.echo_probe = options->echo_probe;
    settings.base_time = options->base_time;
    speaking->publication =
        cc_publication_new(&settings, &publication_options, &callbacks, speaking, error);
    if (speaking->publication == NULL)
        return FALSE;
    if (!speaking->open)
        cc_publication_set_private(speaking->publication);
    cc_publication_set_sound(speaking->publication, speaking->open, FALSE);
    return cc_publication_start(speaking->publication, error);
}

static void
begin(CcSpeaking *speaking)
{
    g_autoptr(GError) error = NULL;
    close_publication(speaking);
    speaking->failed = FALSE;
    if (!open_publication(speaking, &error)) {
        cc_warning("this classroom cannot be called on: %s", error->message);
        close_publication(speaking);
        try_again_later(speaking);
        return;
    }
    look_for_microphone(speaking);
    cc_own_devices_set_publication(speaking->devices, speaking->publication);
}

static gboolean
on_again(gpointer user_data)
{
    CcSpeaking *speaking = user_data;
    speaking->again = 0;
    begin(speaking);
    return G_SOURCE_REMOVE;
}

static gboolean
on_second(gpointer user_data)
{
    CcSpeaking *speaking = user_data;
    if (speaking->failed)
        close_publication(speaking);
    speaking->failed = FALSE;
    cc_own_devices_tick(speaking->devices);
    if (speaking->publication != NULL)
        cc_publication_tick(speaking->publication, NULL);
    return G_SOURCE_CONTINUE;
}

void
cc_speaking_hurry(CcSpeaking *speaking)
{
    if (speaking->publication != NULL)
        cc_connection_hurry(cc_publication_connection(speaking->publication));
}

CcSpeaking *
cc_speaking_new(const CcSpeakingOptions *options, const CcSpeakingCallbacks *callbacks,
                gpointer user_data)
{
    static const CcOwnDevicesCallbacks device_callbacks = {.show = on_devices,
                                                           .plugged = on_plugged};
    CcSpeaking *speaking = g_new0(CcSpeaking, 1);
    speaking->options = *options;
    speaking->callbacks = *callbacks;
    speaking->user_data = user_data;
    speaking->open = g_str_equal(cc_config_get_string(options->config, "recv", "speak"), "open");
    speaking->devices = cc_own_devices_new(&device_callbacks, NULL, speaking);
    speaking->second = g_timeout_add_seconds(1, on_second, speaking);
    begin(speaking);
    return speaking;
}

void
cc_speaking_stop(CcSpeaking *speaking, GSourceOnceFunc done, gpointer user_data)
{
    g_clear_handle_id(&speaking->again, g_source_remove);
    g_clear_handle_id(&speaking->second, g_source_remove);
    if (speaking->publication != NULL)
        cc_publication_stop(speaking->publication, done, user_data);
    else
        done(user_data);
}

void
cc_speaking_free(CcSpeaking *speaking)
{
    if (speaking == NULL)
        return;
    g_clear_handle_id(&speaking->again, g_source_remove);
    g_clear_handle_id(&speaking->second, g_source_remove);
    cc_publication_free(speaking->publication);
    cc_own_devices_free(speaking->devices);
    g_free(speaking);
}
