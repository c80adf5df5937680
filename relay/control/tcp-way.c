#include "relay/control/tcp-way.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

void
cc_tcp_way_keep_short(GSocket *socket, guint bytes)
{
    g_socket_set_option(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, (gint)bytes, NULL);
}

guint
cc_tcp_way_on_its_way(GSocket *socket)
{
    int bytes = 0;

    return ioctl(g_socket_get_fd(socket), SIOCOUTQ, &bytes) == 0 && bytes > 0 ? (guint)bytes : 0;
}

void
cc_tcp_way_look(GSocket *socket, CcTcpWay *way)
{
    struct tcp_info info = {0};
    socklen_t length = sizeof info;

    *way = (CcTcpWay){0};
    if (getsockopt(g_socket_get_fd(socket), IPPROTO_TCP, TCP_INFO, &info, &length) != 0 ||
        info.tcpi_min_rtt == G_MAXUINT32)
        return;
    way->rtt_us = info.tcpi_min_rtt;
    way->queue_us = info.tcpi_rtt - MIN(info.tcpi_rtt, info.tcpi_min_rtt);
}
