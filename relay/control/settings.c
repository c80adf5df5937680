#include "relay/control/settings.h"

#include <gio/gio.h>

#include "common/base/error.h"

static gboolean
resolve(const char *host, GPtrArray *literals, GError **error)
{
    g_autoptr(GInetAddress) literal = g_inet_address_new_from_string(host);
    g_autoptr(GResolver) resolver = NULL;
    g_autoptr(GError) local_error = NULL;
    GList *addresses;

    if (literal != NULL) {
        g_ptr_array_add(literals, g_inet_address_to_string(literal));
        return TRUE;
    }
    resolver = g_resolver_get_default();
    addresses = g_resolver_lookup_by_name(resolver, host, NULL, &local_error);
    if (addresses == NULL) {
        g_set_error(error, CC_ERROR, CC_ERROR_NETWORK, "relay.advertise: cannot resolve \"%s\": %s",
                    host, local_error->message);
        return FALSE;
    }
    for (GList *item = addresses; item != NULL; item = item->next)
        g_ptr_array_add(literals, g_inet_address_to_string(item->data));
    g_resolver_free_addresses(addresses);
    return TRUE;
}

static char **
resolve_all(const char *const *hosts, GError **error)
{
    g_autoptr(GPtrArray) literals = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; hosts[i] != NULL; i++)
        if (!resolve(hosts[i], literals, error))
            return NULL;
    g_ptr_array_add(literals, NULL);
    return (char **)g_ptr_array_steal(literals, NULL);
}

/* A quoted-string (RFC 9110 section 5.6.4). */
static void
append_quoted(GString *out, const char *name, const char *value)
{
    g_string_append_printf(out, "; %s=\"", name);
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *c);
    }
    g_string_append_c(out, '"');
}

static char **
ice_links(const CcConfig *config)
{
    const char *const *urls = cc_config_get_list(config, "relay", "ice-servers");
    const char *username = cc_config_get_string(config, "relay", "ice-server-username");
    const char *password = cc_config_get_string(config, "relay", "ice-server-password");
    GPtrArray *links = g_ptr_array_new();

    for (guint i = 0; urls[i] != NULL; i++) {
        GString *link = g_string_new(NULL);
        g_string_append_printf(link, "<%s>; rel=\"ice-server\"", urls[i]);
        if (*username != '\0' && g_str_has_prefix(urls[i], "turn")) {
            append_quoted(link, "username", username);
            append_quoted(link, "credential", password);
            g_string_append(link, "; credential-type=\"password\"");
        }
        g_ptr_array_add(links, g_string_free(link, FALSE));
    }
    g_ptr_array_add(links, NULL);
    return (char **)g_ptr_array_free(links, FALSE);
}

static void
take_codecs(CcSettings *settings, const CcConfig *config)
{
    const char *const *names = cc_config_get_list(config, "relay", "codecs");

    settings->codecs = g_new0(CcCodec, g_strv_length((char **)names) + 1);
    for (guint i = 0; names[i] != NULL; i++) {
        CcCodec codec = cc_codec_from_name(names[i]);
        if (codec != CC_CODEC_NONE)
            settings->codecs[settings->n_codecs++] = codec;
    }
}

static guint
get_uint(const CcConfig *config, const char *key)
{
    return (guint)MAX(0, cc_config_get_int(config, "relay", key));
}

CcSettings *
cc_settings_new(const CcConfig *config, GError **error)
{
    g_autoptr(CcSettings) settings = g_new0(CcSettings, 1);

    settings->advertise = resolve_all(cc_config_get_list(config, "relay", "advertise"), error);
    if (settings->advertise == NULL)
        return NULL;
    settings->secrets = g_strdupv((char **)cc_config_get_list(config, "auth", "secrets"));
    settings->auth.open = g_str_equal(cc_config_get_string(config, "auth", "mode"), "open");
    settings->auth.secrets = (const char *const *)settings->secrets;
    settings->allow_origin = g_strdup(cc_config_get_string(config, "relay", "allow-origin"));
    settings->udp_addresses =
        g_strdupv((char **)cc_config_get_list(config, "relay", "udp-address"));
    settings->limits = (CcRoomLimits){
        .max_rooms = get_uint(config, "max-rooms"),
        .max_sessions = get_uint(config, "max-sessions"),
        .max_sessions_per_room = get_uint(config, "max-sessions-per-room"),
        .wait_for_lesson = cc_config_get_bool(config, "relay", "wait-for-lesson"),
        .teacher_silence_us = (gint64)get_uint(config, "teacher-silence-ms") * 1000,
        .lesson_grace_us = (gint64)get_uint(config, "lesson-grace-s") * G_USEC_PER_SEC,
    };
    settings->max_requests_per_s = get_uint(config, "max-requests-per-s");
    settings->max_deck_bytes = (guint64)get_uint(config, "max-deck-mib") << 20;
    settings->max_decks_bytes = (guint64)get_uint(config, "max-decks-mib") << 20;
    settings->max_load = get_uint(config, "max-load") / 100.0;
    settings->ice_links = ice_links(config);
    take_codecs(settings, config);
    return g_steal_pointer(&settings);
}

void
cc_settings_free(CcSettings *settings)
{
    if (settings == NULL)
        return;
    g_strfreev(settings->secrets);
    g_free(settings->allow_origin);
    g_strfreev(settings->advertise);
    g_strfreev(settings->udp_addresses);
    g_strfreev(settings->ice_links);
    g_free(settings->codecs);
    g_free(settings);
}
