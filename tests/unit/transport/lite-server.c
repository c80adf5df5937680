#include "tests/unit/transport/lite-server.h"

#include <gio/gnetworking.h>

#include "common/transport/datagram.h"
#include "common/transport/peer.h"
#include "common/wire/bytes.h"
#include "common/wire/framing.h"
#include "common/wire/rtp.h"

/* Where a datagram came from and its answer goes. */
typedef struct {
    LiteServer *server;
    GSocket *socket;
    GSocketAddress *address; /* UDP: of the remote side */
    GSocketConnection *connection;
    CcFrameReader reader; /* TCP */
    GSource *source;
} Path;

struct LiteServer {
    gboolean tcp;
    gboolean udp_blocked;
    guint16 udp_port, tcp_port;
    Path udp;
    GSocketListener *listener;
    GCancellable *cancellable;
    GPtrArray *connections; /* Path * */
    Path *media;            /* the validated path, or NULL */

    CcDtlsIdentity *identity;
    char ufrag[CC_ICE_UFRAG_LENGTH + 1], pwd[CC_ICE_PWD_LENGTH + 1];
    CcIceLite *ice;
    CcDtls *dtls;
    CcSrtp *outbound, *inbound;
    LiteServerSeen seen;
};

static void
path_clear(Path *path)
{
    if (path->source) {
        g_source_destroy(path->source);
        g_source_unref(path->source);
    }
    g_clear_object(&path->address);
    g_clear_object(&path->connection);
    g_clear_object(&path->socket);
}

static void
path_free(gpointer data)
{
    path_clear(data);
    g_free(data);
}

static void
path_send(Path *path, const guint8 *datagram, gsize length)
{
    if (!path->connection && path->server->udp_blocked)
        return;
    if (!path->connection) {
        g_socket_send_to(path->socket, path->address, (const char *)datagram, length, NULL, NULL);
        return;
    }
    guint8 frame[CC_FRAME_HEADER + CC_FRAME_MAX];
    cc_write_u16(frame, (guint16)length);
    memcpy(frame + CC_FRAME_HEADER, datagram, length);
    g_socket_send(path->socket, (const char *)frame, CC_FRAME_HEADER + length, NULL, NULL);
}

static void
on_dtls_send(const guint8 *datagram, gsize length, gpointer user_data)
{
    LiteServer *server = user_data;
    if (server->media)
        path_send(server->media, datagram, length);
}

static void
receive_stun(Path *path, const guint8 *data, gsize length)
{
    LiteServer *server = path->server;
    struct sockaddr_storage source;
    gssize size = g_socket_address_get_native_size(path->address);
    g_assert_true(g_socket_address_to_native(path->address, &source, sizeof source, NULL));
    CcIceLiteResult result;
    if (!server->ice || cc_ice_lite_receive(server->ice, data, length, (struct sockaddr *)&source,
                                            (gsize)size, &result) != CC_DROP_NONE)
        return;
    if (result.reply_length > 0)
        path_send(path, result.reply, result.reply_length);
    server->seen.checks += (guint)result.validated;
    server->seen.nominations += (guint)result.nominated;
    if (result.validated)
        server->media = path;
}

static void
receive_dtls(LiteServer *server, const guint8 *data, gsize length)
{
    if (!server->dtls)
        return;
    cc_dtls_receive(server->dtls, data, length);
    if (cc_dtls_state(server->dtls) == CC_DTLS_CONNECTED && !server->inbound) {
        CcSrtpProfile profile;
        g_assert_true(
            cc_dtls_export_srtp(server->dtls, &profile, &server->outbound, &server->inbound, NULL));
        server->seen.handshakes++;
    }
}

