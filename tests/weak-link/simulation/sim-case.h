/* A case: paths, flows and what came of them. */
#pragma once

#include "tests/weak-link/simulation/media-flow.h"
#include "tests/weak-link/simulation/tcp-flow.h"

G_BEGIN_DECLS

#define SIM_MAX_FLOWS 5
#define SIM_MAX_TCP 10

typedef struct {
    gint64 start_us, stop_us;
    gint64 mean_off_us; /* 0: one long download */
} SimTcp;

typedef struct {
    const char *name;
    gint64 length_us;
    SimPath forward, backward;          /* a backward path without rates has room for all */
    MediaSettings flows[SIM_MAX_FLOWS]; /* with start_bps */
    MediaSettings reverse;              /* a flow the other way, if it has start_bps */
    SimTcp tcp[SIM_MAX_TCP];            /* with stop_us */
} SimCase;

typedef struct {
    double utilisation; /* of what the flows could have had, from the fifth second on */
    double wait_p50_ms, wait_p95_ms; /* in the link's queue, without their own serialisation */
    double queue_loss;               /* 0..1 of what was sent */
    double fall_s, rise_s;           /* longest time to settle; 0: none of the kind */
    double jain;                     /* over the last third, between flows that are on */
    double share;                    /* of the link that the media got, last two thirds */
    double estimate_bps;             /* mean of the first flow over the last two thirds */
    double starved;                  /* share of the time, from the tenth second on, with
                                        less than 0.6 of what the first flow could have alone */
    double arrived_bps;              /* of all flows, from the fifth second on */
    double padding;                  /* share of bytes */
    guint switches;                  /* of layers, from the tenth second on */
    gsize memory;                    /* bytes of an estimator */
} SimResult;

/* All rates divided by @scale; @loss at random towards the receivers, and back if @both_ways.
 * @trace: prints a line for each so many µs; 0: none. */
SimResult sim_case_run(const SimCase *model, double scale, double loss, gboolean both_ways,
                       guint32 seed, gint64 trace_us);

extern const SimCase sim_rfc8867_cases[];
extern const guint sim_n_rfc8867_cases;
extern const SimCase sim_village_cases[];
extern const guint sim_n_village_cases;
const SimCase *sim_case_find(const char *name);

G_END_DECLS
