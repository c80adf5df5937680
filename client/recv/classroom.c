#define CC_LOG_AREA "recv"
#include "client/recv/classroom.h"

#include <glib/gi18n.h>
#include <sysexits.h>

#include "client/connection-address.h"
#include "client/connection.h"
#include "client/elements/echo.h"
#include "client/recv/board.h"
#include "client/recv/figures.h"
#include "client/recv/picture-care.h"
#include "client/recv/picture-flow.h"
#include "client/recv/recorder.h"
#include "client/recv/recv-offer.h"
#include "client/recv/rtp-receiver.h"
#include "client/recv/screen.h"
#include "client/recv/snapshot.h"
#include "client/recv/speaking.h"
#include "client/ui/chat-words.h"
#include "client/ui/link-words.h"
#include "client/ui/messages.h"
#include "client/ui/status-line.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/log.h"

#define LOUDSPEAKER "loudspeaker" /* by which a microphone's chain finds it */

struct CcClassroom {
    const CcConfig *config;
    char *room;
    GMainLoop *loop;
    CcConnection *connection;
    CcScreen *screen;
    CcBoard *board;          /* with the slides */
    CcRecorder *recorder;    /* or NULL */
    CcRtpReceiver *receiver; /* or NULL: no session yet */
    CcSpeaking *speaking;    /* or NULL: we are never called on */
    CcTalk talk;
    CcSdp *answer; /* of the present session; owned copy */
    CcConnectionState state;
    CcLink link;          /* as the relay sees it */
    gboolean hand_raised; /* likewise */
    CcChatNote chat;
    CcStatusLine *line;
    guint stats_timer;
    gboolean stopping;
    int exit_code;
    CcFigures figures;
    guint seconds;
    CcPictureWatch watch;

    GMutex lock; /* guards what follows */
    CcPictureFlow flow;
    gboolean heard, seen; /* since the session began */
    gboolean snapshot_taken;
};

static void
on_stopped(gpointer user_data)
{
    g_main_loop_quit(((CcClassroom *)user_data)->loop);
}

static void
on_silent(gpointer user_data)
{
    CcClassroom *classroom = user_data;
    cc_connection_stop(classroom->connection, on_stopped, classroom);
}

void
cc_classroom_stop(CcClassroom *classroom)
{
    if (classroom->stopping) {
        g_main_loop_quit(classroom->loop);
        return;
    }
    classroom->stopping = TRUE;
    if (classroom->speaking != NULL)
        cc_speaking_stop(classroom->speaking, on_silent, classroom);
    else
        on_silent(classroom);
}

static gboolean
on_stop_idle(gpointer user_data)
{
    cc_classroom_stop(user_data);
    return G_SOURCE_REMOVE;
}

static void
on_closed(gpointer user_data)
{
    cc_classroom_stop(user_data);
}

static void
on_hand(gpointer user_data)
{
    cc_connection_press_hand(((CcClassroom *)user_data)->connection);
}

static void
log_first(CcClassroom *classroom, const char *what)
{
    gint64 post_us = cc_connection_post_us(classroom->connection);
    cc_info("%s after_ms=%d", what, (int)((cc_clock_now_us() - post_us) / 1000));
}

static void
take_snapshot(CcClassroom *classroom, GstSample *picture)
{
    g_autoptr(GstSample) sample = cc_screen_compose(classroom->screen, picture);
    const char *path = cc_config_get_string(classroom->config, "recv", "snapshot");
    g_autoptr(GError) error = NULL;
    if (cc_snapshot_write(sample, path, &error)) {
        cc_info("snapshot written to %s", path);
    } else {
        cc_error("%s", error->message);
        classroom->exit_code = EX_CANTCREAT;
    }
    g_idle_add(on_stop_idle, classroom);
}

static void
on_talk(gpointer user_data)
{
    CcClassroom *classroom = user_data;
    if (classroom->speaking != NULL)
        cc_speaking_press(classroom->speaking);
}

