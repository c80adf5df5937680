#include "client/signalling/json-text.h"

#include <string.h>

#include "common/base/error.h"

/* json-glib 1.6 descends by recursion without a limit: deep nesting must be refused beforehand. */
static gboolean
depth_is_sane(const char *text, gsize length)
{
    guint depth = 0;
    gboolean in_string = FALSE;

    for (gsize i = 0; i < length; i++) {
        if (in_string) {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '"')
                in_string = FALSE;
        } else if (text[i] == '"') {
            in_string = TRUE;
        } else if (text[i] == '{' || text[i] == '[') {
            if (++depth > CC_JSON_MAX_DEPTH)
                return FALSE;
        } else if ((text[i] == '}' || text[i] == ']') && depth > 0) {
            depth--;
        } else if (text[i] == '/' || text[i] == '\'') {
            return FALSE; /* comments and single quotes, which json-glib would read, are no JSON */
        }
    }
    return TRUE;
}

JsonObject *
cc_json_parse_object(const char *text, gsize length, gsize max_length, GError **error)
{
    if (length > max_length || memchr(text, '\0', length) != NULL ||
        !g_utf8_validate_len(text, length, NULL) || !depth_is_sane(text, length)) {
        g_set_error(error, CC_ERROR, CC_ERROR_PROTOCOL, "unreasonable JSON");
        return NULL;
    }
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    g_autoptr(GError) parse_error = NULL;
    if (!json_parser_load_from_data(parser, text, length, &parse_error)) {
        g_set_error(error, CC_ERROR, CC_ERROR_PROTOCOL, "bad JSON: %s", parse_error->message);
        return NULL;
    }
    JsonNode *root = json_parser_get_root(parser);
    if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root)) {
        g_set_error(error, CC_ERROR, CC_ERROR_PROTOCOL, "bad JSON: not an object");
        return NULL;
    }
    return json_object_ref(json_node_get_object(root));
}

static JsonNode *
get_value(JsonObject *object, const char *name, GType type)
{
    JsonNode *node = json_object_get_member(object, name);
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type
               ? node
               : NULL;
}

const char *
cc_json_get_string(JsonObject *object, const char *name)
{
    JsonNode *node = get_value(object, name, G_TYPE_STRING);
    return node != NULL ? json_node_get_string(node) : NULL;
}

gboolean
cc_json_get_boolean(JsonObject *object, const char *name)
{
    JsonNode *node = get_value(object, name, G_TYPE_BOOLEAN);
    return node != NULL && json_node_get_boolean(node);
}

JsonObject *
cc_json_get_object(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);
    return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

JsonArray *
cc_json_get_array(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);
    return node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

double
cc_json_get_number(JsonObject *object, const char *name, double otherwise, double least,
                   double most)
{
    JsonNode *node = json_object_get_member(object, name);
    if (node == NULL || !JSON_NODE_HOLDS_VALUE(node))
        return otherwise;
    GType type = json_node_get_value_type(node);
    if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
        return otherwise;
    double value = json_node_get_double(node);
    return value >= least && value <= most ? value : otherwise;
}
