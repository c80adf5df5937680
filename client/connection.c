#define CC_LOG_AREA "connection"
#include "client/connection-private.h"

#include <string.h>

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/log.h"

#define TICK_MS 100
#define NOTABLE_GAP_US (500 * 1000)

void
cc_connection_set_phase(CcConnection *connection, CcPhase phase)
{
    connection->phase = phase;
    connection->phase_us = cc_clock_now_us();
    cc_connection_update_state(connection);
}

GSource *
cc_connection_add_timer(CcConnection *connection, guint delay_ms, GSourceFunc func)
{
    GSource *timer = g_timeout_source_new(delay_ms);
    g_source_set_callback(timer, func, connection, NULL);
    g_source_attach(timer, connection->context);
    return timer;
}

void
cc_connection_clear_timer(GSource **timer)
{
    if (*timer == NULL)
        return;
    g_source_destroy(*timer);
    g_clear_pointer(timer, g_source_unref);
}

void
cc_connection_replace_peer(CcConnection *connection, CcPeer *peer)
{
    g_mutex_lock(&connection->peer_lock);
    CcPeer *old = connection->peer;
    connection->peer = peer;
    g_mutex_unlock(&connection->peer_lock);
    cc_peer_free(old);
}

static void
on_peer_connected(CcConnection *connection)
{
    if (connection->phase != CC_PHASE_CONNECTING)
        return;
    connection->connected_us = cc_clock_now_us();
    connection->ever_connected = TRUE;
    connection->hint_us = 0;
    cc_info("connected after_ms=%d",
            (int)((connection->connected_us - connection->post_us) / 1000));
    cc_connection_set_problem(connection, NULL);
    cc_connection_set_phase(connection, CC_PHASE_CONNECTED);
}

static void
on_peer_lost(CcConnection *connection)
{
    switch (connection->phase) {
    case CC_PHASE_CONNECTING:
        cc_connection_retry_session(connection, "ICE found no way to the relay");
        break;
    case CC_PHASE_CONNECTED:
        connection->peer_lost = TRUE; /* the next tick restarts ICE, not its own callback */
        break;
    case CC_PHASE_RESTARTING:
        /* What a restart leads to is judged by the media. A path that libnice has given up, but on
         * which they come back, is replaced afterwards. */
        connection->peer_lost = TRUE;
        break;
    default:
        break;
    }
}

static void
on_peer_state(CcPeerState state, const GError *error, gpointer user_data)
{
    CcConnection *connection = user_data;
    if (state == CC_PEER_CONNECTED)
        on_peer_connected(connection);
    else if (state == CC_PEER_LOST)
        on_peer_lost(connection);
    else if (state == CC_PEER_FAILED)
        cc_connection_retry_session(connection, error != NULL ? error->message : "DTLS failed");
}

static void
on_peer_candidate(const char *candidate, gpointer user_data)
{
    cc_connection_add_local_candidate(user_data, candidate);
}

static void
on_peer_rtp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    CcConnection *connection = user_data;
    if (connection->last_rtp_us != 0 && arrival_us - connection->last_rtp_us >= NOTABLE_GAP_US)
        cc_info("packets resumed after_ms=%d",
                (int)((arrival_us - connection->last_rtp_us) / 1000));
    connection->last_rtp_us = arrival_us;
    cc_connection_heard(connection, arrival_us);
    if (connection->state != CC_CONNECTION_ON)
        cc_connection_update_state(connection);
    connection->callbacks.rtp(packet, length, arrival_us, connection->user_data);
}

static void
on_peer_rtcp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    CcConnection *connection = user_data;
    cc_connection_heard(connection, arrival_us);
    connection->callbacks.rtcp(packet, length, arrival_us, connection->user_data);
}

const CcPeerCallbacks cc_connection_peer_callbacks = {
    .state_changed = on_peer_state,
    .local_candidate = on_peer_candidate,
    .rtp = on_peer_rtp,
    .rtcp = on_peer_rtcp,
};

static void
on_network_changed(GNetworkMonitor *monitor, gboolean available, gpointer user_data)
{
    CcConnection *connection = user_data;
    connection->network_changed_us = cc_clock_now_us();
}

static gboolean
open_signalling(CcConnection *connection, const CcConnection *beside, GError **error)
{
    const CcConfig *config = connection->config;
    const char *token = cc_config_get_string(config, "auth", "token");
    const char *ca_file = cc_config_get_string(config, "network", "tls-ca-file");

    connection->signalling = cc_signalling_new(connection->address.endpoint, token, ca_file, error);
    if (connection->signalling == NULL)
        return FALSE;
    cc_signalling_set_name(connection->signalling, cc_config_get_string(config, "network", "name"));
    if (beside != NULL)
        cc_signalling_set_client(connection->signalling, cc_signalling_client(beside->signalling));
    if (connection->address.events == NULL || beside != NULL)
        return TRUE;
    connection->events =
        cc_event_stream_new(connection->address.events, token, ca_file, connection->backoff.max_ms,
                            &cc_connection_events_callbacks, connection, error);
    if (connection->events != NULL && connection->publish)
        cc_event_stream_follow_chat(connection->events);
    return connection->events != NULL;
}

