/* Contradictions between keys that are each right by themselves. */
#pragma once

#include "common/base/config.h"

G_BEGIN_DECLS

/* Error: CC_ERROR_CONFIG, naming where the offending key was set. */
gboolean cc_config_rules_check(const CcConfig *config, GError **error);

G_END_DECLS
