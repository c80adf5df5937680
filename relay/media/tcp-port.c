#define CC_LOG_AREA "media"

#include "relay/media/tcp-port.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/error.h"
#include "common/base/log.h"
#include "common/wire/bytes.h"
#include "common/wire/tcp-queue.h"
#include "relay/media/ingress.h"
#include "relay/media/path.h"
#include "relay/media/socket-options.h"
#include "relay/media/worker-private.h"

#define ACCEPT_BATCH 16
#define KERNEL_QUEUE                                                                               \
    8192 /* bytes that the kernel takes ahead of what it can send (TCP_NOTSENT_LOWAT) */
#define READ_TURNS 16 /* reads from one connection in one loop turn */

struct CcTcpConnection {
    CcTcpPort *port;
    int fd;
    gpointer tag; /* of the worker's source */
    gboolean wants_write;
    gboolean closed;
    gint64 accepted_us;
    CcRoute route;
    CcPath *path; /* NULL: not validated */
    CcFrameReader reader;
    CcTcpQueue queue;
};

struct CcTcpPort {
    CcWorker *worker;
    GSource *source;
    int fd;
    int spare_fd; /* given up to refuse a connection when no other descriptor is left */
    gpointer tag;
    guint n_unvalidated;
    GPtrArray *connections; /* CcTcpConnection * */
};

static void
connection_free(CcTcpConnection *self)
{
    if (self->path)
        cc_path_lost(self->path);
    else
        self->port->n_unvalidated--;
    g_source_remove_unix_fd(self->port->source, self->tag);
    close(self->fd);
    cc_tcp_queue_clear(&self->queue);
    g_free(self);
}

static int
open_spare(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

CcTcpPort *
cc_tcp_port_new(CcWorker *worker, const char *address, guint16 port, GSource *source,
                GError **error)
{
    CcBoundSocket bound;
    if (!cc_socket_bind(address, port, SOCK_STREAM, &bound, error))
        return NULL;
    if (listen(bound.fd, CC_TCP_MAX_UNVALIDATED) != 0) {
        g_set_error(error, CC_ERROR, CC_ERROR_NETWORK, "cannot listen on TCP port %u: %s", port,
                    g_strerror(errno));
        close(bound.fd);
        return NULL;
    }
    CcTcpPort *self = g_new0(CcTcpPort, 1);
    self->worker = worker;
    self->source = source;
    self->fd = bound.fd;
    self->spare_fd = open_spare();
    self->tag = g_source_add_unix_fd(source, self->fd, G_IO_IN);
    self->connections = g_ptr_array_new_with_free_func((GDestroyNotify)connection_free);
    return self;
}

void
cc_tcp_port_free(CcTcpPort *port)
{
    if (!port)
        return;
    g_ptr_array_unref(port->connections);
    g_source_remove_unix_fd(port->source, port->tag);
    close(port->fd);
    if (port->spare_fd >= 0)
        close(port->spare_fd);
    g_free(port);
}

/* Without a descriptor nothing can be accepted, and the listener would wake us up for ever. */
static gboolean
refuse_one(CcTcpPort *self)
{
    cc_warning_limited("no file descriptor left for a TCP connection; one refused");
    if (self->spare_fd < 0)
        return FALSE;
    close(self->spare_fd);
    int fd = accept4(self->fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    self->spare_fd = open_spare();
    return fd >= 0;
}

static void
accept_connections(CcTcpPort *self, gint64 now_us)
{
    for (guint i = 0; i < ACCEPT_BATCH; i++) {
        struct sockaddr_storage from;
        socklen_t length = sizeof from;
        int fd = accept4(self->fd, (struct sockaddr *)&from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE) && refuse_one(self))
            continue;
        if (fd < 0)
            return;
        CcAddress remote;
        if (self->n_unvalidated >= CC_TCP_MAX_UNVALIDATED ||
            !cc_address_from_sockaddr(&remote, &from)) {
            cc_warning_limited("too many TCP connections without a valid check; one refused");
            close(fd);
            continue;
        }
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        /* Little behind us in the kernel: what waits there cannot be dropped for fresher media. */
        cc_socket_set_buffers(fd, 0, CC_TCP_QUEUE_SIZE);
        int unsent = KERNEL_QUEUE;
        setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);

        CcTcpConnection *connection = g_new0(CcTcpConnection, 1);
        connection->port = self;
        connection->fd = fd;
        connection->accepted_us = now_us;
        connection->route = (CcRoute){.tcp = connection, .remote = remote};
        connection->tag = g_source_add_unix_fd(self->source, fd, G_IO_IN);
        cc_frame_reader_init(&connection->reader);
        self->n_unvalidated++;
        g_ptr_array_add(self->connections, connection);
    }
}

