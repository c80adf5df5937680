#include "relay/control/wish.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "relay/room/stage.h"

#define MAX_BYTES 3000 /* 200 characters of chat, each written as two \\uXXXX, and what is around  \
                        */
#define MAX_ID_BYTES 40
#define MAX_WAITING_MS 3600000

void
cc_wish_clear(CcWish *wish)
{
    g_clear_pointer(&wish->of, g_free);
    g_clear_pointer(&wish->client, g_free);
    g_clear_pointer(&wish->text, g_free);
    g_clear_pointer(&wish->muted, g_strfreev);
    cc_guests_clear(wish->guests);
    wish->kind = CC_WISH_NONE;
}

/* NULL if it is absent, or no value of @type. */
static JsonNode *
get_value(JsonObject *object, const char *name, GType type)
{
    JsonNode *node = json_object_get_member(object, name);

    return node != NULL && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type
               ? node
               : NULL;
}

/* (transfer none) "" if it is absent or no text. */
static const char *
get_text(JsonObject *object, const char *name)
{
    JsonNode *node = get_value(object, name, G_TYPE_STRING);

    return node != NULL ? json_node_get_string(node) : "";
}

static void
read_hand(CcWish *wish, JsonObject *object)
{
    JsonNode *raised = get_value(object, "raised", G_TYPE_BOOLEAN);
    JsonNode *waiting = get_value(object, "waiting_ms", G_TYPE_INT64);

    if (raised == NULL)
        return;
    wish->kind = CC_WISH_HAND;
    wish->raised = json_node_get_boolean(raised);
    if (waiting != NULL)
        wish->waiting_us = CLAMP(json_node_get_int(waiting), 0, MAX_WAITING_MS) * 1000;
}

/* One that is no guest is nobody. */
static void
read_guest(CcGuest *guest, JsonNode *node)
{
    JsonObject *object = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    const char *id = object != NULL ? get_text(object, "id") : "";
    JsonNode *muted = object != NULL ? get_value(object, "muted", G_TYPE_BOOLEAN) : NULL;

    if (*id == '\0' || strlen(id) > MAX_ID_BYTES)
        return;
    guest->id = g_strdup(id);
    guest->muted = muted != NULL && json_node_get_boolean(muted);
}

static void
read_stage(CcWish *wish, JsonObject *object)
{
    JsonNode *node = json_object_get_member(object, "guests");
    JsonArray *guests =
        node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;

    if (guests == NULL || json_array_get_length(guests) > CC_GUESTS)
        return;
    wish->kind = CC_WISH_STAGE;
    for (guint i = 0; i < json_array_get_length(guests); i++)
        read_guest(&wish->guests[i], json_array_get_element(guests, i));
}

static void
read_chat(CcWish *wish, JsonObject *object)
{
    JsonNode *text = get_value(object, "text", G_TYPE_STRING);

    if (text == NULL)
        return;
    wish->kind = CC_WISH_CHAT;
    wish->text = g_strdup(json_node_get_string(text));
}

static void
read_chat_rules(CcWish *wish, JsonObject *object)
{
    JsonNode *on = get_value(object, "on", G_TYPE_BOOLEAN);
    JsonNode *node = json_object_get_member(object, "muted");
    JsonArray *muted =
        node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    g_autoptr(GStrvBuilder) ids = g_strv_builder_new();

    if (on == NULL || muted == NULL)
        return;
    for (guint i = 0; i < json_array_get_length(muted); i++) {
        JsonNode *one = json_array_get_element(muted, i);
        const char *id =
            json_node_get_value_type(one) == G_TYPE_STRING ? json_node_get_string(one) : "";
        if (*id != '\0' && strlen(id) <= MAX_ID_BYTES)
            g_strv_builder_add(ids, id);
    }
    wish->kind = CC_WISH_CHAT_RULES;
    wish->on = json_node_get_boolean(on);
    wish->muted = g_strv_builder_end(ids);
}

static void
read_chat_history(CcWish *wish, JsonObject *object)
{
    JsonNode *after = get_value(object, "after_ms", G_TYPE_INT64);

    wish->kind = CC_WISH_CHAT_HISTORY;
    wish->after_ms = after != NULL ? json_node_get_int(after) : 0;
}

static void
read_object(CcWish *wish, JsonObject *object)
{
    const char *type = get_text(object, "type");

    wish->of = g_strdup(get_text(object, "of"));
    wish->client = g_strdup(get_text(object, "client"));
    if (g_str_equal(type, "links") && *wish->of != '\0')
        wish->kind = CC_WISH_LINKS;
    else if (g_str_equal(type, "hello") && *wish->client != '\0')
        wish->kind = CC_WISH_HELLO;
    else if (g_str_equal(type, "hand"))
        read_hand(wish, object);
    else if (g_str_equal(type, "stage"))
        read_stage(wish, object);
    else if (g_str_equal(type, "chat"))
        read_chat(wish, object);
    else if (g_str_equal(type, "chat-rules"))
        read_chat_rules(wish, object);
    else if (g_str_equal(type, "chat-history"))
        read_chat_history(wish, object);
}

void
cc_wish_parse(CcWish *wish, GBytes *message)
{
    gsize length;
    const char *data = g_bytes_get_data(message, &length);
    g_autofree char *text = length <= MAX_BYTES ? g_strndup(data, length) : NULL;
    g_autoptr(JsonNode) root = NULL;

    *wish = (CcWish){.kind = CC_WISH_NONE};
    if (text != NULL && g_utf8_validate(text, -1, NULL) &&
        (root = json_from_string(text, NULL)) != NULL && JSON_NODE_HOLDS_OBJECT(root))
        read_object(wish, json_node_get_object(root));
}
