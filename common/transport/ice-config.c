#define CC_LOG_AREA "ice"
#include "common/transport/ice-config.h"

#include "common/base/error.h"
#include "common/base/log.h"

#define DEFAULT_PORT 3478 /* RFC 8489, RFC 8656 */

static void
turn_server_free(gpointer data)
{
    CcTurnServer *server = data;
    g_free(server->host);
    g_free(server->username);
    g_free(server->password);
    g_free(server);
}

/* "host", "host:port", "[v6]:port". */
static gboolean
parse_host_port(const char *text, char **host, guint16 *port)
{
    g_autofree char *copy = g_strdup(text);
    char *name = copy, *rest;
    if (*copy == '[') {
        name++;
        rest = strchr(name, ']');
        if (!rest)
            return FALSE;
        *rest++ = '\0';
    } else {
        rest = name + strcspn(name, ":");
    }
    guint64 number = DEFAULT_PORT;
    if (*rest == ':') {
        *rest++ = '\0';
        if (!g_ascii_string_to_unsigned(rest, 10, 1, 65535, &number, NULL))
            return FALSE;
    } else if (*rest != '\0') {
        return FALSE;
    }
    if (*name == '\0')
        return FALSE;
    *host = g_strdup(name);
    *port = (guint16)number;
    return TRUE;
}

static gboolean
add_turn(CcIceConfig *config, const CcIceServer *server, const char *address)
{
    NiceRelayType type = NICE_RELAY_TYPE_TURN_UDP;
    g_autofree char *copy = g_strdup(address);
    char *query = strchr(copy, '?');
    if (query) {
        *query++ = '\0';
        if (g_ascii_strcasecmp(query, "transport=tcp") == 0)
            type = NICE_RELAY_TYPE_TURN_TCP;
        else if (g_ascii_strcasecmp(query, "transport=udp") != 0)
            return FALSE;
    }
    g_autofree char *host = NULL;
    guint16 port;
    if (!parse_host_port(copy, &host, &port))
        return FALSE;
    CcTurnServer *turn = g_new0(CcTurnServer, 1);
    turn->type = type;
    turn->host = g_steal_pointer(&host);
    turn->port = port;
    turn->username = g_strdup(server->username ? server->username : "");
    turn->password = g_strdup(server->password ? server->password : "");
    g_ptr_array_add(config->turn, turn);
    return TRUE;
}

static gboolean
add_server(CcIceConfig *config, const CcIceServer *server, GError **error)
{
    gboolean ok = FALSE;
    if (g_ascii_strncasecmp(server->url, "turns:", 6) == 0 ||
        g_ascii_strncasecmp(server->url, "stuns:", 6) == 0) {
        cc_warning("skipping %s: no TLS to such servers here, use turn:…?transport=tcp",
                   server->url);
        ok = TRUE;
    } else if (g_ascii_strncasecmp(server->url, "turn:", 5) == 0) {
        ok = add_turn(config, server, server->url + 5);
    } else if (g_ascii_strncasecmp(server->url, "stun:", 5) == 0) {
        g_free(g_steal_pointer(&config->stun_host));
        ok = parse_host_port(server->url + 5, &config->stun_host, &config->stun_port);
    }
    if (!ok && server->announced) {
        cc_warning("skipping %s, which the relay announces: it is no address of a server",
                   server->url);
        ok = TRUE;
    }
    if (!ok)
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG,
                    "'%s' is no stun: or turn: address (expected turn:host:port?transport=udp)",
                    server->url);
    return ok;
}

CcIceConfig *
cc_ice_config_new(const CcPeerOptions *options, GError **error)
{
    g_autoptr(CcIceConfig) config = g_new0(CcIceConfig, 1);
    config->enable_udp = options->enable_udp;
    config->enable_tcp = options->enable_tcp;
    config->relay_only = options->relay_only;
    config->turn = g_ptr_array_new_with_free_func(turn_server_free);
    if (options->local_address && *options->local_address) {
        NiceAddress address;
        nice_address_init(&address);
        if (!nice_address_set_from_string(&address, options->local_address)) {
            g_set_error(error, CC_ERROR, CC_ERROR_CONFIG, "'%s' is no IP address",
                        options->local_address);
            return NULL;
        }
        config->local_address = g_strdup(options->local_address);
    }
    for (guint i = 0; i < options->n_servers; i++) {
        if (!add_server(config, &options->servers[i], error))
            return NULL;
    }
    if (config->relay_only ? config->turn->len == 0 : !config->enable_udp && !config->enable_tcp) {
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG,
                    config->relay_only ? "relay-only needs a TURN server"
                                       : "UDP and TCP are both switched off");
        return NULL;
    }
    return g_steal_pointer(&config);
}

void
cc_ice_config_free(CcIceConfig *config)
{
    if (!config)
        return;
    g_free(config->local_address);
    g_free(config->stun_host);
    g_ptr_array_unref(config->turn);
    g_free(config);
}
