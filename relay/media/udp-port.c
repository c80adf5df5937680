#define CC_LOG_AREA "media"

#include "relay/media/udp-port.h"

#include <errno.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/error.h"
#include "common/base/log.h"
#include "relay/media/ingress.h"
#include "relay/media/socket-options.h"
#include "relay/media/worker-private.h"

#define RECEIVE_BATCH 64
#define RECEIVE_SIZE 2048
#define RECEIVE_TURNS 4 /* batches in one loop turn: timers and other sockets must have theirs */
#define SEND_RUNS 64    /* sends in one batch */
#define SEND_BYTES (SEND_RUNS * CC_UDP_SLOT_SIZE)
#define CONTROL_SIZE 128
/* The kernel takes 64 segments of together less than 64 KiB. */
#define MAX_SEGMENTS 32
#define SEND_CONTROL (CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(guint16)))

typedef struct {
    struct sockaddr_storage address;
    struct iovec iov;
    _Alignas(struct cmsghdr) guint8 control[CONTROL_SIZE];
    guint8 data[RECEIVE_SIZE];
} ReceiveSlot;

/* Consecutive datagrams to one receiver: all of one size, but the last may be shorter. */
typedef struct {
    struct iovec iov;
    guint16 segment; /* bytes of each */
    guint16 n_segments;
    gboolean closed;             /* the last one was shorter */
    gsize control_length;        /* without UDP_SEGMENT */
    struct sockaddr_in6 address; /* or a sockaddr_in */
    _Alignas(struct cmsghdr) guint8 control[SEND_CONTROL];
    CcRoute route;
} SendRun;

struct CcUdpPort {
    CcWorker *worker;
    int fd;
    int family;
    guint16 number;
    guint16 index;
    guint32 overflows;    /* the kernel's running count, SO_RXQ_OVFL */
    gboolean any_address; /* bound to all of ours: each send says from which one */
    gboolean can_segment;
    struct mmsghdr received[RECEIVE_BATCH];
    ReceiveSlot receive_slots[RECEIVE_BATCH];

    guint n_runs;
    gsize used; /* of buffer */
    SendRun runs[SEND_RUNS];
    struct mmsghdr messages[SEND_RUNS]; /* of the runs */
    guint8 buffer[SEND_BYTES];
};

CcUdpPort *
cc_udp_port_new(CcWorker *worker, const char *address, guint16 port, guint index, GError **error)
{
    CcBoundSocket bound;
    if (!cc_socket_bind(address, port, SOCK_DGRAM, &bound, error))
        return NULL;
    cc_socket_set_buffers(bound.fd, worker->options.receive_buffer_bytes,
                          worker->options.send_buffer_bytes);
    int on = 1;
    setsockopt(bound.fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
    setsockopt(bound.fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    if (bound.family == AF_INET6)
        setsockopt(bound.fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
    else
        setsockopt(bound.fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);

    CcUdpPort *self = g_new0(CcUdpPort, 1);
    self->worker = worker;
    self->fd = bound.fd;
    self->family = bound.family;
    self->number = bound.port;
    self->index = (guint16)index;
    self->any_address = bound.any_address;
    int no_segmentation = 0; /* as the socket's own setting; each run says its size */
    self->can_segment =
        setsockopt(bound.fd, SOL_UDP, UDP_SEGMENT, &no_segmentation, sizeof no_segmentation) == 0;
    for (guint i = 0; i < RECEIVE_BATCH; i++) {
        ReceiveSlot *slot = &self->receive_slots[i];
        slot->iov = (struct iovec){slot->data, sizeof slot->data};
    }
    return self;
}

void
cc_udp_port_free(CcUdpPort *port)
{
    if (!port)
        return;
    close(port->fd);
    g_free(port);
}

int
cc_udp_port_fd(const CcUdpPort *port)
{
    return port->fd;
}

guint16
cc_udp_port_number(const CcUdpPort *port)
{
    return port->number;
}

/* Which of our addresses was asked, and how many datagrams the kernel had to drop. */
static void
read_control(CcUdpPort *self, struct msghdr *header, CcRoute *route)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
            guint32 total;
            memcpy(&total, CMSG_DATA(c), sizeof total);
            self->worker->receive_overflows += total - self->overflows;
            self->overflows = total;
        } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            route->local = info.ipi6_addr;
            if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
                route->local_interface = info.ipi6_ifindex;
        } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            route->local.s6_addr[10] = route->local.s6_addr[11] = 0xff;
            memcpy(route->local.s6_addr + 12, &info.ipi_addr, 4);
        }
    }
}

