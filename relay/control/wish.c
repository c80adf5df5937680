#include "relay/control/wish.h"

#include <json-glib/json-glib.h>

#define MAX_BYTES 200
#define MAX_WAITING_MS 3600000

void
cc_wish_clear(CcWish *wish)
{
    g_clear_pointer(&wish->of, g_free);
    g_clear_pointer(&wish->client, g_free);
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
