/* Contradictions between keys that are each right by themselves. */
#pragma once

#include "common/base/config.h"

G_BEGIN_DECLS

/* Error: CC_ERROR_CONFIG, naming where the offending key was set. */
gboolean cc_config_rules_check(const CcConfig *config, GError **error);

/* Where a key's value came from: "default", "FILE:LINE" or an option. Belongs to @config. */
const char *cc_config_get_origin(const CcConfig *config, const char *section, const char *key);

G_END_DECLS
