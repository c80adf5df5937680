#define CC_LOG_AREA "config"
#include "common/base/config-file.h"

#include "common/base/config-schema.h"
#include "common/base/error.h"
#include "common/base/log.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

/* More than this is not a configuration file but a mistake. */
#define MAX_FILE_BYTES (1024 * 1024)

static void
config_entry_free(CcConfigEntry *entry)
{
    g_free(entry->section);
    g_free(entry->key);
    g_free(entry->value);
    g_free(entry->origin);
    g_free(entry);
}

/* Bounded while reading, not by the size that stat() tells: pipes and devices have none. */
static gboolean
read_bytes(const char *file, GString *bytes, GError **error)
{
    char chunk[4096];
    FILE *stream = g_fopen(file, "re");
    size_t n = 1;

    while (stream && n > 0 && bytes->len <= MAX_FILE_BYTES) {
        n = fread(chunk, 1, sizeof chunk, stream);
        g_string_append_len(bytes, chunk, (gssize)n);
    }
    if (!stream || ferror(stream)) {
        g_autofree char *why = g_strdup_printf("%s: %s", file, g_strerror(errno));
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG, _("cannot read the configuration: %s"), why);
        g_clear_pointer(&stream, fclose);
        return FALSE;
    }
    fclose(stream);
    return TRUE;
}

static gboolean
read_text(const char *file, char **text, GError **error)
{
    g_autoptr(GString) bytes = g_string_new(NULL);
    gsize length;
    const char *bad = NULL;

    if (!read_bytes(file, bytes, error))
        return FALSE;
    if (bytes->len > MAX_FILE_BYTES) {
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG, _("%s: too large for a configuration file"),
                    file);
        return FALSE;
    }
    length = bytes->len;
    *text = g_string_free(g_steal_pointer(&bytes), FALSE);
    if (!g_utf8_validate_len(*text, length, &bad)) {
        guint line = 1;
        for (const char *c = *text; c < bad; c++)
            line += *c == '\n';
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG, _("%s:%u: expected UTF-8 text"), file, line);
        return FALSE;
    }
    /* Windows' Notepad begins UTF-8 files with a byte order mark. */
    if (g_str_has_prefix(*text, "\xef\xbb\xbf"))
        memmove(*text, *text + 3, strlen(*text + 3) + 1);
    return TRUE;
}

static gboolean
check_section(const char *origin, const char *section, GError **error)
{
    const char *meant;

    if (cc_config_schema_has_section(section))
        return TRUE;
    if ((meant = cc_config_schema_suggest(NULL, section)))
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG,
                    _("%s: there is no section [%s]; did you mean [%s]?"), origin, section, meant);
    else
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG,
                    _("%s: there is no section [%s]; expected [relay], [auth], [network], [video], "
                      "[audio], [send] or [recv]"),
                    origin, section);
    return FALSE;
}

static gboolean
check_key(const char *origin, const char *section, const char *key, GError **error)
{
    const char *meant, *elsewhere;

    if (cc_config_schema_find(section, key) >= 0)
        return TRUE;
    if ((meant = cc_config_schema_suggest(section, key)))
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG,
                    _("%s: [%s] %s: unknown key; did you mean %s?"), origin, section, key, meant);
    else if ((elsewhere = cc_config_schema_section_with(key)))
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG,
                    _("%s: [%s] %s: unknown key; it belongs into section [%s]"), origin, section,
                    key, elsewhere);
    else
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG,
                    _("%s: [%s] %s: unknown key; classcast config --example shows all keys"),
                    origin, section, key);
    return FALSE;
}

static CcConfigEntry *
find_entry(GPtrArray *entries, const char *section, const char *key)
{
    for (guint i = 0; i < entries->len; i++) {
        CcConfigEntry *entry = g_ptr_array_index(entries, i);
        if (strcmp(entry->section, section) == 0 && strcmp(entry->key, key) == 0)
            return entry;
    }
    return NULL;
}

