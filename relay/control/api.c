#include "relay/control/api.h"

#include "common/base/clock.h"
#include "relay/control/metrics.h"
#include "relay/control/participant-json.h"

/* A request that waits for the workers' numbers. */
typedef struct {
    CcExchange exchange;
    CcTokenClaims claims;
    void (*answer)(CcExchange *exchange, const CcTokenClaims *claims,
                   const CcWorkerGroupStats *stats);
} Pending;

static void
on_stats(CcWorkerGroupStats *owned_stats, gpointer user_data)
{
    g_autoptr(CcWorkerGroupStats) stats = owned_stats;
    Pending *pending = user_data;

    if (pending->exchange.control != NULL) { /* the relay is still there */
        g_ptr_array_remove_fast(pending->exchange.control->waiting, &pending->exchange);
        pending->answer(&pending->exchange, &pending->claims, stats);
        soup_server_message_unpause(pending->exchange.message);
    }
    cc_exchange_clear(&pending->exchange);
    cc_token_claims_clear(&pending->claims);
    g_free(pending);
}

/* Takes what @exchange and @claims own. */
static void
answer_with_stats(CcExchange *exchange, CcTokenClaims *claims,
                  void (*answer)(CcExchange *, const CcTokenClaims *, const CcWorkerGroupStats *))
{
    Pending *pending = g_new0(Pending, 1);

    pending->exchange = *exchange;
    pending->claims = *claims;
    pending->answer = answer;
    *exchange = (CcExchange){0};
    *claims = (CcTokenClaims){0};
    g_ptr_array_add(pending->exchange.control->waiting, &pending->exchange);
    soup_server_message_pause(pending->exchange.message);
    cc_worker_group_get_stats(pending->exchange.control->workers, on_stats, pending);
}

/* What the way to a receiver takes. */
static void
add_link(JsonBuilder *builder, const CcSessionStats *stats)
{
    cc_json_add_string(builder, "link", stats->link);
    cc_json_add_int(builder, "estimate_bps", stats->estimate_bps);
    cc_json_add_int(builder, "delivered_bps", stats->delivered_bps);
    cc_json_add_int(builder, "queue_ms", stats->queue_ms);
    cc_json_add_double(builder, "random_loss", stats->random_loss);
}

static void
add_traffic(JsonBuilder *builder, const CcSessionStats *stats)
{
    cc_json_add_string(builder, "address", stats->remote_address);
    cc_json_add_string(builder, "protocol", stats->protocol);
    cc_json_add_string(builder, "srtp", stats->srtp_profile);
    cc_json_begin_array(builder, "codecs");
    if (stats->audio_codec != NULL)
        json_builder_add_string_value(builder, stats->audio_codec);
    if (stats->video_codec != NULL)
        json_builder_add_string_value(builder, stats->video_codec);
    json_builder_end_array(builder);
    cc_json_add_int(builder, "audio_bps", stats->audio_bps);
    cc_json_add_int(builder, "video_bps", stats->video_bps);
    cc_json_add_double(builder, "loss", stats->loss);
    cc_json_add_int_if(builder, "rtt_ms", stats->rtt_ms >= 0, stats->rtt_ms);
    if (stats->direction == CC_DIRECTION_WATCH) {
        cc_json_add_string(builder, "picture", cc_picture_state_name(stats->report.picture));
        cc_json_add_string(builder, "reason", cc_link_reason_name(stats->report.reason));
    }
    cc_json_add_int(builder, "packets", (gint64)stats->packets);
    cc_json_add_int(builder, "bytes", (gint64)stats->bytes);
    cc_json_add_int(builder, "packets_lost", (gint64)stats->packets_lost);
    cc_json_add_int(builder, "retransmitted", (gint64)stats->retransmitted);
    cc_json_add_int(builder, "nacks", (gint64)stats->nacks);
    cc_json_add_int(builder, "keyframe_requests", (gint64)stats->keyframe_requests);
    if (stats->link != NULL)
        add_link(builder, stats);
}