static void
receive_media(Path *path, guint8 *data, gsize length)
{
    LiteServer *server = path->server;
    gboolean rtcp = cc_rtp_is_rtcp(data, length);
    if (!server->inbound || (rtcp ? cc_srtp_unprotect_rtcp : cc_srtp_unprotect_rtp)(
                                server->inbound, data, &length) != CC_DROP_NONE)
        return;
    /* A sign of life of a peer that hears nothing, not to be answered. */
    if (rtcp && length == 8 && cc_read_u32(data + 4) == CC_PEER_SEEKING_SSRC)
        return;
    *(rtcp ? &server->seen.rtcp : &server->seen.rtp) += 1;
    g_autofree char *text = g_socket_connectable_to_string(G_SOCKET_CONNECTABLE(path->address));
    g_strlcpy(server->seen.source, text, sizeof server->seen.source);
    (rtcp ? cc_srtp_protect_rtcp : cc_srtp_protect_rtp)(server->outbound, data, &length);
    path_send(path, data, length);
}

static void
receive(Path *path, const guint8 *data, gsize length)
{
    guint8 copy[CC_FRAME_MAX + CC_SRTP_MAX_TRAILER];
    switch (cc_datagram_classify(data, length)) {
    case CC_DATAGRAM_STUN:
        receive_stun(path, data, length);
        break;
    case CC_DATAGRAM_DTLS:
        receive_dtls(path->server, data, length);
        break;
    case CC_DATAGRAM_RTP:
        memcpy(copy, data, length);
        receive_media(path, copy, length);
        break;
    default:
        break;
    }
}

static gboolean
on_udp_readable(GSocket *socket, GIOCondition condition, gpointer user_data)
{
    Path *path = user_data;
    guint8 data[2000];
    g_autoptr(GSocketAddress) address = NULL;
    gssize length = g_socket_receive_from(socket, &address, (char *)data, sizeof data, NULL, NULL);
    if (length > 0 && !path->server->udp_blocked) {
        g_set_object(&path->address, address);
        receive(path, data, (gsize)length);
    }
    return G_SOURCE_CONTINUE;
}

static gboolean
on_tcp_readable(GSocket *socket, GIOCondition condition, gpointer user_data)
{
    Path *path = user_data;
    gsize space;
    guint8 *into = cc_frame_reader_space(&path->reader, &space);
    gssize length = g_socket_receive(socket, (char *)into, space, NULL, NULL);
    if (length <= 0) {
        if (path->server->media == path)
            path->server->media = NULL;
        return G_SOURCE_REMOVE;
    }
    cc_frame_reader_filled(&path->reader, (gsize)length);
    const guint8 *frame;
    gsize frame_length;
    while (cc_frame_reader_next(&path->reader, &frame, &frame_length) == CC_DROP_NONE && frame)
        receive(path, frame, frame_length);
    return G_SOURCE_CONTINUE;
}

static void
path_watch(Path *path, GSocketSourceFunc func)
{
    g_socket_set_blocking(path->socket, FALSE);
    path->source = g_socket_create_source(path->socket, G_IO_IN, NULL);
    g_source_set_callback(path->source, G_SOURCE_FUNC(func), path, NULL);
    g_source_attach(path->source, g_main_context_get_thread_default());
}

static void
on_accept(GObject *object, GAsyncResult *result, gpointer user_data)
{
    GSocketConnection *connection =
        g_socket_listener_accept_finish(G_SOCKET_LISTENER(object), result, NULL, NULL);
    if (!connection) /* cancelled: the server is gone */
        return;
    LiteServer *server = user_data;
    Path *path = g_new0(Path, 1);
    path->server = server;
    path->connection = connection;
    path->socket = g_object_ref(g_socket_connection_get_socket(connection));
    path->address = g_socket_connection_get_remote_address(connection, NULL);
    cc_frame_reader_init(&path->reader);
    g_ptr_array_add(server->connections, path);
    path_watch(path, on_tcp_readable);
    g_socket_listener_accept_async(server->listener, server->cancellable, on_accept, server);
}

