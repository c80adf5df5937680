/* Contradictions between keys that are each right by themselves. */
#pragma once

#include "common/base/config.h"

G_BEGIN_DECLS

/* What [relay] workers comes to on this machine: at least 1, at most CC_MAX_WORKERS. */
#define CC_MAX_WORKERS 64
guint cc_config_rules_workers(const CcConfig *config);

/* Error: CC_ERROR_CONFIG, naming where the offending key was set. */
gboolean cc_config_rules_check(const CcConfig *config, GError **error);

G_END_DECLS
