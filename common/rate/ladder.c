#include "common/rate/ladder.h"

#include <string.h>

#define MAX_STEPS (2 + CC_LADDER_LAYERS * CC_LADDER_TIDS)

#define PATIENCE_US (10 * G_USEC_PER_SEC)
#define MAX_PATIENCE_US (80 * G_USEC_PER_SEC)
#define STILL_PATIENCE 5                 /* so many times less of it */
#define FORGIVE_US (60 * G_USEC_PER_SEC) /* a climb that has held for so long was none too many */
#define ROOM_US (1 * G_USEC_PER_SEC)
#define GUESS_US (3 * G_USEC_PER_SEC) /* within it of the first choice nobody knew the link yet */
#define TIGHT_US (1 * G_USEC_PER_SEC)
#define TOO_TIGHT_PERCENT 130    /* of the budget: what cannot wait to fall */
#define ANOTHER_LINK_PERCENT 140 /* a budget that has grown so much is another link's */

const CcLadderSettings cc_ladder_defaults = {
    .order = {CC_RUNG_VOICE, CC_RUNG_SLIDES, CC_RUNG_PUPIL, CC_RUNG_FACE, CC_RUNG_HD},
    .floor_bps = {[CC_RUNG_SLIDES] = 30000, [CC_RUNG_PUPIL] = 40000, [CC_RUNG_FACE] = 30000},
    .hd_bps = 400000,
};

/* One way to serve a slot; those of a slot ascend, and the first costs nothing. */
typedef struct {
    guint bps;
    CcRung rung;
    CcVideoTarget target;
} Step;

typedef struct {
    guint n_slots;
    guint n_steps[CC_LADDER_SLOTS];
    Step steps[CC_LADDER_SLOTS][MAX_STEPS];
    guint chosen[CC_LADDER_SLOTS];
    gboolean yields[CC_LADDER_SLOTS];
    guint beyond_bps[CC_LADDER_SLOTS];
} Plan;

static gboolean
is_voice(const CcLadderSlot *slot)
{
    return slot->rung == CC_RUNG_VOICE || slot->rung == CC_RUNG_PUPIL;
}

/* In the order of what they cost; what costs no less than something better is no choice. */
static void
add_step(Plan *plan, guint slot, Step step)
{
    Step *steps = plan->steps[slot];
    guint *n = &plan->n_steps[slot];
    while (*n > 1 && steps[*n - 1].bps >= step.bps)
        (*n)--;
    steps[(*n)++] = step;
}

/* Of a larger layer at least every other picture: otherwise the smaller one in full is better. */
static guint
first_tid(const CcLadderLayer *layer, guint index)
{
    return index > 0 && layer->n_tids > 2 ? 1 : 0;
}

static void
list_steps(Plan *plan, const CcLadderSettings *settings, const CcLadderSlot *slot, guint index)
{
    add_step(plan, index, (Step){.rung = slot->rung});
    if (slot->rung == CC_RUNG_PUPIL && slot->voice_bps == 0)
        return;
    if (is_voice(slot)) {
        Step step = {.bps = MAX(slot->voice_bps, 1), .rung = slot->rung};
        step.target.mode = CC_VIDEO_MOVING;
        add_step(plan, index, step);
        return;
    }
    for (guint i = 0; i < MIN(slot->n_layers, CC_LADDER_LAYERS); i++) {
        const CcLadderLayer *layer = &slot->layers[i];
        if (layer->stills_bps > 0 && plan->n_steps[index] == 1)
            add_step(plan, index,
                     (Step){layer->stills_bps, slot->rung, {CC_VIDEO_STILLS, (guint8)i, 0}});
        for (guint tid = first_tid(layer, i); tid < MIN(layer->n_tids, CC_LADDER_TIDS); tid++) {
            guint bps = MAX(layer->bps[tid], 1);
            guint8 max_tid = (guint8)(tid + 1 == layer->n_tids ? CC_LADDER_ALL_TIDS : tid);
            Step step = {bps,
                         bps > settings->hd_bps ? CC_RUNG_HD : slot->rung,
                         {CC_VIDEO_MOVING, (guint8)i, max_tid}};
            add_step(plan, index, step);
        }
    }
}

static void
make_plan(Plan *plan, const CcLadderSettings *settings, const CcLadderSlot *slots, guint n_slots)
{
    plan->n_slots = MIN(n_slots, CC_LADDER_SLOTS);
    memset(plan->n_steps, 0, sizeof plan->n_steps);
    memset(plan->chosen, 0, sizeof plan->chosen);
    for (guint i = 0; i < plan->n_slots; i++) {
        list_steps(plan, settings, &slots[i], i);
        plan->yields[i] = slots[i].yields;
        plan->beyond_bps[i] = slots[i].beyond_bps;
    }
}