/* Since the kernel had it; -1: it does not say. */
static gint64
waited_us(struct msghdr *header)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        struct timespec arrival;
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
            continue;
        memcpy(&arrival, CMSG_DATA(c), sizeof arrival);
        return MAX(g_get_real_time() - (arrival.tv_sec * G_USEC_PER_SEC + arrival.tv_nsec / 1000),
                   0);
    }
    return -1;
}

static guint
receive_batch(CcUdpPort *self, gint64 now_us)
{
    for (guint i = 0; i < RECEIVE_BATCH; i++) {
        ReceiveSlot *slot = &self->receive_slots[i];
        self->received[i].msg_hdr = (struct msghdr){
            .msg_name = &slot->address,
            .msg_namelen = sizeof slot->address,
            .msg_iov = &slot->iov,
            .msg_iovlen = 1,
            .msg_control = slot->control,
            .msg_controllen = sizeof slot->control,
        };
    }
    int n = recvmmsg(self->fd, self->received, RECEIVE_BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++) {
        struct msghdr *header = &self->received[i].msg_hdr;
        CcRoute route = {.udp = self};
        if (self->worker->delay_us < 0)
            self->worker->delay_us = waited_us(header);
        read_control(self, header, &route);
        if (!cc_address_from_sockaddr(&route.remote, &self->receive_slots[i].address))
            continue;
        route.remote.socket = self->index;
        cc_ingress_datagram(self->worker, &route, self->receive_slots[i].data,
                            self->received[i].msg_len, now_us);
    }
    return n > 0 ? (guint)n : 0;
}

void
cc_udp_port_receive(CcUdpPort *port, gint64 now_us)
{
    for (guint turn = 0; turn < RECEIVE_TURNS; turn++) {
        if (receive_batch(port, now_us) < RECEIVE_BATCH)
            return;
    }
}

guint8 *
cc_udp_port_slot(CcUdpPort *port)
{
    if (port->n_runs == SEND_RUNS || port->used + CC_UDP_SLOT_SIZE > SEND_BYTES)
        cc_udp_port_flush(port);
    return port->buffer + port->used;
}

static socklen_t
write_address(const CcUdpPort *self, const CcRoute *route, struct sockaddr_in6 *to)
{
    struct sockaddr_storage storage;
    socklen_t length = cc_address_to_sockaddr(&route->remote, self->family, &storage);
    memcpy(to, &storage, sizeof *to);
    return length;
}

static gsize
write_control(struct msghdr *header, gsize used, int level, int type, const void *data, gsize size)
{
    struct cmsghdr *c = (struct cmsghdr *)((guint8 *)header->msg_control + used);
    c->cmsg_level = level;
    c->cmsg_type = type;
    c->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(c), data, size);
    return used + CMSG_SPACE(size);
}

