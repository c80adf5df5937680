/* A sender of voice and video with a pacer, its receiver, and the estimator between them. Voice
 * goes at once; pictures are as large as the estimate allows, wait for the pacer, and are left out
 * while it is behind. */
#pragma once

#include "common/rate/estimator.h"
#include "common/rate/pacer.h"
#include "common/wire/transport-cc.h"
#include "tests/weak-link/simulation/sim.h"

G_BEGIN_DECLS

typedef enum {
    MEDIA_GREEDY, /* an encoder that fills what it may have, up to max_bps */
    MEDIA_LADDER, /* layers of 80, 250 and 900 kbit/s that fit or do not */
    MEDIA_STEADY, /* an encoder that always makes max_bps or less, with something wanted above */
} MediaKind;

typedef struct {
    MediaKind kind;
    guint start_bps, max_bps;
    gint64 start_us, stop_us;             /* stop_us 0: never */
    gint64 pause_from_us, pause_until_us; /* nothing to send */
    gint64 extra_delay_us;                /* of this flow alone, each way */
    gint64 feedback_us;                   /* interval; 0: 100 ms */
    double noise;                         /* of picture sizes; 0.1: within ±10 % */
    gboolean keyframes;                   /* six times the size, each 8 s */
    double spared;                        /* 0..1 of the rate: kept for repairs that are rare */
    double clock_ppm;                     /* the receiver's clock is so much faster */
    gboolean reports_only;                /* no transport-wide feedback */
} MediaSettings;

#define MEDIA_MAX_SECONDS 400

typedef struct {
    MediaSettings settings;
    Sim *sim;
    SimLink *forward, *backward;
    CcEstimator estimator;
    CcPacer pacer;
    CcTransportCcRecorder recorder;

    guint16 sequence;
    guint64 number; /* of packets sent */
    gsize queued;   /* bytes of pictures that wait for the pacer */
    gsize picture;  /* of them, of pictures of now */
    guint probe_bytes, probe_size;
    guint probe_bps;
    guint pictures;
    guint layer_bps;
    gint64 timer_us;

    /* Reports, for reports_only */
    guint reported_sent, reported_arrived;
    gint64 reported_delay_us;

    GPtrArray *messages; /* feedback on its way */

    /* Measured */
    GArray *waits; /* guint32 µs, of each packet that came through the queue */
    guint wait_from;
    guint64 sent, queue_lost, link_lost;
    double arrived_bits[MEDIA_MAX_SECONDS * 10]; /* each 100 ms */
    double served_bits[MEDIA_MAX_SECONDS * 10];
    guint32 estimates[MEDIA_MAX_SECONDS * 10];
    guint32 waits_ms[MEDIA_MAX_SECONDS * 10]; /* the longest */
    guint64 padding_bytes, bytes;
    guint switches;
} MediaFlow;

MediaFlow *media_flow_new(Sim *sim, SimLink *forward, SimLink *backward,
                          const MediaSettings *settings);
void media_flow_free(MediaFlow *flow);

/* In the µs given. */
double media_flow_bps(const MediaFlow *flow, gint64 from_us, gint64 to_us); /* arrived */
double media_flow_served_bps(const MediaFlow *flow, gint64 from_us,
                             gint64 to_us); /* + random loss */

G_END_DECLS
