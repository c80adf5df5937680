/* From what is seen of a path to the rate that it takes. Pure: one step for each look. Rates in
 * bit/s on the wire, times in µs.
 *
 * While a queue stands, what arrives is what the link carries: the rate is set to that, less what
 * empties the queue down to its target. Without a queue the rate grows, slowly near the last known
 * capacity, faster and faster away from it. The target is longer for a slower flow, so two flows
 * that see the same queue come to the same rate. A queue that does not give way when we do is
 * somebody else's: then only losses count, as they do for TCP. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    gint64 now_us;
    double sent_bps;    /* of the packets that were last told about */
    double carried_bps; /* the same by the receiver's clock, losses at a queue taken off */
    double full_bps;    /* while the link had something waiting: it has no more; 0: unknown */
    gint64 queue_us;    /* standing, as it was seen */
    gint64 drained_us;  /* of it since then */
    double slope;       /* its growth in µs a second */
    gint64 loop_us;     /* from a change of the rate until it is seen */
    double loss;        /* 0..1, of @reported packets */
    double random_loss; /* of it, thought to be none of our doing */
    guint reported;
    gboolean hold;   /* do not grow */
    gboolean probed; /* a queue may be a probe's, which tells by itself how much fitted */
} CcPathView;

typedef enum { CC_RATE_GROWING, CC_RATE_QUEUE, CC_RATE_CONTESTED } CcRateState;

typedef struct {
    double bps;      /* what may be spent */
    double pace_bps; /* what may leave now */
    double min_bps, max_bps;
    CcRateState state;

    double growth;       /* of the rate in each loop, as a fraction of it */
    double capacity_bps; /* of the link or our share of it, when it was last full; 0: unknown */
    gint64 capacity_us;  /* and when */
    gint64 step_us;      /* last */
    gint64 empty_us;     /* when the queue was last seen empty */

    gboolean untested; /* what is sent does not show whether more fits */
    gint64 breath_us;  /* until when the queue is being emptied on purpose */

    /* Whose queue is it? */
    double episode_bps;            /* the rate when it began */
    gint64 long_us;                /* when it was last seen not to be long */
    gboolean watching;             /* whether it gives way */
    double watch_bps, expected_us; /* what arrived then; how much should have drained since */
    gint64 watch_queue_us, watch_us;
    gint64 full_us;                       /* when it was last longer than it should be */
    gint64 check_us;                      /* last time that a contest was doubted */
    gint64 least_queue_us, most_queue_us; /* since */
    gint64 loss_us;                       /* last answer to a loss */
    gboolean way_changed; /* out: there is no queue, the way itself has become longer */
} CcRateControl;

/* TRUE if far more was sent than is carried, so that a long queue turns it away; on a narrow link
 * if losses show that, or it is more than any queue holds. @spread: of random losses (loss-runs.h).
 */
gboolean cc_path_is_flooded(const CcPathView *view, double spread);

void cc_rate_control_init(CcRateControl *control, double start_bps, double min_bps, double max_bps);
void cc_rate_control_step(CcRateControl *control, const CcPathView *view);
/* A probe or an old memory has shown that so much fits. */
void cc_rate_control_set(CcRateControl *control, double bps);
/* So much fits, and no more. */
void cc_rate_control_found(CcRateControl *control, double bps, gint64 now_us);
/* How long a queue is right at such a rate. */
gint64 cc_rate_control_target_us(double bps);

G_END_DECLS
