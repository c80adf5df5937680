#define CC_LOG_AREA "deck"

#include "relay/control/deck-flow.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "relay/control/deck-share.h"
#include "relay/control/links.h"
#include "relay/control/tcp-way.h"

#define PIECE_MS 50
#define LEAST_PIECE 700 /* smaller ones would be headers for the most part */
#define MOST_PIECE 16384
#define UNSENT_BYTES 16384 /* that may wait in the kernel for TCP's leave */
#define LOOK_AGAIN_MS 40   /* where enough is on its way */
#define TELL_MS 400        /* the media worker, that it still goes on */

struct CcDeckFlow {
    CcDecks *decks;
    SoupServerMessage *message; /* a reference */
    GSocket *socket;            /* a reference, or NULL */
    char *room, *hash, *client;
    GBytes *still;
    gsize begin, offset, taken, end; /* taken: by the kernel */
    CcDeckMeter meter;
    gboolean writing;    /* a piece is on its way into the kernel */
    gboolean told_shown; /* to the media worker */
    gint64 due_us, told_us;
    GSource *timer;
};

/* Who asks, if it is somebody of the room; or NULL. */
static const CcParticipant *
find_client(const CcDeckFlow *flow)
{
    const CcRoom *room = cc_room_registry_lookup(flow->decks->control->rooms, flow->room);

    return room != NULL && flow->client != NULL
               ? cc_room_find_client(room, flow->client, CC_SEAT_WATCHES)
               : NULL;
}

/* NULL: media go to whoever asks by no link of ours. One that has not been told of yet may be as
 * narrow as any. */
static const CcLinkReport *
find_link(const CcDeckFlow *flow, const CcParticipant *participant)
{
    static const CcLinkReport unknown = {.rtt_ms = -1};
    const CcLinkReport *link = participant != NULL ? cc_links_report_of(flow->decks->control->links,
                                                                        participant->session_id)
                                                   : NULL;

    return participant != NULL && link == NULL ? &unknown : link;
}

static gboolean
is_shown(const CcDeckFlow *flow)
{
    const CcDeck *deck = cc_deck_store_lookup(flow->decks->store, flow->room);
    const CcDeckPage *page =
        deck != NULL ? cc_deck_manifest_page(deck->manifest, deck->page) : NULL;

    return page != NULL && g_str_equal(page->hash, flow->hash);
}

void
cc_deck_flow_free(CcDeckFlow *flow)
{
    g_ptr_array_remove(flow->decks->flows, flow);
    g_source_destroy(flow->timer);
    g_source_unref(flow->timer);
    g_signal_handlers_disconnect_by_data(flow->message, flow);
    g_object_unref(flow->message);
    g_clear_object(&flow->socket);
    g_bytes_unref(flow->still);
    g_free(flow->room);
    g_free(flow->hash);
    g_free(flow->client);
    g_free(flow);
}

/* Pictures make room, most of all for the page that is shown. */
static void
tell_worker(CcDeckFlow *flow, const CcParticipant *participant, guint bps, gboolean shown,
            gint64 now_us)
{
    if (participant == NULL ||
        (bps > 0 && shown == flow->told_shown && now_us < flow->told_us + TELL_MS * 1000))
        return;
    flow->told_shown = shown;
    flow->told_us = now_us;
    cc_worker_set_page_rate(cc_control_worker(flow->decks->control, participant->worker),
                            participant->session_id, bps, shown);
}

/* The next piece, as large as what may flow until the one after it. */
static void
write_piece(CcDeckFlow *flow, guint rate_bps, gint64 now_us)
{
    gsize piece = CLAMP((gsize)rate_bps / 8 * PIECE_MS / 1000, LEAST_PIECE, MOST_PIECE);
    piece = MIN(piece, flow->end - flow->offset);
    g_autoptr(GBytes) bytes = g_bytes_new_from_bytes(flow->still, flow->offset, piece);

    flow->offset += piece;
    flow->due_us = now_us + (gint64)piece * 8 * G_USEC_PER_SEC / rate_bps;
    flow->writing = TRUE;
    soup_message_body_append_bytes(soup_server_message_get_response_body(flow->message), bytes);
    if (flow->offset == flow->end)
        soup_message_body_complete(soup_server_message_get_response_body(flow->message));
    soup_server_message_unpause(flow->message);
}

/* Who asks for something else does not wait for this any more: the connection's end is on its way.
 */
static gboolean
is_given_up(const CcDeckFlow *flow)
{
    const GPtrArray *flows = flow->decks->flows;

    for (guint i = flows->len; flow->client != NULL && i > 0; i--) {
        const CcDeckFlow *other = g_ptr_array_index(flows, i - 1);
        if (g_strcmp0(other->client, flow->client) == 0 && g_str_equal(other->room, flow->room))
            return other != flow;
    }
    return FALSE;
}

