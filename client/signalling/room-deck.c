#include "client/signalling/room-deck.h"

#include <string.h>

#include "client/signalling/json-text.h"
#include "common/base/clean-text.h"

void
cc_room_deck_clear(CcRoomDeck *deck)
{
    g_free(deck->id);
    g_free(deck->title);
    *deck = (CcRoomDeck){0};
}

static gboolean
read_count(JsonObject *object, const char *name, guint least, guint most, guint *value)
{
    double number = cc_json_get_number(object, name, -1, least, most);

    *value = (guint)MAX(number, 0);
    return number >= 0;
}

/* Two numbers, or null. */
static void
read_pointer(CcRoomDeck *deck, JsonObject *message)
{
    JsonArray *array = cc_json_get_array(message, "pointer");
    guint place[2] = {0};

    deck->pointing = array != NULL && json_array_get_length(array) == 2;
    for (guint i = 0; deck->pointing && i < 2; i++) {
        JsonNode *node = json_array_get_element(array, i);
        if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64 ||
            json_node_get_int(node) < 0 || json_node_get_int(node) > CC_POINTER_MAX)
            deck->pointing = FALSE;
        else
            place[i] = (guint)json_node_get_int(node);
    }
    deck->x = place[0];
    deck->y = place[1];
}

static gboolean
read_page(CcRoomDeck *deck, JsonObject *object)
{
    const char *hash = cc_json_get_string(object, "hash");

    if (!read_count(object, "version", 0, G_MAXINT, &deck->version) ||
        !read_count(object, "pages", 1, CC_DECK_MAX_PAGES, &deck->n_pages) ||
        !read_count(object, "page", 0, deck->n_pages - 1, &deck->page))
        return FALSE;
    deck->blank = cc_json_get_boolean(object, "blank");
    read_pointer(deck, object);
    if (hash == NULL)
        return TRUE;
    if (!cc_deck_hash_is_valid(hash) ||
        !read_count(object, "bytes", 1, CC_DECK_MAX_PAGE_BYTES, &deck->bytes))
        return FALSE;
    g_strlcpy(deck->hash, hash, sizeof deck->hash);
    deck->ready = cc_json_get_boolean(object, "ready");
    return TRUE;
}

gboolean
cc_room_deck_apply(CcRoomDeck *deck, JsonObject *message)
{
    JsonObject *object = cc_json_get_object(message, "deck");
    const char *id = object != NULL ? cc_json_get_string(object, "id") : NULL;
    CcRoomDeck read = {0};

    if (object == NULL && json_object_has_member(message, "deck") &&
        json_object_get_null_member(message, "deck")) {
        cc_room_deck_clear(deck);
        return TRUE;
    }
    if (id == NULL || !cc_deck_id_is_valid(id) || !read_page(&read, object))
        return FALSE;
    read.id = g_strdup(id);
    read.title = cc_clean_text(cc_json_get_string(object, "title"), CC_DECK_MAX_TITLE);
    cc_room_deck_clear(deck);
    *deck = read;
    return TRUE;
}

gboolean
cc_room_deck_apply_pointer(CcRoomDeck *deck, JsonObject *message)
{
    if (deck->id == NULL)
        return FALSE;
    read_pointer(deck, message);
    return TRUE;
}
