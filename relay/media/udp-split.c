#define CC_LOG_AREA "media"

#include "relay/media/udp-split.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/log.h"

enum { MEDIA, REPORTS }; /* the sockets' numbers in their group: the order of binding */

#define RTP_VERSION_MASK 0xc0
#define RTP_VERSION 0x80
#define FIRST_REPORT 201 /* RR (RFC 3550 section 12.1): SR, 200, stays with the media it tells of  \
                          */
#define LAST_REPORT 223  /* of RTCP (RFC 5761 section 4) */

/* Sees the payload of a datagram. What is too short for it to read gets 0. */
static struct sock_filter program[] = {
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, RTP_VERSION_MASK),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTP_VERSION, 0, 4),
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 1),
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_REPORT, 0, 2),
    BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, LAST_REPORT, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, REPORTS),
    BPF_STMT(BPF_RET | BPF_K, MEDIA),
};

/* The first socket was bound alone, so the port was free; the second one joins it. The next relay
 * that binds alone finds the port in use all the same. */
static gboolean
join_group(int fd, const CcBoundSocket *bound)
{
    int on = 1, off = 0;
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    const struct sock_fprog filter = {.len = G_N_ELEMENTS(program), .filter = program};
    if (bound->family == AF_INET6 &&
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0)
        return FALSE;
    return setsockopt(bound->fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0 &&
           getsockname(bound->fd, (struct sockaddr *)&address, &length) == 0 &&
           bind(fd, (struct sockaddr *)&address, length) == 0 &&
           setsockopt(bound->fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof filter) == 0;
}

int
cc_udp_split(const CcBoundSocket *bound)
{
    int fd = socket(bound->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && join_group(fd, bound))
        return fd;
    cc_info("RTCP comes with everything else: %s", g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}
