#include "common/base/config-rules.h"

#include "common/base/config-schema.h"
#include "common/base/error.h"

#include <glib/gi18n.h>
#include <string.h>

static gboolean
contradiction(const CcConfig *config, const char *section, const char *key, const char *what,
              GError **error)
{
    g_set_error(error, CC_ERROR, CC_ERROR_CONFIG, "%s: [%s] %s: %s",
                cc_config_get_origin(config, section, key), section, key, what);
    return FALSE;
}

static gboolean
is_set(const CcConfig *config, const char *section, const char *key)
{
    return *cc_config_get_string(config, section, key) != '\0';
}

/* Two strings that are of use only together. */
static gboolean
check_pair(const CcConfig *config, const char *section, const char *first, const char *second,
           GError **error)
{
    gboolean has_first = is_set(config, section, first);
    g_autofree char *what = NULL;

    if (has_first == is_set(config, section, second))
        return TRUE;
    what = g_strdup_printf(_("is set, but %s is not; both belong together"),
                           has_first ? second : first);
    return contradiction(config, section, has_first ? first : second, what, error);
}

static gboolean
check_network(const CcConfig *config, GError **error)
{
    gboolean has_turn = cc_config_get_list(config, "network", "turn-servers")[0] != NULL;

    if (!check_pair(config, "network", "turn-username", "turn-password", error))
        return FALSE;
    if (!cc_config_get_bool(config, "network", "enable-udp") &&
        !cc_config_get_bool(config, "network", "enable-tcp"))
        return contradiction(config, "network", "enable-tcp",
                             _("is false, and enable-udp too; nothing is left to connect with"),
                             error);
    if (cc_config_get_bool(config, "network", "relay-only") && !has_turn)
        return contradiction(config, "network", "relay-only",
                             _("is true, but turn-servers is empty"), error);
    return TRUE;
}

guint
cc_config_rules_workers(const CcConfig *config)
{
    int workers = cc_config_get_int(config, "relay", "workers");

    return workers > 0 ? (guint)workers : MIN(g_get_num_processors(), CC_MAX_WORKERS);
}

/* Media over TCP listen on the numbers of the UDP ports. */
static gboolean
check_ports(const CcConfig *config, GError **error)
{
    int udp = cc_config_get_int(config, "relay", "udp-port");
    int http = cc_config_get_int(config, "relay", "http-port");
    int n_workers = (int)cc_config_rules_workers(config);

    if (udp == 0)
        return TRUE;
    if (udp + n_workers - 1 > G_MAXUINT16)
        return contradiction(config, "relay", "udp-port",
                             _("leaves too few numbers up to 65535; each of the workers takes one"),
                             error);
    if (http < udp || http >= udp + n_workers || !cc_config_get_bool(config, "relay", "enable-tcp"))
        return TRUE;
    if (http > udp)
        return contradiction(
            config, "relay", "udp-port",
            _("and the numbers after it, one for each further worker, take in "
              "http-port, but they are also listened on over TCP; expected others, "
              "or enable-tcp = false"),
            error);
    return contradiction(config, "relay", "udp-port",
                         _("is http-port too, but it is also listened on over TCP; expected "
                           "another number, or enable-tcp = false"),
                         error);
}

/* Each part of it at most once is seen to where the list is read. */
static gboolean
check_ladder(const CcConfig *config, GError **error)
{
    const char *const *order = cc_config_get_list(config, "ladder", "order");
    const CcConfigKey *key = &cc_config_keys[cc_config_schema_find("ladder", "order")];
    g_auto(GStrv) rungs = g_strsplit(key->choices, "|", -1);

    for (guint i = 0; rungs[i] != NULL; i++) {
        g_autofree char *what = NULL;
        if (g_strv_contains(order, rungs[i]))
            continue;
        what = g_strdup_printf(_("lacks %s; it takes all of %s"), rungs[i], key->default_text);
        return contradiction(config, "ladder", "order", what, error);
    }
    return TRUE;
}

gboolean
cc_config_rules_check(const CcConfig *config, GError **error)
{
    if (!check_pair(config, "relay", "tls-certificate", "tls-key", error) ||
        !check_pair(config, "relay", "ice-server-username", "ice-server-password", error) ||
        !check_network(config, error) || !check_ports(config, error) ||
        !check_ladder(config, error))
        return FALSE;
    if (strcmp(cc_config_get_string(config, "send", "source"), "file") == 0 &&
        !is_set(config, "send", "file"))
        return contradiction(config, "send", "source", _("is file, but [send] file is empty"),
                             error);
    return TRUE;
}
