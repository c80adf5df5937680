#include "common/base/config.h"

#include "common/base/config-file.h"
#include "common/base/config-rules.h"
#include "common/base/config-schema.h"
#include "common/base/config-value.h"
#include "common/base/error.h"

#include <glib/gi18n.h>
#include <string.h>

#define SYSTEM_FILE "/etc/classcast/classcast.conf"

struct CcConfig {
    CcConfigValue *values; /* one for each of cc_config_keys */
};

CcConfig *
cc_config_new_default(void)
{
    CcConfig *config = g_new0(CcConfig, 1);

    config->values = g_new0(CcConfigValue, cc_config_n_keys);
    for (guint i = 0; i < cc_config_n_keys; i++) {
        g_autoptr(GError) error = NULL;
        const CcConfigKey *key = &cc_config_keys[i];
        if (!cc_config_value_set(&config->values[i], key, key->default_text, "default", &error))
            g_error("a default contradicts its own schema: %s", error->message);
    }
    return config;
}

void
cc_config_free(CcConfig *config)
{
    if (!config)
        return;
    for (guint i = 0; i < cc_config_n_keys; i++)
        cc_config_value_clear(&config->values[i]);
    g_free(config->values);
    g_free(config);
}

static gboolean
apply_file(CcConfig *config, const char *file, GError **error)
{
    g_autoptr(GPtrArray) entries = cc_config_file_read(file, error);

    if (!entries)
        return FALSE;
    for (guint i = 0; i < entries->len; i++) {
        const CcConfigEntry *entry = g_ptr_array_index(entries, i);
        int index = cc_config_schema_find(entry->section, entry->key);
        if (!cc_config_value_set(&config->values[index], &cc_config_keys[index], entry->value,
                                 entry->origin, error))
            return FALSE;
    }
    return TRUE;
}

/* A file that nobody asked for may be absent; if it is there it must be right. */
static gboolean
apply_optional_file(CcConfig *config, const char *file, GError **error)
{
    return !g_file_test(file, G_FILE_TEST_EXISTS) || apply_file(config, file, error);
}

static gboolean
apply_override(CcConfig *config, const CcConfigOverride *override, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(override->key, ".", 2);
    g_autoptr(GError) local = NULL;
    const char *meant = NULL;
    int index = -1;

    if (g_strv_length(parts) == 2)
        index = cc_config_schema_find(parts[0], parts[1]);
    if (index >= 0) {
        if (cc_config_value_set(&config->values[index], &cc_config_keys[index], override->value,
                                override->origin, &local))
            return TRUE;
        g_set_error_literal(error, CC_ERROR, CC_ERROR_USAGE, local->message);
        return FALSE;
    }
    if (parts[0] && parts[1] && cc_config_schema_has_section(parts[0]))
        meant = cc_config_schema_suggest(parts[0], parts[1]);
    if (meant)
        g_set_error(error, CC_ERROR, CC_ERROR_USAGE,
                    _("%s: there is no key %s; did you mean %s.%s?"), override->origin,
                    override->key, parts[0], meant);
    else
        g_set_error(error, CC_ERROR, CC_ERROR_USAGE,
                    _("%s: there is no key %s; classcast config --example shows all keys"),
                    override->origin, override->key);
    return FALSE;
}

CcConfig *
cc_config_load(const char *file, const CcConfigOverride *overrides, GError **error)
{
    g_autoptr(CcConfig) config = cc_config_new_default();
    const char *system_file = g_getenv("CLASSCAST_SYSTEM_CONFIG"); /* for tests */
    g_autofree char *user_file =
        g_build_filename(g_get_user_config_dir(), "classcast", "classcast.conf", NULL);

    if (!apply_optional_file(config, system_file ? system_file : SYSTEM_FILE, error) ||
        !apply_optional_file(config, user_file, error))
        return NULL;
    if (file && !apply_file(config, file, error))
        return NULL;
    for (; overrides && overrides->key; overrides++)
        if (!apply_override(config, overrides, error))
            return NULL;
    if (!cc_config_rules_check(config, error))
        return NULL;
    return g_steal_pointer(&config);
}

gboolean
cc_config_check(const char *file, GError **error)
{
    g_autoptr(CcConfig) config = cc_config_new_default();
    return apply_file(config, file, error) && cc_config_rules_check(config, error);
}

static const CcConfigValue *
get_value(const CcConfig *config, const char *section, const char *key)
{
    int index = cc_config_schema_find(section, key);

    if (index < 0)
        g_error("the schema has no key [%s] %s", section, key);
    return &config->values[index];
}

static const CcConfigValue *
get_typed(const CcConfig *config, const char *section, const char *key, CcConfigType type)
{
    const CcConfigValue *value = get_value(config, section, key);
    CcConfigType actual = cc_config_keys[value - config->values].type;

    if (actual != type && !(actual == CC_CONFIG_CHOICE && type == CC_CONFIG_STRING))
        g_error("[%s] %s is of another type in the schema", section, key);
    return value;
}

const char *
cc_config_get_string(const CcConfig *config, const char *section, const char *key)
{
    return get_typed(config, section, key, CC_CONFIG_STRING)->text;
}

const char *const *
cc_config_get_list(const CcConfig *config, const char *section, const char *key)
{
    return (const char *const *)get_typed(config, section, key, CC_CONFIG_LIST)->list;
}

int
cc_config_get_int(const CcConfig *config, const char *section, const char *key)
{
    return get_typed(config, section, key, CC_CONFIG_INT)->number;
}

gboolean
cc_config_get_bool(const CcConfig *config, const char *section, const char *key)
{
    return get_typed(config, section, key, CC_CONFIG_BOOL)->number;
}

const char *
cc_config_get_origin(const CcConfig *config, const char *section, const char *key)
{
    return get_value(config, section, key)->origin;
}

static void
describe_value(GString *text, const CcConfigKey *key, const CcConfigValue *value)
{
    gboolean is_default = strcmp(value->origin, "default") == 0;

    g_string_append_printf(text, "# %s\n%s =", is_default ? _("default") : value->origin, key->key);
    if (key->secret && *value->text)
        g_string_append(text, " (hidden)");
    else if (*value->text)
        g_string_append_printf(text, " %s", value->text);
    g_string_append_c(text, '\n');
}

char *
cc_config_describe(const CcConfig *config)
{
    GString *text = g_string_new(NULL);

    for (const CcConfigSection *s = cc_config_sections; s->name; s++) {
        g_string_append_printf(text, "%s[%s]\n", s == cc_config_sections ? "" : "\n", s->name);
        for (guint i = 0; i < cc_config_n_keys; i++)
            if (strcmp(cc_config_keys[i].section, s->name) == 0)
                describe_value(text, &cc_config_keys[i], &config->values[i]);
    }
    return g_string_free(text, FALSE);
}