static void
copy_plan(Plan *to, const Plan *from)
{
    to->n_slots = from->n_slots;
    memcpy(to->n_steps, from->n_steps, sizeof to->n_steps);
    memcpy(to->steps, from->steps, from->n_slots * sizeof to->steps[0]);
    memcpy(to->yields, from->yields, sizeof to->yields);
    memcpy(to->beyond_bps, from->beyond_bps, sizeof to->beyond_bps);
}

/* TRUE if something feeds a slot that nothing fed before: a classroom that is called on does not
 * wait as one that could have more of the same. */
static gboolean
look_for_news(CcLadder *self, const CcLadderSlot *slots, guint n_slots)
{
    guint fed = 0;
    for (guint i = 0; i < n_slots; i++) {
        if (is_voice(&slots[i]) ? slots[i].voice_bps > 0 : slots[i].n_layers > 0)
            fed |= 1u << i;
    }
    gboolean news = self->fed != 0 && (fed & ~self->fed) != 0;
    self->fed = fed;
    return news;
}

static guint64
cost_of(const Plan *plan)
{
    guint64 sum = 0;
    for (guint i = 0; i < plan->n_slots; i++)
        sum += plan->steps[i][plan->chosen[i]].bps;
    return sum;
}

/* Takes @slot as high as @rung goes, for at most @most_bps altogether and @left more than it costs
 * already. */
static void
raise_slot(Plan *plan, const CcLadderSlot *slot, guint index, CcRung rung, guint64 most_bps,
           gint64 *left)
{
    guint before = plan->chosen[index];
    for (guint i = before + 1; i < plan->n_steps[index]; i++) {
        const Step *step = &plan->steps[index][i];
        gint64 more = (gint64)step->bps - plan->steps[index][before].bps;
        if (step->rung != rung && step->rung != slot->rung)
            break;
        if (step->bps <= most_bps && more <= *left)
            plan->chosen[index] = i;
    }
    *left -= (gint64)plan->steps[index][plan->chosen[index]].bps - plan->steps[index][before].bps;
}

/* Half a voice is none: where it has a floor at all, that is what it takes, with the copies that
 * the link's losses ask for. */
static guint64
floor_of(const CcLadderSettings *settings, CcRung rung)
{
    gboolean whole = rung == CC_RUNG_PUPIL && settings->floor_bps[rung] > 0;
    return whole ? G_MAXUINT32 : settings->floor_bps[rung];
}

/* First the floors down the ladder, then what is left. The first voice has what it needs, be the
 * link ever so narrow; the margin is for what comes after it, or else a publisher that has been
 * told all the room there is would never fit. */
static void
allocate(Plan *plan, const CcLadderSettings *settings, const CcLadderSlot *slots, guint64 budget)
{
    gint64 left = (gint64)MIN(budget, G_MAXINT32);
    memset(plan->chosen, 0, sizeof plan->chosen);
    for (guint i = 0; i < plan->n_slots; i++) {
        if (slots[i].rung != CC_RUNG_VOICE)
            continue;
        plan->chosen[i] = plan->n_steps[i] - 1;
        left -= plan->steps[i][plan->chosen[i]].bps;
    }
    left = left * CC_LADDER_MARGIN_PERCENT / 100;
    for (guint turn = 0; turn < 2; turn++) {
        for (guint k = 0; k < CC_N_RUNGS; k++) {
            CcRung rung = settings->order[k];
            guint64 most = turn == 0 ? floor_of(settings, rung) : G_MAXUINT32;
            for (guint i = 0; i < plan->n_slots; i++) {
                if (slots[i].rung == rung || (rung == CC_RUNG_HD && !is_voice(&slots[i])))
                    raise_slot(plan, &slots[i], i, rung, most, &left);
            }
        }
    }
}

static gboolean
same_target(const CcVideoTarget *a, const CcVideoTarget *b)
{
    return a->mode == b->mode && a->layer == b->layer && a->max_tid == b->max_tid;
}

/* Where each slot stands now: at its target, or if that has gone, at the best below
 * it, or at the least there is. */
static void
find_present(const CcLadder *self, Plan *plan)
{
    for (guint i = 0; i < plan->n_slots; i++) {
        const CcVideoTarget *target = &self->targets[i];
        plan->chosen[i] = 0;
        for (guint k = 0; k < plan->n_steps[i]; k++) {
            const CcVideoTarget *offer = &plan->steps[i][k].target;
            if (offer->mode < target->mode ||
                (offer->mode == target->mode &&
                 (offer->layer < target->layer ||
                  (offer->layer == target->layer && offer->max_tid <= target->max_tid))))
                plan->chosen[i] = k;
        }
        if (plan->chosen[i] == 0 && target->mode != CC_VIDEO_NOTHING)
            plan->chosen[i] = MIN(1, plan->n_steps[i] - 1);
    }
}

