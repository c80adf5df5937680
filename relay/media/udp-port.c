#define CC_LOG_AREA "media"

#include "relay/media/udp-port.h"

#include <errno.h>
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
#define SEND_BATCH 256
#define CONTROL_SIZE 128

typedef struct {
    struct sockaddr_storage address;
    struct iovec iov;
    _Alignas(struct cmsghdr) guint8 control[CONTROL_SIZE];
    guint8 data[RECEIVE_SIZE];
} ReceiveSlot;

typedef struct {
    struct sockaddr_storage address;
    struct iovec iov;
    _Alignas(struct cmsghdr) guint8 control[CONTROL_SIZE];
    guint8 data[CC_UDP_SLOT_SIZE];
} SendSlot;

struct CcUdpPort {
    CcWorker *worker;
    int fd;
    int family;
    guint16 number;
    guint16 index;
    guint32 overflows; /* the kernel's running count, SO_RXQ_OVFL */
    guint n_pending;
    struct mmsghdr received[RECEIVE_BATCH];
    struct mmsghdr pending[SEND_BATCH];
    ReceiveSlot receive_slots[RECEIVE_BATCH];
    SendSlot send_slots[SEND_BATCH];
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
    if (port->n_pending == SEND_BATCH)
        cc_udp_port_flush(port);
    return port->send_slots[port->n_pending].data;
}

static gsize
write_source_address(const CcUdpPort *self, const CcRoute *route, struct msghdr *header)
{
    if (IN6_IS_ADDR_UNSPECIFIED(&route->local))
        return 0;
    struct cmsghdr *c = CMSG_FIRSTHDR(header);
    if (self->family == AF_INET6) {
        struct in6_pktinfo info = {.ipi6_addr = route->local,
                                   .ipi6_ifindex = route->local_interface};
        c->cmsg_level = IPPROTO_IPV6;
        c->cmsg_type = IPV6_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(c), &info, sizeof info);
        return CMSG_SPACE(sizeof info);
    }
    struct in_pktinfo info = {0};
    memcpy(&info.ipi_spec_dst, route->local.s6_addr + 12, 4);
    c->cmsg_level = IPPROTO_IP;
    c->cmsg_type = IP_PKTINFO;
    c->cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(c), &info, sizeof info);
    return CMSG_SPACE(sizeof info);
}

void
cc_udp_port_commit(CcUdpPort *port, const CcRoute *route, gsize length)
{
    SendSlot *slot = &port->send_slots[port->n_pending];
    struct msghdr *header = &port->pending[port->n_pending].msg_hdr;
    g_return_if_fail(length <= sizeof slot->data);
    slot->iov = (struct iovec){slot->data, length};
    *header = (struct msghdr){
        .msg_name = &slot->address,
        .msg_namelen = cc_address_to_sockaddr(&route->remote, port->family, &slot->address),
        .msg_iov = &slot->iov,
        .msg_iovlen = 1,
        .msg_control = slot->control,
        .msg_controllen = sizeof slot->control,
    };
    header->msg_controllen = write_source_address(port, route, header);
    if (header->msg_controllen == 0)
        header->msg_control = NULL;
    port->n_pending++;
}

void
cc_udp_port_flush(CcUdpPort *port)
{
    CcWorker *worker = port->worker;
    guint sent = 0;
    while (sent < port->n_pending) {
        int n = sendmmsg(port->fd, port->pending + sent, port->n_pending - sent, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)) {
            worker->drops[CC_DROP_SOCKET_FULL] += port->n_pending - sent;
            break;
        }
        if (n <= 0) { /* this receiver cannot be reached; the others must not wait for it */
            cc_warning_limited("cannot send: %s", g_strerror(errno));
            sent++;
            continue;
        }
        for (int i = 0; i < n; i++)
            worker->bytes_out += port->send_slots[sent + (guint)i].iov.iov_len;
        worker->datagrams_out += (guint)n;
        sent += (guint)n;
    }
    port->n_pending = 0;
}