/* From a voice's thread. */
static void
on_voice_delay(guint voice, gint64 delay_us, gpointer user_data)
{
    cc_screen_set_voice_delay(((CcClassroom *)user_data)->screen, voice, delay_us);
}

/* From a voice's thread. */
static void
on_sound(GstSample *sample, gpointer user_data)
{
    CcClassroom *classroom = user_data;
    g_mutex_lock(&classroom->lock);
    gboolean first = !classroom->heard;
    classroom->heard = TRUE;
    g_mutex_unlock(&classroom->lock);
    if (first)
        log_first(classroom, "first-audio");
    cc_screen_audio(classroom->screen, sample);
}

/* From the decoder's thread. */
static gint64
on_picture(guint slot, GstSample *sample, gpointer user_data)
{
    CcClassroom *classroom = user_data;
    g_mutex_lock(&classroom->lock);
    gboolean first = !classroom->seen;
    classroom->seen = TRUE;
    gint64 frozen_us =
        slot == CC_VIDEO_CAMERA ? cc_picture_flow_add(&classroom->flow, cc_clock_now_us()) : 0;
    gboolean snapshot = !classroom->snapshot_taken && !cc_board_is_due(classroom->board);
    classroom->snapshot_taken |= snapshot;
    g_mutex_unlock(&classroom->lock);
    if (first)
        log_first(classroom, "first-picture");
    if (frozen_us >= G_USEC_PER_SEC)
        cc_info("picture resumed after_ms=%d", (int)(frozen_us / 1000));
    if (snapshot)
        take_snapshot(classroom, sample);
    return cc_screen_video(classroom->screen, slot, sample);
}

static void
on_encoded(CcMediaKind kind, GstSample *sample, gpointer user_data)
{
    cc_recorder_push(((CcClassroom *)user_data)->recorder, kind, sample);
}

static void
on_receiver_rtcp(const guint8 *packet, gsize length, gpointer user_data)
{
    cc_connection_send_rtcp(((CcClassroom *)user_data)->connection, packet, length);
}

static void
renew_receiver(CcClassroom *classroom)
{
    CcRtpReceiverCallbacks callbacks = {
        .sound = on_sound,
        .voice_delay = on_voice_delay,
        .picture = on_picture,
        .encoded = classroom->recorder != NULL ? on_encoded : NULL,
        .rtcp = on_receiver_rtcp,
    };
    CcRtpReceiverOptions options = {
        .clock = cc_screen_clock(classroom->screen),
        .base_time = cc_screen_base_time(classroom->screen),
        .latency_ms = (guint)cc_config_get_int(classroom->config, "recv", "latency-ms"),
        .hardware =
            g_str_equal(cc_config_get_string(classroom->config, "video", "hardware"), "auto"),
    };
    g_autoptr(GError) error = NULL;
    g_clear_pointer(&classroom->receiver, cc_rtp_receiver_free);
    cc_figures_begin(&classroom->figures);
    classroom->receiver =
        cc_rtp_receiver_new(classroom->answer, &options, &callbacks, classroom, &error);
    if (classroom->receiver == NULL)
        cc_error("%s", error->message);
}

static void
show_how_it_goes(CcClassroom *classroom)
{
    cc_screen_show(classroom->screen, classroom->state, &classroom->link, classroom->hand_raised,
                   &classroom->talk, classroom->chat.words);
}

/* The connection. */
static void
on_negotiated(const CcSdp *answer, gpointer user_data)
{
    CcClassroom *classroom = user_data;
    g_autofree char *text = cc_sdp_to_string(answer);
    g_clear_pointer(&classroom->answer, cc_sdp_free);
    classroom->answer = cc_sdp_parse(text, -1, NULL);
    g_mutex_lock(&classroom->lock);
    classroom->heard = classroom->seen = FALSE;
    g_mutex_unlock(&classroom->lock);
    if (classroom->answer != NULL)
        renew_receiver(classroom);
}

