/* `classcast send`: joins a source, the sending pipeline and a connection, and shows how it goes.
 */
#define CC_LOG_AREA "send"
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <gst/gst.h>
#include <sysexits.h>

#include "client/client.h"
#include "client/connection.h"
#include "client/send/outgoing.h"
#include "client/send/rtp-sender.h"
#include "client/send/send-offer.h"
#include "client/send/send-status.h"
#include "client/send/slides.h"
#include "client/send/uplink-share.h"
#include "client/send/uplink.h"
#include "common/base/clock.h"
#include "common/base/command-line.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/wire/rtp.h"

#define VOICE_ROOM_BPS 100000 /* with headers and what repairs it */

static const CcOptionKey options[] = {
    {"relay", 'r', "network.relay-url", NULL, NULL, N_("URL"), N_("Address of the relay")},
    {"name", 'n', "network.name", NULL, NULL, N_("NAME"),
     N_("Name of the school, shown to the others")},
    {"token", 0, "auth.token", NULL, NULL, N_("TOKEN"), N_("Access token from classcast token")},
    {"file", 'f', "send.file", NULL, "send.source=file", N_("FILE"), N_("Teach from a video file")},
    {"loop", 0, "send.loop", "true", NULL, NULL, N_("Begin the file again at its end")},
    {"screen", 0, "send.source", "screen", NULL, NULL, N_("Show the screen")},
    {"camera", 0, "send.camera", NULL, "send.source=camera", N_("DEVICE"),
     N_("Teach with this camera")},
    {"microphone", 0, "send.microphone", NULL, NULL, N_("DEVICE"),
     N_("Speak into this microphone; none for silence")},
    {"deck", 0, "send.deck", NULL, NULL, N_("PDF"),
     N_("Show the pages of a PDF beside the picture")},
    {"test", 0, "send.source", "test", NULL, NULL, N_("Send a test pattern with a clock")},
    {"codec", 0, "video.codec", NULL, NULL, N_("CODEC"), N_("Video codec: vp8, h264 or vp9")},
    {"preview", 0, "send.preview", "true", NULL, NULL, N_("Show the own picture in a window")},
    {"no-preview", 0, "send.preview", "false", NULL, NULL, N_("Show no window")},
    {NULL},
};

static const CcCommandLine command_line = {
    .name = "send",
    .parameters = N_("[ROOM]"),
    .summary = N_("Teaches: sends camera and microphone, the screen or a file to the relay."),
    .options = options,
    .log_level_key = "send.log-level",
};

typedef struct {
    const CcConfig *config;
    CcSendSettings settings;
    CcRtpSenderIds ids;
    char *cname;
    GMainLoop *loop;
    CcConnection *connection;
    CcRtpSender *sender;
    CcUplink *uplink;
    CcUplinkShare share;
    CcOutgoing *outgoing;
    CcSendStatus *status;
    CcSlides *slides; /* or NULL */
    gint on;          /* atomic: packets may go out */
    gint overflown;   /* atomic: keyframes are due */
    gboolean stopping;
    int exit_code;
} Send;

static void
on_stopped(gpointer user_data)
{
    g_main_loop_quit(((Send *)user_data)->loop);
}

static void
stop(Send *send)
{
    if (send->stopping) {
        g_main_loop_quit(send->loop); /* asked twice: at once */
        return;
    }
    send->stopping = TRUE;
    cc_connection_stop(send->connection, on_stopped, send);
}

static gboolean
on_signal(gpointer user_data)
{
    stop(user_data);
    return G_SOURCE_CONTINUE;
}

/* The pipeline's packets, from its threads. */
static void
on_pipeline_rtp(const guint8 *packet, gsize length, gpointer user_data)
{
    Send *send = user_data;
    if (g_atomic_int_get(&send->on))
        cc_outgoing_push(send->outgoing, packet, length);
}

static void
on_outgoing(const guint8 *packet, gsize length, gboolean video, gpointer user_data)
{
    cc_connection_send_rtp(((Send *)user_data)->connection, packet, length, video);
}

static void
on_overflow(gpointer user_data)
{
    cc_warning_limited("the link has stalled: pictures are left out");
    g_atomic_int_set(&((Send *)user_data)->overflown, TRUE);
}

static void
on_pipeline_rtcp(const guint8 *packet, gsize length, gpointer user_data)
{
    Send *send = user_data;
    if (g_atomic_int_get(&send->on))
        cc_connection_send_rtcp(send->connection, packet, length);
}

static void
on_pipeline_ended(gpointer user_data)
{
    cc_info("the file has ended");
    stop(user_data);
}

