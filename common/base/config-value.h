/* One configuration value: its text, parsed and checked against the schema. */
#pragma once

#include "common/base/config-schema.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    char *text;   /* as given */
    char *origin; /* "default", "/etc/classcast/classcast.conf:12", "--http-port" */
    char **list;  /* CC_CONFIG_LIST; never NULL for one */
    int number;   /* CC_CONFIG_INT, CC_CONFIG_BOOL */
} CcConfigValue;

/* Parses @text as a value of @key. @value must be zeroed or hold an earlier value, which is
 * replaced. Error: CC_ERROR_CONFIG, "ORIGIN: [section] key: expected …, got …", in which secrets
 * are not shown. */
gboolean cc_config_value_set(CcConfigValue *value, const CcConfigKey *key, const char *text,
                             const char *origin, GError **error);

void cc_config_value_clear(CcConfigValue *value);

G_END_DECLS