CcConnection *
cc_connection_new(const CcConnectionOptions *options, const CcConnectionCallbacks *callbacks,
                  gpointer user_data, GError **error)
{
    g_autoptr(CcConnection) connection = g_new0(CcConnection, 1);
    connection->callbacks = *callbacks;
    connection->user_data = user_data;
    connection->make_offer = options->make_offer;
    connection->publish = options->publish;
    connection->config = options->config;
    connection->context = g_main_context_ref_thread_default();
    connection->watchdog_ms = cc_config_get_int(options->config, "network", "watchdog-ms");
    connection->backoff.max_ms = cc_config_get_int(options->config, "network", "backoff-max-ms");
    connection->candidates = g_ptr_array_new_with_free_func(g_free);
    connection->receivers = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(connection->receivers, NULL);
    g_mutex_init(&connection->peer_lock);

    if (!cc_relay_address_init(&connection->address, options->relay_url, options->room,
                               options->speak     ? "speak"
                               : options->publish ? "whip"
                                                  : "whep",
                               error) ||
        !open_signalling(connection, options->beside, error))
        return NULL;
    return g_steal_pointer(&connection);
}

void
cc_connection_start(CcConnection *connection)
{
    g_return_if_fail(connection->phase == CC_PHASE_IDLE && connection->tick == NULL);
    connection->tick = cc_connection_add_timer(connection, TICK_MS, cc_connection_on_tick);
    connection->monitor = g_object_ref(g_network_monitor_get_default());
    connection->monitor_handler = g_signal_connect(connection->monitor, "network-changed",
                                                   G_CALLBACK(on_network_changed), connection);
    connection->state_dirty = TRUE; /* also the first state is told */
    cc_connection_schedule_session(connection, cc_backoff_next(&connection->backoff));
    if (connection->events != NULL)
        cc_event_stream_start(connection->events);
}

void
cc_connection_hurry(CcConnection *connection)
{
    cc_connection_relay_is_back(connection);
}

/* Everything that could still call back or act by itself. */
static void
silence(CcConnection *connection)
{
    connection->phase = CC_PHASE_IDLE;
    cc_connection_clear_timer(&connection->tick);
    cc_connection_clear_timer(&connection->retry_timer);
    cc_connection_clear_timer(&connection->gather_timer);
    cc_connection_clear_timer(&connection->notify);
    if (connection->monitor != NULL)
        g_signal_handler_disconnect(connection->monitor, connection->monitor_handler);
    g_clear_object(&connection->monitor);
    g_clear_pointer(&connection->events, cc_event_stream_free);
    if (connection->signalling != NULL)
        cc_signalling_cancel(connection->signalling);
}

static gboolean
on_stopped(gpointer user_data)
{
    CcConnection *connection = user_data;
    GSourceOnceFunc done = connection->stopped;
    gpointer done_data = connection->stopped_data;

    cc_connection_clear_timer(&connection->notify);
    cc_connection_replace_peer(connection, NULL);
    if (done != NULL)
        done(done_data); /* may free the connection */
    return G_SOURCE_REMOVE;
}

static void
on_deleted(const CcSignallingReply *reply, gpointer user_data)
{
    CcConnection *connection = user_data;
    connection->notify = cc_connection_add_timer(connection, 0, on_stopped);
}

void
cc_connection_stop(CcConnection *connection, GSourceOnceFunc done, gpointer user_data)
{
    connection->stopped = done;
    connection->stopped_data = user_data;
    silence(connection);
    if (cc_signalling_has_session(connection->signalling))
        cc_signalling_delete(connection->signalling, on_deleted, connection);
    else
        on_deleted(NULL, connection);
}

void
cc_connection_free(CcConnection *connection)
{
    if (connection == NULL)
        return;
    silence(connection);
    cc_connection_replace_peer(connection, NULL);
    cc_signalling_free(connection->signalling);
    cc_relay_address_clear(&connection->address);
    g_clear_pointer(&connection->offer, cc_sdp_free);
    g_clear_pointer(&connection->learned_servers, g_ptr_array_unref);
    g_ptr_array_unref(connection->candidates);
    g_ptr_array_unref(connection->receivers);
    g_strfreev(connection->mids);
    g_free(connection->problem);
    g_free(connection->message);
    g_mutex_clear(&connection->peer_lock);
    g_main_context_unref(connection->context);
    g_free(connection);
}

gboolean
cc_connection_send_rtp(CcConnection *connection, const guint8 *packet, gsize length, gboolean video)
{
    g_mutex_lock(&connection->peer_lock);
    gboolean sent =
        connection->peer != NULL && cc_peer_send_rtp(connection->peer, packet, length, video);
    g_mutex_unlock(&connection->peer_lock);
    return sent;
}

gboolean
cc_connection_send_rtcp(CcConnection *connection, const guint8 *packet, gsize length)
{
    g_mutex_lock(&connection->peer_lock);
    gboolean sent = connection->peer != NULL && cc_peer_send_rtcp(connection->peer, packet, length);
    g_mutex_unlock(&connection->peer_lock);
    return sent;
}

void
cc_connection_get_stats(CcConnection *connection, CcPeerStats *stats)
{
    memset(stats, 0, sizeof *stats);
    if (connection->peer != NULL)
        cc_peer_get_stats(connection->peer, stats);
}

gint64
cc_connection_post_us(const CcConnection *connection)
{
    return connection->post_us;
}
