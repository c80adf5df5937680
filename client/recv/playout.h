/* When pictures are shown: as soon as most of them are ready, counted from the moment that
 * the link at its best would bring the voice that belongs to them. A link that is slow or has to
 * repeat, or a machine that is late with decoding gets more; what is later still is shown when it
 * is there.
 *
 * Lips and voice stay together as far as people notice (ITU-R BT.1359): the picture follows a voice
 * that has to wait, and a voice that need not wait does so for the picture, but not for long: on a
 * bad link it is heard first. Pure: time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_PLAYOUT_MAX_EXTRA_MS 1000
#define CC_PLAYOUT_HOPELESS_MS 4000
#define CC_PLAYOUT_MAX_LATENESS_MS 45 /* by which a voice may be ahead of its lips */
#define CC_PLAYOUT_MAX_AHEAD_MS 120   /* by which lips may be ahead of their voice */
#define CC_PLAYOUT_VOICE_WAITS_MS 60  /* at most, for the picture */
#define CC_PLAYOUT_KEPT 128           /* pictures */

typedef struct {
    gint64 base_us; /* what is normal, and the least */
    struct {
        gint64 behind_us, at_us;
    } kept[CC_PLAYOUT_KEPT]; /* a ring */
    guint n;                 /* ever */
    gint64 needed_us;        /* by most of the pictures of the last seconds */
    gint64 voice_us;         /* the delay that the voice should have for their sake */
    gint64 wrong_since_us;   /* since when it should have another; 0: it should not */
    gboolean more;           /* which is more */
    gboolean hopeless;
} CcPlayout;

/* @base_ms: the least delay. */
void cc_playout_init(CcPlayout *playout, guint base_ms);
/* A picture is ready for the screen @behind_us after the link at its best would have brought its
 * voice. TRUE: voice_us has changed. */
gboolean cc_playout_add(CcPlayout *playout, gint64 behind_us, gint64 now_us);
/* The delay of pictures where the voice has @voice_us; negative: there is no voice. */
gint64 cc_playout_delay_us(const CcPlayout *playout, gint64 voice_us);
/* TRUE once if pictures are so far behind that no delay within reason helps: the owner throws away
 * what waits to be decoded. */
gboolean cc_playout_take_hopeless(CcPlayout *playout);

G_END_DECLS
