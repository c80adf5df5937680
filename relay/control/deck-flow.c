#define CC_LOG_AREA "deck"

#include "relay/control/deck-flow.h"

#include <sys/socket.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "relay/control/links.h"

#define PIECE_MS 50
#define LEAST_PIECE 700 /* smaller ones would be headers for the most part */
#define MOST_PIECE 16384
#define BUFFERED_MS 300 /* that may wait in the kernel */
#define LEAST_BUFFER 4096
#define MOST_BUFFER (256 * 1024)

#define VOICE_BPS 30000  /* with headers, and what repairs it, where it is narrow */
#define SHOWN_BPS 100000 /* of a narrow link all that voice leaves, of a wide one half */
#define LEAST_BPS 12000
#define UNKNOWN_SHOWN_BPS 64000
#define UNKNOWN_BPS 24000
#define FREE_BPS 8000000 /* no media go there that it could disturb */

struct CcDeckFlow {
    CcDecks *decks;
    SoupServerMessage *message; /* a reference */
    char *room, *hash, *client;
    GBytes *still;
    gsize offset, end;
    guint rate_bps;
    gboolean writing; /* a piece is on its way into the kernel */
    gint64 due_us;
    GSource *timer;
};

guint
cc_deck_rate_bps(const CcLinkReport *link, gboolean shown, guint taken_bps)
{
    gint64 whole_bps, spare_bps;

    if (link == NULL)
        return FREE_BPS;
    if (link->estimate_bps == 0)
        return shown ? UNKNOWN_SHOWN_BPS : UNKNOWN_BPS;
    /* The estimate is of what is left beside what stills take already. */
    whole_bps = (gint64)link->estimate_bps + taken_bps;
    spare_bps = MAX(whole_bps - VOICE_BPS, 0);
    spare_bps =
        shown ? MIN(spare_bps, MAX(whole_bps / 2, SHOWN_BPS)) : MIN(spare_bps / 2, whole_bps / 4);
    return (guint)CLAMP(spare_bps, LEAST_BPS, FREE_BPS);
}

static const CcLinkReport *
find_link(const CcDeckFlow *flow)
{
    const CcControl *control = flow->decks->control;
    const CcRoom *room = cc_room_registry_lookup(control->rooms, flow->room);
    const CcParticipant *participant = room != NULL && flow->client != NULL
                                           ? cc_room_find_client(room, flow->client, CC_SEAT_WATCHES)
                                           : NULL;

    return participant != NULL ? cc_links_report_of(control->links, participant->session_id) : NULL;
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
    g_ptr_array_remove_fast(flow->decks->flows, flow);
    g_source_destroy(flow->timer);
    g_source_unref(flow->timer);
    g_signal_handlers_disconnect_by_data(flow->message, flow);
    g_object_unref(flow->message);
    g_bytes_unref(flow->still);
    g_free(flow->room);
    g_free(flow->hash);
    g_free(flow->client);
    g_free(flow);
}

/* The next piece, as large as what may flow until the one after it. */
static void
write_piece(CcDeckFlow *flow, gint64 now_us)
{
    flow->rate_bps = cc_deck_rate_bps(find_link(flow), is_shown(flow), flow->rate_bps);
    gsize piece = CLAMP((gsize)flow->rate_bps / 8 * PIECE_MS / 1000, LEAST_PIECE, MOST_PIECE);
    piece = MIN(piece, flow->end - flow->offset);
    g_autoptr(GBytes) bytes = g_bytes_new_from_bytes(flow->still, flow->offset, piece);

    flow->offset += piece;
    flow->due_us = now_us + (gint64)piece * 8 * G_USEC_PER_SEC / flow->rate_bps;
    flow->writing = TRUE;
    soup_message_body_append_bytes(soup_server_message_get_response_body(flow->message), bytes);
    if (flow->offset == flow->end)
        soup_message_body_complete(soup_server_message_get_response_body(flow->message));
    soup_server_message_unpause(flow->message);
}

static gboolean
on_due(gpointer user_data)
{
    CcDeckFlow *flow = user_data;

    g_source_set_ready_time(flow->timer, -1);
    if (!flow->writing && flow->offset < flow->end)
        write_piece(flow, cc_clock_now_us());
    return G_SOURCE_CONTINUE;
}

/* In the kernel: the next one follows in its time. */
static void
on_wrote_chunk(SoupServerMessage *message, gpointer user_data)
{
    CcDeckFlow *flow = user_data;

    flow->writing = FALSE;
    if (flow->offset < flow->end)
        g_source_set_ready_time(flow->timer, flow->due_us);
}

static void
on_finished(SoupServerMessage *message, gpointer user_data)
{
    cc_deck_flow_free(user_data);
}

static void
keep_kernel_short(const CcDeckFlow *flow, guint rate_bps)
{
    GSocket *socket = soup_server_message_get_socket(flow->message);
    gint bytes = (gint)CLAMP(rate_bps / 8 * BUFFERED_MS / 1000, LEAST_BUFFER, MOST_BUFFER);

    if (socket != NULL)
        g_socket_set_option(socket, SOL_SOCKET, SO_SNDBUF, bytes, NULL);
}

static void
begin(CcDeckFlow *flow)
{
    SoupMessageHeaders *headers = soup_server_message_get_response_headers(flow->message);

    soup_message_headers_set_content_length(headers, (goffset)(flow->end - flow->offset));
    soup_message_body_set_accumulate(soup_server_message_get_response_body(flow->message), FALSE);
    g_signal_connect(flow->message, "wrote-chunk", G_CALLBACK(on_wrote_chunk), flow);
    g_signal_connect(flow->message, "finished", G_CALLBACK(on_finished), flow);
    flow->timer = g_timeout_source_new(0);
    g_source_set_ready_time(flow->timer, -1);
    g_source_set_callback(flow->timer, on_due, flow, NULL);
    g_source_attach(flow->timer, g_main_context_get_thread_default());
    keep_kernel_short(flow, cc_deck_rate_bps(find_link(flow), is_shown(flow), 0));
    write_piece(flow, cc_clock_now_us());
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
    flow->offset = offset;
    flow->end = offset + length;
    g_ptr_array_add(flow->decks->flows, flow);
    begin(flow);
}
