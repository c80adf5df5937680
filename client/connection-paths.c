/* What a connection does about its path besides waiting: it knocks while nothing comes, so that the
 * first good moment is not missed, and it looks for the way back to UDP when only TCP was left. */
#define CC_LOG_AREA "connection"
#include "client/connection-offer.h"

#include "common/base/clock.h"
#include "common/base/log.h"

#define MS 1000 /* microseconds */

/* Silence after which we knock: a check along the path in use, and one from a new socket. */
#define KNOCK_AFTER_US (500 * MS)
#define KNOCK_INTERVAL_US (200 * MS)
#define CALM_KNOCK_INTERVAL_US (500 * MS)
#define EAGER_US (30 * G_USEC_PER_SEC)
#define KNOCKS_A_SOCKET 10

/* TCP is tried beside UDP when the answer to the offer is so old. */
#define TCP_AFTER_US (500 * MS)
/* A TCP connection that is not needed any more is kept for the next time for so long. */
#define SPARE_US (30 * G_USEC_PER_SEC)

/* How often a UDP that was blocked is asked for: at first soon, then more rarely. */
#define FIRST_RETURN_US (2 * G_USEC_PER_SEC)
#define MAX_RETURN_US (8 * G_USEC_PER_SEC)
/* One answer may be chance; the second is asked for at once. */
#define RETURN_ANSWERS 3
#define RETURN_INTERVAL_US (300 * MS)
#define RETURN_PATIENCE_US (6 * G_USEC_PER_SEC)
/* UDP that is lost again within this did not last: it is left alone, twice as long each time. */
#define LASTING_US (60 * G_USEC_PER_SEC)
#define MAX_REST_US (120 * G_USEC_PER_SEC)

/* --- silence --- */

void
cc_connection_heard(CcConnection *connection, gint64 arrival_us)
{
    gint64 gap_us = arrival_us - connection->heard_us;
    /* What is usual here: the longest gap of late, forgotten within half a minute. */
    if (connection->heard_us != 0)
        connection->usual_gap_us -=
            MIN(gap_us, CC_USUAL_GAP_MEMORY_US) * connection->usual_gap_us / CC_USUAL_GAP_MEMORY_US;
    if (connection->heard_us != 0 && gap_us > connection->usual_gap_us)
        connection->usual_gap_us = MIN(gap_us, G_USEC_PER_SEC);
    connection->heard_us = arrival_us;
}

gint64
cc_connection_usual_gap_us(const CcConnection *connection)
{
    return connection->usual_gap_us != 0 ? connection->usual_gap_us : (gint64)G_USEC_PER_SEC;
}

static void
knock(CcConnection *connection, gint64 now_us, gint64 silent_us)
{
    gint64 interval_us = silent_us < EAGER_US ? KNOCK_INTERVAL_US : CALM_KNOCK_INTERVAL_US;
    if (now_us - connection->knocked_us < interval_us)
        return;
    connection->knocked_us = now_us;
    cc_peer_poke(connection->peer);
    cc_peer_seek(connection->peer);
    cc_peer_probe_udp(connection->peer, connection->n_knocks++ % KNOCKS_A_SOCKET == 0);
}

static void
watch_silence(CcConnection *connection, const CcPeerStats *stats, gint64 now_us)
{
    gint64 silent_us = now_us - MAX(stats->last_received_us, connection->connected_us);
    if (connection->phase == CC_PHASE_CONNECTED &&
        silent_us < MAX(KNOCK_AFTER_US, 2 * cc_connection_usual_gap_us(connection))) {
        connection->n_knocks = 0;
        return;
    }
    knock(connection, now_us, silent_us);
    /* The relay answers a new socket: whatever request is under way is stuck in the outage. */
    if (connection->phase == CC_PHASE_RESTARTING &&
        stats->udp_answered_us > connection->answered_us &&
        stats->udp_answered_us > stats->last_received_us) {
        connection->answered_us = stats->udp_answered_us;
        cc_connection_relay_is_back(connection);
    }
}

/* --- back to UDP --- */

static void
give_return_up(CcConnection *connection, gint64 now_us)
{
    CcReturn *back = &connection->back;
    back->under_way = FALSE;
    back->answers = 0;
    back->interval_us = MIN(back->interval_us * 2, MAX_RETURN_US);
    back->next_us = now_us + back->interval_us;
}

void
cc_connection_cancel_return(CcConnection *connection)
{
    if (!connection->back.under_way)
        return;
    give_return_up(connection, cc_clock_now_us());
    cc_signalling_cancel(connection->signalling);
    connection->patch = CC_PATCH_NONE;
    connection->trickle_under_way = FALSE;
    cc_peer_cancel_restart(connection->peer);
}

