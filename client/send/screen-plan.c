#include "client/send/screen-plan.h"

#include <math.h>

/* Measured with VP9 on pages of text: bits fall in a straight line with the quantizer, both those
 * of keyframes and those of changes. */
#define MIDDLE 32
#define SLOPE 0.026
/* What is coded again more finely takes more than the difference. */
#define REFINE_COST 1.4
/* Before anything is known: a page of text, bits of a pixel. */
#define FIRST_KEY_BITS 0.4
#define FIRST_CHANGE_BITS 1.0
#define LEARNING 0.5 /* what the newest counts */
#define LEAST_PART 0.002
#define TELLING_PART 0.05 /* less has been changed than says anything of larger changes */

#define FINEST 16    /* nobody sees what is finer */
#define COARSEST 56  /* text can be read */
#define COARSE_S 0.7 /* what a change may take of the link */
#define REFINE_S 0.7 /* and each step of its refinement: a new change waits for it */
#define LEAST_STEP 8 /* quantizers: many small steps take far more than one */
#define LARGEST_STEP 20

#define SOON_US 150000 /* of what is on its way, when the next change follows */
#define FIRST_BEAT_US 300000
#define BEAT_US 2000000
#define LONGEST_DEBT_S 3 /* more is forgiven */

void
cc_screen_plan_init(CcScreenPlan *plan, guint pixels)
{
    *plan = (CcScreenPlan){.quantizer = COARSEST,
                           .key_bits = FIRST_KEY_BITS * pixels,
                           .change_bits = FIRST_CHANGE_BITS * pixels};
}

static void
pay(CcScreenPlan *plan, gint64 now_us)
{
    gint64 passed_us = CLAMP(now_us - plan->paid_us, 0, LONGEST_DEBT_S * G_USEC_PER_SEC);
    plan->paid_us = now_us;
    plan->debt_bits -= passed_us * plan->bps / G_USEC_PER_SEC;
    plan->debt_bits = CLAMP(plan->debt_bits, 0, (gint64)plan->bps * LONGEST_DEBT_S);
}

void
cc_screen_plan_set_rate(CcScreenPlan *plan, guint bps, gint64 now_us)
{
    pay(plan, now_us);
    plan->bps = bps;
}

/* Of what a picture takes at the middle. */
static double
share_at(double quantizer)
{
    return 1 + (MIDDLE - quantizer) * SLOPE;
}

/* The finest with which what takes @bits at the middle takes no more than a moment of the link. */
static guint
fitting(const CcScreenPlan *plan, double bits)
{
    double quantizer = MIDDLE + (1 - plan->bps * COARSE_S / MAX(bits, 1)) / SLOPE;
    return (guint)CLAMP(ceil(quantizer), FINEST, COARSEST);
}

/* The next step from where the picture stands. */
static guint
finer(const CcScreenPlan *plan)
{
    double step = plan->bps * REFINE_S / (REFINE_COST * SLOPE * plan->key_bits);
    guint most = plan->quantizer - FINEST;
    return plan->quantizer - MIN((guint)CLAMP(step, LEAST_STEP, LARGEST_STEP), most);
}

static guint
choose_for_change(const CcScreenPlan *plan, double changed, gboolean keyframe)
{
    double part = MAX(changed, LEAST_PART);
    guint quantizer = fitting(plan, keyframe ? plan->key_bits : plan->change_bits * part);
    if (plan->quantizer <= FINEST)
        return quantizer;
    return MAX(quantizer, finer(plan)); /* the same picture refines all that has not changed */
}

static CcScreenAction
begin(CcScreenPlan *plan, double changed, gboolean keyframe, guint quantizer)
{
    gboolean beats = changed <= 0 && !keyframe && quantizer == plan->quantizer;
    plan->changed = changed;
    plan->keyframe = keyframe;
    plan->beats = beats ? plan->beats + 1 : 0;
    plan->quantizer = quantizer;
    return keyframe ? CC_SCREEN_KEYFRAME : CC_SCREEN_PICTURE;
}

CcScreenAction
cc_screen_plan_next(CcScreenPlan *plan, double changed, gboolean keyframe, gint64 now_us,
                    guint *quantizer)
{
    pay(plan, now_us);
    if (plan->bps == 0)
        return CC_SCREEN_NOTHING;
    gint64 debt_us = plan->debt_bits * G_USEC_PER_SEC / plan->bps;
    gint64 beat_us = plan->beats == 0 ? FIRST_BEAT_US : BEAT_US;
    gint64 most_us = 0;
    if (keyframe || changed > 0) {
        *quantizer = choose_for_change(plan, changed, keyframe);
        most_us = SOON_US;
    } else if (plan->quantizer > FINEST) {
        *quantizer = finer(plan);
    } else if (now_us - plan->coded_us >= beat_us) {
        *quantizer = plan->quantizer;
    } else {
        return CC_SCREEN_NOTHING;
    }
    return debt_us <= most_us ? begin(plan, changed, keyframe, *quantizer) : CC_SCREEN_NOTHING;
}

static void
learn(double *known, double bits)
{
    *known += LEARNING * (bits - *known);
}

void
cc_screen_plan_coded(CcScreenPlan *plan, gsize bytes, gint64 now_us)
{
    double bits = (double)bytes * 8;
    plan->coded_us = now_us;
    plan->debt_bits += (gint64)bits;
    bits /= share_at(plan->quantizer);
    if (plan->keyframe)
        learn(&plan->key_bits, bits);
    else if (plan->changed >= TELLING_PART)
        learn(&plan->change_bits, bits / plan->changed);
}

gboolean
cc_screen_plan_is_busy(const CcScreenPlan *plan)
{
    return plan->bps > 0 && (plan->debt_bits > 0 || plan->quantizer > FINEST);
}