static void
on_state(CcConnectionState state, const char *message, gpointer user_data)
{
    CcClassroom *classroom = user_data;
    if (state == CC_CONNECTION_ON && classroom->state != state && classroom->speaking != NULL)
        cc_speaking_hurry(classroom->speaking);
    classroom->state = state;
    if (state != CC_CONNECTION_ON)
        cc_status_line_announce(classroom->line,
                                message != NULL ? message : cc_message_for_state(state));
    if (state == CC_CONNECTION_WAITING || state == CC_CONNECTION_OVER)
        cc_screen_clear(classroom->screen);
    cc_board_set_link(classroom->board, state, &classroom->link);
    show_how_it_goes(classroom);
}

/* Our own camera or microphone. */
static void
on_speaking(const CcTalk *talk, gpointer user_data)
{
    CcClassroom *classroom = user_data;
    classroom->talk = *talk;
    cc_screen_set_quiet(classroom->screen, cc_talk_is_heard(talk) && !cc_echo_is_available());
    show_how_it_goes(classroom);
}

static void
on_devices(CcDeviceKind kind, const CcViewDevices *devices, gpointer user_data)
{
    cc_screen_show_device(((CcClassroom *)user_data)->screen, kind, devices);
}

/* In the window. */
static void
on_device(CcDeviceKind kind, const char *id, gpointer user_data)
{
    CcClassroom *classroom = user_data;
    if (classroom->speaking != NULL)
        cc_speaking_choose(classroom->speaking, kind, id);
}

static void
on_next_device(char key, gpointer user_data)
{
    CcClassroom *classroom = user_data;
    g_autofree char *done =
        classroom->speaking != NULL ? cc_speaking_press_device(classroom->speaking, key) : NULL;
    if (done != NULL)
        cc_status_line_announce(classroom->line, done);
}

static void
see_stage(CcClassroom *classroom, const CcRoomState *room, const CcParticipant *own)
{
    gboolean guests[CC_GUESTS];
    for (guint i = 0; i < CC_GUESTS; i++)
        guests[i] = !room->stage.known || *room->stage.guests[i].id != '\0';
    cc_screen_set_guests(classroom->screen, guests);
    if (classroom->speaking != NULL)
        cc_speaking_see(classroom->speaking, room, own);
}

static void
see_chat(CcClassroom *classroom, const CcRoomChat *chat)
{
    if (!cc_chat_note_see(&classroom->chat, chat, cc_clock_now_us()))
        return;
    cc_info("chat shown_lines=%u", classroom->chat.n_lines);
    show_how_it_goes(classroom);
}

static void
on_room(const CcRoomState *room, const CcParticipant *own, gpointer user_data)
{
    CcClassroom *classroom = user_data;
    see_stage(classroom, room, own);
    see_chat(classroom, &room->chat);
    CcPicture before = classroom->link.picture;
    gboolean raised = own != NULL && own->hand_us != 0, was_raised = classroom->hand_raised;
    classroom->link = own != NULL ? own->link : (CcLink){0};
    classroom->hand_raised = raised;
    cc_board_set_link(classroom->board, classroom->state, &classroom->link);
    cc_board_follow(classroom->board, &room->deck);
    if (raised != was_raised)
        cc_info("hand raised=%d", raised);
    g_autofree char *words = cc_link_words(&classroom->link);
    if (classroom->link.picture != before)
        cc_info("picture=\"%s\"", words != NULL ? words : "whole");
    show_how_it_goes(classroom);
}

static void
on_rtp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    CcClassroom *classroom = user_data;
    if (classroom->receiver != NULL)
        cc_rtp_receiver_rtp(classroom->receiver, packet, length, arrival_us);
}

