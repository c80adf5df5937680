/* Reads JSON that strangers send: bounded in size and depth, types checked. Pure; any thread.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* One JSON object of at most @max_length bytes and CC_JSON_MAX_DEPTH levels. Error:
 * CC_ERROR_PROTOCOL. (transfer full) */
#define CC_JSON_MAX_DEPTH 16
JsonObject *cc_json_parse_object(const char *text, gsize length, gsize max_length, GError **error);

/* The member's text, number, object or array, or the neutral value (NULL, FALSE) if it is absent or
 * of another type. (transfer none) */
const char *cc_json_get_string(JsonObject *object, const char *name);
gboolean cc_json_get_boolean(JsonObject *object, const char *name);
JsonObject *cc_json_get_object(JsonObject *object, const char *name);
JsonArray *cc_json_get_array(JsonObject *object, const char *name);
/* @otherwise if it is absent, no number, or not from @least to @most. */
double cc_json_get_number(JsonObject *object, const char *name, double otherwise, double least,
                          double most);

G_END_DECLS
