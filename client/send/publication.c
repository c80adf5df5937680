#define CC_LOG_AREA "send"
#include "client/send/publication.h"

#include <glib/gi18n.h>

#include "client/send/outgoing.h"
#include "client/send/send-offer.h"
#include "client/send/stream-ids.h"
#include "client/send/uplink-share.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/log.h"

#define VOICE_ROOM_BPS 100000 /* with headers and what repairs it */

struct CcPublication {
    CcSendSettings settings;
    CcRtpSenderIds ids;
    char *cname;
    CcPublicationCallbacks callbacks;
    gpointer user_data;
    CcConnection *connection;
    CcRtpSender *sender;
    CcSource *source; /* the sender's */
    CcUplink *uplink;
    CcUplinkShare share;
    CcOutgoing *outgoing;
    gboolean is_private; /* the camera runs only while its pictures are wanted: */
    gboolean seen, expected;
    gint on;        /* atomic: packets may go out */
    gint overflown; /* atomic: keyframes are due */
};

/* --- the pipeline's packets, from its threads --- */

static void
on_pipeline_rtp(const guint8 *packet, gsize length, gpointer user_data)
{
    CcPublication *publication = user_data;
    if (g_atomic_int_get(&publication->on))
        cc_outgoing_push(publication->outgoing, packet, length);
}

static void
on_outgoing(const guint8 *packet, gsize length, gboolean video, gpointer user_data)
{
    cc_connection_send_rtp(((CcPublication *)user_data)->connection, packet, length, video);
}

static void
on_overflow(gpointer user_data)
{
    cc_warning_limited("the link has stalled: pictures are left out");
    g_atomic_int_set(&((CcPublication *)user_data)->overflown, TRUE);
}

static void
on_pipeline_rtcp(const guint8 *packet, gsize length, gpointer user_data)
{
    CcPublication *publication = user_data;
    if (g_atomic_int_get(&publication->on))
        cc_connection_send_rtcp(publication->connection, packet, length);
}

static void
on_pipeline_ended(gpointer user_data)
{
    CcPublication *publication = user_data;
    publication->callbacks.ended(publication->user_data);
}

static void
on_pipeline_failed(const GError *error, gpointer user_data)
{
    CcPublication *publication = user_data;
    publication->callbacks.failed(error, publication->user_data);
}

static void
on_device(CcDeviceKind kind, gpointer user_data)
{
    CcPublication *publication = user_data;
    if (publication->callbacks.device_changed != NULL)
        publication->callbacks.device_changed(kind, publication->user_data);
}

/* --- rates --- */

/* What the relay wants of @layer; -1: as much as there is. Of a classroom nothing is wanted until
 * the relay says so. */
static gint64
wanted_bps(CcPublication *publication, guint layer)
{
    gint64 bps = cc_uplink_wanted_bps(publication->uplink, layer);
    return bps < 0 && publication->settings.speak ? 0 : bps;
}

static void
see(CcPublication *publication, gboolean seen)
{
    if (publication->seen == seen)
        return;
    publication->seen = seen;
    if (publication->is_private)
        cc_rtp_sender_capture(publication->sender, CC_MEDIA_VIDEO, seen);
    if (publication->callbacks.picture_changed != NULL)
        publication->callbacks.picture_changed(seen, publication->user_data);
}

/* Gives each layer what the relay wants of it and the uplink takes, and lets it do what it put off.
 */
