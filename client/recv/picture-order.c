#include "client/recv/picture-order.h"

#include "common/wire/sequence.h"

#define RING 2048     /* packets: two seconds of 8 Mbit/s */
#define MAX_JUMP 3000 /* packets; beyond this the sender started anew (RFC 3550, MAX_DROPOUT) */
#define TURN_US (10 * G_USEC_PER_SEC)

typedef struct {
    gpointer item; /* NULL: missing */
    gint64 at_us;  /* since when it is there, or missed */
    guint32 timestamp;
    gboolean keyframe, last;
} Slot;

struct CcPictureOrder {
    GDestroyNotify free_item;
    gint64 wait_us, seen_us;
    gboolean started;
    gboolean broken; /* until a keyframe: something was given up */
    gboolean wants_keyframe;
    CcSequenceUnwrapper unwrapper;
    gint64 next, highest;   /* to hand out; that came */
    gint64 released;        /* all before this may go */
    gint64 whole, whole_us; /* a keyframe behind a hole; when it is due. 0: there is none */
    guint16 out;            /* the new number of what goes next */
    guint32 timestamp;      /* the newest, and its */
    gint64 media_us;        /* unwrapped time */
    /* Arrival minus media time, at the least: of this turn and the one before. */
    gint64 least_us, least_before_us, turn_us;
    Slot slots[RING];
};

CcPictureOrder *
cc_picture_order_new(GDestroyNotify free_item)
{
    CcPictureOrder *order = g_new0(CcPictureOrder, 1);
    order->free_item = free_item;
    return order;
}

static Slot *
slot_of(CcPictureOrder *order, gint64 number)
{
    return &order->slots[number % RING];
}

static void
drop_until(CcPictureOrder *order, gint64 number)
{
    for (; order->next < number; order->next++)
        if (order->next <= order->highest)
            g_clear_pointer(&slot_of(order, order->next)->item, order->free_item);
    order->released = MAX(order->released, order->next);
}

void
cc_picture_order_free(CcPictureOrder *order)
{
    if (order == NULL)
        return;
    drop_until(order, order->highest + 1);
    g_free(order);
}

void
cc_picture_order_restart(CcPictureOrder *order)
{
    drop_until(order, order->highest + 1);
    order->started = FALSE;
}

void
cc_picture_order_set_wait(CcPictureOrder *order, gint64 wait_us, gint64 seen_us)
{
    order->wait_us = wait_us;
    order->seen_us = seen_us;
}

static gint64
media_us(const CcPictureOrder *order, guint32 timestamp)
{
    return order->media_us + (gint64)(gint32)(timestamp - order->timestamp) * 100 / 9;
}

static void
learn_time(CcPictureOrder *order, guint32 timestamp, gint64 now_us)
{
    order->media_us = media_us(order, timestamp);
    order->timestamp = timestamp;
    gint64 transit_us = now_us - order->media_us;
    if (now_us - order->turn_us > TURN_US) {
        order->least_before_us = order->turn_us != 0 ? order->least_us : transit_us;
        order->least_us = transit_us;
        order->turn_us = now_us;
    }
    order->least_us = MIN(order->least_us, transit_us);
}

static void
begin(CcPictureOrder *order, guint16 sequence)
{
    drop_until(order, order->highest + 1);
    order->unwrapper = (CcSequenceUnwrapper){0};
    order->next = order->released = cc_sequence_unwrap(&order->unwrapper, sequence);
    order->out = sequence;
    order->highest = order->next - 1;
    order->started = order->broken = TRUE;
    order->whole = 0;
    order->turn_us = 0;
}

/* The number behind the picture that goes on at @from, or of what is missing of it. */
static gint64
run_end(CcPictureOrder *order, gint64 from, gboolean *whole)
{
    guint32 timestamp = slot_of(order, from)->timestamp;
    *whole = FALSE;
    for (gint64 at = from; at <= order->highest; at++) {
        const Slot *slot = slot_of(order, at);
        if (slot->item == NULL)
            return at;
        if (slot->timestamp != timestamp) {
            *whole = TRUE;
            return at;
        }
        if (slot->last) {
            *whole = TRUE;
            return at + 1;
        }
    }
    return order->highest + 1;
}