static gsize
write_source_address(const CcUdpPort *self, const CcRoute *route, struct msghdr *header)
{
    if (!self->any_address || IN6_IS_ADDR_UNSPECIFIED(&route->local))
        return 0;
    if (self->family == AF_INET6) {
        struct in6_pktinfo info = {.ipi6_addr = route->local,
                                   .ipi6_ifindex = route->local_interface};
        return write_control(header, 0, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    }
    struct in_pktinfo info = {0};
    memcpy(&info.ipi_spec_dst, route->local.s6_addr + 12, 4);
    return write_control(header, 0, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
}

/* TRUE if a datagram of @length can be one more of @run. */
static gboolean
continues(const SendRun *run, const CcRoute *route, gsize length)
{
    return !run->closed && length <= run->segment && run->n_segments < MAX_SEGMENTS &&
           cc_address_equal(&run->route.remote, &route->remote) &&
           memcmp(&run->route.local, &route->local, sizeof route->local) == 0;
}

static void
begin_run(CcUdpPort *self, const CcRoute *route, gsize length)
{
    SendRun *run = &self->runs[self->n_runs];
    struct msghdr *header = &self->messages[self->n_runs++].msg_hdr;
    run->route = *route;
    run->iov = (struct iovec){self->buffer + self->used, 0};
    run->segment = (guint16)length;
    run->n_segments = 0;
    run->closed = !self->can_segment;
    *header = (struct msghdr){
        .msg_name = &run->address,
        .msg_namelen = write_address(self, route, &run->address),
        .msg_iov = &run->iov,
        .msg_iovlen = 1,
        .msg_control = run->control,
    };
    header->msg_controllen = run->control_length = write_source_address(self, route, header);
}

void
cc_udp_port_commit(CcUdpPort *port, const CcRoute *route, gsize length)
{
    g_return_if_fail(length > 0 && length <= CC_UDP_SLOT_SIZE);
    if (port->n_runs == 0 || !continues(&port->runs[port->n_runs - 1], route, length))
        begin_run(port, route, length);
    SendRun *run = &port->runs[port->n_runs - 1];
    struct msghdr *header = &port->messages[port->n_runs - 1].msg_hdr;
    port->used += length;
    run->iov.iov_len += length;
    if (++run->n_segments == 2)
        header->msg_controllen = write_control(header, run->control_length, SOL_UDP, UDP_SEGMENT,
                                               &run->segment, sizeof run->segment);
    if (length < run->segment)
        run->closed = TRUE;
}

static void
count_sent(CcUdpPort *self, guint n, gsize bytes)
{
    self->worker->sends++;
    self->worker->datagrams_out += n;
    self->worker->bytes_out += bytes;
}

static void
count_full(CcUdpPort *self, guint n)
{
    self->worker->drops[CC_DROP_SOCKET_FULL] += n;
    self->worker->send_overflows += n;
}

static gboolean
is_full(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS;
}

/* A run that the kernel does not take as one: a device that cannot segment (EIO), a path whose MTU
 * is too small for it (EINVAL, EMSGSIZE). */
static void
send_singly(CcUdpPort *self, guint index)
{
    const SendRun *run = &self->runs[index];
    for (gsize offset = 0; offset < run->iov.iov_len; offset += run->segment) {
        struct iovec iov = {(guint8 *)run->iov.iov_base + offset,
                            MIN(run->segment, run->iov.iov_len - offset)};
        struct msghdr one = self->messages[index].msg_hdr;
        one.msg_iov = &iov;
        one.msg_controllen = run->control_length;
        if (sendmsg(self->fd, &one, MSG_DONTWAIT) >= 0)
            count_sent(self, 1, iov.iov_len);
        else if (is_full(errno))
            count_full(self, 1);
        else
            cc_warning_limited("cannot send: %s", g_strerror(errno));
    }
}

/* This run's receiver cannot be reached this way; the others must not wait for it. */
static void
after_failure(CcUdpPort *self, guint index, int error)
{
    if (self->runs[index].n_segments == 1) {
        cc_warning_limited("cannot send: %s", g_strerror(error));
        return;
    }
    if (error == EIO && self->can_segment) {
        cc_info("the network device does not segment UDP: packets leave one by one");
        self->can_segment = FALSE;
    }
    send_singly(self, index);
}

void
cc_udp_port_flush(CcUdpPort *port)
{
    CcUdpPort *self = port;
    guint sent = 0;
    while (sent < self->n_runs) {
        int n = sendmmsg(self->fd, self->messages + sent, self->n_runs - sent, MSG_DONTWAIT);
        if (n > 0) {
            for (; n > 0; n--, sent++)
                count_sent(self, self->runs[sent].n_segments, self->runs[sent].iov.iov_len);
        } else if (is_full(errno)) {
            for (; sent < self->n_runs; sent++)
                count_full(self, self->runs[sent].n_segments);
        } else if (errno != EINTR) {
            after_failure(self, sent, errno);
            sent++;
        }
    }
    self->n_runs = 0;
    self->used = 0;
}
