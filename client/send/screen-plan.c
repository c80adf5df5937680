#include "client/send/screen-plan.h"

#include <math.h>

/* Measured with VP9 on pages of text: bits fall in a straight line with the quantizer, both those
 * of keyframes and those of changes. */
#define MIDDLE 32
#define SLOPE 0.0244
/* What is coded again more finely takes more than the difference. */
#define REFINE_COST 1.1
/* Before anything is known: a page of text, bits of a pixel. */
#define FIRST_KEY_BITS 0.4
#define FIRST_CHANGE_BITS 0.75
#define LEARNING 0.5 /* what the newest counts */
#define LEAST_PART 0.002
#define TELLING_PART 0.05 /* less has been changed than says anything of larger changes */

#define FINEST 16    /* nobody sees what is finer */
#define READABLE 48  /* pages of text have an SSIM of 0.98 */
#define COARSEST 60  /* of 0.96: text can be read */
#define COARSE_S 0.7 /* what a change may take of the link, */
/* and if it is readable then: in two steps it would take half as much again. */
#define AT_ONCE_S 3.2
#define READ_S 2.0   /* what makes it readable, if that can be done in one step */
#define REFINE_S 0.5 /* and each step of its refinement after that: a new change waits for it */
#define LEAST_STEP 4 /* quantizers: many small steps take far more than one */
#define LARGEST_STEP 20

/* Of the rate, what people do not wait for: the rest is the face's. */
#define REFINING_PART 0.25
#define MOVING_PART 0.5
/* People do not wait for a film: with so much of late nothing is urgent until half of that has
 * passed. */
#define MOST_URGENT_US (8 * G_USEC_PER_SEC)
#define KEYFRAME_TRIP_US 500000 /* beyond what the link takes for it */

#define STILL_US 600000
#define SOON_US 150000 /* of what is on its way, when the next change follows */
#define FIRST_BEAT_US 300000
#define BEAT_US 2000000
#define LONGEST_DEBT_S 3 /* more is forgiven */

void
cc_screen_plan_init(CcScreenPlan *plan, guint pixels)
{
    *plan = (CcScreenPlan){.quantizer = COARSEST,
                           .key_bits = FIRST_KEY_BITS * pixels,
                           .change_bits = FIRST_CHANGE_BITS * pixels,
                           .shown_bits = FIRST_KEY_BITS * pixels,
                           .part = REFINING_PART};
}

