#include "common/transport/ice-setup.h"

#include <nice/interfaces.h>

#define FIRST_RETRANSMISSION_MS 250
#define MAX_RETRANSMISSIONS 5 /* a check fails after 10 s, and libnice waits 5 s more */
#define PACING_MS 5           /* between two checks: the least that RFC 8445 section 14.2 allows */

/* Adding one address switches libnice's own choice off, so all the others have to be added too. */
static void
add_local_addresses(NiceAgent *nice, const CcIceConfig *config)
{
    if (!config->local_address)
        return;
    GList *all = nice_interfaces_get_local_ips(FALSE);
    if (!g_list_find_custom(all, config->local_address, (GCompareFunc)g_strcmp0))
        all = g_list_prepend(all, g_strdup(config->local_address));
    for (GList *item = all; item; item = item->next) {
        NiceAddress address;
        nice_address_init(&address);
        if (!g_str_has_prefix(item->data, "fe80:") && /* of no use without its interface */
            nice_address_set_from_string(&address, item->data))
            nice_agent_add_local_address(nice, &address);
    }
    g_list_free_full(all, g_free);
}

static void
add_servers(NiceAgent *nice, guint stream, const CcIceConfig *config)
{
    if (config->stun_host)
        g_object_set(nice, "stun-server", config->stun_host, "stun-server-port",
                     (guint)config->stun_port, NULL);
    for (guint i = 0; i < config->turn->len; i++) {
        const CcTurnServer *turn = g_ptr_array_index(config->turn, i);
        nice_agent_set_relay_info(nice, stream, CC_ICE_COMPONENT, turn->host, turn->port,
                                  turn->username, turn->password, turn->type);
    }
}

NiceAgent *
cc_ice_setup(const CcIceConfig *config, GMainContext *context, guint *stream)
{
    /* Aggressive nomination: with the regular one libnice, behind NAT, waits until every other
     * check has succeeded or failed, and one into a firewall takes longer than anybody waits. The
     * relay answers on the path that our media take, so it does not matter which check came first.
     *
     * Without libnice's consent freshness, which sends nothing any more 10 s after the last answer
     * and so turns an outage of 10 s into a longer one, and without checks to keep alive, of which
     * one that is lost each way some times gives up a path that carries media: the owner hears
     * every second whether the relay is there (RFC 7675 by other means), and stops. */
    NiceAgent *nice =
        nice_agent_new_full(context, NICE_COMPATIBILITY_RFC5245, NICE_AGENT_OPTION_ICE_TRICKLE);
    /* The relay is ICE-lite, and we make the offer: we control (RFC 8445 section 6.1.1). Without
     * UDP it is TURN over TCP that libnice gathers by its TCP; it is never told of the peer's. */
    g_object_set(nice, "controlling-mode", TRUE, "upnp", FALSE, "ice-tcp", !config->enable_udp,
                 "ice-udp", config->enable_udp, "force-relay", config->relay_only,
                 "keepalive-conncheck", FALSE, "stun-pacing-timer", PACING_MS,
                 "stun-initial-timeout", FIRST_RETRANSMISSION_MS, "stun-max-retransmissions",
                 MAX_RETRANSMISSIONS, NULL);
    *stream = nice_agent_add_stream(nice, 1);
    if (*stream == 0) {
        g_object_unref(nice);
        return NULL;
    }
    add_local_addresses(nice, config);
    add_servers(nice, *stream, config);
    return nice;
}

gboolean
cc_ice_setup_can_gather(const CcIceConfig *config)
{
    return config->enable_udp || config->turn->len > 0;
}
