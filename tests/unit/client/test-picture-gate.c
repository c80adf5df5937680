/* Pictures are left out for what has been spent too much, and never for long. */
#include "client/send/picture-gate.h"

#define FRAME_US 40000

/* @n pictures of @bytes each that passes; returns how many did, and the longest gap. */
static guint
feed(CcPictureGate *gate, gint64 *now_us, guint n, gsize bytes, gint64 *longest_us)
{
    guint passed = 0;
    gint64 last_us = *now_us;
    *longest_us = 0;
    for (guint i = 0; i < n; i++, *now_us += FRAME_US) {
        if (!cc_picture_gate_opens(gate, *now_us))
            continue;
        cc_picture_gate_coded(gate, bytes);
        *longest_us = MAX(*longest_us, *now_us - last_us);
        last_us = *now_us;
        passed++;
    }
    return passed;
}

static void
test_within(void)
{
    CcPictureGate gate = {0};
    gint64 now_us = 0, longest_us;
    g_assert_cmpuint(feed(&gate, &now_us, 50, 100000, &longest_us), ==, 50); /* no limit */
    gate = (CcPictureGate){0};
    cc_picture_gate_set(&gate, 100000);
    g_assert_cmpuint(feed(&gate, &now_us, 250, 500, &longest_us), ==, 250); /* just the rate */
    cc_picture_gate_coded(&gate, 2500);                                     /* a keyframe: 0.2 s */
    g_assert_cmpuint(feed(&gate, &now_us, 250, 450, &longest_us), ==, 250);
}

/* An encoder that makes up for pictures left out keeps to its rate all the same: they come back. */
static void
test_recovers(void)
{
    CcPictureGate gate = {0};
    gint64 now_us = 0, last_us = 0;
    guint late = 0;
    cc_picture_gate_set(&gate, 200000);
    for (guint i = 0; i < 250; i++, now_us += FRAME_US) {
        if (!cc_picture_gate_opens(&gate, now_us))
            continue;
        gint64 gap_us = i == 0 ? FRAME_US : now_us - last_us;
        cc_picture_gate_coded(&gate, (gsize)(200000 / 8 * gap_us / G_USEC_PER_SEC) +
                                         (i < 10 ? 2000 : 0)); /* begins with a cut */
        late += i >= 125 && gap_us > FRAME_US ? 1 : 0;
        last_us = now_us;
    }
    g_assert_cmpuint(late, ==, 0);
}

/* Twice as much as it may: every other picture, evenly. */
static void
test_beyond(void)
{
    CcPictureGate gate = {0};
    gint64 now_us = 0, longest_us;
    cc_picture_gate_set(&gate, 100000);
    feed(&gate, &now_us, 50, 1000, &longest_us);
    guint passed = feed(&gate, &now_us, 250, 1000, &longest_us);
    g_assert_cmpuint(passed, >=, 145);
    g_assert_cmpuint(passed, <=, 155);
    g_assert_cmpint(longest_us, <=, 3 * FRAME_US);
    /* However much it is, something moves. */
    feed(&gate, &now_us, 250, 20000, &longest_us);
    g_assert_cmpint(longest_us, <=, 400000);
    /* And it is forgiven within a second or two. */
    feed(&gate, &now_us, 50, 100, &longest_us);
    g_assert_cmpuint(feed(&gate, &now_us, 50, 100, &longest_us), ==, 50);
}

/* From a wide link to a narrow one: what was spent before does not freeze the picture. */
static void
test_fall(void)
{
    CcPictureGate gate = {0};
    gint64 now_us = 0, longest_us;
    cc_picture_gate_set(&gate, 2000000);
    feed(&gate, &now_us, 50, 30000, &longest_us);
    cc_picture_gate_set(&gate, 50000);
    feed(&gate, &now_us, 25, 250, &longest_us);
    g_assert_cmpint(longest_us, <=, 400000);
    g_assert_cmpuint(feed(&gate, &now_us, 50, 200, &longest_us), ==, 50);
}

/* The pictures' clock begins anew, or leaps. */
static void
test_clock(void)
{
    CcPictureGate gate = {0};
    gint64 longest_us,
        times[] = {G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC, 0, 900 * G_USEC_PER_SEC};
    cc_picture_gate_set(&gate, 100000);
    for (guint i = 0; i < G_N_ELEMENTS(times); i++) {
        gint64 now_us = times[i];
        guint passed = feed(&gate, &now_us, 100, 1000, &longest_us);
        g_assert_cmpuint(passed, >=, 55);
        g_assert_cmpuint(passed, <=, 72);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/picture-gate/within", test_within);
    g_test_add_func("/picture-gate/recovers", test_recovers);
    g_test_add_func("/picture-gate/beyond", test_beyond);
    g_test_add_func("/picture-gate/fall", test_fall);
    g_test_add_func("/picture-gate/clock", test_clock);
    return g_test_run();
}
