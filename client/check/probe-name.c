#include "client/check/probe-name.h"

#include "client/check/wait.h"
#include "common/base/clock.h"

#define PATIENCE_MS 6000
#define SOMEWHERE_V4 "192.0.2.1" /* RFC 5737, RFC 3849: nothing is sent there */
#define SOMEWHERE_V6 "2001:db8::1"

/* Connecting a datagram socket sends nothing; it only asks for a route. */
static gboolean
has_route(const char *literal)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(literal);
    g_autoptr(GSocketAddress) target = g_inet_socket_address_new(address, 9);
    g_autoptr(GSocket) socket = g_socket_new(g_inet_address_get_family(address),
                                             G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
    return socket != NULL && g_socket_connect(socket, target, NULL, NULL);
}

static char *
join(GList *addresses)
{
    GString *text = g_string_new(NULL);
    for (GList *item = addresses; item != NULL; item = item->next) {
        g_autofree char *address = g_inet_address_to_string(item->data);
        g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", address);
    }
    return g_string_free(text, FALSE);
}

void
cc_probe_name(const char *host, CcNameFacts *facts)
{
    g_autoptr(GError) error = NULL;
    *facts = (CcNameFacts){.host = g_strdup(host), .literal = g_hostname_is_ip_address(host)};
    if (facts->literal) {
        facts->found = TRUE;
        facts->offline = !has_route(host);
        facts->addresses = g_strdup(host);
        return;
    }
    g_autoptr(CcDeadline) deadline = cc_deadline_new(PATIENCE_MS);
    g_autoptr(GResolver) resolver = g_resolver_get_default();
    gint64 began_us = cc_clock_now_us();
    GList *addresses =
        g_resolver_lookup_by_name(resolver, host, cc_deadline_cancellable(deadline), &error);
    facts->ms = (guint)((cc_clock_now_us() - began_us) / 1000);
    facts->found = addresses != NULL;
    facts->timed_out = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    facts->offline = !facts->found && !has_route(SOMEWHERE_V4) && !has_route(SOMEWHERE_V6);
    if (facts->found)
        facts->addresses = join(addresses);
    g_resolver_free_addresses(addresses);
}
