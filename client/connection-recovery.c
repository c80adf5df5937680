#define CC_LOG_AREA "connection"
#include "client/connection-offer.h"

#include "common/base/clock.h"
#include "common/base/log.h"

#define MS 1000 /* microseconds */

/* From the answer to media: ICE tries UDP and TCP within 2 to 3 s, TURN may take some more. */
#define CONNECT_LIMIT_US (8000 * MS)
/* After a hint that the relay is another one, this much silence is enough. */
#define HINT_SILENCE_US (700 * MS)
#define IDLE_HINT_SILENCE_US (1500 * MS)
#define NETWORK_CHECK_US (300 * MS)
/* Where packets come all the time, this much without any means that something is wrong, and an ICE
 * restart costs little: TCP is found while UDP is blocked, and nobody sees it if it was nothing. */
#define SUSPICIOUS_US (1200 * MS)
#define USUAL_GAPS 3
/* Restarts that the relay agrees to and that bring no media, before a new session is tried. */
#define MAX_FRUITLESS 2
/* A session that has lasted this long earns a fresh back-off. */
#define STABLE_US (2000 * MS)
/* At least this much for checks and media after an accepted restart. */
#define MIN_RESTART_US (2000 * MS)
/* A foreign server may be silent while nobody publishes. */
#define FOREIGN_PATIENCE 5

gint64
cc_connection_last_received_us(CcConnection *connection)
{
    CcPeerStats stats = {0};
    if (connection->peer != NULL)
        cc_peer_get_stats(connection->peer, &stats);
    return stats.last_received_us;
}

/* --- ICE restart --- */

static void restart_ice(CcConnection *connection);

static gboolean
on_patch_retry(gpointer user_data)
{
    restart_ice(user_data);
    return G_SOURCE_REMOVE;
}

static gboolean
apply_restart(CcConnection *connection, const CcSdp *fragment)
{
    const CcSdpMedia *media = fragment->media->len > 0 ? fragment->media->pdata[0] : NULL;
    if (media == NULL || media->ice_ufrag == NULL || media->ice_pwd == NULL)
        return FALSE;
    if (!cc_peer_set_remote(connection->peer, media->ice_ufrag, media->ice_pwd,
                            connection->remote_lite, NULL, NULL, TRUE, NULL))
        return FALSE;
    cc_connection_add_remote_candidates(connection, media);
    return TRUE;
}

static void
on_patched(const CcSignallingReply *reply, gpointer user_data)
{
    CcConnection *connection = user_data;

    connection->patch = CC_PATCH_NONE;
    if (reply->result == CC_SIGNALLING_OK && apply_restart(connection, reply->sdp)) {
        cc_debug("ICE restart accepted");
        connection->patched_us = cc_clock_now_us();
        cc_connection_trickle(connection);
    } else if (connection->back.under_way) {
        cc_connection_cancel_return(connection); /* media go on as they are */
    } else if (reply->status == 0 && reply->result == CC_SIGNALLING_RETRY) {
        /* The relay cannot be reached: perhaps it still has the session when it can. */
        cc_connection_set_problem(connection, reply->error->message);
        connection->patch = CC_PATCH_WAITING;
        connection->retry_timer = cc_connection_add_timer(
            connection, cc_backoff_next(&connection->backoff), on_patch_retry);
    } else {
        const char *reason = reply->error != NULL ? reply->error->message : "unusable answer";
        cc_info("ICE restart refused reason=\"%s\"", reason);
        cc_connection_schedule_session(connection, 0);
    }
}

static void
send_patch(CcConnection *connection)
{
    g_autofree char *fragment = cc_connection_make_fragment(
        connection->peer, connection->mids, connection->candidates, 0, connection->gathered);
    connection->candidates_sent = connection->candidates->len;
    connection->patch = CC_PATCH_UNDER_WAY;
    connection->patch_us = cc_clock_now_us();
    cc_signalling_restart_ice(connection->signalling, fragment, on_patched, connection);
}

gboolean
cc_connection_send_restart(CcConnection *connection, GError **error)
{
    g_ptr_array_set_size(connection->candidates, 0);
    connection->gathered = FALSE;
    connection->patched_us = 0;
    if (!cc_peer_restart_ice(connection->peer, error))
        return FALSE;
    send_patch(connection);
    return TRUE;
}

/* Drops whatever request is under way, and begins again with the addresses of now. */
static void
restart_ice(CcConnection *connection)
{
    g_autoptr(GError) error = NULL;
    cc_connection_clear_timer(&connection->retry_timer);
    cc_signalling_cancel(connection->signalling);
    connection->trickle_under_way = FALSE;
    connection->patch = CC_PATCH_NONE;
    if (!cc_connection_send_restart(connection, &error)) {
        /* No address at all, perhaps: the session is not over for that. */
        cc_connection_set_problem(connection, error->message);
        connection->patch = CC_PATCH_WAITING;
        connection->retry_timer = cc_connection_add_timer(
            connection, cc_backoff_next(&connection->backoff), on_patch_retry);
    }
}

static void
recover(CcConnection *connection)
{
    connection->hint_us = 0;
    connection->peer_lost = FALSE;
    connection->patched_us = 0;
    if (!cc_signalling_has_session(connection->signalling)) {
        cc_connection_schedule_session(connection, 0);
        return;
    }
    cc_info("recovering silent_ms=%d",
            (int)((cc_clock_now_us() - cc_connection_last_received_us(connection)) / MS));
    cc_connection_cancel_return(connection);
    cc_connection_set_phase(connection, CC_PHASE_RESTARTING);
    if (connection->events != NULL)
        cc_event_stream_hurry(connection->events);
    if (connection->patch == CC_PATCH_UNDER_WAY)
        return;
    restart_ice(connection);
}

