/* Writing JSON objects, on json-glib's builder: a member in a line. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* An object that has begun. (transfer full): to cc_json_end(). */
JsonBuilder *cc_json_begin(void);
/* Ends the outermost object. @builder: (transfer full). Returns: (transfer full): its text, on one
 * line. */
char *cc_json_end(JsonBuilder *builder);

/* @value: NULL becomes null. */
void cc_json_add_string(JsonBuilder *builder, const char *name, const char *value);
void cc_json_add_int(JsonBuilder *builder, const char *name, gint64 value);
/* null unless it is @known. */
void cc_json_add_int_if(JsonBuilder *builder, const char *name, gboolean known, gint64 value);
void cc_json_add_boolean(JsonBuilder *builder, const char *name, gboolean value);
void cc_json_add_double(JsonBuilder *builder, const char *name, double value);
/* To be ended with json_builder_end_array(), json_builder_end_object(). */
void cc_json_begin_array(JsonBuilder *builder, const char *name);
void cc_json_begin_object(JsonBuilder *builder, const char *name);

G_END_DECLS
