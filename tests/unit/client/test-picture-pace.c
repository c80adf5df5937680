/* As many pictures as are wanted, evenly, whatever the camera's clock does. */
#include "client/send/picture-pace.h"

#define FRAME_US 40000

/* @n pictures each 40 ms, by up to @jitter_us late; returns how many passed, and the longest gap.
 */
static guint
feed(CcPicturePace *pace, gint64 *now_us, guint n, gint32 jitter_us, gint64 *longest_us)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    gint64 last_us = *now_us;
    guint passed = 0;
    *longest_us = 0;
    for (guint i = 0; i < n; i++, *now_us += FRAME_US) {
        gint64 at_us = *now_us + (jitter_us > 0 ? g_rand_int_range(rand, 0, jitter_us) : 0);
        if (!cc_picture_pace_passes(pace, at_us))
            continue;
        *longest_us = MAX(*longest_us, at_us - last_us);
        last_us = at_us;
        passed++;
    }
    return passed;
}

static void
test_counts(void)
{
    static const guint rates[] = {5, 8, 10, 15, 20};
    gint64 now_us = 7 * G_USEC_PER_SEC, longest_us;
    CcPicturePace pace = {0};
    g_assert_cmpuint(feed(&pace, &now_us, 250, 0, &longest_us), ==, 250);
    for (guint i = 0; i < G_N_ELEMENTS(rates); i++) {
        for (gint32 jitter_us = 0; jitter_us <= 10000; jitter_us += 5000) {
            pace.framerate = rates[i];
            guint passed = feed(&pace, &now_us, 250, jitter_us, &longest_us);
            g_assert_cmpuint(passed, >=, 10 * rates[i] - 2);
            g_assert_cmpuint(passed, <=, 10 * rates[i] + 2);
            g_assert_cmpint(longest_us, <=, G_USEC_PER_SEC / rates[i] + FRAME_US + jitter_us);
        }
    }
}

/* After a pause, and where the clock begins anew, the first one passes and nothing is made up for.
 */
static void
test_breaks(void)
{
    gint64 now_us = 100 * G_USEC_PER_SEC, longest_us;
    CcPicturePace pace = {.framerate = 10};
    feed(&pace, &now_us, 25, 0, &longest_us);
    now_us += 10 * G_USEC_PER_SEC;
    g_assert_true(cc_picture_pace_passes(&pace, now_us));
    g_assert_false(cc_picture_pace_passes(&pace, now_us + FRAME_US));
    g_assert_true(cc_picture_pace_passes(&pace, 0));
    g_assert_false(cc_picture_pace_passes(&pace, FRAME_US));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/picture-pace/counts", test_counts);
    g_test_add_func("/picture-pace/breaks", test_breaks);
    return g_test_run();
}