static void
begin_return(CcConnection *connection, gint64 now_us)
{
    g_autoptr(GError) error = NULL;
    connection->back.under_way = TRUE;
    connection->back.next_us = now_us + RETURN_PATIENCE_US;
    cc_info("UDP passes again: going back to it");
    if (!cc_connection_send_restart(connection, &error)) {
        cc_debug("%s", error->message);
        give_return_up(connection, now_us);
    }
}

static void
look_for_udp(CcConnection *connection, const CcPeerStats *stats, gint64 now_us)
{
    CcReturn *back = &connection->back;
    if (stats->udp_answered_us > back->asked_us) {
        back->asked_us = stats->udp_answered_us;
        if (++back->answers >= RETURN_ANSWERS) {
            begin_return(connection, now_us);
            return;
        }
        back->next_us = MIN(back->next_us, now_us);
    }
    if (now_us < back->next_us)
        return;
    gboolean first = back->answers == 0;
    back->asked_us = now_us;
    back->next_us = now_us + (first ? back->interval_us : RETURN_INTERVAL_US);
    if (first)
        back->interval_us = MIN(back->interval_us * 2, MAX_RETURN_US);
    else if (++back->repeated > 3 * RETURN_ANSWERS)
        give_return_up(connection, now_us);
    if (first)
        back->repeated = 0;
    cc_peer_probe_udp(connection->peer, first);
}

/* TCP has taken over. */
static void
begin_tcp(CcConnection *connection, gint64 now_us)
{
    CcReturn *back = &connection->back;
    gboolean lasted = back->left_us == 0 || now_us - back->left_us > LASTING_US;
    back->since_us = now_us;
    back->rest_us = lasted ? 0 : CLAMP(2 * back->rest_us, MAX_RETURN_US, MAX_REST_US);
    back->interval_us = FIRST_RETURN_US;
    back->next_us = now_us + MAX(back->interval_us, back->rest_us);
    back->answers = 0;
    cc_info("using TCP; UDP will be tried again in_ms=%d", (int)((back->next_us - now_us) / MS));
}

static void
end_tcp(CcReturn *back, gint64 now_us)
{
    cc_info("back on UDP");
    back->since_us = 0;
    back->left_us = now_us;
    back->under_way = FALSE;
}

static void
watch_return(CcConnection *connection, const CcPeerStats *stats, gint64 now_us)
{
    CcReturn *back = &connection->back;
    gboolean tcp = g_strcmp0(stats->protocol, "tcp") == 0;
    if (!cc_config_get_bool(connection->config, "network", "enable-udp"))
        return;
    if (tcp && back->since_us == 0) {
        begin_tcp(connection, now_us);
    } else if (!tcp && back->since_us != 0) {
        end_tcp(back, now_us);
    } else if (back->under_way) {
        if (now_us > back->next_us) {
            cc_info("UDP does not carry media yet: staying with TCP");
            cc_connection_cancel_return(connection);
        }
    } else if (tcp) {
        look_for_udp(connection, stats, now_us);
    }
}

static void
watch_spare(CcConnection *connection, const CcPeerStats *stats, gint64 now_us)
{
    if (!stats->has_spare)
        connection->spare_us = 0;
    else if (connection->spare_us == 0)
        connection->spare_us = now_us;
    else if (now_us - connection->spare_us > SPARE_US)
        cc_peer_close_tcp(connection->peer);
}

static void
watch_move(CcConnection *connection, const CcPeerStats *stats)
{
    char path[sizeof connection->path];
    if (stats->protocol == NULL)
        return;
    g_snprintf(path, sizeof path, "%s %s", stats->protocol, stats->local);
    if (g_str_equal(path, connection->path))
        return;
    gboolean moved = connection->path[0] != '\0';
    g_strlcpy(connection->path, path, sizeof path);
    if (moved && connection->callbacks.moved != NULL)
        connection->callbacks.moved(connection->user_data);
}

void
cc_connection_watch_connecting(CcConnection *connection, gint64 now_us)
{
    if (now_us - connection->phase_us > TCP_AFTER_US ||
        !cc_config_get_bool(connection->config, "network", "enable-udp"))
        cc_peer_seek(connection->peer);
}

void
cc_connection_watch_paths(CcConnection *connection, gint64 now_us)
{
    CcPeerStats stats;
    if (connection->peer == NULL ||
        (connection->phase != CC_PHASE_CONNECTED && connection->phase != CC_PHASE_RESTARTING))
        return;
    cc_peer_get_stats(connection->peer, &stats);
    watch_silence(connection, &stats, now_us);
    watch_move(connection, &stats);
    if (connection->phase != CC_PHASE_CONNECTED)
        return;
    watch_return(connection, &stats, now_us);
    watch_spare(connection, &stats, now_us);
}