/* TRUE if it is another one than before. */
static gboolean
adopt(CcLadder *self, const Plan *plan)
{
    gboolean changed = FALSE;
    for (guint i = 0; i < plan->n_slots; i++) {
        const CcVideoTarget *target = &plan->steps[i][plan->chosen[i]].target;
        if (plan->n_steps[i] == 1) /* its source will be back */
            continue;
        if (plan->steps[i][0].rung != CC_RUNG_VOICE) /* that one never goes */
            changed |= !same_target(target, &self->targets[i]);
        self->targets[i] = *target;
    }
    return changed;
}

static gboolean
is_higher(const Plan *plan, const Plan *than)
{
    for (guint i = 0; i < plan->n_slots; i++) {
        if (plan->chosen[i] > than->chosen[i])
            return TRUE;
    }
    return FALSE;
}

static gboolean
must_fall(CcLadder *self, guint64 cost, guint64 budget, gint64 now_us)
{
    if (cost <= budget) {
        self->tight_us = 0;
        return FALSE;
    }
    if (self->tight_us == 0)
        self->tight_us = now_us;
    return cost * 100 > budget * TOO_TIGHT_PERCENT || now_us - self->tight_us >= TIGHT_US;
}

/* A picture that stands still is soon let move again. */
static gint64
patience_of(const CcLadder *self, const Plan *present)
{
    for (guint i = 0; i < present->n_slots; i++) {
        if (present->n_steps[i] > 1 &&
            present->steps[i][present->chosen[i]].target.mode != CC_VIDEO_MOVING)
            return self->patience_us / STILL_PATIENCE;
    }
    return self->patience_us;
}

static gboolean
may_climb(CcLadder *self, gboolean has_room, const Plan *present, guint64 budget, gint64 now_us)
{
    if (!has_room) {
        self->room_us = 0;
        return FALSE;
    }
    if (self->room_us == 0)
        self->room_us = now_us;
    gboolean another_link =
        budget * 100 >= (guint64)self->changed_budget_bps * ANOTHER_LINK_PERCENT;
    gboolean guessed = self->n_switches == 1 && now_us - self->changed_us < GUESS_US;
    if (!self->started || (guessed && another_link))
        return TRUE;
    return now_us - self->room_us >= ROOM_US &&
           (now_us - self->changed_us >= patience_of(self, present) || another_link);
}

/* A climb that could not be kept makes the next one wait longer. */
static void
note_switch(CcLadder *self, gboolean climbed, guint budget, gint64 now_us)
{
    if (self->climbed_us != 0 && now_us - self->climbed_us < self->patience_us && !climbed)
        self->patience_us = MIN(self->patience_us * 2, MAX_PATIENCE_US);
    self->climbed_us = climbed ? now_us : 0;
    self->changed_us = now_us;
    self->changed_budget_bps = budget;
    self->room_us = self->tight_us = 0;
    self->n_switches++;
}

/* What the next better step of any slot costs, with the margin that a climb must have. */
static guint
next_step_bps(const Plan *plan, guint64 cost)
{
    guint64 least = G_MAXUINT64;
    for (guint i = 0; i < plan->n_slots; i++) {
        guint at = plan->chosen[i];
        if (at + 1 < plan->n_steps[i])
            least = MIN(least, cost - plan->steps[i][at].bps + plan->steps[i][at + 1].bps);
    }
    return least == G_MAXUINT64
               ? 0
               : (guint)MIN(least * 100 / CC_LADDER_MARGIN_PERCENT + 1, G_MAXINT32);
}

void
cc_ladder_init(CcLadder *ladder)
{
    *ladder = (CcLadder){.patience_us = PATIENCE_US};
}

static guint
place_of(const CcLadderSettings *settings, CcRung rung)
{
    guint place = 0;
    while (place < CC_N_RUNGS - 1 && settings->order[place] != rung)
        place++;
    return place;
}

gboolean
cc_ladder_goes_before(const CcLadderSettings *settings, CcRung a, CcRung b)
{
    return place_of(settings, a) < place_of(settings, b);
}

/* What faces that come after @slot would give way by if it took more, which it may do at any
 * moment: a screen on which nothing moves takes nothing. To slides altogether, where their
 * publisher sees to that and takes the face up again: a page takes a moment only. Others would
 * stand still for as long as a film lasts. */
