#include "common/base/config-value.h"

#include "common/base/error.h"

#include <arpa/inet.h>
#include <glib/gi18n.h>
#include <string.h>

static gboolean
is_address(const char *text)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

/* Host names as RFC 1123 section 2.1 has them. */
static gboolean
is_host(const char *text)
{
    g_auto(GStrv) labels = NULL;
    gboolean numeric = TRUE;

    if (is_address(text))
        return TRUE;
    if (*text == '\0' || strlen(text) > 253)
        return FALSE;
    labels = g_strsplit(text, ".", -1);
    for (char **label = labels; *label; label++) {
        gsize length = strlen(*label);
        if (length == 0 || length > 63 || **label == '-' || (*label)[length - 1] == '-')
            return FALSE;
        for (const char *c = *label; *c; c++) {
            if (!g_ascii_isalnum(*c) && *c != '-')
                return FALSE;
            numeric = numeric && g_ascii_isdigit(*c);
        }
    }
    return !numeric; /* 300.1.2.3 is a mistyped address */
}

static gboolean
is_http_url(const char *text)
{
    g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
    const char *scheme = uri ? g_uri_get_scheme(uri) : "";

    return (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) && g_uri_get_host(uri) &&
           *g_uri_get_host(uri) && !g_uri_get_query(uri) && !g_uri_get_fragment(uri);
}

/* The address of one of the relay's pages, as copied from a browser. Whole endpoints are fine. */
static gboolean
is_page_url(const char *text)
{
    static const char *const pages[] = {"/watch/", "/teach/"};

    for (gsize i = 0; i < G_N_ELEMENTS(pages); i++)
        if (strstr(text, pages[i]) != NULL)
            return TRUE;
    return FALSE;
}

static gboolean
is_origin(const char *text)
{
    g_autoptr(GUri) uri = NULL;

    if (strcmp(text, "*") == 0)
        return TRUE;
    uri = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
    return uri && is_http_url(text) && *g_uri_get_path(uri) == '\0' && !g_uri_get_userinfo(uri);
}

/* scheme:host[:port][?transport=udp|tcp], RFC 7064 section 3.1 and RFC 7065 section 3.1. */
static gboolean
is_ice_url(const char *text, const char *const *schemes)
{
    static GRegex *pattern = NULL;
    static gsize compiled = 0;
    g_autoptr(GMatchInfo) match = NULL;

    if (g_once_init_enter(&compiled)) {
        pattern =
            g_regex_new("^([a-z]+):(?:\\[([0-9a-fA-F:.]+)\\]|([^\\[\\]:?/@]+))(?::([0-9]{1,5}))?"
                        "(?:\\?transport=(?:udp|tcp))?$",
                        G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT, NULL);
        g_once_init_leave(&compiled, 1);
    }
    if (!g_regex_match(pattern, text, G_REGEX_MATCH_DEFAULT, &match))
        return FALSE;
    g_autofree char *scheme = g_match_info_fetch(match, 1);
    g_autofree char *literal = g_match_info_fetch(match, 2);
    g_autofree char *name = g_match_info_fetch(match, 3);
    g_autofree char *port = g_match_info_fetch(match, 4);
    gboolean host_fits = literal && *literal ? is_address(literal) : is_host(name);
    gboolean port_fits = !port || !*port || (atoi(port) >= 1 && atoi(port) <= 65535);
    return g_strv_contains(schemes, scheme) && host_fits && port_fits;
}

static gboolean
is_choice(const char *choices, const char *text)
{
    g_auto(GStrv) names = g_strsplit(choices, "|", -1);
    return g_strv_contains((const char *const *)names, text);
}

/* Returns NULL if @text has the shape that @key wants, else what was expected. (transfer full) */
static char *
misfit(const CcConfigKey *key, const char *text)
{
    static const char *const ice_schemes[] = {"stun", "stuns", "turn", "turns", NULL};
    static const char *const turn_schemes[] = {"turn", "turns", NULL};

    switch (key->shape) {
    case CC_CONFIG_ANY:
    case CC_CONFIG_EVEN: /* numbers are looked at as such */
        return NULL;
    case CC_CONFIG_ADDRESS:
        return is_address(text) ? NULL : g_strdup(_("an IP address such as 192.0.2.1 or ::"));
    case CC_CONFIG_HOST:
        return is_host(text) ? NULL : g_strdup(_("an IP address or a host name"));
    case CC_CONFIG_HTTP_URL:
        if (is_page_url(text))
            return g_strdup(
                _("the relay's address alone, such as https://relay.example.com; room and "
                  "token have keys of their own"));
        return is_http_url(text) ? NULL
                                 : g_strdup(_("an address such as https://relay.example.com"));
    case CC_CONFIG_ORIGIN:
        return is_origin(text)
                   ? NULL
                   : g_strdup(_("* or a web origin such as https://school.example.com"));
    case CC_CONFIG_ICE_URL:
        return is_ice_url(text, ice_schemes)
                   ? NULL
                   : g_strdup(
                         _("a server such as turn:turn.example.com:3478 or stun:stun.example.com"));
    case CC_CONFIG_TURN_URL:
        return is_ice_url(text, turn_schemes)
                   ? NULL
                   : g_strdup(_("a server such as turn:turn.example.com:3478?transport=udp"));
    case CC_CONFIG_SECRET:
        return strlen(text) >= CC_CONFIG_SECRET_MIN_BYTES
                   ? NULL
                   : g_strdup_printf(_("a secret of at least %d bytes"),
                                     CC_CONFIG_SECRET_MIN_BYTES);
    case CC_CONFIG_ONE_OF:
        return is_choice(key->choices, text) ? NULL : g_strdup_printf(_("one of %s"), key->choices);
    }
    return NULL;
}

