/* A small discrete-event world to try the bandwidth estimator in: links with a rate trace, a queue
 * and losses; media flows that send what the estimator allows, with the real RTCP in between; TCP
 * downloads beside them. Seeded, no clock: the same run always gives the same numbers. Times in µs
 * since the start. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SIM_MS 1000
#define SIM_S G_USEC_PER_SEC

typedef struct Sim Sim;
typedef void (*SimFunc)(gpointer target, gint64 number);

Sim *sim_new(guint32 seed);
void sim_free(Sim *sim);
gint64 sim_now_us(const Sim *sim);
void sim_at(Sim *sim, gint64 at_us, SimFunc func, gpointer target, gint64 number);
void sim_run(Sim *sim, gint64 until_us);
double sim_random(Sim *sim); /* [0, 1) */

/* One direction of a path: queue, server, losses, delay. */
typedef struct {
    gint64 from_us;
    double bps;
} SimRate;

typedef struct {
    SimRate rates[8]; /* ends with bps 0 behind the first */
    gint64 delay_us;
    gint64 jitter_us;                   /* uniform, 0 to this; order is kept */
    gint64 queue_us;                    /* longest wait; 0: 300 ms */
    gsize queue_bytes;                  /* if not 0, instead */
    double loss;                        /* behind the queue, at random */
    double burst;                       /* mean length of a loss in packets; 0: one at a time */
    gboolean loss_first;                /* ahead of the queue instead */
    gint64 outage_us, outage_period_us; /* the last outage_us of each period */
} SimPath;

typedef struct {
    Sim *sim;
    SimPath path;
    gint64 free_us; /* all that was accepted is served by then */
    gint64 last_out_us;
    gboolean in_burst;
} SimLink;

typedef struct {
    gboolean arrives;
    gint64 arrival_us;
    gint64 wait_us; /* in the queue */
    gboolean queue_dropped;
} SimPassage;

void sim_link_init(SimLink *link, Sim *sim, const SimPath *path);
/* Puts a packet on the link now. */
SimPassage sim_link_pass(SimLink *link, guint bytes);
double sim_path_bps(const SimPath *path, gint64 at_us);
gboolean sim_path_is_out(const SimPath *path, gint64 at_us);
/* Bits that the path can carry in between. */
double sim_path_bits(const SimPath *path, gint64 from_us, gint64 to_us, double max_bps);

G_END_DECLS
