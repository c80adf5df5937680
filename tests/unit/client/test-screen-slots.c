/* Which slots are seen, and when their pictures are. */
#include "client/recv/screen-slots.h"

#define MS GST_MSECOND

/* A picture that is ready as soon as it comes. */
static GstClockTime
come(CcScreenSlots *slots, guint slot, GstClockTime now)
{
    gboolean changed;
    return cc_screen_slots_add(slots, slot, now, now, (gint64)(now / GST_USECOND), &changed);
}

static guint
largest(const CcScreenSlots *slots)
{
    guint slot;
    cc_screen_slots_seen(slots, &slot);
    return slot;
}

static void
test_seen(void)
{
    CcScreenSlots slots;
    guint slot;
    cc_screen_slots_init(&slots, 10);
    g_assert_false(cc_screen_slots_look(&slots, 0));
    come(&slots, CC_VIDEO_CAMERA, 1000 * MS);
    g_assert_true(cc_screen_slots_look(&slots, 1000 * MS));
    g_assert_false(cc_screen_slots_look(&slots, 1010 * MS));
    g_assert_cmpuint(largest(&slots), ==, CC_VIDEO_CAMERA);
    come(&slots, CC_VIDEO_GUESTS, 1020 * MS);
    g_assert_true(cc_screen_slots_look(&slots, 1020 * MS));
    g_assert_cmpuint(cc_screen_slots_seen(&slots, &slot), ==, 2);
    g_assert_cmpuint(slot, ==, CC_VIDEO_GUESTS);
    /* Thanked: not looked at any longer, whatever is still on its way. */
    const gboolean nobody[CC_GUESTS] = {FALSE}, one[CC_GUESTS] = {TRUE};
    cc_screen_slots_set_guests(&slots, nobody);
    come(&slots, CC_VIDEO_GUESTS, 1030 * MS);
    g_assert_true(cc_screen_slots_look(&slots, 1030 * MS));
    g_assert_cmpuint(largest(&slots), ==, CC_VIDEO_CAMERA);
    /* Called again: what was seen of it before is not what it shows now. */
    cc_screen_slots_set_guests(&slots, one);
    g_assert_false(cc_screen_slots_look(&slots, 1040 * MS));
    come(&slots, CC_VIDEO_GUESTS, 1050 * MS);
    g_assert_true(cc_screen_slots_look(&slots, 1050 * MS));
}

static void
test_gone(void)
{
    CcScreenSlots slots;
    cc_screen_slots_init(&slots, 10);
    come(&slots, CC_VIDEO_CAMERA, 1000 * MS);
    come(&slots, CC_VIDEO_SCREEN, 1000 * MS);
    cc_screen_slots_look(&slots, 1000 * MS);
    come(&slots, CC_VIDEO_CAMERA, 25000 * MS);
    g_assert_false(cc_screen_slots_look(&slots, 25000 * MS)); /* nothing moves on the screen */
    g_assert_cmpuint(largest(&slots), ==, CC_VIDEO_SCREEN);
    come(&slots, CC_VIDEO_CAMERA, 40000 * MS);
    g_assert_true(cc_screen_slots_look(&slots, 40000 * MS));
    g_assert_cmpuint(largest(&slots), ==, CC_VIDEO_CAMERA);
    cc_screen_slots_clear(&slots, 40000 * MS);
    g_assert_true(cc_screen_slots_look(&slots, 40000 * MS));
    g_assert_cmpuint(come(&slots, CC_VIDEO_CAMERA, 39990 * MS), ==, GST_CLOCK_TIME_NONE);
}

/* Each slot waits for its own voice, and for nobody else's. */
static void
test_voices(void)
{
    CcScreenSlots slots;
    cc_screen_slots_init(&slots, 10);
    cc_screen_slots_voice(&slots, CC_AUDIO_TEACHER, 50000, 1000 * MS);
    cc_screen_slots_voice(&slots, CC_AUDIO_GUESTS + 1, 400000, 1000 * MS);
    gint64 camera = cc_screen_slots_delay_us(&slots, CC_VIDEO_CAMERA, 1000 * MS);
    gint64 guest = cc_screen_slots_delay_us(&slots, CC_VIDEO_GUESTS + 1, 1000 * MS);
    gint64 other = cc_screen_slots_delay_us(&slots, CC_VIDEO_GUESTS, 1000 * MS);
    g_assert_cmpint(guest - camera, >, 200000);
    g_assert_cmpint(other, <, 100000);
    g_assert_cmpint(cc_screen_slots_delay_us(&slots, CC_VIDEO_GUESTS + 1, 5000 * MS), <, 100000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/screen-slots/seen", test_seen);
    g_test_add_func("/screen-slots/gone", test_gone);
    g_test_add_func("/screen-slots/voices", test_voices);
    return g_test_run();
}