static void
on_rtcp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    CcClassroom *classroom = user_data;
    if (classroom->receiver != NULL)
        cc_rtp_receiver_rtcp(classroom->receiver, packet, length, arrival_us);
}

static void
on_audience(guint n_receivers, const char *const *names, gpointer user_data)
{
    /* Only the teacher's line shows who is here. */
}

static CcSdp *
make_offer(gpointer user_data)
{
    const CcConfig *config = ((CcClassroom *)user_data)->config;
    /* Other servers have one lesson's sound and picture. */
    if (cc_relay_address_is_endpoint(cc_config_get_string(config, "network", "relay-url")))
        return cc_recv_offer(1, 1);
    return cc_recv_offer(CC_WATCHED_AUDIOS, CC_WATCHED_VIDEOS);
}

static CcPictureFlow
get_flow(CcClassroom *classroom)
{
    g_mutex_lock(&classroom->lock);
    CcPictureFlow flow = classroom->flow;
    g_mutex_unlock(&classroom->lock);
    return flow;
}

static void
show_figures(CcClassroom *classroom)
{
    CcPictureFlow flow = get_flow(classroom);
    g_autofree char *line = cc_figures_line(&classroom->figures, classroom->receiver, &flow);
    g_autofree char *tail = cc_link_words_tail(&classroom->link);
    const char *hand = classroom->hand_raised ? _("  hand raised") : NULL;
    const char *talk = cc_talk_words(&classroom->talk);
    g_autofree char *whole = g_strconcat(line, tail, hand != NULL ? hand : "", talk, NULL);
    cc_status_line_update(classroom->line, whole);
    if (++classroom->seconds % CC_FIGURES_LOG_INTERVAL_S == 0)
        cc_figures_log(&classroom->figures, classroom->receiver, classroom->screen, &flow);
}

static gboolean
on_stats_timer(gpointer user_data)
{
    CcClassroom *classroom = user_data;
    if (cc_chat_note_tick(&classroom->chat, cc_clock_now_us()))
        show_how_it_goes(classroom);
    if (classroom->receiver == NULL)
        return G_SOURCE_CONTINUE;
    if (classroom->state == CC_CONNECTION_ON)
        show_figures(classroom);
    cc_picture_care(classroom->receiver, classroom->screen, &classroom->watch,
                    get_flow(classroom).pictures, classroom->state == CC_CONNECTION_ON);
    return G_SOURCE_CONTINUE;
}

/* Where the relay is ours: others know no such session. */
static gboolean
may_speak(const CcClassroom *classroom)
{
    const CcConfig *config = classroom->config;
    return !g_str_equal(cc_config_get_string(config, "recv", "speak"), "never") &&
           !cc_relay_address_is_endpoint(cc_config_get_string(config, "network", "relay-url"));
}

static void
begin_speaking(CcClassroom *classroom)
{
    static const CcSpeakingCallbacks callbacks = {.changed = on_speaking, .devices = on_devices};
    if (!cc_echo_is_available())
        cc_warning("echo is not cancelled: install gstreamer1.0-plugins-bad; the loudspeaker is "
                   "lowered while the microphone is open");
    CcSpeakingOptions options = {
        .config = classroom->config,
        .room = classroom->room,
        .beside = classroom->connection,
        .echo_probe = cc_echo_is_available() ? LOUDSPEAKER : NULL,
        .base_time = cc_screen_base_time(classroom->screen),
    };
    classroom->speaking = cc_speaking_new(&options, &callbacks, classroom);
}

