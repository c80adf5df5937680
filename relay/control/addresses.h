/* Which IP addresses an answer offers as candidates, and what a client's address says of it. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* @address as a literal, an IPv4-mapped one as IPv4; NULL if it is no IP address. (transfer full)
 */
char *cc_address_literal(GSocketAddress *address);

/* Whose address it is likely to be: an IPv4 address, or the /64 network of an IPv6 one. NULL if it is
 * no IP address. (transfer full) */
char *cc_address_network(GSocketAddress *address);

/* @advertise: taken as they are, unless empty. Otherwise what the worker listens on (@listen; "::"
 * and "0.0.0.0" stand for every interface): first @http_local, the address by which the client has
 * found the relay (or NULL), then the others without loopback and link-local ones.
 * NULL-terminated. (transfer full) */
char **cc_candidate_addresses(const char *const *advertise, const char *const *listen,
                              const char *http_local);

G_END_DECLS