static void
on_pipeline_failed(const GError *error, gpointer user_data)
{
    Send *send = user_data;
    cc_error("%s", error->message);
    send->exit_code = cc_error_exit_code(error);
    stop(send);
}

/* Gives each layer what the relay wants of it and the uplink takes, and lets it do what it put off.
 */
static void
set_rates(Send *send)
{
    gint64 now_us = cc_clock_now_us(), wanted_bps[CC_SEND_MAX_LAYERS], rates[CC_SEND_MAX_LAYERS];
    for (guint i = 0; i < send->settings.n_layers; i++)
        wanted_bps[i] = cc_uplink_wanted_bps(send->uplink, i);
    gint64 budget_bps = cc_outgoing_picture_bps(send->outgoing);
    guint total_bps = cc_uplink_share(&send->share, &send->settings, wanted_bps, budget_bps, rates);
    cc_slides_set_uplink(send->slides, budget_bps);
    cc_outgoing_want(send->outgoing, total_bps > 0 ? total_bps + VOICE_ROOM_BPS : 0);
    for (guint i = 0; i < send->settings.n_layers; i++)
        cc_rtp_sender_set_rate(send->sender, i, rates[i], now_us);
    cc_rtp_sender_set_voice_rate(send->sender,
                                 cc_outgoing_voice_bps(send->outgoing, send->settings.frame_ms,
                                                       send->settings.audio_bitrate_bps));
    if (g_atomic_int_compare_and_exchange(&send->overflown, TRUE, FALSE))
        cc_rtp_sender_request_keyframes(send->sender);
}

/* The connection. */
static void
on_state(CcConnectionState state, const char *message, gpointer user_data)
{
    Send *send = user_data;
    gboolean on = state == CC_CONNECTION_ON, was_on = g_atomic_int_get(&send->on);
    g_atomic_int_set(&send->on, on);
    if (on && !was_on) {
        set_rates(send);
        cc_rtp_sender_begin_session(send->sender);
    } else if (!on && was_on) {
        cc_rtp_sender_pause(send->sender, cc_clock_now_us());
    }
    cc_slides_set_online(send->slides, on);
    cc_send_status_connection(send->status, state, message);
}

static void
on_negotiated(const CcSdp *answer, gpointer user_data)
{
    Send *send = user_data;
    cc_uplink_negotiated(send->uplink, answer);
    cc_outgoing_begin_session(send->outgoing);
    set_rates(send);
    cc_rtp_sender_begin_session(send->sender);
}

static void
on_rtp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    /* A relay sends no media to a publisher. */
}

static void
on_moved(gpointer user_data)
{
    cc_outgoing_moved(((Send *)user_data)->outgoing);
}

static void
on_rtcp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    Send *send = user_data;
    cc_uplink_rtcp(send->uplink, packet, length);
    cc_outgoing_rtcp(send->outgoing, packet, length);
    cc_rtp_sender_rtcp(send->sender, packet, length);
    set_rates(send);
}

static void
on_audience(guint n_receivers, const char *const *names, gpointer user_data)
{
    /* Comes with the links, too. */
}

static void
on_room(const CcRoomState *room, const CcParticipant *own, gpointer user_data)
{
    Send *send = user_data;
    cc_send_status_audience(send->status, room);
    cc_slides_follow(send->slides, &room->deck);
}

static CcSdp *
make_offer(gpointer user_data)
{
    Send *send = user_data;
    return cc_send_offer(&send->settings, &send->ids);
}

static gboolean
on_second(gpointer user_data)
{
    Send *send = user_data;
    CcUplinkStats stats;
    set_rates(send);
    cc_uplink_take_stats(send->uplink, cc_clock_now_us(), &stats);
    CcLayerStatus layers[CC_SEND_MAX_LAYERS];
    for (guint i = 0; i < send->settings.n_layers; i++)
        cc_rtp_sender_get_status(send->sender, i, &layers[i]);
    cc_send_status_layers(send->status, layers, send->settings.n_layers);
    cc_send_status_update(send->status, &stats);
    return G_SOURCE_CONTINUE;
}

/* More than this there is never to send. */
static guint
max_uplink_bps(const CcSendSettings *settings)
{
    guint bps = settings->audio_bitrate_bps + VOICE_ROOM_BPS;
    for (guint i = 0; i < settings->n_layers; i++)
        bps += settings->layers[i].bitrate_bps;
    return bps * 2;
}

static guint32
random_ssrc(void)
{
    return (guint32)g_random_int_range(1, G_MAXINT32);
}