static void
listen_tcp(LiteServer *server, GSocketAddress *any)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketAddress) bound = NULL;
    server->listener = g_socket_listener_new();
    g_socket_listener_add_address(server->listener, any, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
    g_assert_no_error(error);
    server->tcp_port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    g_socket_listener_accept_async(server->listener, server->cancellable, on_accept, server);
}

static void
open_udp(LiteServer *server, GSocketAddress *any)
{
    g_autoptr(GError) error = NULL;
    Path *path = &server->udp;
    path->server = server;
    path->socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);
    g_assert_no_error(error);
    g_socket_bind(path->socket, any, FALSE, &error);
    g_assert_no_error(error);
    g_autoptr(GSocketAddress) bound = g_socket_get_local_address(path->socket, NULL);
    server->udp_port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    path_watch(path, on_udp_readable);
}

LiteServer *
lite_server_new(gboolean tcp, const CcSrtpProfile *profiles)
{
    LiteServer *server = g_new0(LiteServer, 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    server->tcp = tcp;
    server->connections = g_ptr_array_new_with_free_func(path_free);
    server->cancellable = g_cancellable_new();
    listen_tcp(server, any);
    open_udp(server, any);
    server->identity = cc_dtls_identity_new(profiles, &error);
    g_assert_no_error(error);
    cc_ice_generate_credentials(server->ufrag, server->pwd);
    return server;
}

void
lite_server_free(LiteServer *server)
{
    g_cancellable_cancel(server->cancellable);
    g_socket_listener_close(server->listener);
    g_clear_object(&server->listener);
    g_object_unref(server->cancellable);
    g_ptr_array_unref(server->connections);
    path_clear(&server->udp);
    cc_ice_lite_free(server->ice);
    cc_dtls_free(server->dtls);
    cc_dtls_identity_free(server->identity);
    cc_srtp_free(server->outbound);
    cc_srtp_free(server->inbound);
    g_free(server);
}

void
lite_server_set_remote(LiteServer *server, const char *ufrag, const char *pwd,
                       const char *fingerprint)
{
    if (server->ice) {
        cc_ice_lite_free(server->ice);
        cc_ice_generate_credentials(server->ufrag, server->pwd);
    }
    server->ice = cc_ice_lite_new(server->ufrag, server->pwd, ufrag, pwd);
    if (!server->dtls)
        server->dtls =
            cc_dtls_new(server->identity, FALSE, "sha-256", fingerprint, on_dtls_send, server);
}

const char *
lite_server_ufrag(LiteServer *server)
{
    return server->ufrag;
}

const char *
lite_server_pwd(LiteServer *server)
{
    return server->pwd;
}

const char *
lite_server_fingerprint(LiteServer *server)
{
    return cc_dtls_identity_fingerprint(server->identity);
}

char *
lite_server_tcp_candidate(LiteServer *server)
{
    return g_strdup_printf("candidate:2 1 tcp 1671430143 127.0.0.1 %u typ host tcptype passive",
                           server->tcp_port);
}

char *
lite_server_candidate(LiteServer *server)
{
    return server->tcp ? lite_server_tcp_candidate(server)
                       : g_strdup_printf("candidate:1 1 udp 2130706431 127.0.0.1 %u typ host",
                                         server->udp_port);
}

void
lite_server_block_udp(LiteServer *server, gboolean blocked)
{
    server->udp_blocked = blocked;
}

void
lite_server_hang_up(LiteServer *server)
{
    if (server->media != &server->udp)
        server->media = NULL;
    for (guint i = 0; i < server->connections->len; i++)
        g_io_stream_close(G_IO_STREAM(((Path *)server->connections->pdata[i])->connection), NULL,
                          NULL);
    g_ptr_array_set_size(server->connections, 0);
}

void
lite_server_close_dtls(LiteServer *server)
{
    cc_dtls_close(server->dtls);
}

CcDtlsState
lite_server_dtls_state(LiteServer *server)
{
    return cc_dtls_state(server->dtls);
}

LiteServerSeen
lite_server_seen(LiteServer *server)
{
    return server->seen;
}