static void
set_rates(CcPublication *publication)
{
    const CcSendSettings *settings = &publication->settings;
    gint64 now_us = cc_clock_now_us(), wanted[CC_SEND_PICTURES], rates[CC_SEND_PICTURES];
    gboolean seen = FALSE;
    for (guint i = 0; i < settings->n_layers; i++) {
        wanted[i] = publication->source->has_video ? wanted_bps(publication, i) : 0;
        seen |= wanted[i] != 0;
    }
    see(publication, (seen || publication->expected) && g_atomic_int_get(&publication->on));
    gint64 budget_bps = cc_outgoing_picture_bps(publication->outgoing);
    gint64 screen_bps = cc_uplink_share_screen(
        &settings->screen, cc_uplink_wanted_bps(publication->uplink, CC_SEND_SCREEN), budget_bps);
    gboolean urgent;
    guint busy_bps = cc_rtp_sender_screen_bps(publication->sender, &urgent);
    cc_uplink_share_yield(settings, busy_bps, urgent, wanted);
    guint total_bps = cc_uplink_share(&publication->share, settings, wanted,
                                      budget_bps < 0 ? -1 : MAX(budget_bps - busy_bps, 0), rates) +
                      (guint)screen_bps;
    if (publication->callbacks.uplink_changed != NULL)
        publication->callbacks.uplink_changed(budget_bps, publication->user_data);
    cc_outgoing_want(publication->outgoing, total_bps > 0 ? total_bps + VOICE_ROOM_BPS : 0);
    for (guint i = 0; i < settings->n_layers; i++)
        cc_rtp_sender_set_rate(publication->sender, i, rates[i], now_us);
    cc_rtp_sender_set_rate(publication->sender, CC_SEND_SCREEN, screen_bps, now_us);
    cc_rtp_sender_set_voice_rate(publication->sender,
                                 cc_outgoing_voice_bps(publication->outgoing, settings->frame_ms,
                                                       settings->audio_bitrate_bps));
    if (g_atomic_int_compare_and_exchange(&publication->overflown, TRUE, FALSE))
        cc_rtp_sender_request_keyframes(publication->sender);
}

static void
begin_session(CcPublication *publication)
{
    set_rates(publication);
    cc_rtp_sender_begin_session(publication->sender);
}

/* --- the connection --- */

static void
on_state(CcConnectionState state, const char *message, gpointer user_data)
{
    CcPublication *publication = user_data;
    gboolean on = state == CC_CONNECTION_ON, was_on = g_atomic_int_get(&publication->on);
    g_atomic_int_set(&publication->on, on);
    if (on && !was_on) {
        begin_session(publication);
    } else if (!on && was_on) {
        cc_rtp_sender_pause(publication->sender, cc_clock_now_us());
        see(publication, FALSE);
    }
    publication->callbacks.state_changed(state, message, publication->user_data);
}

static void
on_negotiated(const CcSdp *answer, gpointer user_data)
{
    CcPublication *publication = user_data;
    cc_uplink_negotiated(publication->uplink, answer);
    if (*publication->settings.screen.area != '\0' &&
        !cc_uplink_takes(publication->uplink, CC_SEND_SCREEN))
        cc_warning("this server takes no second picture: the screen is not shown");
    cc_outgoing_begin_session(publication->outgoing);
    begin_session(publication);
}

static void
on_rtp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    /* A relay sends no media to a publisher. */
}

static void
on_moved(gpointer user_data)
{
    cc_outgoing_moved(((CcPublication *)user_data)->outgoing);
}

static void
on_rtcp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    CcPublication *publication = user_data;
    cc_uplink_rtcp(publication->uplink, packet, length);
    cc_outgoing_rtcp(publication->outgoing, packet, length);
    cc_rtp_sender_rtcp(publication->sender, packet, length);
    set_rates(publication);
}

static void
on_audience(guint n_receivers, const char *const *names, gpointer user_data)
{
    /* Comes with the room, too. */
}

static void
on_room(const CcRoomState *room, const CcParticipant *own, gpointer user_data)
{
    CcPublication *publication = user_data;
    if (publication->callbacks.room_changed != NULL)
        publication->callbacks.room_changed(room, own, publication->user_data);
}

static CcSdp *
make_offer(gpointer user_data)
{
    CcPublication *publication = user_data;
    return cc_send_offer(&publication->settings, &publication->ids);
}

/* --- lifetime --- */

/* More than this there is never to send. */
static guint
max_uplink_bps(const CcSendSettings *settings)
{
    guint bps = settings->audio_bitrate_bps + VOICE_ROOM_BPS;
    bps += *settings->screen.area != '\0' ? settings->screen.bitrate_bps : 0;
    for (guint i = 0; i < settings->n_layers; i++)
        bps += settings->layers[i].bitrate_bps;
    return bps * 2;
}

