/* How long pictures have to wait for their place on the screen: as long as all but a few of them
 * need from the moment that the sender showed them, as the link at its best would bring it, until
 * they are decoded. A link that is slow or has to repeat, or a machine that is late with decoding
 * gets more, so that it shows pictures instead of dropping each as too late. Sound is given the
 * same delay by the owner: lips and voice stay together. Pure: time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_PLAYOUT_STEP_MS 10
#define CC_PLAYOUT_MAX_EXTRA_MS 1000
#define CC_PLAYOUT_HOPELESS_MS 4000
#define CC_PLAYOUT_MAX_LATENESS_MS 45 /* beyond this lips and voice visibly disagree */

typedef struct {
    guint base_ms, delay_ms;
    gint64 window_us;      /* begin of the present window; 0: none yet */
    guint pictures, late;  /* in it */
    gint64 behind_us[512]; /* in it; of the first of them */
    gboolean hopeless;
} CcPlayout;

/* @delay_ms: what is normal, and the least. */
void cc_playout_init(CcPlayout *playout, guint delay_ms);
/* A picture is ready for the screen @behind_us after its packets arrived. TRUE: delay_ms has
 * changed. */
gboolean cc_playout_add(CcPlayout *playout, gint64 behind_us, gint64 now_us);
/* TRUE once if pictures are so far behind that no delay within reason helps: the owner throws away
 * what waits to be decoded. */
gboolean cc_playout_take_hopeless(CcPlayout *playout);

G_END_DECLS
