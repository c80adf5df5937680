/* Which picture of a screen is coded when, and how finely: what has changed goes out soon and as
 * coarsely as it must, so that it takes a link less than a second; while nothing moves it is
 * refined, as fast as the link takes it; and then nothing is sent but a sign of life now and then,
 * without which nobody would notice that the last packet was lost. Pure: times in µs of one clock.
 * The caller locks. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    guint bps;        /* what pictures may take; 0: nothing is to be sent */
    gint64 debt_bits; /* coded, and not yet paid for by time */
    gint64 paid_us;   /* up to when it has been */
    gint64 coded_us;  /* the newest picture */
    guint quantizer;  /* of it; of what is being coded, until then */
    guint beats;      /* signs of life since the last picture of another kind */

    /* What a picture takes at a middling quantizer; learned. */
    double key_bits;    /* a keyframe */
    double change_bits; /* a change of all of it */

    double changed; /* by what is being coded: 0 refines */
    gboolean keyframe;
} CcScreenPlan;

typedef enum { CC_SCREEN_NOTHING, CC_SCREEN_PICTURE, CC_SCREEN_KEYFRAME } CcScreenAction;

/* @pixels: of a picture. */
void cc_screen_plan_init(CcScreenPlan *plan, guint pixels);
void cc_screen_plan_set_rate(CcScreenPlan *plan, guint bps, gint64 now_us);
/* What is to be done now. @changed: which part of the screen differs from the picture that was
 * coded last, 0..1. @keyframe: one is wanted. @quantizer: of what is to be coded (libvpx' scale, 63
 * is the coarsest). */
CcScreenAction cc_screen_plan_next(CcScreenPlan *plan, double changed, gboolean keyframe,
                                   gint64 now_us, guint *quantizer);
/* It has been, to @bytes on the wire. */
void cc_screen_plan_coded(CcScreenPlan *plan, gsize bytes, gint64 now_us);
/* Whether what has changed has still to be sent, or refined. */
gboolean cc_screen_plan_is_busy(const CcScreenPlan *plan);

G_END_DECLS