static gboolean
scan_key(GPtrArray *entries, const char *origin, const char *section, char *line, GError **error)
{
    char *equals = strchr(line, '=');
    CcConfigEntry *earlier;

    if (!equals || equals == line) {
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG,
                    _("%s: expected [section], key = value or # comment, got \"%s\""), origin,
                    line);
        return FALSE;
    }
    *equals = '\0';
    g_strchomp(line);
    if (!section) {
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG,
                    _("%s: %s: expected a line such as [relay] before the first key"), origin,
                    line);
        return FALSE;
    }
    if (!check_key(origin, section, line, error))
        return FALSE;
    if ((earlier = find_entry(entries, section, line))) {
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG, _("%s: [%s] %s: is already set at %s"),
                    origin, section, line, earlier->origin);
        return FALSE;
    }
    CcConfigEntry *entry = g_new0(CcConfigEntry, 1);
    entry->section = g_strdup(section);
    entry->key = g_strdup(line);
    entry->origin = g_strdup(origin);
    g_ptr_array_add(entries, entry);
    return TRUE;
}

/* Goes through the lines as GKeyFile will, because GKeyFile forgets where a key stood. */
static gboolean
scan_lines(GPtrArray *entries, const char *file, const char *text, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *section = NULL;

    for (guint i = 0; lines[i]; i++) {
        g_autofree char *origin = g_strdup_printf("%s:%u", file, i + 1);
        char *line = g_strstrip(lines[i]);

        if (*line == '\0' || *line == '#')
            continue;
        if (*line != '[') {
            if (!scan_key(entries, origin, section, line, error))
                return FALSE;
            continue;
        }
        gsize length = strlen(line);
        if (line[length - 1] != ']') {
            g_set_error(error, CC_ERROR, CC_ERROR_CONFIG,
                        _("%s: expected ] at the end of the section's name, got \"%s\""), origin,
                        line);
            return FALSE;
        }
        g_free(section);
        section = g_strndup(line + 1, length - 2);
        if (!check_section(origin, section, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_values(GPtrArray *entries, const char *file, const char *text, GError **error)
{
    g_autoptr(GKeyFile) key_file = g_key_file_new();
    g_autoptr(GError) local = NULL;

    if (*text && !g_key_file_load_from_data(key_file, text, (gsize)-1, G_KEY_FILE_NONE, &local)) {
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG, "%s: %s", file, local->message);
        return FALSE;
    }
    for (guint i = 0; i < entries->len; i++) {
        CcConfigEntry *entry = g_ptr_array_index(entries, i);
        entry->value = g_key_file_get_string(key_file, entry->section, entry->key, &local);
        if (local) { /* GLib returns a value all the same */
            g_set_error(error, CC_ERROR, CC_ERROR_CONFIG,
                        _("%s: [%s] %s: expected \\ only in \\s \\n \\t \\r \\\\"), entry->origin,
                        entry->section, entry->key);
            return FALSE;
        }
        g_strstrip(entry->value);
    }
    return TRUE;
}

static void
warn_if_secrets_are_public(GPtrArray *entries, const char *file)
{
    GStatBuf status;

    if (g_stat(file, &status) != 0 || (status.st_mode & S_IROTH) == 0)
        return;
    for (guint i = 0; i < entries->len; i++) {
        const CcConfigEntry *entry = g_ptr_array_index(entries, i);
        const CcConfigKey *key = &cc_config_keys[cc_config_schema_find(entry->section, entry->key)];
        if (key->secret && *entry->value) {
            cc_warning("everyone on this machine can read the secret in it; chmod o= helps "
                       "file=%s key=%s.%s",
                       file, entry->section, entry->key);
            return;
        }
    }
}

GPtrArray *
cc_config_file_read(const char *file, GError **error)
{
    g_autoptr(GPtrArray) entries =
        g_ptr_array_new_with_free_func((GDestroyNotify)config_entry_free);
    g_autofree char *text = NULL;

    if (!read_text(file, &text, error) || !scan_lines(entries, file, text, error) ||
        !read_values(entries, file, text, error))
        return NULL;
    warn_if_secrets_are_public(entries, file);
    return g_steal_pointer(&entries);
}
