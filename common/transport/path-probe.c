#include "common/transport/path-probe.h"

#include "common/base/clock.h"
#include "common/transport/stun-check.h"

#define REMEMBERED 16 /* requests whose answers still count */

typedef struct {
    GSocket *socket; /* NULL: not yet, or this family does not exist here */
    GSource *source;
} Port;

struct CcPathProbe {
    GMainContext *context;
    Port v4, v6;
    StunAgent stun;
    char *password; /* of the newest request */
    StunTransactionId sent[REMEMBERED];
    guint n_sent;
    gint64 answered_us;
};

CcPathProbe *
cc_path_probe_new(GMainContext *context)
{
    CcPathProbe *probe = g_new0(CcPathProbe, 1);
    probe->context = g_main_context_ref(context);
    cc_stun_check_init_agent(&probe->stun);
    return probe;
}

static void
close_port(Port *port)
{
    if (port->source != NULL)
        g_source_destroy(port->source);
    g_clear_pointer(&port->source, g_source_unref);
    g_clear_object(&port->socket);
}

void
cc_path_probe_renew(CcPathProbe *probe)
{
    close_port(&probe->v4);
    close_port(&probe->v6);
}

void
cc_path_probe_free(CcPathProbe *probe)
{
    if (probe == NULL)
        return;
    cc_path_probe_renew(probe);
    g_main_context_unref(probe->context);
    g_free(probe->password);
    g_free(probe);
}

static gboolean
on_readable(GSocket *socket, GIOCondition condition, gpointer user_data)
{
    CcPathProbe *probe = user_data;
    guint8 data[1024];
    gssize n = g_socket_receive(socket, (char *)data, sizeof data, NULL, NULL);
    if (n > 0 && cc_stun_check_is_answer(&probe->stun, probe->password, data, (gsize)n))
        probe->answered_us = cc_clock_now_us();
    return G_SOURCE_CONTINUE;
}

static Port *
port_for(CcPathProbe *probe, GSocketAddress *address)
{
    GSocketFamily family = g_socket_address_get_family(address);
    Port *port = family == G_SOCKET_FAMILY_IPV4   ? &probe->v4
                 : family == G_SOCKET_FAMILY_IPV6 ? &probe->v6
                                                  : NULL;
    if (port == NULL || port->socket != NULL)
        return port;
    port->socket = g_socket_new(family, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
    if (port->socket == NULL)
        return NULL;
    g_socket_set_blocking(port->socket, FALSE);
    port->source = g_socket_create_source(port->socket, G_IO_IN, NULL);
    g_source_set_callback(port->source, G_SOURCE_FUNC(on_readable), probe, NULL);
    g_source_attach(port->source, probe->context);
    return port;
}

/* The agent's memory is finite. */
static void
remember(CcPathProbe *probe, StunTransactionId id)
{
    guint slot = probe->n_sent % REMEMBERED;
    if (probe->n_sent >= REMEMBERED)
        stun_agent_forget_transaction(&probe->stun, probe->sent[slot]);
    memcpy(probe->sent[slot], id, sizeof(StunTransactionId));
    probe->n_sent++;
}

void
cc_path_probe_send(CcPathProbe *probe, const GPtrArray *addresses, const char *username,
                   const char *password)
{
    if (g_strcmp0(probe->password, password) != 0) {
        g_free(probe->password);
        probe->password = g_strdup(password);
    }
    for (guint i = 0; i < addresses->len; i++) {
        guint8 check[CC_STUN_CHECK_CAPACITY];
        StunTransactionId id;
        Port *port = port_for(probe, addresses->pdata[i]);
        gsize length = port != NULL
                           ? cc_stun_check_write(&probe->stun, username, password, FALSE, check, id)
                           : 0;
        if (length == 0)
            continue;
        remember(probe, id);
        g_socket_send_to(port->socket, addresses->pdata[i], (const char *)check, length, NULL,
                         NULL);
    }
}

gint64
cc_path_probe_answered_us(const CcPathProbe *probe)
{
    return probe->answered_us;
}
