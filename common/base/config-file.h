/* Reads one configuration file: GKeyFile's syntax, but with the line of every key. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    char *section;
    char *key;
    char *value;  /* unescaped, without white space around it */
    char *origin; /* "FILE:LINE" */
} CcConfigEntry;

/* Reads @file. Sections and keys are known to the schema and come once each; values are not looked
 * at. Warns in the log when others can read secrets in it.
 * Returns: (transfer full) (element-type CcConfigEntry) entries in the order of the file, or NULL
 * with CC_ERROR_CONFIG naming file and line. */
GPtrArray *cc_config_file_read(const char *file, GError **error);

G_END_DECLS
