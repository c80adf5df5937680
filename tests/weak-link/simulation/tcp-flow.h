/* A TCP download, near enough: CUBIC (RFC 9438) with an acknowledgement for each segment, losses
 * known after three later arrivals, a timeout of a second. */
#pragma once

#include "tests/weak-link/simulation/sim.h"

G_BEGIN_DECLS

typedef struct {
    Sim *sim;
    SimLink *forward;
    gint64 back_us;     /* the way of acknowledgements */
    gint64 stop_us;     /* G_MAXINT64: never */
    gint64 left;        /* segments of this file; G_MAXINT64: a long download */
    gint64 mean_off_us; /* pause between files; 0: one long download */

    double window, threshold, largest; /* segments */
    gint64 epoch_us;
    gint64 next, acked, recover;
    guint in_flight;
    gint64 progress_us;
    double received_bits;
} TcpFlow;

TcpFlow *tcp_flow_new(Sim *sim, SimLink *forward, gint64 back_us, gint64 start_us, gint64 stop_us,
                      gint64 mean_off_us);
void tcp_flow_free(TcpFlow *flow);

G_END_DECLS
