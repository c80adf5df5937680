/* An IP address and port in one form for both families, so that it can be compared and hashed: IPv4
 * is kept as ::ffff:a.b.c.d. A value; no ownership. */
#pragma once

#include <gio/gio.h>
#include <netinet/in.h>

G_BEGIN_DECLS

typedef struct {
    struct in6_addr ip;
    guint32 scope;  /* interface index of a link-local address, else 0 */
    guint16 port;   /* host order */
    guint16 socket; /* which of the worker's UDP ports it talks to */
} CcAddress;

/* FALSE for a family that is neither IPv4 nor IPv6. */
gboolean cc_address_from_sockaddr(CcAddress *address, const struct sockaddr_storage *from);
/* @family: AF_INET6 writes IPv4 as mapped, for a dual-stack socket; AF_UNSPEC gives each address
 * its natural family. Returns the length. */
socklen_t cc_address_to_sockaddr(const CcAddress *address, int family, struct sockaddr_storage *to);

guint cc_address_hash(gconstpointer address);
gboolean cc_address_equal(gconstpointer a, gconstpointer b);

/* "192.0.2.7:40000", "[2001:db8::7]:40000". (transfer full) */
char *cc_address_to_string(const CcAddress *address);

G_END_DECLS