/* Whether with @number a keyframe has become whole behind a hole. */
static void
look_for_whole(CcPictureOrder *order, gint64 number, gint64 now_us)
{
    gboolean whole;
    gint64 first = number;
    guint32 timestamp = slot_of(order, number)->timestamp;
    while (!slot_of(order, first)->keyframe && first > order->next) {
        const Slot *before = slot_of(order, first - 1);
        if (before->item == NULL || before->timestamp != timestamp)
            return;
        first--;
    }
    if (first <= order->whole || !slot_of(order, first)->keyframe)
        return;
    run_end(order, first, &whole);
    if (!whole)
        return;
    order->whole = first;
    order->whole_us = MAX(now_us, media_us(order, timestamp) + order->seen_us +
                                      MIN(order->least_us, order->least_before_us));
}

void
cc_picture_order_add(CcPictureOrder *order, const CcPicturePiece *piece, gpointer item,
                     gint64 now_us)
{
    int distance = cc_sequence_distance(piece->sequence, (guint16)order->highest);
    if (!order->started || ABS(distance) > MAX_JUMP)
        begin(order, piece->sequence);
    gint64 number = cc_sequence_unwrap(&order->unwrapper, piece->sequence);
    if (number < order->next || (number <= order->highest && slot_of(order, number)->item)) {
        order->free_item(item);
        return;
    }
    drop_until(order, number - RING + 1);
    for (; order->highest < number; order->highest++)
        *slot_of(order, order->highest + 1) = (Slot){.at_us = now_us};
    *slot_of(order, number) = (Slot){item, now_us, piece->timestamp, piece->keyframe, piece->last};
    learn_time(order, piece->timestamp, now_us);
    look_for_whole(order, number, now_us);
}

/* What is missing first, or not yet there. */
static gint64
first_missing(CcPictureOrder *order)
{
    gint64 at = order->next;
    while (at <= order->highest && slot_of(order, at)->item != NULL)
        at++;
    return at;
}

/* Goes on at @number; what was before is given up. */
static void
give_up(CcPictureOrder *order, gint64 number, gboolean harmless)
{
    drop_until(order, number);
    order->broken |= !harmless;
    order->wants_keyframe |= !harmless;
}

/* When it is no longer waited for what is missing first, at @missing. */
static gint64
patience_us(CcPictureOrder *order, gint64 missing)
{
    gint64 until_us = slot_of(order, missing)->at_us + order->wait_us;
    if (order->whole > missing)
        until_us = MIN(until_us, order->broken ? 0 : order->whole_us);
    return until_us;
}

/* Behind a hole for which it is no longer waited. */
static void
pass_hole(CcPictureOrder *order, gint64 missing)
{
    if (order->whole > missing) {
        give_up(order, order->whole, TRUE);
        return;
    }
    while (missing <= order->highest && slot_of(order, missing)->item == NULL)
        missing++;
    give_up(order, missing, FALSE);
}

/* Until a keyframe comes nothing can be decoded. */
static void
pass_broken(CcPictureOrder *order)
{
    while (order->next <= order->highest && slot_of(order, order->next)->item != NULL &&
           !slot_of(order, order->next)->keyframe)
        give_up(order, order->next + 1, FALSE);
}

/* TRUE if a picture may go. */
static gboolean
release(CcPictureOrder *order, gint64 now_us)
{
    gboolean whole;
    while (order->next <= order->highest) {
        if (order->broken)
            pass_broken(order);
        gint64 missing = first_missing(order);
        if (missing > order->next) {
            gint64 end = run_end(order, order->next, &whole);
            if (whole) {
                order->broken = FALSE;
                order->released = end;
                return TRUE;
            }
        }
        if (missing > order->highest || now_us < patience_us(order, missing))
            return FALSE;
        pass_hole(order, missing);
    }
    return FALSE;
}

gpointer
cc_picture_order_take(CcPictureOrder *order, gint64 now_us, guint16 *sequence)
{
    if (order->next >= order->released && !release(order, now_us))
        return NULL;
    *sequence = order->out++;
    return g_steal_pointer(&slot_of(order, order->next++)->item);
}

guint16
cc_picture_order_next(const CcPictureOrder *order)
{
    return (guint16)order->next;
}

gboolean
cc_picture_order_wants_keyframe(CcPictureOrder *order)
{
    gboolean wants = order->wants_keyframe;
    order->wants_keyframe = FALSE;
    return wants;
}

gint64
cc_picture_order_next_us(CcPictureOrder *order)
{
    gint64 missing = first_missing(order);
    if (order->next < order->released)
        return 0;
    return missing <= order->highest ? patience_us(order, missing) : G_MAXINT64;
}
