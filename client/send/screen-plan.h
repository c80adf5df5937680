/* Which picture of a screen is coded when, and how finely: what has changed goes out soon and as
 * coarsely as it must, at once finely enough to be read well if a link takes that in three seconds
 * or so, else within one second and then in a second step; then, with a quarter of the rate, until
 * nobody could see more; and then nothing is sent but a sign of life now and then, without which
 * nobody would notice that the last packet was lost. Pure: times in µs of one clock. The caller
 * locks. */
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

    gboolean coding;      /* the newest has been chosen, and not yet been coded */
    gboolean turned;      /* another page is to be coded */
    gint64 moved_us;      /* when much of it last differed from what had been coded */
    gboolean urgent;      /* people wait for what has changed */
    gint64 urgent_us;     /* how long that has been so of late */
    gint64 rest_until_us; /* nothing goes that people do not wait for: by then that has taken */
    double part;          /* of the rate */
    gint64 keyframe_us;   /* until when the newest keyframe is on its way */

    /* What a picture takes at a middling quantizer; learned. */
    double key_bits;    /* a keyframe */
    double change_bits; /* a change of all of it */
    double shown_bits;  /* what is to be seen now, were it coded anew */

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
/* It could not be: nothing is learned from that. */
void cc_screen_plan_failed(CcScreenPlan *plan, gint64 now_us);
/* TRUE while a keyframe is on its way: who asks for one will have it. */
gboolean cc_screen_plan_is_keyframe_due(const CcScreenPlan *plan, gint64 now_us);
/* What it takes while something has still to be sent, or refined; else 0. @urgent: people wait for
 * it. */
guint cc_screen_plan_busy_bps(const CcScreenPlan *plan, gboolean *urgent);

G_END_DECLS
