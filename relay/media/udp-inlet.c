#include "relay/media/udp-inlet.h"

#include <sys/socket.h>
#include <unistd.h>

#include "relay/media/ingress.h"
#include "relay/media/report-prefetch.h"
#include "relay/media/worker-private.h"

#define BATCH 64
#define BATCHES 4 /* in one loop turn: timers and other sockets must have theirs */
#define MAX_WAIT_US (5 * G_USEC_PER_SEC) /* longer than any receive buffer lasts */
#define MAX_DATAGRAM 2048
#define CONTROL_SIZE 128

typedef struct {
    struct sockaddr_storage address;
    struct iovec iov;
    _Alignas(struct cmsghdr) guint8 control[CONTROL_SIZE];
    guint8 data[MAX_DATAGRAM];
} Slot;

struct CcUdpInlet {
    CcUdpPort *port;
    CcWorker *worker;
    CcInletKind kind;
    int fd;
    guint16 index;
    guint32 overflows; /* the kernel's running count, SO_RXQ_OVFL */
    struct mmsghdr messages[BATCH];
    Slot slots[BATCH];
};

/* What comes along known paths needs no address of ours, and nobody waits for it. */
static void
set_options(int fd, int family, CcInletKind kind)
{
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
    if (kind == CC_INLET_REPORTS)
        return;
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    if (family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
    else
        setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
}

CcUdpInlet *
cc_udp_inlet_new(CcUdpPort *port, CcWorker *worker, CcInletKind kind, int fd, int family,
                 guint index)
{
    CcUdpInlet *self = g_new0(CcUdpInlet, 1);
    set_options(fd, family, kind);
    self->port = port;
    self->worker = worker;
    self->kind = kind;
    self->fd = fd;
    self->index = (guint16)index;
    for (guint i = 0; i < BATCH; i++)
        self->slots[i].iov = (struct iovec){self->slots[i].data, MAX_DATAGRAM};
    return self;
}

void
cc_udp_inlet_free(CcUdpInlet *inlet)
{
    if (!inlet)
        return;
    close(inlet->fd);
    g_free(inlet);
}

int
cc_udp_inlet_fd(const CcUdpInlet *inlet)
{
    return inlet->fd;
}

/* Which of our addresses was asked, and how many datagrams the kernel had to drop. */
static void
read_control(CcUdpInlet *self, struct msghdr *header, CcRoute *route)
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
        gint64 us = g_get_real_time() - (arrival.tv_sec * G_USEC_PER_SEC + arrival.tv_nsec / 1000);
        /* The kernel goes by the wall clock, which may be set while packets wait. */
        return us > MAX_WAIT_US ? -1 : MAX(us, 0);
    }
    return -1;
}

static guint
read_batch(CcUdpInlet *self)
{
    for (guint i = 0; i < BATCH; i++) {
        Slot *slot = &self->slots[i];
        self->messages[i].msg_hdr = (struct msghdr){
            .msg_name = &slot->address,
            .msg_namelen = sizeof slot->address,
            .msg_iov = &slot->iov,
            .msg_iovlen = 1,
            .msg_control = slot->control,
            .msg_controllen = sizeof slot->control,
        };
    }
    int n = recvmmsg(self->fd, self->messages, BATCH, MSG_DONTWAIT, NULL);
    return n > 0 ? (guint)n : 0;
}

/* FALSE if it came from nowhere. */
static gboolean
read_route(CcUdpInlet *self, guint i, CcRoute *route)
{
    *route = (CcRoute){.udp = self->port};
    read_control(self, &self->messages[i].msg_hdr, route);
    if (!cc_address_from_sockaddr(&route->remote, &self->slots[i].address))
        return FALSE;
    route->remote.socket = self->index;
    return TRUE;
}

static void
take(CcUdpInlet *self, guint i, const CcRoute *route, gint64 now_us)
{
    cc_ingress_datagram(self->worker, route, self->slots[i].data, self->messages[i].msg_len,
                        now_us);
}

static void
take_media(CcUdpInlet *self, guint n, gint64 now_us)
{
    CcRoute route;
    if (n > 0 && self->worker->delay_us < 0)
        self->worker->delay_us = waited_us(&self->messages[0].msg_hdr);
    for (guint i = 0; i < n; i++) {
        if (read_route(self, i, &route))
            take(self, i, &route, now_us);
    }
}

/* Each goes through the steps of report-prefetch.h behind the one before it. */
static void
take_reports(CcUdpInlet *self, guint n, gint64 now_us)
{
    CcRoute routes[BATCH];
    const CcMediaSession *sessions[BATCH];
    gboolean known[BATCH];
    for (guint i = 0; i < n + 3; i++) {
        if (i < n) {
            known[i] = read_route(self, i, &routes[i]);
            sessions[i] = known[i] ? cc_report_prefetch_session(self->worker, &routes[i]) : NULL;
        }
        if (i >= 1 && i < n + 1)
            cc_report_prefetch_state(sessions[i - 1]);
        if (i >= 2 && i < n + 2)
            cc_report_prefetch_details(sessions[i - 2]);
        if (i >= 3 && known[i - 3])
            take(self, i - 3, &routes[i - 3], now_us);
    }
}

static guint
receive_batch(CcUdpInlet *self, gint64 now_us)
{
    guint n = read_batch(self);
    if (self->kind == CC_INLET_REPORTS)
        take_reports(self, n, now_us);
    else
        take_media(self, n, now_us);
    return n;
}

gboolean
cc_udp_inlet_receive(CcUdpInlet *inlet, gint64 now_us, guint *n)
{
    for (guint turn = 0; turn < BATCHES; turn++) {
        guint got = receive_batch(inlet, now_us);
        *n += got;
        if (got < BATCH)
            return TRUE;
    }
    return FALSE;
}
