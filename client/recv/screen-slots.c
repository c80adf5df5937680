#include "client/recv/screen-slots.h"

#include <string.h>

#define VOICE_SILENT (1 * GST_SECOND) /* then pictures have a delay of their own */
/* Late pictures that come at once are seen one after the other, until too many are left. */
#define CATCH_UP_US 16000
#define MANY_LATE_US 500000
#define SHOW_AT_LEAST_EVERY (100 * GST_MSECOND) /* however late */
/* Without a picture for so long a slot is not seen any more. A screen on which nothing moves gives a
 * sign of life every two seconds, of which a weak link may lose many. */
#define GONE (4 * GST_SECOND)
#define SCREEN_GONE (30 * GST_SECOND)
#define NOMINAL_WIDTH 1280
#define NOMINAL_HEIGHT 720

void
cc_screen_slots_init(CcScreenSlots *slots, guint least_delay_ms)
{
    *slots = (CcScreenSlots){.cleared = GST_CLOCK_TIME_NONE};
    for (guint i = 0; i < CC_WATCHED_VIDEOS; i++) {
        slots->slots[i] = (CcScreenSlot){.last_time = GST_CLOCK_TIME_NONE,
                                         .last_place = GST_CLOCK_TIME_NONE,
                                         .voice_time = GST_CLOCK_TIME_NONE};
        cc_playout_init(&slots->slots[i].playout, least_delay_ms);
    }
    for (guint i = 0; i < CC_GUESTS; i++)
        slots->guests[i] = TRUE; /* until somebody says otherwise */
}

void
cc_screen_slots_clear(CcScreenSlots *slots, GstClockTime now)
{
    slots->cleared = now;
    for (guint i = 0; i < CC_WATCHED_VIDEOS; i++)
        slots->slots[i].last_time = GST_CLOCK_TIME_NONE;
}

gint64
cc_screen_slots_delay_us(const CcScreenSlots *slots, guint slot, GstClockTime now)
{
    const CcScreenSlot *one = &slots->slots[slot];
    gboolean heard = one->voice_time != GST_CLOCK_TIME_NONE && now < one->voice_time + VOICE_SILENT;
    return cc_playout_delay_us(&one->playout, heard ? one->voice_delay_us : -1);
}

static gboolean
is_wanted(const CcScreenSlots *slots, guint slot)
{
    return slot < CC_VIDEO_GUESTS || slots->guests[slot - CC_VIDEO_GUESTS];
}

void
cc_screen_slots_set_guests(CcScreenSlots *slots, const gboolean guests[CC_GUESTS])
{
    memcpy(slots->guests, guests, sizeof slots->guests);
    for (guint i = 0; i < CC_WATCHED_VIDEOS; i++)
        if (!is_wanted(slots, i))
            slots->slots[i].last_time = GST_CLOCK_TIME_NONE;
}

/* A late picture is better than none; where many are, most are left out here, where it costs
 * nothing. */
static gboolean
is_to_be_shown(CcScreenSlots *slots, const CcScreenSlot *slot, GstClockTime time, GstClockTime now,
               gint64 late_us)
{
    if (slots->cleared != GST_CLOCK_TIME_NONE && time < slots->cleared)
        return FALSE;
    gboolean left_out = late_us > MANY_LATE_US && slot->last_time != GST_CLOCK_TIME_NONE &&
                        now < slot->last_time + SHOW_AT_LEAST_EVERY;
    slots->late += left_out;
    return !left_out;
}

/* The PTS at which a picture is seen: its place, or else at once, a moment after the one before. */
static GstClockTime
place(const CcScreenSlot *slot, GstClockTime time, gint64 after_us, GstClockTime now)
{
    gint64 placed = (gint64)time + after_us * (gint64)GST_USECOND;
    gint64 soonest = (gint64)now - CC_SCREEN_MARGIN_MS * (gint64)GST_MSECOND;
    if (slot->last_place != GST_CLOCK_TIME_NONE)
        soonest = MAX(soonest, (gint64)(slot->last_place + CATCH_UP_US * GST_USECOND));
    return (GstClockTime)MAX(MAX(placed, soonest), 0);
}

GstClockTime
cc_screen_slots_add(CcScreenSlots *slots, guint slot, GstClockTime time, GstClockTime now,
                    gint64 now_us, gboolean *playout_changed)
{
    CcScreenSlot *one = &slots->slots[slot];
    gint64 behind_us = GST_CLOCK_DIFF(time, now) / (gint64)GST_USECOND;
    gint64 after_us = cc_screen_slots_delay_us(slots, slot, now);
    *playout_changed = cc_playout_add(&one->playout, behind_us, now_us);
    if (!is_wanted(slots, slot) || !is_to_be_shown(slots, one, time, now, behind_us - after_us))
        return GST_CLOCK_TIME_NONE;
    one->last_place = place(one, time, after_us, now);
    one->last_time = now;
    return one->last_place;
}

void
cc_screen_slots_voice(CcScreenSlots *slots, guint voice, gint64 delay_us, GstClockTime now)
{
    for (guint i = 0; i < CC_WATCHED_VIDEOS; i++) {
        guint own = i < CC_VIDEO_GUESTS ? CC_AUDIO_TEACHER : CC_AUDIO_GUESTS + i - CC_VIDEO_GUESTS;
        if (own != voice)
            continue;
        slots->slots[i].voice_delay_us = delay_us;
        slots->slots[i].voice_time = now;
    }
}

gboolean
cc_screen_slots_look(CcScreenSlots *slots, GstClockTime now)
{
    gboolean present[CC_WATCHED_VIDEOS];
    for (guint i = 0; i < CC_WATCHED_VIDEOS; i++) {
        GstClockTime last = slots->slots[i].last_time;
        GstClockTime gone = i == CC_VIDEO_SCREEN ? SCREEN_GONE : GONE;
        present[i] = last != GST_CLOCK_TIME_NONE && now < last + gone;
    }
    gboolean changed = memcmp(present, slots->present, sizeof present) != 0;
    memcpy(slots->present, present, sizeof present);
    return changed;
}

guint
cc_screen_slots_seen(const CcScreenSlots *slots, guint *largest)
{
    CcLayoutPlace places[CC_WATCHED_VIDEOS];
    guint n =
        cc_layout_arrange(slots->layout, slots->present, NOMINAL_WIDTH, NOMINAL_HEIGHT, places);
    *largest = n > 0 ? places[0].slot : CC_VIDEO_CAMERA;
    return n;
}
