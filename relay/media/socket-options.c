#include "relay/media/socket-options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/error.h"

/* Reads "192.0.2.1", "2001:db8::1", "fe80::1%eth0". */
static socklen_t
parse_literal(const char *address, guint16 port, struct sockaddr_storage *to)
{
    g_auto(GStrv) parts = g_strsplit(address, "%", 2);
    struct sockaddr_in *in = (struct sockaddr_in *)to;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
    memset(to, 0, sizeof *to);
    if (inet_pton(AF_INET, address, &in->sin_addr) == 1) {
        in->sin_family = AF_INET;
        in->sin_port = htons(port);
        return sizeof *in;
    }
    if (inet_pton(AF_INET6, parts[0] ? parts[0] : "", &in6->sin6_addr) == 1) {
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(port);
        if (parts[1])
            in6->sin6_scope_id = if_nametoindex(parts[1]);
        return sizeof *in6;
    }
    return 0;
}

static int
open_and_bind(const struct sockaddr_storage *address, socklen_t length, int type)
{
    int fd = socket(address->ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    int on = 1, off = 0;
    if (address->ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (type == SOCK_STREAM) /* a restarted relay must not wait for old connections to age */
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)address, length) == 0)
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static gboolean
is_any(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET)
        return ((const struct sockaddr_in *)address)->sin_addr.s_addr == htonl(INADDR_ANY);
    return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

gboolean
cc_socket_bind(const char *address, guint16 port, int type, CcBoundSocket *bound, GError **error)
{
    struct sockaddr_storage storage;
    socklen_t length = parse_literal(address, port, &storage);
    if (length == 0) {
        g_set_error(error, CC_ERROR, CC_ERROR_NETWORK, "“%s” is not an IP address", address);
        return FALSE;
    }
    bound->fd = open_and_bind(&storage, length, type);
    if (bound->fd < 0 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL) &&
        g_str_equal(address, "::")) {
        length = parse_literal("0.0.0.0", port, &storage);
        bound->fd = open_and_bind(&storage, length, type);
    }
    const char *protocol = type == SOCK_STREAM ? "TCP" : "UDP";
    if (bound->fd < 0) {
        if (errno == EADDRINUSE)
            g_set_error(error, CC_ERROR, CC_ERROR_NETWORK, "%s port %u is in use on %s", protocol,
                        port, address);
        else
            g_set_error(error, CC_ERROR, CC_ERROR_NETWORK, "cannot listen on %s, %s port %u: %s",
                        address, protocol, port, g_strerror(errno));
        return FALSE;
    }
    bound->family = storage.ss_family;
    bound->any_address = is_any(&storage);
    length = sizeof storage;
    getsockname(bound->fd, (struct sockaddr *)&storage, &length);
    bound->port = ntohs(bound->family == AF_INET6 ? ((struct sockaddr_in6 *)&storage)->sin6_port
                                                  : ((struct sockaddr_in *)&storage)->sin_port);
    return TRUE;
}

void
cc_socket_set_buffers(int fd, guint receive_bytes, guint send_bytes)
{
    int receive = (int)receive_bytes, send = (int)send_bytes;
    /* FORCE goes beyond net.core.rmem_max where we may; the plain one does what it can. */
    if (receive > 0 && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &receive, sizeof receive) != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive, sizeof receive);
    if (send > 0 && setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &send, sizeof send) != 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send, sizeof send);
}