static gboolean
refuse(const CcConfigKey *key, const char *origin, const char *expected, const char *text,
       GError **error)
{
    if (key->secret)
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG, _("%s: [%s] %s: expected %s"), origin,
                    key->section, key->key, expected);
    else
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG, _("%s: [%s] %s: expected %s, got \"%s\""),
                    origin, key->section, key->key, expected, text);
    return FALSE;
}

static gboolean
parse_int(CcConfigValue *value, const CcConfigKey *key, const char *text, const char *origin,
          GError **error)
{
    g_autofree char *expected = NULL;
    gint64 number;

    if (!g_ascii_string_to_signed(text, 10, key->min, key->max, &number, NULL)) {
        expected = key->choices
                       ? g_strdup_printf(_("one of %s"), key->choices)
                       : g_strdup_printf(_("a whole number from %d to %d"), key->min, key->max);
        return refuse(key, origin, expected, text, error);
    }
    if (key->shape == CC_CONFIG_EVEN && number % 2 != 0)
        return refuse(key, origin, _("an even number"), text, error);
    if ((expected = misfit(key, text)))
        return refuse(key, origin, expected, text, error);
    value->number = (int)number;
    return TRUE;
}

static gboolean
parse_list(CcConfigValue *value, const CcConfigKey *key, const char *text, const char *origin,
           GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ";", -1);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);

    for (char **part = parts; *part; part++) {
        g_autofree char *expected = NULL;
        g_strstrip(*part);
        if (**part == '\0')
            continue; /* "a;b;" is how GKeyFile itself writes lists */
        if ((expected = misfit(key, *part)))
            return refuse(key, origin, expected, *part, error);
        if (g_ptr_array_find_with_equal_func(list, *part, g_str_equal, NULL))
            return refuse(key, origin, _("each part once"), *part, error);
        g_ptr_array_add(list, g_strdup(*part));
    }
    if (list->len == 0 && *key->default_text != '\0')
        return refuse(key, origin, _("at least one part"), text, error);
    g_ptr_array_add(list, NULL);
    g_strfreev(value->list);
    value->list = (char **)g_ptr_array_free(g_steal_pointer(&list), FALSE);
    return TRUE;
}

static gboolean
parse_string(const CcConfigKey *key, const char *text, const char *origin, GError **error)
{
    g_autofree char *expected = NULL;

    /* A default that is not empty says that the setting needs a value. */
    if (*text == '\0' && *key->default_text == '\0')
        return TRUE;
    if (*text == '\0')
        return refuse(key, origin, _("a value"), text, error);
    if ((expected = misfit(key, text)))
        return refuse(key, origin, expected, text, error);
    return TRUE;
}

static gboolean
parse(CcConfigValue *value, const CcConfigKey *key, const char *text, const char *origin,
      GError **error)
{
    g_autofree char *expected = NULL;

    switch (key->type) {
    case CC_CONFIG_INT:
        return parse_int(value, key, text, origin, error);
    case CC_CONFIG_LIST:
        return parse_list(value, key, text, origin, error);
    case CC_CONFIG_STRING:
        return parse_string(key, text, origin, error);
    case CC_CONFIG_BOOL:
        value->number = strcmp(text, "true") == 0;
        if (!value->number && strcmp(text, "false") != 0)
            return refuse(key, origin, _("true or false"), text, error);
        return TRUE;
    case CC_CONFIG_CHOICE:
        if (is_choice(key->choices, text))
            return TRUE;
        expected = g_strdup_printf(_("one of %s"), key->choices);
        return refuse(key, origin, expected, text, error);
    }
    return FALSE;
}

gboolean
cc_config_value_set(CcConfigValue *value, const CcConfigKey *key, const char *text,
                    const char *origin, GError **error)
{
    if (!g_utf8_validate(text, -1, NULL)) {
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG, _("%s: [%s] %s: expected UTF-8 text"), origin,
                    key->section, key->key);
        return FALSE;
    }
    if (!parse(value, key, text, origin, error))
        return FALSE;
    g_free(value->text);
    g_free(value->origin);
    value->text = g_strdup(text);
    value->origin = g_strdup(origin);
    return TRUE;
}

void
cc_config_value_clear(CcConfigValue *value)
{
    g_clear_pointer(&value->text, g_free);
    g_clear_pointer(&value->origin, g_free);
    g_clear_pointer(&value->list, g_strfreev);
}
