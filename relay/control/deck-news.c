
#include "common/base/clock.h"
#include "common/base/json-object.h"
#include "relay/control/decks.h"
#include "relay/control/events.h"

#define MAX_MESSAGE 300
#define POINTER_MS 80 /* between two messages; what lies between is left out */

static void
add_pointer(JsonBuilder *builder, const CcDeck *deck)
{
    json_builder_set_member_name(builder, "pointer");
    if (!deck->pointing) {
        json_builder_add_null_value(builder);
        return;
    }
    json_builder_begin_array(builder);
    json_builder_add_int_value(builder, deck->pointer_x);
    json_builder_add_int_value(builder, deck->pointer_y);
    json_builder_end_array(builder);
}

static void
add_deck(JsonBuilder *builder, const CcDeck *deck)
{
    const CcDeckPage *page = cc_deck_manifest_page(deck->manifest, deck->page);

    json_builder_begin_object(builder);
    cc_json_add_string(builder, "id", deck->manifest->id);
    cc_json_add_string(builder, "title", deck->manifest->title);
    cc_json_add_int(builder, "version", deck->version);
    cc_json_add_int(builder, "pages", deck->manifest->pages->len);
    cc_json_add_int(builder, "page", deck->page);
    cc_json_add_boolean(builder, "blank", deck->blank);
    cc_json_add_string(builder, "hash", *page->hash != '\0' ? page->hash : NULL);
    cc_json_add_int(builder, "bytes", page->bytes);
    cc_json_add_boolean(builder, "ready", cc_deck_still(deck, page->hash) != NULL);
    add_pointer(builder, deck);
    json_builder_end_object(builder);
}

static JsonBuilder *
begin(const char *type)
{
    JsonBuilder *builder = cc_json_begin();

    cc_json_add_string(builder, "type", type);
    return builder;
}

char *
cc_decks_describe(const CcDecks *decks, const char *room)
{
    const CcDeck *deck = cc_deck_store_lookup(decks->store, room);
    JsonBuilder *builder;

    if (deck == NULL)
        return NULL;
    builder = begin("deck");
    json_builder_set_member_name(builder, "deck");
    add_deck(builder, deck);
    return cc_json_end(builder);
}

void
cc_decks_announce(CcDecks *decks, const char *room)
{
    g_autofree char *message = cc_decks_describe(decks, room);

    cc_events_say(decks->control->events, room,
                  message != NULL ? message : "{\"type\":\"deck\",\"deck\":null}");
}

static void
tell_pointer(CcDecks *decks, const char *room)
{
    const CcDeck *deck = cc_deck_store_lookup(decks->store, room);
    JsonBuilder *builder;

    if (deck == NULL)
        return;
    builder = begin("pointer");
    add_pointer(builder, deck);
    g_autofree char *message = cc_json_end(builder);
    cc_events_say(decks->control->events, room, message);
}

/* Whoever has moved since the last time; nobody: the timer rests. */
static gboolean
on_pointer_timer(gpointer user_data)
{
    CcDecks *decks = user_data;
    GHashTableIter iter;
    gpointer room;

    if (g_hash_table_size(decks->pointing) == 0) {
        g_clear_pointer(&decks->pointer_timer, g_source_unref);
        return G_SOURCE_REMOVE;
    }
    g_hash_table_iter_init(&iter, decks->pointing);
    while (g_hash_table_iter_next(&iter, &room, NULL)) {
        tell_pointer(decks, room);
        g_hash_table_iter_remove(&iter);
    }
    return G_SOURCE_CONTINUE;
}

/* The first move is told at once, what follows soon with the newest place. */
static void
pointer_moved(CcDecks *decks, const char *room)
{
    if (decks->pointer_timer != NULL) {
        g_hash_table_add(decks->pointing, g_strdup(room));
        return;
    }
    tell_pointer(decks, room);
    decks->pointer_timer = g_timeout_source_new(POINTER_MS);
    g_source_set_callback(decks->pointer_timer, on_pointer_timer, decks, NULL);
    g_source_attach(decks->pointer_timer, g_main_context_get_thread_default());
}

/* A whole number from @least to @most; FALSE if it is none. */
static gboolean
read_int(JsonNode *node, gint64 most, guint *value)
{
    if (node == NULL || !JSON_NODE_HOLDS_VALUE(node) ||
        json_node_get_value_type(node) != G_TYPE_INT64 || json_node_get_int(node) < 0 ||
        json_node_get_int(node) > most)
        return FALSE;
    *value = (guint)json_node_get_int(node);
    return TRUE;
}

static const char *
read_string(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
                   json_node_get_value_type(node) == G_TYPE_STRING
               ? json_node_get_string(node)
               : "";
}

static gboolean
read_boolean(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
           json_node_get_value_type(node) == G_TYPE_BOOLEAN && json_node_get_boolean(node);
}

static void
turn(CcDecks *decks, const char *room, CcDeck *deck, JsonObject *wish)
{
    guint page;

    if (!g_str_equal(read_string(wish, "deck"), deck->manifest->id) ||
        !read_int(json_object_get_member(wish, "page"), deck->manifest->pages->len - 1, &page))
        return;
    deck->page = page;
    deck->blank = read_boolean(wish, "blank");
    deck->pointing = FALSE; /* it pointed at something on the page before */
    cc_decks_announce(decks, room);
}

static void
point(CcDecks *decks, const char *room, CcDeck *deck, JsonObject *wish)
{
    guint x = 0, y = 0;
    gboolean on = read_int(json_object_get_member(wish, "x"), CC_DECK_POINTER_MAX, &x) &&
                  read_int(json_object_get_member(wish, "y"), CC_DECK_POINTER_MAX, &y);

    deck->pointing = on;
    deck->pointer_x = on ? x : 0;
    deck->pointer_y = on ? y : 0;
    pointer_moved(decks, room);
}

gboolean
cc_decks_take(CcDecks *decks, const char *room, GBytes *message, gint64 now_us)
{
    gsize length;
    const char *data = g_bytes_get_data(message, &length);
    CcDeck *deck = cc_deck_store_lookup(decks->store, room);
    g_autofree char *text = length <= MAX_MESSAGE ? g_strndup(data, length) : NULL;
    g_autoptr(JsonNode) root = NULL;

    if (deck == NULL || text == NULL || !g_utf8_validate(text, -1, NULL) ||
        (root = json_from_string(text, NULL)) == NULL || !JSON_NODE_HOLDS_OBJECT(root))
        return FALSE;
    const char *type = read_string(json_node_get_object(root), "type");
    if (g_str_equal(type, "page"))
        turn(decks, room, deck, json_node_get_object(root));
    else if (g_str_equal(type, "pointer"))
        point(decks, room, deck, json_node_get_object(root));
    else
        return FALSE;
    deck->touched_us = now_us;
    return TRUE;
}
