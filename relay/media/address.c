#include "relay/media/address.h"

#include <arpa/inet.h>

gboolean
cc_address_from_sockaddr(CcAddress *address, const struct sockaddr_storage *from)
{
    *address = (CcAddress){0};
    if (from->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)from;
        address->ip.s6_addr[10] = address->ip.s6_addr[11] = 0xff;
        memcpy(address->ip.s6_addr + 12, &in->sin_addr, 4);
        address->port = ntohs(in->sin_port);
        return TRUE;
    }
    if (from->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
        address->ip = in6->sin6_addr;
        address->port = ntohs(in6->sin6_port);
        if (IN6_IS_ADDR_LINKLOCAL(&address->ip))
            address->scope = in6->sin6_scope_id;
        return TRUE;
    }
    return FALSE;
}

socklen_t
cc_address_to_sockaddr(const CcAddress *address, int family, struct sockaddr_storage *to)
{
    if (family != AF_INET6 && IN6_IS_ADDR_V4MAPPED(&address->ip)) {
        struct sockaddr_in *in = (struct sockaddr_in *)to;
        *in = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(address->port)};
        memcpy(&in->sin_addr, address->ip.s6_addr + 12, 4);
        return sizeof *in;
    }
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
    *in6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
                                 .sin6_port = htons(address->port),
                                 .sin6_addr = address->ip,
                                 .sin6_scope_id = address->scope};
    return sizeof *in6;
}

guint
cc_address_hash(gconstpointer address)
{
    const CcAddress *a = address;
    guint32 words[4];
    memcpy(words, &a->ip, sizeof words);
    guint32 hash = (guint32)a->port << 16 | a->socket;
    for (guint i = 0; i < 4; i++)
        hash = (hash ^ words[i]) * 0x9E3779B1u;
    return (hash ^ a->scope) * 0x85EBCA6Bu;
}

gboolean
cc_address_equal(gconstpointer a, gconstpointer b)
{
    const CcAddress *x = a, *y = b;
    return x->port == y->port && x->socket == y->socket && x->scope == y->scope &&
           memcmp(&x->ip, &y->ip, sizeof x->ip) == 0;
}

char *
cc_address_to_string(const CcAddress *address)
{
    char text[INET6_ADDRSTRLEN];
    if (IN6_IS_ADDR_V4MAPPED(&address->ip)) {
        inet_ntop(AF_INET, address->ip.s6_addr + 12, text, sizeof text);
        return g_strdup_printf("%s:%u", text, address->port);
    }
    inet_ntop(AF_INET6, &address->ip, text, sizeof text);
    return g_strdup_printf("[%s]:%u", text, address->port);
}