/* A piece, if not too much is on its way already. */
static void
go_on(CcDeckFlow *flow, gint64 now_us)
{
    if (is_given_up(flow)) {
        g_source_set_ready_time(flow->timer, now_us + LOOK_AGAIN_MS * 1000);
        return;
    }
    const CcParticipant *participant = find_client(flow);
    CcDeckShare unknown = {0};
    CcDeckShare *share = participant != NULL ? cc_decks_share(flow->decks, flow->client) : &unknown;
    gboolean shown = is_shown(flow);
    gsize under_way = flow->socket != NULL ? cc_tcp_way_on_its_way(flow->socket) : 0;
    gsize written = flow->taken - flow->begin;

    cc_deck_share_arrived(share, &flow->meter, written - MIN(written, under_way), now_us);
    guint rate_bps = cc_deck_share_bps(find_link(flow, participant), shown, share->taken_bps);
    if (!cc_deck_share_is_brief(flow->end - flow->offset, rate_bps))
        tell_worker(flow, participant, rate_bps, shown, now_us);
    CcTcpWay way = {0};
    if (flow->socket != NULL)
        cc_tcp_way_look(flow->socket, &way);
    guint most_bps = share->taken_bps > 0 ? MIN(rate_bps, share->taken_bps) : rate_bps;
    if (under_way < cc_deck_share_window(most_bps, way.rtt_us, way.queue_us))
        write_piece(flow, rate_bps, now_us);
    else
        g_source_set_ready_time(flow->timer, now_us + LOOK_AGAIN_MS * 1000);
}

static gboolean
on_due(gpointer user_data)
{
    CcDeckFlow *flow = user_data;

    g_source_set_ready_time(flow->timer, -1);
    if (!flow->writing && flow->offset < flow->end)
        go_on(flow, cc_clock_now_us());
    return G_SOURCE_CONTINUE;
}

/* In the kernel: the next one follows in its time. */
static void
on_wrote_chunk(SoupServerMessage *message, gpointer user_data)
{
    CcDeckFlow *flow = user_data;

    flow->writing = FALSE;
    flow->taken = flow->offset;
    if (flow->offset < flow->end)
        g_source_set_ready_time(flow->timer, flow->due_us);
}

static void
on_finished(SoupServerMessage *message, gpointer user_data)
{
    CcDeckFlow *flow = user_data;

    if (flow->taken == g_bytes_get_size(flow->still))
        tell_worker(flow, find_client(flow), 0, FALSE, cc_clock_now_us());
    cc_deck_flow_free(flow);
}

static void
begin(CcDeckFlow *flow)
{
    SoupMessageHeaders *headers = soup_server_message_get_response_headers(flow->message);
    GSocket *socket = soup_server_message_get_socket(flow->message);

    soup_message_headers_set_content_length(headers, (goffset)(flow->end - flow->offset));
    soup_message_body_set_accumulate(soup_server_message_get_response_body(flow->message), FALSE);
    g_signal_connect(flow->message, "wrote-chunk", G_CALLBACK(on_wrote_chunk), flow);
    g_signal_connect(flow->message, "finished", G_CALLBACK(on_finished), flow);
    flow->timer = g_timeout_source_new(0);
    g_source_set_ready_time(flow->timer, -1);
    g_source_set_callback(flow->timer, on_due, flow, NULL);
    g_source_attach(flow->timer, g_main_context_get_thread_default());
    if (socket != NULL) {
        flow->socket = g_object_ref(socket);
        cc_tcp_way_keep_short(socket, UNSENT_BYTES);
    }
    if (find_client(flow) != NULL)
        cc_deck_share_begin(cc_decks_share(flow->decks, flow->client), cc_clock_now_us());
    go_on(flow, cc_clock_now_us());
}

void
cc_deck_flow_start(CcExchange *exchange, const char *room, const char *hash, GBytes *still,
                   gsize offset, gsize length, const char *client)
{
    CcDeckFlow *flow = g_new0(CcDeckFlow, 1);

    flow->decks = exchange->control->decks;
    flow->message = g_object_ref(exchange->message);
    flow->room = g_strdup(room);
    flow->hash = g_strdup(hash);
    flow->client = g_strdup(client);
    flow->still = g_bytes_ref(still);
    flow->begin = flow->offset = flow->taken = offset;
    flow->end = offset + length;
    g_ptr_array_add(flow->decks->flows, flow);
    begin(flow);
}
