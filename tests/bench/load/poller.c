#include "tests/bench/load/poller.h"

#include <errno.h>
#include <gio/gio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/load/clock.h"

#define EVENTS 512
#define BATCH 32
#define WHOLE 2048
#define HEAD 256 /* enough of a packet whose header is all that counts, and of any RTCP */
#define CONTROL 64

typedef struct {
    struct iovec part;
    _Alignas(struct cmsghdr) guint8 control[CONTROL];
    guint8 data[WHOLE];
} Slot;

struct LoadPoller {
    int epoll;
    LoadPollerStats stats;
    struct mmsghdr messages[BATCH];
    Slot slots[BATCH];
};

LoadPoller *
load_poller_new(GError **error)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "epoll: %s",
                    g_strerror(errno));
        return NULL;
    }
    LoadPoller *poller = g_new0(LoadPoller, 1);
    poller->epoll = epoll;
    for (guint i = 0; i < BATCH; i++) {
        Slot *slot = &poller->slots[i];
        slot->part.iov_base = slot->data;
        poller->messages[i].msg_hdr.msg_iov = &slot->part;
        poller->messages[i].msg_hdr.msg_iovlen = 1;
        poller->messages[i].msg_hdr.msg_control = slot->control;
    }
    return poller;
}

void
load_poller_free(LoadPoller *poller)
{
    if (!poller)
        return;
    close(poller->epoll);
    g_free(poller);
}

gboolean
load_poller_add(LoadPoller *poller, LoadSession *session, GError **error)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = session};
    if (epoll_ctl(poller->epoll, EPOLL_CTL_ADD, session->fd, &event) == 0)
        return TRUE;
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "epoll: %s", g_strerror(errno));
    return FALSE;
}

static gint64
read_arrival(struct msghdr *header)
{
    struct cmsghdr *c = CMSG_FIRSTHDR(header);
    struct timespec stamp;
    if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
        return load_wall_ns();
    memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
    return stamp.tv_sec * LOAD_NS_PER_SEC + stamp.tv_nsec;
}

/* TRUE if there may be more. */
static gboolean
read_batch(LoadPoller *self, LoadSession *session)
{
    gsize size = session->whole ? WHOLE : HEAD;
    for (guint i = 0; i < BATCH; i++) {
        self->slots[i].part.iov_len = size;
        self->messages[i].msg_hdr.msg_controllen = CONTROL;
    }
    int n = recvmmsg(session->fd, self->messages, BATCH, MSG_DONTWAIT | MSG_TRUNC, NULL);
    self->stats.calls++;
    for (int i = 0; i < n; i++) {
        gint64 arrival_ns = read_arrival(&self->messages[i].msg_hdr);
        gsize length = self->messages[i].msg_len;
        self->stats.datagrams++;
        load_session_receive(session, self->slots[i].data, MIN(length, size), length, arrival_ns);
    }
    /* An error of the socket (nobody listens there any more) is taken off by reading it. */
    return n == BATCH || (n < 0 && errno != EAGAIN && errno != EBADF);
}

void
load_poller_sweep(LoadPoller *poller, void (*between)(gpointer user_data), gpointer user_data)
{
    struct epoll_event events[EVENTS];
    int n;
    do {
        n = epoll_wait(poller->epoll, events, EVENTS, 0);
        for (int i = 0; i < n; i++) {
            guint batches = 0;
            while (read_batch(poller, events[i].data.ptr) && batches < 64)
                batches++;
            between(user_data);
        }
    } while (n == EVENTS);
}

void
load_poller_get_stats(const LoadPoller *poller, LoadPollerStats *stats)
{
    *stats = poller->stats;
}
