/* The worker's sockets: binding them, reading them in a loop turn. RTCP is read when it comes;
 * where much of it comes it is left to gather, so that it is many reports that wake the worker, or
 * packets that are to be forwarded. Worker's thread. */
#pragma once

#include "relay/media/worker-private.h"

G_BEGIN_DECLS

/* Error: CC_ERROR_NETWORK. */
gboolean cc_worker_ports_bind(CcWorker *worker, const CcWorkerOptions *options, GError **error);
void cc_worker_ports_unbind(CcWorker *worker);

/* TRUE if RTCP is there that has not been left to gather: after poll(). */
gboolean cc_worker_ports_have_reports(const CcWorker *worker);

/* What there is to forward and to answer; RTCP first, unless it gathers. */
void cc_worker_ports_receive(CcWorker *worker, gint64 now_us);
/* RTCP that has gathered for long enough, once the packets have been forwarded. */
void cc_worker_ports_receive_gathered(CcWorker *worker, gint64 now_us);
/* All RTCP that there is. */
void cc_worker_ports_receive_reports(CcWorker *worker, gint64 now_us);
/* When there should be a turn for RTCP that gathers; G_MAXINT64: none does. */
gint64 cc_worker_ports_reports_us(const CcWorker *worker);
/* What has been written for UDP leaves. */
void cc_worker_ports_flush(CcWorker *worker);

G_END_DECLS
