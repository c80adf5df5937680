#include "relay/media/worker-ports.h"

#include "relay/media/tcp-port.h"
#include "relay/media/udp-port.h"

#define BIND_TRIES 16 /* with port 0: until one number is free everywhere */

#define MANY_REPORTS_US 15000 /* those that follow others so closely are many, and gather */
#define REPORTS_WAIT_US 10000 /* so long at most: what is missed is asked for by RTCP, too */
#define REPORTS_GATHER_US 5000

static void
poll_reports(CcWorker *self, CcUdpInlet *inlet)
{
    GPollFD *poll = g_new0(GPollFD, 1);
    poll->fd = cc_udp_inlet_fd(inlet);
    poll->events = G_IO_IN;
    g_source_add_poll(self->source, poll);
    g_ptr_array_add(self->report_polls, poll);
}

static gboolean
bind_ports(CcWorker *self, const CcWorkerOptions *options, guint16 port, GError **error)
{
    for (guint i = 0; i < options->listen_addresses->len; i++) {
        const char *address = options->listen_addresses->pdata[i];
        CcUdpPort *udp = cc_udp_port_new(self, address, port, i, error);
        if (!udp)
            return FALSE;
        g_ptr_array_add(self->udp_ports, udp);
        port = cc_udp_port_number(udp);
        int fd = cc_udp_inlet_fd(cc_udp_port_media(udp));
        g_ptr_array_add(self->udp_tags, g_source_add_unix_fd(self->source, fd, G_IO_IN));
        if (cc_udp_port_reports(udp))
            poll_reports(self, cc_udp_port_reports(udp));
        if (!options->enable_tcp)
            continue;
        CcTcpPort *tcp = cc_tcp_port_new(self, address, port, self->source, error);
        if (!tcp)
            return FALSE;
        g_ptr_array_add(self->tcp_ports, tcp);
    }
    self->port = port;
    return TRUE;
}

void
cc_worker_ports_unbind(CcWorker *worker)
{
    for (guint i = 0; i < worker->udp_tags->len; i++)
        g_source_remove_unix_fd(worker->source, worker->udp_tags->pdata[i]);
    for (guint i = 0; i < worker->report_polls->len; i++)
        g_source_remove_poll(worker->source, worker->report_polls->pdata[i]);
    g_ptr_array_set_size(worker->udp_tags, 0);
    g_ptr_array_set_size(worker->report_polls, 0);
    g_ptr_array_set_size(worker->udp_ports, 0);
    g_ptr_array_set_size(worker->tcp_ports, 0);
}

gboolean
cc_worker_ports_bind(CcWorker *worker, const CcWorkerOptions *options, GError **error)
{
    for (guint i = 0;; i++) {
        g_autoptr(GError) local = NULL;
        if (bind_ports(worker, options, options->port, &local))
            return TRUE;
        cc_worker_ports_unbind(worker);
        if (options->port != 0 || i == BIND_TRIES) {
            g_propagate_error(error, g_steal_pointer(&local));
            return FALSE;
        }
    }
}

gboolean
cc_worker_ports_have_reports(const CcWorker *worker)
{
    for (guint i = 0; i < worker->report_polls->len; i++) {
        const GPollFD *poll = worker->report_polls->pdata[i];
        if (poll->revents != 0)
            return TRUE;
    }
    return FALSE;
}

static void
let_gather(CcWorker *self, gboolean gathering)
{
    self->reports_gather = gathering;
    for (guint i = 0; i < self->report_polls->len; i++)
        ((GPollFD *)self->report_polls->pdata[i])->events = gathering ? 0 : G_IO_IN;
}

void
cc_worker_ports_receive_reports(CcWorker *worker, gint64 now_us)
{
    CcWorker *self = worker;
    guint n = 0;
    gboolean drained = TRUE;
    for (guint i = 0; i < self->udp_ports->len; i++) {
        CcUdpInlet *inlet = cc_udp_port_reports(self->udp_ports->pdata[i]);
        drained &= !inlet || cc_udp_inlet_receive(inlet, now_us, &n);
    }
    let_gather(self, n > 0 && drained && now_us - self->reports_us < MANY_REPORTS_US);
    if (n > 0)
        self->reports_us = now_us;
}

void
cc_worker_ports_receive_gathered(CcWorker *worker, gint64 now_us)
{
    if (worker->reports_gather && now_us - worker->reports_us >= REPORTS_GATHER_US)
        cc_worker_ports_receive_reports(worker, now_us);
}

void
cc_worker_ports_receive(CcWorker *worker, gint64 now_us)
{
    guint n = 0;
    if (!worker->reports_gather && cc_worker_ports_have_reports(worker))
        cc_worker_ports_receive_reports(worker, now_us);
    for (guint i = 0; i < worker->udp_ports->len; i++) {
        if (g_source_query_unix_fd(worker->source, worker->udp_tags->pdata[i]))
            cc_udp_inlet_receive(cc_udp_port_media(worker->udp_ports->pdata[i]), now_us, &n);
    }
    for (guint i = 0; i < worker->tcp_ports->len; i++)
        cc_tcp_port_receive(worker->tcp_ports->pdata[i], now_us);
}

gint64
cc_worker_ports_reports_us(const CcWorker *worker)
{
    return worker->reports_gather ? worker->reports_us + REPORTS_WAIT_US : G_MAXINT64;
}

void
cc_worker_ports_flush(CcWorker *worker)
{
    for (guint i = 0; i < worker->udp_ports->len; i++)
        cc_udp_port_flush(worker->udp_ports->pdata[i]);
}
