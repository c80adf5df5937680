/* The pictures' slots on a screen: when each slot's pictures are to be seen (its voice may wait for
 * other things than another's), and which slots are seen at all. Pure: running times and clocks are
 * arguments. The owner's lock. */
#pragma once

#include <gst/gst.h>

#include "client/recv/playout.h"
#include "client/ui/layout.h"

G_BEGIN_DECLS

#define CC_SCREEN_MARGIN_MS 6 /* from the screen to its sinks */

typedef struct {
    gboolean begun;
    GstClockTime last_time;  /* running time when the newest picture came */
    GstClockTime last_place; /* and its PTS */
    GstClockTime voice_time; /* running time when the voice's delay was told */
    gint64 voice_delay_us;
    CcPlayout playout;
} CcScreenSlot;

typedef struct {
    CcScreenSlot slots[CC_WATCHED_VIDEOS];
    gboolean guests[CC_GUESTS]; /* the stage has them */
    gboolean present[CC_WATCHED_VIDEOS];
    CcLayout layout;
    GstClockTime cleared; /* pictures from before are not shown */
    guint64 late;         /* pictures that were not even tried */
} CcScreenSlots;

/* @least_delay_ms: of pictures. */
void cc_screen_slots_init(CcScreenSlots *slots, guint least_delay_ms);
/* What is seen has ended. */
void cc_screen_slots_clear(CcScreenSlots *slots, GstClockTime now);

/* Whom the stage has. Who comes onto it is seen with the first picture from then on. */
void cc_screen_slots_set_guests(CcScreenSlots *slots, const gboolean guests[CC_GUESTS]);

/* A picture of @slot came: @time is where it would be without a delay. Returns where it is to be
 * seen; GST_CLOCK_TIME_NONE: not at all. */
GstClockTime cc_screen_slots_add(CcScreenSlots *slots, guint slot, GstClockTime time,
                                 GstClockTime now, gint64 now_us, gboolean *playout_changed);
/* The delay of the voice that belongs to slots of @voice (common/base/slots.h). */
void cc_screen_slots_voice(CcScreenSlots *slots, guint voice, gint64 delay_us, GstClockTime now);
/* The playout delay of a slot's pictures, microseconds. */
gint64 cc_screen_slots_delay_us(const CcScreenSlots *slots, guint slot, GstClockTime now);

/* Which slots carry pictures now. TRUE if that has changed. */
gboolean cc_screen_slots_look(CcScreenSlots *slots, GstClockTime now);
/* How many of them are to be seen, and the largest. */
guint cc_screen_slots_seen(const CcScreenSlots *slots, guint *largest);

G_END_DECLS