static guint64
yielded_to(const Plan *plan, const CcLadderSettings *settings, guint slot)
{
    gboolean slides = plan->steps[slot][0].rung == CC_RUNG_SLIDES;
    guint64 sum = 0;
    if (!cc_ladder_goes_before(settings, plan->steps[slot][0].rung, CC_RUNG_FACE))
        return 0;
    for (guint i = 0; i < plan->n_slots; i++) {
        guint64 bps = plan->steps[i][plan->chosen[i]].bps;
        guint64 floor = slides && plan->yields[i] ? 0 : settings->floor_bps[CC_RUNG_FACE];
        if (plan->steps[i][0].rung == CC_RUNG_FACE && bps > floor)
            sum += bps - floor;
    }
    return sum;
}

static guint64
cost_of_slides(const Plan *plan)
{
    guint64 sum = 0;
    for (guint i = 0; i < plan->n_slots; i++)
        if (plan->steps[i][0].rung == CC_RUNG_SLIDES)
            sum += plan->steps[i][plan->chosen[i]].bps;
    return sum;
}

/* Of a face's @room, what a film on the screen takes of it, down to the face's floor. One that
 * yields does so by itself. */
static guint64
taken_by_film(const Plan *plan, const CcLadderSettings *settings, guint slot, guint64 room)
{
    guint64 sum = 0, floor = settings->floor_bps[CC_RUNG_FACE];
    if (plan->steps[slot][0].rung != CC_RUNG_FACE || plan->yields[slot] || room <= floor)
        return 0;
    for (guint i = 0; i < plan->n_slots; i++)
        sum += plan->chosen[i] > 0 ? plan->beyond_bps[i] : 0;
    return MIN(sum, room - floor);
}

/* The part of @budget that a slot may take. Others give way up to the next rung alone, that of high
 * definition. */
static guint64
room_for(const Plan *plan, const CcLadderSettings *settings, guint slot, guint64 budget)
{
    guint64 others = cost_of(plan) - plan->steps[slot][plan->chosen[slot]].bps;
    if (plan->yields[slot]) /* else it would give way twice, and long after a page has come */
        others -= cost_of_slides(plan);
    if (budget > others)
        others += taken_by_film(plan, settings, slot, budget - others);
    guint64 room = budget > others ? budget - others : 0;
    guint64 yielded = budget + yielded_to(plan, settings, slot);
    yielded = yielded > others ? MIN(yielded - others, settings->hd_bps) : 0;
    return MAX(room, yielded);
}

static void
tell(CcLadder *self, const CcLadderSettings *settings, const Plan *plan, guint64 budget)
{
    guint64 cost = cost_of(plan);
    for (guint i = 0; i < plan->n_slots; i++)
        self->budget_bps[i] = (guint)MIN(room_for(plan, settings, i, budget), G_MAXINT32);
    self->cost_bps = (guint)MIN(cost, G_MAXINT32);
    self->wanted_bps = next_step_bps(plan, cost);
}

gboolean
cc_ladder_decide(CcLadder *ladder, const CcLadderSettings *settings, const CcLadderSlot *slots,
                 guint n_slots, guint budget_bps, gint64 now_us)
{
    CcLadder *self = ladder;
    Plan present, better;
    gboolean changed = FALSE, news = look_for_news(self, slots, MIN(n_slots, CC_LADDER_SLOTS));
    make_plan(&present, settings, slots, n_slots);
    copy_plan(&better, &present);
    find_present(self, &present);
    allocate(&better, settings, slots, budget_bps);
    if (self->climbed_us != 0 && now_us - self->climbed_us >= FORGIVE_US)
        self->patience_us = PATIENCE_US;

    gboolean fall = must_fall(self, cost_of(&present), budget_bps, now_us);
    gboolean climb =
        may_climb(self, !fall && is_higher(&better, &present), &present, budget_bps, now_us);
    const Plan *next = fall || climb || news ? &better : &present;
    changed = adopt(self, next);
    if (changed)
        note_switch(self, climb && !news, budget_bps, now_us);
    self->started |= changed;
    tell(self, settings, next, budget_bps);
    return changed;
}

void
cc_ladder_hold(CcLadder *ladder, const CcLadderSettings *settings, const CcLadderSlot *slots,
               guint n_slots, guint budget_bps)
{
    Plan present;
    make_plan(&present, settings, slots, n_slots);
    find_present(ladder, &present);
    adopt(ladder, &present);
    ladder->tight_us = ladder->room_us = 0;
    tell(ladder, settings, &present, budget_bps);
}

G_STATIC_ASSERT(sizeof(CcLadder) <= 256);
