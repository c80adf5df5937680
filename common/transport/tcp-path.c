#define CC_LOG_AREA "ice"
#include "common/transport/tcp-path.h"

#include <netinet/tcp.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/transport/datagram.h"
#include "common/transport/stun-check.h"
#include "common/wire/framing.h"
#include "common/wire/tcp-queue.h"

/* Bytes that the kernel takes ahead of what it can send: what waits there cannot be dropped for
 * fresher media any more. */
#define KERNEL_QUEUE 8192
#define READ_TURNS 16 /* reads in one turn of the loop */

struct CcTcpPath {
    guint references; /* callbacks may free the path */
    GMainContext *context;
    const CcTcpPathCallbacks *callbacks;
    gpointer user_data;
    GSocket *socket;
    GSocketAddress *address;
    GSource *connecting, *readable;
    char *username, *password, *local_username, *local_password;
    StunAgent stun;
    CcFrameReader reader;
    gboolean is_open, ended;

    GMutex lock; /* for what follows: senders come from any thread */
    CcTcpQueue queue;
    GSource *writable; /* while something waits */
    gboolean broken;   /* nothing can be written any more; reading will tell */
};

static void
drop_source(GSource **source)
{
    if (*source)
        g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

static void
unref(CcTcpPath *path)
{
    if (--path->references > 0)
        return;
    g_socket_close(path->socket, NULL);
    g_object_unref(path->socket);
    g_object_unref(path->address);
    g_main_context_unref(path->context);
    g_free(path->username);
    g_free(path->password);
    g_free(path->local_username);
    g_free(path->local_password);
    cc_tcp_queue_clear(&path->queue);
    g_mutex_clear(&path->lock);
    g_free(path);
}

/* Nothing is called back any more. */
static void
end(CcTcpPath *path)
{
    path->ended = TRUE;
    drop_source(&path->connecting);
    drop_source(&path->readable);
    g_mutex_lock(&path->lock);
    path->broken = TRUE;
    drop_source(&path->writable);
    g_mutex_unlock(&path->lock);
}

static void
fail(CcTcpPath *path)
{
    if (path->ended)
        return;
    end(path);
    path->callbacks->closed(path, path->user_data);
}

static void
watch(CcTcpPath *path, GSource **source, GIOCondition condition, GSocketSourceFunc func)
{
    *source = g_socket_create_source(path->socket, condition, NULL);
    g_source_set_callback(*source, G_SOURCE_FUNC(func), path, NULL);
    g_source_attach(*source, path->context);
}

/* --- writing --- */

static gboolean on_writable(GSocket *socket, GIOCondition condition, gpointer user_data);

static void
write_queue(CcTcpPath *path)
{
    const guint8 *data;
    gsize length;
    while (!path->broken &&
           (data = cc_tcp_queue_next(&path->queue, cc_clock_now_us(), &length)) != NULL) {
        g_autoptr(GError) error = NULL;
        gssize n = g_socket_send(path->socket, (const char *)data, length, NULL, &error);
        if (n < 0) {
            path->broken = !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
            break;
        }
        cc_tcp_queue_written(&path->queue, (gsize)n);
    }
    gboolean waits = !path->broken && !cc_tcp_queue_is_empty(&path->queue);
    if (waits && !path->writable)
        watch(path, &path->writable, G_IO_OUT, on_writable);
    else if (!waits)
        drop_source(&path->writable);
}

static gboolean
on_writable(GSocket *socket, GIOCondition condition, gpointer user_data)
{
    CcTcpPath *path = user_data;
    g_mutex_lock(&path->lock);
    write_queue(path);
    g_mutex_unlock(&path->lock);
    return G_SOURCE_CONTINUE; /* or destroyed */
}

gboolean
cc_tcp_path_send(CcTcpPath *path, const guint8 *datagram, gsize length, gboolean video)
{
    g_mutex_lock(&path->lock);
    gboolean sent =
        !path->broken && cc_tcp_queue_add(&path->queue, datagram, length, video, cc_clock_now_us());
    if (sent && !path->writable)
        write_queue(path);
    g_mutex_unlock(&path->lock);
    return sent;
}

/* --- reading --- */

static void
receive_stun(CcTcpPath *path, const guint8 *data, gsize length)
{
    if (cc_stun_check_is_answer(&path->stun, path->password, data, length)) {
        path->is_open = TRUE;
        path->callbacks->opened(path, path->user_data);
        return;
    }
    /* A full agent checks the other way too. */
    guint8 reply[CC_STUN_CHECK_CAPACITY];
    struct sockaddr_storage source = {0};
    if (!g_socket_address_to_native(path->address, &source, sizeof source, NULL))
        return;
    gsize reply_length = cc_stun_check_answer(path->local_username, path->local_password, data,
                                              length, &source, reply);
    if (reply_length > 0)
        cc_tcp_path_send(path, reply, reply_length, FALSE);
}

/* FALSE if what comes is no frames. */
static gboolean
take_frames(CcTcpPath *path)
{
    const guint8 *frame;
    gsize length;
    while (!path->ended) {
        guint8 datagram[CC_FRAME_MAX];
        if (cc_frame_reader_next(&path->reader, &frame, &length) != CC_DROP_NONE)
            return FALSE;
        if (!frame)
            return TRUE;
        memcpy(datagram, frame, length);
        if (cc_datagram_classify(datagram, length) == CC_DATAGRAM_STUN)
            receive_stun(path, datagram, length);
        else if (path->is_open)
            path->callbacks->datagram(path, datagram, length, path->user_data);
    }
    return TRUE;
}

static gboolean
on_readable(GSocket *socket, GIOCondition condition, gpointer user_data)
{
    CcTcpPath *path = user_data;
    path->references++;
    for (guint i = 0; i < READ_TURNS && !path->ended; i++) {
        g_autoptr(GError) error = NULL;
        gsize space;
        guint8 *into = cc_frame_reader_space(&path->reader, &space);
        gssize n = g_socket_receive(path->socket, (char *)into, space, NULL, &error);
        if (n < 0 && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
            break;
        if (n > 0)
            cc_frame_reader_filled(&path->reader, (gsize)n);
        if (n <= 0 || !take_frames(path))
            fail(path);
    }
    unref(path);
    return G_SOURCE_CONTINUE; /* or destroyed */
}

/* --- connecting --- */

static void
send_check(CcTcpPath *path)
{
    guint8 check[CC_STUN_CHECK_CAPACITY];
    StunTransactionId id;
    gsize length =
        cc_stun_check_write(&path->stun, path->username, path->password, TRUE, check, id);
    if (length > 0)
        cc_tcp_path_send(path, check, length, FALSE);
}

static gboolean
on_connected(GSocket *socket, GIOCondition condition, gpointer user_data)
{
    CcTcpPath *path = user_data;
    g_autoptr(GError) error = NULL;
    drop_source(&path->connecting);
    if (!g_socket_check_connect_result(path->socket, &error)) {
        cc_debug("no TCP to the relay: %s", error->message);
        fail(path);
        return G_SOURCE_REMOVE;
    }
    watch(path, &path->readable, G_IO_IN, on_readable);
    send_check(path);
    return G_SOURCE_REMOVE;
}

static GSocket *
make_socket(GSocketAddress *address)
{
    GSocket *socket = g_socket_new(g_socket_address_get_family(address), G_SOCKET_TYPE_STREAM,
                                   G_SOCKET_PROTOCOL_TCP, NULL);
    if (!socket)
        return NULL;
    g_socket_set_blocking(socket, FALSE);
    g_socket_set_option(socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
    g_socket_set_option(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, KERNEL_QUEUE, NULL);
    return socket;
}

CcTcpPath *
cc_tcp_path_new(GMainContext *context, GSocketAddress *address, const CcIceRemote *remote,
                const CcTcpPathCallbacks *callbacks, gpointer user_data)
{
    GSocket *socket = make_socket(address);
    if (!socket)
        return NULL;
    CcTcpPath *path = g_new0(CcTcpPath, 1);
    path->references = 1;
    path->context = g_main_context_ref(context);
    path->callbacks = callbacks;
    path->user_data = user_data;
    path->socket = socket;
    path->address = g_object_ref(address);
    path->username = g_strdup(remote->username);
    path->password = g_strdup(remote->password);
    path->local_username = g_strdup(remote->local_username);
    path->local_password = g_strdup(remote->local_password);
    cc_stun_check_init_agent(&path->stun);
    cc_frame_reader_init(&path->reader);
    g_mutex_init(&path->lock);
    /* Whether it fails at once or later, the socket tells when it is asked. */
    g_socket_connect(socket, address, NULL, NULL);
    watch(path, &path->connecting, G_IO_OUT, on_connected);
    return path;
}

void
cc_tcp_path_free(CcTcpPath *path)
{
    if (!path)
        return;
    end(path);
    unref(path);
}

static void
describe(GSocketAddress *address, char out[64])
{
    g_autofree char *text =
        address ? g_socket_connectable_to_string(G_SOCKET_CONNECTABLE(address)) : NULL;
    g_strlcpy(out, text ? text : "", 64);
}

void
cc_tcp_path_describe(CcTcpPath *path, char local[64], char remote[64])
{
    g_autoptr(GSocketAddress) ours = g_socket_get_local_address(path->socket, NULL);
    describe(ours, local);
    describe(path->address, remote);
}
