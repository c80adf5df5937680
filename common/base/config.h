/* The configuration: one INI file (GKeyFile syntax), read from /etc/classcast/classcast.conf, then
 * the user's ($XDG_CONFIG_HOME/classcast/classcast.conf), then --config FILE, then options; the
 * last one wins, and each value remembers where it came from. config-schema.c lists every key with
 * its type, range, default and documentation; nothing else is accepted.
 *
 * A CcConfig does not change after loading and may be read from any thread. SIGHUP loads another.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct CcConfig CcConfig;

/* One value given on the command line, above every file: "section.key" and its text. */
typedef struct {
    const char *key; /* "relay.http-port" */
    const char *value;
    const char *origin; /* shown by `classcast config`: "--http-port" */
} CcConfigOverride;

/* Loads the layers and validates the result.
 * @file: --config's file, or NULL; it must exist if given, the others may be absent.
 * @overrides: terminated by an entry with key NULL; may be NULL.
 * Returns: (transfer full) or NULL with CC_ERROR_CONFIG naming file, line, key and what was
 * expected, or CC_ERROR_USAGE for a bad override, naming its origin in their place. */
CcConfig *cc_config_load(const char *file, const CcConfigOverride *overrides, GError **error);

/* Validates @file by itself against the schema (classcast config --check). */
gboolean cc_config_check(const char *file, GError **error);

/* Defaults only; for tests. */
CcConfig *cc_config_new_default(void);

void cc_config_free(CcConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcConfig, cc_config_free)

/* Getters. Asking for a key or a type that the schema does not have is a programmer mistake and
 * aborts. Strings belong to @config; an unset string is "". Lists are NULL-terminated, maybe empty.
 */
const char *cc_config_get_string(const CcConfig *config, const char *section, const char *key);
const char *const *cc_config_get_list(const CcConfig *config, const char *section, const char *key);
int cc_config_get_int(const CcConfig *config, const char *section, const char *key);
gboolean cc_config_get_bool(const CcConfig *config, const char *section, const char *key);

/* All effective settings as a commented INI text with the origin of each (classcast config).
 * Secrets are shown as "(hidden)". (transfer full) */
char *cc_config_describe(const CcConfig *config);

/* Where a key's value came from: "default", "FILE:LINE" or an option. Belongs to @config. */
const char *cc_config_get_origin(const CcConfig *config, const char *section, const char *key);

G_END_DECLS
