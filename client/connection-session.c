#define CC_LOG_AREA "connection"
#include "client/connection-private.h"

#include <string.h>

#include "client/connection-offer.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/log.h"

/* Half trickle: the offer waits this long for candidates that need a server's answer; the others
 * are there at once. Later ones go by PATCH. */
#define GATHER_LIMIT_MS 60
#define REFUSED_RETRY_MS 30000
#define CONFLICT_RETRY_MS 1000
#define MAX_REMOTE_CANDIDATES 64

static void begin_session(CcConnection *connection);

static gboolean
on_retry(gpointer user_data)
{
    CcConnection *connection = user_data;
    cc_connection_clear_timer(&connection->retry_timer);
    begin_session(connection);
    return G_SOURCE_REMOVE;
}

void
cc_connection_schedule_session(CcConnection *connection, guint delay_ms)
{
    cc_connection_clear_timer(&connection->gather_timer);
    cc_connection_clear_timer(&connection->retry_timer);
    cc_signalling_cancel(connection->signalling);
    connection->patch = CC_PATCH_NONE;
    connection->hint_us = 0;
    connection->retry_timer = cc_connection_add_timer(connection, delay_ms, on_retry);
    cc_connection_set_phase(connection, CC_PHASE_WAITING);
}

void
cc_connection_retry_session(CcConnection *connection, const char *problem)
{
    if (connection->phase == CC_PHASE_IDLE || connection->phase == CC_PHASE_WAITING)
        return;
    if (problem != NULL)
        cc_connection_set_problem(connection, problem);
    guint delay_ms = cc_backoff_next(&connection->backoff);
    cc_info("retry in_ms=%u reason=\"%s\"", delay_ms,
            connection->problem != NULL ? connection->problem : "");
    cc_connection_schedule_session(connection, delay_ms);
}

/* --- trickled candidates --- */

static void
on_trickled(const CcSignallingReply *reply, gpointer user_data)
{
    CcConnection *connection = user_data;
    connection->trickle_under_way = FALSE;
    if (reply->result == CC_SIGNALLING_OK) {
        cc_connection_trickle(connection);
    } else {
        /* 405 or 501: no trickling here, which RFC 9725 section 4.3.1 allows. */
        cc_debug("trickle: %s", reply->error->message);
        connection->trickle_refused = TRUE;
    }
}

void
cc_connection_trickle(CcConnection *connection)
{
    /* A lite relay never checks our candidates: it learns our address from our checks. */
    if (connection->remote_lite || connection->trickle_refused || connection->trickle_under_way ||
        connection->patch != CC_PATCH_NONE || connection->phase < CC_PHASE_CONNECTING ||
        !cc_signalling_has_session(connection->signalling) ||
        connection->candidates_sent == connection->candidates->len)
        return;
    g_autofree char *fragment =
        cc_connection_make_fragment(connection->peer, connection->mids, connection->candidates,
                                    connection->candidates_sent, connection->gathered);
    connection->candidates_sent = connection->candidates->len;
    connection->trickle_under_way = TRUE;
    cc_signalling_trickle(connection->signalling, fragment, on_trickled, connection);
}

void
cc_connection_add_remote_candidates(CcConnection *connection, const CcSdpMedia *media)
{
    for (guint i = 0; i < media->candidates->len && i < MAX_REMOTE_CANDIDATES; i++) {
        g_autofree char *text = cc_sdp_candidate_to_string(media->candidates->pdata[i]);
        cc_peer_add_remote_candidate(connection->peer, text);
    }
}

/* --- the answer --- */

/* The server may know relays that we do not: without a way, the next session begins with them. */
static void
learn_servers(CcConnection *connection, const CcSignallingReply *reply)
{
    if (reply->ice_servers == NULL || reply->ice_servers->len == 0)
        return;
    g_clear_pointer(&connection->learned_servers, g_ptr_array_unref);
    connection->learned_servers = g_ptr_array_ref(reply->ice_servers);
}

static gboolean
apply_answer(CcConnection *connection, const CcSdp *answer, GError **error)
{
    const CcSdpMedia *media = cc_connection_check_answer(answer, connection->offered_lines, error);
    if (media == NULL)
        return FALSE;
    connection->remote_lite = answer->ice_lite;
    connection->callbacks.negotiated(answer, connection->user_data);
    if (!cc_peer_set_remote(connection->peer, media->ice_ufrag, media->ice_pwd, answer->ice_lite,
                            media->fingerprint_hash, media->fingerprint,
                            media->setup != CC_SDP_ACTIVE, error))
        return FALSE;
    cc_connection_add_remote_candidates(connection, media);
    return TRUE;
}

