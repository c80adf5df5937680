#include "relay/control/addresses.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

#define MAX_CANDIDATES 12 /* addresses; each may become a UDP and a TCP candidate */

char *
cc_address_literal(GSocketAddress *address)
{
    GInetAddress *inet;
    const guint8 *bytes;

    if (!G_IS_INET_SOCKET_ADDRESS(address))
        return NULL;
    inet = g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address));
    bytes = g_inet_address_to_bytes(inet);
    if (g_inet_address_get_family(inet) == G_SOCKET_FAMILY_IPV6 &&
        IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)bytes)) {
        g_autoptr(GInetAddress) v4 =
            g_inet_address_new_from_bytes(bytes + 12, G_SOCKET_FAMILY_IPV4);
        return g_inet_address_to_string(v4);
    }
    return g_inet_address_to_string(inet);
}

char *
cc_address_network(GSocketAddress *address)
{
    g_autofree char *literal = cc_address_literal(address);
    g_autoptr(GInetAddress) inet = literal != NULL ? g_inet_address_new_from_string(literal) : NULL;
    guint8 bytes[16] = {0};
    g_autoptr(GInetAddress) network = NULL;

    if (inet == NULL || g_inet_address_get_family(inet) != G_SOCKET_FAMILY_IPV6)
        return g_steal_pointer(&literal);
    memcpy(bytes, g_inet_address_to_bytes(inet), 8);
    network = g_inet_address_new_from_bytes(bytes, G_SOCKET_FAMILY_IPV6);
    return g_inet_address_to_string(network);
}

static void
add_once(GPtrArray *addresses, const char *literal)
{
    if (addresses->len < MAX_CANDIDATES &&
        !g_ptr_array_find_with_equal_func(addresses, literal, g_str_equal, NULL))
        g_ptr_array_add(addresses, g_strdup(literal));
}

static gboolean
is_usable(GInetAddress *address)
{
    return !g_inet_address_get_is_loopback(address) && !g_inet_address_get_is_link_local(address) &&
           !g_inet_address_get_is_any(address) && !g_inet_address_get_is_multicast(address);
}

static void
add_interfaces(GPtrArray *addresses, gboolean v4, gboolean v6)
{
    struct ifaddrs *interfaces;

    if (getifaddrs(&interfaces) != 0)
        return;
    for (struct ifaddrs *item = interfaces; item != NULL; item = item->ifa_next) {
        g_autoptr(GInetAddress) address = NULL;
        g_autofree char *literal = NULL;

        if (item->ifa_addr == NULL)
            continue;
        if (v4 && item->ifa_addr->sa_family == AF_INET)
            address = g_inet_address_new_from_bytes(
                (const guint8 *)&((struct sockaddr_in *)item->ifa_addr)->sin_addr,
                G_SOCKET_FAMILY_IPV4);
        else if (v6 && item->ifa_addr->sa_family == AF_INET6)
            address = g_inet_address_new_from_bytes(
                (const guint8 *)&((struct sockaddr_in6 *)item->ifa_addr)->sin6_addr,
                G_SOCKET_FAMILY_IPV6);
        if (address == NULL || !is_usable(address))
            continue;
        literal = g_inet_address_to_string(address);
        add_once(addresses, literal);
    }
    freeifaddrs(interfaces);
}

/* Is @literal an address that a socket bound to one of @listen receives on? */
static gboolean
listens_on(const char *literal, const char *const *listen, gboolean v4, gboolean v6)
{
    if (strchr(literal, ':') != NULL ? v6 : v4)
        return TRUE;
    return g_strv_contains(listen, literal);
}

char **
cc_candidate_addresses(const char *const *advertise, const char *const *listen,
                       const char *http_local)
{
    g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func(g_free);
    gboolean v6 = g_strv_contains(listen, "::");
    gboolean v4 = v6 || g_strv_contains(listen, "0.0.0.0");

    if (advertise[0] != NULL)
        return g_strdupv((char **)advertise);

    if (http_local != NULL && listens_on(http_local, listen, v4, v6))
        add_once(addresses, http_local);
    for (guint i = 0; listen[i] != NULL; i++)
        if (!g_str_equal(listen[i], "::") && !g_str_equal(listen[i], "0.0.0.0"))
            add_once(addresses, listen[i]);
    if (v4 || v6)
        add_interfaces(addresses, v4, v6);
    g_ptr_array_add(addresses, NULL);
    return (char **)g_ptr_array_steal(addresses, NULL);
}
