/* Who gets what of a link that does not take everything: spends an estimate down the ladder of what
 * matters (voice before slides before a pupil's voice before the teacher's face before high
 * definition), with a floor for each rung, and without restlessness: it falls at once and climbs
 * slowly. One for each receiver. A value, no ownership; pure: @now_us in µs of one clock. Rates are
 * bit/s on the wire. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_LADDER_SLOTS 13
#define CC_LADDER_LAYERS 3 /* of simulcast */
#define CC_LADDER_TIDS 4   /* temporal layers */
#define CC_LADDER_ALL_TIDS (CC_LADDER_TIDS - 1)
#define CC_LADDER_MARGIN_PERCENT 92 /* of the budget: what a climb may cost */

typedef enum {
    CC_RUNG_VOICE,
    CC_RUNG_SLIDES,
    CC_RUNG_PUPIL, /* another voice */
    CC_RUNG_FACE,
    CC_RUNG_HD, /* slides and faces above CcLadderSettings.hd_bps */
    CC_N_RUNGS
} CcRung;

typedef struct {
    CcRung order[CC_N_RUNGS];    /* each once, the first one goes last */
    guint floor_bps[CC_N_RUNGS]; /* what it gets before rungs above it get more than theirs */
    guint hd_bps;
} CcLadderSettings;
extern const CcLadderSettings cc_ladder_defaults;
/* TRUE if @a matters more than @b. */
gboolean cc_ladder_goes_before(const CcLadderSettings *settings, CcRung a, CcRung b);

typedef enum {
    CC_VIDEO_NOTHING,
    CC_VIDEO_STILLS, /* keyframes of the layer and nothing else */
    CC_VIDEO_MOVING,
} CcVideoMode;

/* What a slot gets of what feeds it. Of voice only whether @mode is CC_VIDEO_NOTHING counts. */
typedef struct {
    CcVideoMode mode;
    guint8 layer;   /* of simulcast: 0 is the smallest */
    guint8 max_tid; /* CC_VIDEO_MOVING: the highest temporal layer; CC_LADDER_ALL_TIDS: all there
                       are */
} CcVideoTarget;

/* What there is of a layer now. */
typedef struct {
    guint n_tids;              /* 0: this layer is not to be had */
    guint bps[CC_LADDER_TIDS]; /* all up to and with that temporal layer */
    guint stills_bps;          /* keyframes as often as stills are wanted; 0: cannot be had */
} CcLadderLayer;

typedef struct {
    CcRung rung;
    guint voice_bps;  /* rungs of voice: what it needs now, with its redundancy; PUPIL: 0: nobody */
    gboolean yields;  /* a face whose publisher takes off its rate by itself what slides take */
    guint beyond_bps; /* slides: what they take now beyond what their layers are reckoned with */
    guint n_layers;   /* the others, the smallest first */
    CcLadderLayer layers[CC_LADDER_LAYERS];
} CcLadderSlot;

typedef struct {
    CcVideoTarget targets[CC_LADDER_SLOTS];
    /* What each slot could have if it made use of it: where its source may place its rate. What is
     * above a face on the ladder may count on that giving way. */
    guint budget_bps[CC_LADDER_SLOTS];
    guint cost_bps;   /* of all targets together */
    guint wanted_bps; /* of the next step up, with its margin; 0: there is none */

    gboolean started;
    guint fed;                /* bits: slots that something feeds */
    gint64 changed_us;        /* the latest switch */
    guint changed_budget_bps; /* the budget then */
    gint64 climbed_us;        /* the latest one, if it was upwards; else 0 */
    gint64 patience_us;       /* between a switch and the next climb */
    gint64 room_us;           /* since when there has been room for more; 0: there is none */
    gint64 tight_us; /* since when there has been a little too little; 0: there is enough */
    guint64 n_switches;
} CcLadder;

void cc_ladder_init(CcLadder *ladder);
/* With @budget_bps for all of @slots together; what feeds a slot anew is served at once. TRUE if a
 * target has changed. */
gboolean cc_ladder_decide(CcLadder *ladder, const CcLadderSettings *settings,
                          const CcLadderSlot *slots, guint n_slots, guint budget_bps,
                          gint64 now_us);

/* The same while less is to be spent for a moment on purpose: nothing is switched, sources are only
 * told to take less. */
void cc_ladder_hold(CcLadder *ladder, const CcLadderSettings *settings, const CcLadderSlot *slots,
                    guint n_slots, guint budget_bps);

G_END_DECLS