static gboolean
open_outputs(CcClassroom *classroom, const char *room, GError **error)
{
    const char *snapshot = cc_config_get_string(classroom->config, "recv", "snapshot");
    const char *record = cc_config_get_string(classroom->config, "recv", "record");
    g_autofree char *title = g_strdup_printf("classcast – %s", room);
    CcScreenOptions options = {
        .title = title,
        .school = cc_config_get_string(classroom->config, "network", "name"),
        .lesson = room,
        .plain = g_str_equal(cc_config_get_string(classroom->config, "recv", "window"), "plain"),
        .headless = cc_config_get_bool(classroom->config, "recv", "headless") || *snapshot != '\0',
        .fullscreen = cc_config_get_bool(classroom->config, "recv", "fullscreen"),
        .mute = cc_config_get_bool(classroom->config, "recv", "mute"),
        .audio_device = cc_config_get_string(classroom->config, "recv", "audio-device"),
        .latency_ms = (guint)cc_config_get_int(classroom->config, "recv", "latency-ms"),
        .closed = on_closed,
        .hand = on_hand,
        .talk = on_talk,
        .device = on_device,
        .next_device = on_next_device,
        .echo_probe = may_speak(classroom) ? LOUDSPEAKER : NULL,
        .user_data = classroom,
    };
    classroom->snapshot_taken = *snapshot == '\0';
    if (*record != '\0' && (classroom->recorder = cc_recorder_new(record, error)) == NULL)
        return FALSE;
    classroom->screen = cc_screen_new(&options, error);
    return classroom->screen != NULL;
}

static gboolean
open_connection(CcClassroom *classroom, const char *room, GError **error)
{
    static const CcConnectionCallbacks callbacks = {
        .state_changed = on_state,
        .negotiated = on_negotiated,
        .rtp = on_rtp,
        .rtcp = on_rtcp,
        .audience_changed = on_audience,
        .room_changed = on_room,
    };
    CcConnectionOptions options = {
        .relay_url = cc_config_get_string(classroom->config, "network", "relay-url"),
        .room = room,
        .publish = FALSE,
        .make_offer = make_offer,
        .config = classroom->config,
    };
    if (*options.relay_url == '\0' || *room == '\0') {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_USAGE,
                            _("which relay and which room? Give --relay URL and ROOM"));
        return FALSE;
    }
    classroom->connection = cc_connection_new(&options, &callbacks, classroom, error);
    return classroom->connection != NULL;
}

CcClassroom *
cc_classroom_new(const CcConfig *config, const char *room, GError **error)
{
    g_autoptr(CcClassroom) classroom = g_new0(CcClassroom, 1);
    classroom->config = config;
    classroom->room = g_strdup(room);
    classroom->loop = g_main_loop_new(NULL, FALSE);
    g_mutex_init(&classroom->lock);
    classroom->line = cc_status_line_new();
    if (!open_connection(classroom, room, error) || !open_outputs(classroom, room, error))
        return NULL;
    classroom->board = cc_board_new(classroom->connection, classroom->screen);
    return g_steal_pointer(&classroom);
}

int
cc_classroom_run(CcClassroom *classroom)
{
    classroom->stats_timer = g_timeout_add_seconds(1, on_stats_timer, classroom);
    cc_connection_start(classroom->connection);
    if (may_speak(classroom))
        begin_speaking(classroom);
    g_main_loop_run(classroom->loop);
    if (classroom->recorder != NULL && cc_recorder_has_failed(classroom->recorder))
        return EX_IOERR;
    return classroom->exit_code;
}

void
cc_classroom_free(CcClassroom *classroom)
{
    if (classroom == NULL)
        return;
    g_clear_handle_id(&classroom->stats_timer, g_source_remove);
    cc_speaking_free(classroom->speaking);
    cc_rtp_receiver_free(classroom->receiver); /* its threads use all of the following */
    cc_board_free(classroom->board);
    cc_connection_free(classroom->connection);
    cc_recorder_free(classroom->recorder);
    cc_screen_free(classroom->screen);
    cc_sdp_free(classroom->answer);
    cc_status_line_free(classroom->line);
    cc_chat_note_clear(&classroom->chat);
    g_main_loop_unref(classroom->loop);
    g_free(classroom->room);
    g_mutex_clear(&classroom->lock);
    g_free(classroom);
}
