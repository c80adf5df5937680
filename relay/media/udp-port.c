#define CC_LOG_AREA "media"

#include "relay/media/udp-port.h"

#include <errno.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include "common/base/error.h"
#include "common/base/log.h"
#include "relay/media/socket-options.h"
#include "relay/media/udp-inlet.h"
#include "relay/media/udp-split.h"
#include "relay/media/worker-private.h"

#define SEND_RUNS 64 /* sends in one batch */
#define SEND_BYTES (SEND_RUNS * CC_UDP_SLOT_SIZE)
/* The kernel takes 64 segments of together less than 64 KiB. */
#define MAX_SEGMENTS 32
#define SEND_CONTROL (CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(guint16)))

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
    int fd;                      /* all leaves here */
    CcUdpInlet *media, *reports; /* all but RTCP; RTCP, NULL: that comes with the rest */
    int family;
    guint16 number;
    gboolean any_address; /* bound to all of ours: each send says from which one */
    gboolean can_segment;

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
    CcUdpPort *self = g_new0(CcUdpPort, 1);
    const CcWorkerOptions *buffers = &worker->options;
    int reports = cc_udp_split(&bound);
    cc_socket_set_buffers(bound.fd, buffers->receive_buffer_bytes, buffers->send_buffer_bytes);
    self->worker = worker;
    self->fd = bound.fd;
    self->media = cc_udp_inlet_new(self, worker, CC_INLET_MEDIA, bound.fd, bound.family, index);
    if (reports >= 0) {
        cc_socket_set_buffers(reports, buffers->receive_buffer_bytes, 0);
        self->reports =
            cc_udp_inlet_new(self, worker, CC_INLET_REPORTS, reports, bound.family, index);
    }
    self->family = bound.family;
    self->number = bound.port;
    self->any_address = bound.any_address;
    int no_segmentation = 0; /* as the socket's own setting; each run says its size */
    self->can_segment =
        setsockopt(bound.fd, SOL_UDP, UDP_SEGMENT, &no_segmentation, sizeof no_segmentation) == 0;
    return self;
}

void
cc_udp_port_free(CcUdpPort *port)
{
    if (!port)
        return;
    cc_udp_inlet_free(port->media);
    cc_udp_inlet_free(port->reports);
    g_free(port);
}

CcUdpInlet *
cc_udp_port_media(CcUdpPort *port)
{
    return port->media;
}

CcUdpInlet *
cc_udp_port_reports(CcUdpPort *port)
{
    return port->reports;
}

guint16
cc_udp_port_number(const CcUdpPort *port)
{
    return port->number;
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
