/* Which packets of a stream are missing, and when to ask for them again: for NACK
 * generators. Pure: time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_LOSS_LIST_MAX                                                                           \
    256 /* missing packets tracked; beyond that a keyframe is the better question */

#define CC_LOSS_LIST_PATIENCE_US G_USEC_PER_SEC

typedef struct {
    guint16 sequence;
    guint8 tries;
    gint64 found_us; /* when it was missed */
    gint64 next_us;  /* when to ask (again), or to give up */
    guint8 copies;   /* of the present question that are still to go */
    gint64 copy_us;  /* when the next of them goes */
} CcLossEntry;

typedef struct {
    CcLossEntry entries[CC_LOSS_LIST_MAX]; /* ascending */
    guint n_entries;
    guint16 highest;
    gboolean started;
    gint64 patience_us;      /* 0: CC_LOSS_LIST_PATIENCE_US */
    guint copies;            /* of each question, besides the first */
    gint64 disorder_us;      /* that a packet is overtaken by, lately; 0: they come in order */
    guint64 lost_total;      /* packets found missing, ever */
    guint64 recovered_total; /* of those, arrived after all */
} CcLossList;

void cc_loss_list_init(CcLossList *list);
/* Tells of an arrival (original or recovered). TRUE if the gap was too large to repair: the list is
 * reset and the caller should ask for a keyframe. */
gboolean cc_loss_list_arrived(CcLossList *list, guint16 sequence, gint64 now_us);
/* How long a packet is asked for. */
void cc_loss_list_set_patience(CcLossList *list, gint64 patience_us);
/* Writes the sequence numbers to ask for now (first at once, or where packets overtake
 * each other after as long as that lately took; then once each @rtt_us, at most ten times for each
 * second of patience) and returns how many. */
guint cc_loss_list_due(CcLossList *list, gint64 now_us, gint64 rtt_us, guint16 *sequences,
                       guint max_sequences);
/* From now on each question goes out so many times more, over the first quarter of its @rtt_us, for
 * questions are lost as well, and never in its second half. Whoever answers is expected to answer
 * once. */
void cc_loss_list_set_copies(CcLossList *list, guint copies);
/* Like cc_loss_list_due(), of the copies that are to go by @now_us. */
guint cc_loss_list_due_copies(CcLossList *list, gint64 now_us, gint64 rtt_us, guint16 *sequences,
                              guint max_sequences);
/* Nobody needs what is missing before @sequence any more. */
void cc_loss_list_forget_before(CcLossList *list, guint16 sequence);
/* When one of these next has something to say; G_MAXINT64 if never. */
gint64 cc_loss_list_next_us(const CcLossList *list);

G_END_DECLS