static gboolean
open_source(Send *send, GError **error)
{
    static const CcRtpSenderCallbacks callbacks = {
        .rtp = on_pipeline_rtp,
        .rtcp = on_pipeline_rtcp,
        .ended = on_pipeline_ended,
        .failed = on_pipeline_failed,
    };
    CcSource *source = cc_source_new(&send->settings, error);
    if (source == NULL)
        return FALSE;
    send->cname = g_strdup_printf("%08x%08x", g_random_int(), g_random_int());
    send->ids = (CcRtpSenderIds){
        .audio_ssrc = source->has_audio ? random_ssrc() : 0,
        .audio_rtx_ssrc = source->has_audio ? random_ssrc() : 0,
        .cname = send->cname,
    };
    CcUplinkStreams streams = {.audio_ssrc = send->ids.audio_ssrc,
                               .audio_rtx_ssrc = send->ids.audio_rtx_ssrc};
    for (guint i = 0; i < send->settings.n_layers && source->has_video; i++) {
        streams.video_ssrc[i] = send->ids.video_ssrc[i] = random_ssrc();
        streams.rtx_ssrc[i] = send->ids.rtx_ssrc[i] = random_ssrc();
        streams.rid[i] = send->settings.layers[i].rid;
    }
    send->uplink = cc_uplink_new(&streams);
    send->outgoing =
        cc_outgoing_new(send->uplink, max_uplink_bps(&send->settings),
                        &(CcOutgoingCallbacks){.send = on_outgoing, .overflow = on_overflow}, send);
    cc_info("teaching from %s%s%s", source->description, source->has_audio ? "" : " (no sound)",
            source->has_video ? "" : " (no picture)");
    send->status = cc_send_status_new(&send->settings, source->has_video);
    send->sender = cc_rtp_sender_new(source, &send->settings, &send->ids, &callbacks, send, error);
    return send->sender != NULL;
}

static gboolean
open_connection(Send *send, int argc, char **argv, GError **error)
{
    static const CcConnectionCallbacks callbacks = {
        .state_changed = on_state,
        .negotiated = on_negotiated,
        .rtp = on_rtp,
        .rtcp = on_rtcp,
        .moved = on_moved,
        .audience_changed = on_audience,
        .room_changed = on_room,
    };
    CcConnectionOptions connection_options = {
        .relay_url = cc_config_get_string(send->config, "network", "relay-url"),
        .room = argc > 1 ? argv[1] : cc_config_get_string(send->config, "network", "room"),
        .publish = TRUE,
        .make_offer = make_offer,
        .config = send->config,
    };
    if (*connection_options.relay_url == '\0' || *connection_options.room == '\0') {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_USAGE,
                            _("which relay and which room? Give --relay URL and ROOM"));
        return FALSE;
    }
    send->connection = cc_connection_new(&connection_options, &callbacks, send, error);
    return send->connection != NULL;
}

static gboolean
open_deck(Send *send, GError **error)
{
    if (*send->settings.deck == '\0')
        return TRUE;
    send->slides = cc_slides_new(send->settings.deck, send->connection, send->status, error);
    return send->slides != NULL;
}

static void
run(Send *send)
{
    guint interrupt = g_unix_signal_add(SIGINT, on_signal, send);
    guint terminate = g_unix_signal_add(SIGTERM, on_signal, send);
    guint second = g_timeout_add_seconds(1, on_second, send);
    g_main_loop_run(send->loop);
    g_source_remove(second);
    g_source_remove(terminate);
    g_source_remove(interrupt);
}

static void
clear(Send *send)
{
    g_atomic_int_set(&send->on, FALSE);
    cc_slides_free(send->slides);
    cc_rtp_sender_free(send->sender); /* its threads use the connection */
    cc_outgoing_free(send->outgoing); /* and so does its own */
    cc_connection_free(send->connection);
    cc_send_status_free(send->status);
    cc_uplink_free(send->uplink);
    g_free(send->cname);
    g_main_loop_unref(send->loop);
}

int
cc_send_main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CcConfig) config = cc_command_line_load(&command_line, &argc, &argv, &error);
    if (config == NULL || !cc_command_line_check_positional(argc, argv, 1, &error))
        return cc_command_line_fail(&command_line, error);
    gst_init(NULL, NULL);
    Send send = {.config = config, .loop = g_main_loop_new(NULL, FALSE)};
    cc_send_settings_load(&send.settings, config);
    if (open_source(&send, &error) && open_connection(&send, argc, argv, &error) &&
        open_deck(&send, &error) && cc_rtp_sender_start(send.sender, &error)) {
        set_rates(&send); /* nothing is encoded until somebody takes it */
        cc_connection_start(send.connection);
        run(&send);
    }
    clear(&send);
    return error != NULL ? cc_command_line_fail(&command_line, error) : send.exit_code;
}
