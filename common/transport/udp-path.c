#include "common/transport/udp-path.h"

#include <string.h>

#include "common/transport/datagram.h"
#include "common/transport/stun-check.h"

#define CHECK_EVERY_MS 250
#define REMEMBERED 16 /* checks whose answers still count */
#define READ_TURNS 64 /* datagrams in one turn of the loop */

struct CcUdpPath {
    const CcUdpPathCallbacks *callbacks;
    gpointer user_data;
    GSocket *socket;
    GSource *readable, *checking;
    char *username, *password;
    StunAgent stun;
    StunTransactionId sent[REMEMBERED];
    guint n_sent;
    gboolean is_open, refused;
};

static void
drop_source(GSource **source)
{
    if (*source)
        g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

void
cc_udp_path_free(CcUdpPath *path)
{
    if (!path)
        return;
    drop_source(&path->readable);
    drop_source(&path->checking);
    g_object_unref(path->socket);
    g_free(path->username);
    g_free(path->password);
    g_free(path);
}

static gboolean
write_datagram(CcUdpPath *path, const guint8 *datagram, gsize length, GError **error)
{
    return g_socket_send(path->socket, (const char *)datagram, length, NULL, error) ==
           (gssize)length;
}

gboolean
cc_udp_path_send(CcUdpPath *path, const guint8 *datagram, gsize length)
{
    return write_datagram(path, datagram, length, NULL);
}

gboolean
cc_udp_path_is_open(const CcUdpPath *path)
{
    return path->is_open;
}

gboolean
cc_udp_path_was_refused(const CcUdpPath *path)
{
    return path->refused;
}

/* The agent's memory is finite. */
static void
remember(CcUdpPath *path, StunTransactionId id)
{
    guint slot = path->n_sent % REMEMBERED;
    if (path->n_sent >= REMEMBERED)
        stun_agent_forget_transaction(&path->stun, path->sent[slot]);
    memcpy(path->sent[slot], id, sizeof(StunTransactionId));
    path->n_sent++;
}

static gboolean
send_check(CcUdpPath *path, GError **error)
{
    guint8 check[CC_STUN_CHECK_CAPACITY];
    StunTransactionId id;
    gsize length =
        cc_stun_check_write(&path->stun, path->username, path->password, TRUE, check, id);
    if (length == 0)
        return FALSE;
    remember(path, id);
    return write_datagram(path, check, length, error);
}

static gboolean
on_check_due(gpointer user_data)
{
    send_check(user_data, NULL);
    return G_SOURCE_CONTINUE;
}

static void
receive(CcUdpPath *path, const guint8 *data, gsize length)
{
    if (cc_datagram_classify(data, length) != CC_DATAGRAM_STUN) {
        if (path->is_open)
            path->callbacks->datagram(path, data, length, path->user_data);
    } else if (!path->is_open &&
               cc_stun_check_is_answer(&path->stun, path->password, data, length)) {
        path->is_open = TRUE;
        drop_source(&path->checking);
        path->callbacks->opened(path, path->user_data);
    }
}

static gboolean
on_readable(GSocket *socket, GIOCondition condition, gpointer user_data)
{
    CcUdpPath *path = user_data;
    for (guint i = 0; i < READ_TURNS; i++) {
        g_autoptr(GError) error = NULL;
        guint8 data[2048];
        gssize n = g_socket_receive(socket, (char *)data, sizeof data, NULL, &error);
        if (n > 0)
            receive(path, data, (gsize)n);
        else if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
            break;
        else if (error)
            path->refused = TRUE; /* ICMP; the next read gives what comes behind it */
    }
    return G_SOURCE_CONTINUE;
}

CcUdpPath *
cc_udp_path_new(GMainContext *context, GSocketAddress *address, const CcIceRemote *remote,
                const CcUdpPathCallbacks *callbacks, gpointer user_data, GError **error)
{
    g_autoptr(GSocket) socket = g_socket_new(g_socket_address_get_family(address),
                                             G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);
    if (!socket || !g_socket_connect(socket, address, NULL, error))
        return NULL;
    g_socket_set_blocking(socket, FALSE);
    CcUdpPath *path = g_new0(CcUdpPath, 1);
    path->callbacks = callbacks;
    path->user_data = user_data;
    path->socket = g_steal_pointer(&socket);
    path->username = g_strdup(remote->username);
    path->password = g_strdup(remote->password);
    cc_stun_check_init_agent(&path->stun);
    path->readable = g_socket_create_source(path->socket, G_IO_IN, NULL);
    g_source_set_callback(path->readable, G_SOURCE_FUNC(on_readable), path, NULL);
    g_source_attach(path->readable, context);
    path->checking = g_timeout_source_new(CHECK_EVERY_MS);
    g_source_set_callback(path->checking, on_check_due, path, NULL);
    g_source_attach(path->checking, context);
    if (!send_check(path, error)) {
        cc_udp_path_free(path);
        return NULL;
    }
    return path;
}