static void
add_participant(JsonBuilder *builder, const CcParticipant *participant, GHashTable *by_session)
{
    const CcSessionStats *stats = g_hash_table_lookup(by_session, participant->session_id);

    json_builder_begin_object(builder);
    cc_json_add_participant(builder, participant, cc_clock_now_us());
    if (stats != NULL)
        add_traffic(builder, stats);
    json_builder_end_object(builder);
}

static void
add_room(JsonBuilder *builder, const CcRoom *room, GHashTable *by_session)
{
    json_builder_begin_object(builder);
    cc_json_add_string(builder, "room", room->name);
    cc_json_add_string(builder, "lesson", cc_lesson_to_string(room->lesson));
    json_builder_set_member_name(builder, "publisher");
    if (room->teacher != NULL)
        add_participant(builder, room->teacher, by_session);
    else
        json_builder_add_null_value(builder);
    cc_json_begin_array(builder, "receivers");
    for (guint i = 0; i < room->participants->len; i++) {
        const CcParticipant *participant = g_ptr_array_index(room->participants, i);
        if (participant->seat == CC_SEAT_WATCHES)
            add_participant(builder, participant, by_session);
    }
    json_builder_end_array(builder);
    cc_json_begin_array(builder, "speakers");
    for (guint i = 0; i < room->participants->len; i++) {
        const CcParticipant *participant = g_ptr_array_index(room->participants, i);
        if (participant->seat == CC_SEAT_SPEAKS)
            add_participant(builder, participant, by_session);
    }
    json_builder_end_array(builder);
    json_builder_end_object(builder);
}

static void
answer_rooms(CcExchange *exchange, const CcTokenClaims *claims, const CcWorkerGroupStats *stats)
{
    g_autoptr(GPtrArray) rooms = cc_room_registry_list(exchange->control->rooms);
    g_autoptr(GHashTable) by_session = g_hash_table_new(g_str_hash, g_str_equal);
    JsonBuilder *builder = cc_json_begin();
    g_autofree char *body = NULL;

    for (guint i = 0; i < stats->total->sessions->len; i++) {
        CcSessionStats *session = g_ptr_array_index(stats->total->sessions, i);
        g_hash_table_insert(by_session, session->session_id, session);
    }
    cc_json_begin_array(builder, "rooms");
    for (guint i = 0; i < rooms->len; i++) {
        const CcRoom *room = g_ptr_array_index(rooms, i);
        if (cc_token_claims_allow_room(claims, room->name))
            add_room(builder, room, by_session);
    }
    json_builder_end_array(builder);
    body = cc_json_end(builder);
    cc_exchange_set_header(exchange, "Cache-Control", "no-store");
    cc_exchange_answer(exchange, SOUP_STATUS_OK, CC_CONTENT_JSON, body, -1);
}

static void
answer_metrics(CcExchange *exchange, const CcTokenClaims *claims, const CcWorkerGroupStats *stats)
{
    g_autofree char *body =
        cc_metrics_describe(exchange->control->metrics, exchange->control, stats);

    cc_exchange_set_header(exchange, "Cache-Control", "no-store");
    cc_exchange_answer(exchange, SOUP_STATUS_OK, "text/plain; version=0.0.4; charset=utf-8", body,
                       -1);
}

void
cc_api_handle_rooms(CcExchange *exchange)
{
    g_auto(CcTokenClaims) claims = {0};

    if (cc_exchange_check_get(exchange) &&
        cc_exchange_authorize(exchange, NULL, CC_ACCESS_OBSERVE, &claims))
        answer_with_stats(exchange, &claims, answer_rooms);
}

void
cc_api_handle_metrics(CcExchange *exchange)
{
    g_auto(CcTokenClaims) claims = {0};

    if (cc_exchange_check_get(exchange))
        answer_with_stats(exchange, &claims, answer_metrics);
}