static void
on_no_answer(CcConnection *connection, const CcSignallingReply *reply)
{
    guint delay_ms;
    connection->not_begun = FALSE;
    connection->another_teacher = FALSE;
    if (reply->result == CC_SIGNALLING_REFUSED) {
        connection->refused = TRUE;
        delay_ms = MAX(REFUSED_RETRY_MS, reply->retry_after_ms);
    } else if (reply->status == 409) {
        connection->not_begun = !connection->publish;
        connection->another_teacher = connection->publish;
        delay_ms = reply->retry_after_ms != 0 ? reply->retry_after_ms : CONFLICT_RETRY_MS;
    } else {
        delay_ms = cc_backoff_next(&connection->backoff);
        /* Those who were refused together shall not come back together. */
        if (reply->retry_after_ms != 0)
            delay_ms = reply->retry_after_ms + (guint)g_random_int_range(0, (gint)delay_ms + 1);
    }
    cc_connection_set_problem(connection, reply->error->message);
    cc_info("no session status=%u retry_in_ms=%u reason=\"%s\"", reply->status, delay_ms,
            reply->error->message);
    cc_connection_schedule_session(connection, delay_ms);
}

static void
on_answer(const CcSignallingReply *reply, gpointer user_data)
{
    CcConnection *connection = user_data;
    g_autoptr(GError) error = NULL;

    if (reply->result != CC_SIGNALLING_OK) {
        on_no_answer(connection, reply);
        return;
    }
    connection->not_begun = FALSE;
    connection->another_teacher = FALSE;
    learn_servers(connection, reply);
    cc_connection_set_phase(connection, CC_PHASE_CONNECTING);
    if (!apply_answer(connection, reply->sdp, &error)) {
        cc_connection_retry_session(connection, error->message);
        return;
    }
    cc_connection_trickle(connection);
    /* Where there is a session there is a room. */
    if (connection->events != NULL) {
        cc_event_stream_hurry(connection->events);
        cc_event_stream_introduce(connection->events, cc_signalling_client(connection->signalling));
        cc_hand_renew(&connection->hand);
        cc_connection_ask_for_hand(connection);
        cc_connection_tell_chat_rules(connection);
        cc_event_stream_follow_links(
            connection->events,
            connection->publish ? "*" : cc_signalling_participant(connection->signalling));
    }
}

/* --- the offer --- */

static void
post_offer(CcConnection *connection)
{
    cc_connection_clear_timer(&connection->gather_timer);
    cc_connection_complete_offer(connection->offer, connection->peer, connection->candidates,
                                 connection->gathered);
    connection->candidates_sent = connection->candidates->len;
    g_strfreev(connection->mids);
    connection->mids = cc_connection_offered_mids(connection->offer);
    connection->offered_lines = connection->offer->media->len;

    g_autofree char *text = cc_sdp_to_string(connection->offer);
    g_clear_pointer(&connection->offer, cc_sdp_free);
    connection->post_us = cc_clock_now_us();
    cc_connection_set_phase(connection, CC_PHASE_POSTING);
    cc_signalling_post(connection->signalling, text, on_answer, connection);
}

static gboolean
on_gather_limit(gpointer user_data)
{
    post_offer(user_data);
    return G_SOURCE_REMOVE;
}

void
cc_connection_add_local_candidate(CcConnection *connection, const char *candidate)
{
    if (candidate != NULL) {
        g_ptr_array_add(connection->candidates, g_strdup(candidate));
        return; /* those found together leave together, at the end or the next tick */
    }
    connection->gathered = TRUE;
    if (connection->phase == CC_PHASE_GATHERING)
        post_offer(connection);
    else
        cc_connection_trickle(connection);
}

/* --- a new session --- */

static void
forget_session(CcConnection *connection)
{
    /* A watcher's old session is of no use to anybody. A teacher's is not deleted, which would end
     * the lesson: the new one takes its place. */
    if (!connection->publish && cc_signalling_has_session(connection->signalling))
        cc_signalling_delete(connection->signalling, NULL, NULL);
    cc_connection_replace_peer(connection, NULL);
    g_clear_pointer(&connection->offer, cc_sdp_free);
    g_ptr_array_set_size(connection->candidates, 0);
    connection->candidates_sent = 0;
    connection->gathered = FALSE;
    connection->trickle_refused = FALSE;
    connection->trickle_under_way = FALSE;
    connection->patched_us = 0;
    connection->connected_us = 0;
    connection->last_rtp_us = connection->heard_us = connection->usual_gap_us = 0;
    connection->answered_us = 0;
    connection->fruitless = 0;
    connection->back = (CcReturn){0};
    connection->spare_us = 0;
    connection->path[0] = '\0';
    connection->refused = FALSE;
    connection->peer_lost = FALSE;
}

static void
begin_session(CcConnection *connection)
{
    g_autoptr(GError) error = NULL;

    forget_session(connection);
    CcPeer *peer = cc_connection_make_peer(connection, &error);
    if (peer == NULL) {
        cc_connection_set_phase(connection, CC_PHASE_GATHERING);
        cc_connection_retry_session(connection, error->message);
        return;
    }
    cc_connection_replace_peer(connection, peer);
    connection->offer = connection->make_offer(connection->user_data);
    connection->gather_timer =
        cc_connection_add_timer(connection, GATHER_LIMIT_MS, on_gather_limit);
    cc_connection_set_phase(connection, CC_PHASE_GATHERING);
    if (!cc_peer_start_gathering(peer, &error))
        cc_connection_retry_session(connection, error->message);
}