/* FALSE when the connection has to be closed. */
static gboolean
take_frames(CcTcpConnection *self, gint64 now_us)
{
    CcWorker *worker = self->port->worker;
    for (;;) {
        const guint8 *frame;
        gsize length;
        CcDrop drop = cc_frame_reader_next(&self->reader, &frame, &length);
        if (drop != CC_DROP_NONE) {
            worker->drops[drop]++;
            return FALSE;
        }
        if (!frame)
            return TRUE;
        cc_ingress_datagram(worker, &self->route, frame, length, now_us);
        if (self->closed)
            return FALSE;
    }
}

static void
receive(CcTcpConnection *self, gint64 now_us)
{
    for (guint i = 0; i < READ_TURNS && !self->closed; i++) {
        gsize space;
        guint8 *to = cc_frame_reader_space(&self->reader, &space);
        gssize n = recv(self->fd, to, space, 0);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
            return;
        if (n <= 0) {
            self->closed = TRUE;
            return;
        }
        cc_frame_reader_filled(&self->reader, (gsize)n);
        if (!take_frames(self, now_us))
            self->closed = TRUE;
    }
}

void
cc_tcp_port_receive(CcTcpPort *port, gint64 now_us)
{
    /* Only those that were polled: new ones come behind them. */
    guint n_polled = port->connections->len;
    for (guint i = 0; i < n_polled; i++) {
        CcTcpConnection *connection = port->connections->pdata[i];
        if (g_source_query_unix_fd(port->source, connection->tag) & ~G_IO_OUT)
            receive(connection, now_us);
    }
    if (g_source_query_unix_fd(port->source, port->tag))
        accept_connections(port, now_us);
}

gboolean
cc_tcp_connection_send(CcTcpConnection *connection, const guint8 *data, gsize length,
                       gboolean video)
{
    return !connection->closed && cc_tcp_queue_add(&connection->queue, data, length, video,
                                                   connection->port->worker->now_us);
}

static void
write_queue(CcTcpConnection *self, gint64 now_us)
{
    guint stale = self->queue.n_stale;
    gsize length;
    const guint8 *data;
    while (!self->closed && (data = cc_tcp_queue_next(&self->queue, now_us, &length))) {
        gssize n = send(self->fd, data, length, MSG_NOSIGNAL);
        if (n < 0) {
            self->closed = errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
            break;
        }
        cc_tcp_queue_written(&self->queue, (gsize)n);
    }
    self->port->worker->drops[CC_DROP_SOCKET_FULL] += self->queue.n_stale - stale;
    gboolean wants_write = !self->closed && !cc_tcp_queue_is_empty(&self->queue);
    if (wants_write != self->wants_write) {
        self->wants_write = wants_write;
        g_source_modify_unix_fd(self->port->source, self->tag,
                                wants_write ? G_IO_IN | G_IO_OUT : G_IO_IN);
    }
}

void
cc_tcp_port_flush(CcTcpPort *port, gint64 now_us)
{
    for (guint i = 0; i < port->connections->len;) {
        CcTcpConnection *connection = port->connections->pdata[i];
        if (!cc_tcp_queue_is_empty(&connection->queue) || connection->wants_write)
            write_queue(connection, now_us);
        if (!connection->path && now_us - connection->accepted_us > CC_TCP_UNVALIDATED_US)
            connection->closed = TRUE;
        if (connection->closed)
            g_ptr_array_remove_index_fast(port->connections, i);
        else
            i++;
    }
}

gint64
cc_tcp_port_next_us(const CcTcpPort *port)
{
    gint64 next = G_MAXINT64;
    for (guint i = 0; port->n_unvalidated > 0 && i < port->connections->len; i++) {
        const CcTcpConnection *connection = port->connections->pdata[i];
        if (!connection->path)
            next = MIN(next, connection->accepted_us + CC_TCP_UNVALIDATED_US + 1000);
    }
    return next;
}

CcPath *
cc_tcp_connection_path(const CcTcpConnection *connection)
{
    return connection->path;
}

void
cc_tcp_connection_set_path(CcTcpConnection *connection, CcPath *path)
{
    if (path && !connection->path)
        connection->port->n_unvalidated--;
    if (!path && connection->path) {
        /* What is queued (a close_notify) still leaves; then it ages like any unvalidated one. */
        connection->port->n_unvalidated++;
        connection->accepted_us = 0;
    }
    connection->path = path;
}