static void
pay(CcScreenPlan *plan, gint64 now_us)
{
    gint64 passed_us = CLAMP(now_us - plan->paid_us, 0, LONGEST_DEBT_S * G_USEC_PER_SEC);
    plan->paid_us = now_us;
    plan->debt_bits -= passed_us * plan->bps / G_USEC_PER_SEC;
    plan->debt_bits = CLAMP(plan->debt_bits, 0, (gint64)plan->bps * LONGEST_DEBT_S);
    plan->urgent_us += plan->urgent ? passed_us : -passed_us;
    plan->urgent_us = MAX(plan->urgent_us, 0);
    gboolean gone = plan->debt_bits * G_USEC_PER_SEC <= (gint64)plan->bps * SOON_US;
    gboolean there = gone && !plan->coding && plan->quantizer <= READABLE;
    if (there || plan->urgent_us > MOST_URGENT_US)
        plan->urgent = FALSE;
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

/* The finest with which what takes @bits at the middle takes no more than a moment of the link. A
 * keyframe is for who has just come, whose link may be narrower than is known yet. */
static guint
fitting(const CcScreenPlan *plan, double bits, gboolean keyframe)
{
    double quantizer = MIDDLE + (1 - plan->bps * COARSE_S / MAX(bits, 1)) / SLOPE;
    if (!keyframe && bits * share_at(READABLE) <= plan->bps * AT_ONCE_S)
        quantizer = MIN(quantizer, READABLE);
    return (guint)CLAMP(ceil(quantizer), FINEST, COARSEST);
}

/* The next step from where the picture stands. */
static guint
finer(const CcScreenPlan *plan)
{
    double each = REFINE_COST * SLOPE * plan->shown_bits; /* bits, of a quantizer less */
    if (plan->quantizer > READABLE) {
        guint step = (guint)MAX(plan->bps * READ_S / each, LEAST_STEP);
        return plan->quantizer - MIN(step, plan->quantizer - READABLE);
    }
    guint step = (guint)CLAMP(plan->bps * REFINE_S / each, LEAST_STEP, LARGEST_STEP);
    return plan->quantizer - MIN(step, plan->quantizer - FINEST);
}

static guint
choose_for_change(const CcScreenPlan *plan, double changed, gboolean keyframe)
{
    double part = MAX(changed, LEAST_PART);
    double bits = keyframe ? plan->key_bits : plan->change_bits * part;
    guint quantizer = fitting(plan, bits, keyframe);
    if (plan->quantizer <= FINEST)
        return quantizer;
    return MAX(quantizer, finer(plan)); /* the same picture refines all that has not changed */
}

/* Another page, after the screen has stood still. */
static void
look_for_turn(CcScreenPlan *plan, double changed, gint64 now_us)
{
    if (changed < TELLING_PART)
        return;
    plan->turned |= now_us - plan->moved_us >= STILL_US;
    plan->moved_us = now_us;
}

static CcScreenAction
begin(CcScreenPlan *plan, double changed, gboolean keyframe, guint quantizer)
{
    gboolean beats = changed <= 0 && !keyframe && quantizer == plan->quantizer;
    if ((plan->turned || keyframe) && plan->urgent_us <= MOST_URGENT_US / 2)
        plan->urgent = TRUE;
    plan->turned = FALSE;
    plan->coding = TRUE;
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
    gboolean rests = now_us < plan->rest_until_us;
    look_for_turn(plan, changed, now_us);
    gboolean moves = changed >= TELLING_PART && !plan->urgent && !plan->turned;
    if (keyframe || (changed > 0 && !(moves && rests)))
        *quantizer = choose_for_change(plan, changed, keyframe);
    else if (changed <= 0 && plan->quantizer > READABLE)
        *quantizer = finer(plan);
    else if (changed <= 0 && plan->quantizer > FINEST && !rests)
        *quantizer = finer(plan);
    else if (changed <= 0 && now_us - plan->coded_us >= beat_us)
        *quantizer = plan->quantizer;
    else
        return CC_SCREEN_NOTHING;
    return debt_us <= SOON_US ? begin(plan, changed, keyframe, *quantizer) : CC_SCREEN_NOTHING;
}

/* What people do not wait for leaves the link to others for a while. */
static void
rest(CcScreenPlan *plan, gint64 bits, gint64 now_us)
{
    gboolean moves = plan->changed >= TELLING_PART;
    if (plan->urgent || plan->bps == 0 || plan->beats > 0 || plan->keyframe ||
        (plan->changed > 0 && !moves))
        return;
    plan->part = moves ? MOVING_PART : REFINING_PART;
    plan->rest_until_us = now_us + (gint64)(bits * G_USEC_PER_SEC / (plan->bps * plan->part));
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
    plan->coding = FALSE;
    plan->coded_us = now_us;
    plan->debt_bits += (gint64)bits;
    rest(plan, (gint64)bits, now_us);
    bits /= share_at(plan->quantizer);
    if (plan->keyframe)
        learn(&plan->key_bits, bits);
    else if (plan->changed >= TELLING_PART)
        learn(&plan->change_bits, bits / plan->changed);
    if (plan->keyframe || plan->changed >= TELLING_PART)
        plan->shown_bits = bits;
    if (plan->keyframe && plan->bps > 0)
        plan->keyframe_us =
            now_us + KEYFRAME_TRIP_US + plan->debt_bits * G_USEC_PER_SEC / plan->bps;
}

void
cc_screen_plan_failed(CcScreenPlan *plan, gint64 now_us)
{
    plan->coding = FALSE;
    plan->coded_us = now_us;
}

gboolean
cc_screen_plan_is_keyframe_due(const CcScreenPlan *plan, gint64 now_us)
{
    return now_us < plan->keyframe_us;
}

guint
cc_screen_plan_busy_bps(const CcScreenPlan *plan, gboolean *urgent)
{
    *urgent = plan->bps > 0 && plan->urgent;
    if (plan->debt_bits == 0 && plan->quantizer <= FINEST)
        return 0;
    return plan->urgent ? plan->bps : (guint)(plan->bps * plan->part);
}