void
cc_connection_relay_is_back(CcConnection *connection)
{
    switch (connection->phase) {
    case CC_PHASE_WAITING:
        if (!connection->refused && !connection->not_begun)
            cc_connection_schedule_session(connection, 0);
        break;
    case CC_PHASE_GATHERING:
    case CC_PHASE_IDLE:
        break;
    case CC_PHASE_POSTING:
    case CC_PHASE_CONNECTING:
        /* Begun with the relay that went away, or stuck in the network's retransmissions. */
        if (cc_clock_now_us() - connection->phase_us > HINT_SILENCE_US)
            cc_connection_schedule_session(connection, 0);
        break;
    case CC_PHASE_CONNECTED:
        connection->hint_us = cc_clock_now_us();
        break;
    case CC_PHASE_RESTARTING:
        if (connection->patch == CC_PATCH_WAITING ||
            (connection->patch == CC_PATCH_UNDER_WAY &&
             cc_clock_now_us() - connection->patch_us > HINT_SILENCE_US))
            restart_ice(connection);
        break;
    }
}

/* --- the watchdog --- */

static void
watch_connected(CcConnection *connection, gint64 now_us)
{
    gint64 received_us = cc_connection_last_received_us(connection);
    gint64 silent_us = now_us - MAX(received_us, connection->connected_us);
    gint64 limit_us = (gint64)connection->watchdog_ms * MS;
    gint64 usual_us = connection->usual_gap_us * USUAL_GAPS;
    gboolean foreign =
        connection->events == NULL || !cc_event_stream_are_supported(connection->events);

    if (foreign && received_us == 0)
        limit_us *= FOREIGN_PATIENCE;
    if (!foreign && connection->usual_gap_us != 0)
        limit_us = MIN(limit_us, MAX(SUSPICIOUS_US, usual_us));
    if (connection->hint_us != 0 && received_us > connection->hint_us)
        connection->hint_us = 0;
    if (connection->hint_us != 0) {
        gboolean busy = connection->publish || connection->state == CC_CONNECTION_ON;
        limit_us = MIN(limit_us, busy ? HINT_SILENCE_US : IDLE_HINT_SILENCE_US);
    }
    if (silent_us > limit_us || connection->peer_lost)
        recover(connection);
    else if (received_us != 0 && now_us - connection->connected_us > STABLE_US &&
             connection->patch == CC_PATCH_NONE)
        cc_backoff_reset(&connection->backoff);
}

static void
watch_restarting(CcConnection *connection, gint64 now_us)
{
    gint64 patience_us = MAX((gint64)connection->watchdog_ms * MS, MIN_RESTART_US);

    if (cc_connection_last_received_us(connection) > connection->phase_us) {
        cc_info("media is back silent_ms=%d", (int)((now_us - connection->phase_us) / MS));
        connection->fruitless = 0;
        if (connection->patch == CC_PATCH_WAITING) {
            cc_connection_clear_timer(&connection->retry_timer);
            connection->patch = CC_PATCH_NONE; /* the old path does */
        }
        cc_connection_set_problem(connection, NULL);
        cc_connection_set_phase(connection, CC_PHASE_CONNECTED);
    } else if (connection->patched_us != 0 && now_us - connection->patched_us > patience_us) {
        if (connection->fruitless++ < MAX_FRUITLESS)
            restart_ice(connection); /* the network went away again in between, perhaps */
        else
            cc_connection_retry_session(connection, "no media after the ICE restart");
    }
}

static void
watch_connecting(CcConnection *connection, gint64 now_us)
{
    if (now_us - connection->phase_us > CONNECT_LIMIT_US)
        cc_connection_retry_session(connection, "no way to the relay's media port");
    else
        cc_connection_watch_connecting(connection, now_us);
}

/* Media that goes on proves the path; else there is no use in waiting for the watchdog. */
static void
look_into_network_change(CcConnection *connection, gint64 now_us)
{
    gint64 changed_us = connection->network_changed_us;
    gint64 patience_us = MAX(NETWORK_CHECK_US, cc_connection_usual_gap_us(connection) * 5 / 4);
    if (changed_us == 0 || now_us - changed_us < patience_us)
        return;
    connection->network_changed_us = 0;
    if (connection->events != NULL)
        cc_event_stream_hurry(connection->events);
    if (connection->phase == CC_PHASE_CONNECTED) {
        if (cc_connection_last_received_us(connection) < changed_us + NETWORK_CHECK_US / 3)
            recover(connection);
    } else if (connection->phase == CC_PHASE_RESTARTING) {
        restart_ice(connection); /* from other addresses than those of before */
    } else {
        cc_connection_relay_is_back(connection);
    }
}

gboolean
cc_connection_on_tick(gpointer user_data)
{
    CcConnection *connection = user_data;
    gint64 now_us = cc_clock_now_us();

    look_into_network_change(connection, now_us);
    cc_connection_watch_paths(connection, now_us);
    if (connection->phase == CC_PHASE_CONNECTED)
        watch_connected(connection, now_us);
    else if (connection->phase == CC_PHASE_RESTARTING)
        watch_restarting(connection, now_us);
    else if (connection->phase == CC_PHASE_CONNECTING)
        watch_connecting(connection, now_us);
    cc_connection_trickle(connection);
    cc_connection_update_state(connection);
    return G_SOURCE_CONTINUE;
}