static gboolean
open_source(CcPublication *publication, CcTeacherDisplay *display, GError **error)
{
    static const CcRtpSenderCallbacks callbacks = {
        .rtp = on_pipeline_rtp,
        .rtcp = on_pipeline_rtcp,
        .ended = on_pipeline_ended,
        .failed = on_pipeline_failed,
    };
    const CcSendSettings *settings = &publication->settings;
    CcRtpSenderIds *ids = &publication->ids;
    CcSource *source = cc_source_new(settings, error);
    if (source == NULL)
        return FALSE;
    publication->source = source;
    cc_source_listen(source, on_device, publication);
    publication->cname = g_strdup_printf("%08x%08x", g_random_int(), g_random_int());
    CcUplinkStreams streams;
    cc_stream_ids_choose(ids, &streams, source, settings);
    ids->cname = publication->cname;
    ids->display = display;
    publication->uplink = cc_uplink_new(&streams);
    publication->outgoing = cc_outgoing_new(
        publication->uplink, max_uplink_bps(settings),
        &(CcOutgoingCallbacks){.send = on_outgoing, .overflow = on_overflow}, publication);
    cc_info("%s from %s%s%s", settings->speak ? "speaking" : "teaching", source->description,
            source->has_audio ? "" : " (no sound)", source->has_video ? "" : " (no picture)");
    publication->sender = cc_rtp_sender_new(source, settings, ids, &callbacks, publication, error);
    return publication->sender != NULL;
}

static gboolean
open_connection(CcPublication *publication, const CcPublicationOptions *options, GError **error)
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
        .relay_url = options->relay_url,
        .room = options->room,
        .publish = TRUE,
        .make_offer = make_offer,
        .config = options->config,
        .speak = options->speak,
        .beside = options->beside,
    };
    if (*options->relay_url == '\0' || *options->room == '\0') {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_USAGE,
                            _("which relay and which room? Give --relay URL and ROOM"));
        return FALSE;
    }
    publication->connection =
        cc_connection_new(&connection_options, &callbacks, publication, error);
    return publication->connection != NULL;
}

CcPublication *
cc_publication_new(const CcSendSettings *settings, const CcPublicationOptions *options,
                   const CcPublicationCallbacks *callbacks, gpointer user_data, GError **error)
{
    g_autoptr(CcPublication) publication = g_new0(CcPublication, 1);
    publication->settings = *settings;
    publication->callbacks = *callbacks;
    publication->user_data = user_data;
    if (!open_source(publication, options->display, error) ||
        !open_connection(publication, options, error))
        return NULL;
    return g_steal_pointer(&publication);
}

void
cc_publication_set_private(CcPublication *publication)
{
    publication->is_private = TRUE;
    cc_rtp_sender_capture(publication->sender, CC_MEDIA_VIDEO, FALSE);
}

void
cc_publication_expect(CcPublication *publication, gboolean expected)
{
    publication->expected = expected;
    set_rates(publication);
}

void
cc_publication_set_sound(CcPublication *publication, gboolean captured, gboolean sent)
{
    cc_rtp_sender_capture(publication->sender, CC_MEDIA_AUDIO, captured);
    cc_rtp_sender_set_silent(publication->sender, !captured || !sent);
}

gboolean
cc_publication_start(CcPublication *publication, GError **error)
{
    if (!cc_rtp_sender_start(publication->sender, error))
        return FALSE;
    set_rates(publication); /* nothing is encoded until somebody takes it */
    cc_connection_start(publication->connection);
    return TRUE;
}

void
cc_publication_stop(CcPublication *publication, GSourceOnceFunc done, gpointer user_data)
{
    cc_connection_stop(publication->connection, done, user_data);
}

void
cc_publication_free(CcPublication *publication)
{
    if (publication == NULL)
        return;
    g_atomic_int_set(&publication->on, FALSE);
    cc_rtp_sender_free(publication->sender); /* its threads use the connection */
    cc_outgoing_free(publication->outgoing); /* and so does its own */
    cc_connection_free(publication->connection);
    cc_uplink_free(publication->uplink);
    g_free(publication->cname);
    g_free(publication);
}

void
cc_publication_tick(CcPublication *publication, CcUplinkStats *stats)
{
    CcUplinkStats ignored;
    set_rates(publication);
    cc_uplink_take_stats(publication->uplink, cc_clock_now_us(), stats != NULL ? stats : &ignored);
}

CcConnection *
cc_publication_connection(CcPublication *publication)
{
    return publication->connection;
}

CcCapture *
cc_publication_capture(CcPublication *publication, CcDeviceKind kind)
{
    return cc_source_get_capture(publication->source, kind);
}

gboolean
cc_publication_has_video(const CcPublication *publication)
{
    return publication->source->has_video;
}

gboolean
cc_publication_has_audio(const CcPublication *publication)
{
    return publication->source->has_audio;
}

void
cc_publication_get_layer(const CcPublication *publication, guint picture, CcLayerStatus *status)
{
    cc_rtp_sender_get_status(publication->sender, picture, status);
}
