#include "client/ui/layout.h"

#define WIDTH 1280
#define HEIGHT 720

static guint
arrange(CcLayout layout, const char *present, CcLayoutPlace *places)
{
    gboolean there[CC_WATCHED_VIDEOS];
    for (guint i = 0; i < CC_WATCHED_VIDEOS; i++)
        there[i] = present[i] == '1';
    return cc_layout_arrange(layout, there, WIDTH, HEIGHT, places);
}

static void
assert_place(const CcLayoutPlace *place, guint slot, guint x, guint y, guint width, guint height)
{
    g_assert_cmpuint(place->slot, ==, slot);
    g_assert_cmpuint(place->x, ==, x);
    g_assert_cmpuint(place->y, ==, y);
    g_assert_cmpuint(place->width, ==, width);
    g_assert_cmpuint(place->height, ==, height);
}

static void
test_alone(void)
{
    CcLayoutPlace places[CC_WATCHED_VIDEOS];
    g_assert_cmpuint(arrange(CC_LAYOUT_AUTO, "0000", places), ==, 0);
    for (CcLayout layout = 0; layout < CC_N_LAYOUTS; layout++) {
        g_assert_cmpuint(arrange(layout, "1000", places), ==, 1);
        assert_place(&places[0], CC_VIDEO_CAMERA, 0, 0, WIDTH, HEIGHT);
    }
}

static void
test_slides(void)
{
    CcLayoutPlace places[CC_WATCHED_VIDEOS];
    g_assert_cmpuint(arrange(CC_LAYOUT_AUTO, "1100", places), ==, 2);
    assert_place(&places[0], CC_VIDEO_SCREEN, 0, 0, WIDTH, HEIGHT);
    assert_place(&places[1], CC_VIDEO_CAMERA, 928, 508, 320, 180);
    g_assert_cmpuint(arrange(CC_LAYOUT_AUTO, "1111", places), ==, 4);
    assert_place(&places[0], CC_VIDEO_SCREEN, 0, 0, 960, HEIGHT);
    assert_place(&places[1], CC_VIDEO_GUESTS, 960, 0, 320, 240);
    assert_place(&places[3], CC_VIDEO_CAMERA, 960, 480, 320, 240);
}

static void
test_guests(void)
{
    CcLayoutPlace places[CC_WATCHED_VIDEOS];
    g_assert_cmpuint(arrange(CC_LAYOUT_AUTO, "1010", places), ==, 2);
    assert_place(&places[0], CC_VIDEO_GUESTS, 0, 0, WIDTH, HEIGHT);
    g_assert_cmpuint(places[1].slot, ==, CC_VIDEO_CAMERA);
    g_assert_cmpuint(arrange(CC_LAYOUT_AUTO, "1011", places), ==, 3);
    assert_place(&places[0], CC_VIDEO_GUESTS, 0, 0, 640, HEIGHT);
    assert_place(&places[1], CC_VIDEO_GUESTS + 1, 640, 0, 640, HEIGHT);
    assert_place(&places[2], CC_VIDEO_CAMERA, 928, 508, 320, 180);
    /* As the teacher sees them: without herself. */
    g_assert_cmpuint(arrange(CC_LAYOUT_AUTO, "0001", places), ==, 1);
    assert_place(&places[0], CC_VIDEO_GUESTS + 1, 0, 0, WIDTH, HEIGHT);
}

static void
test_by_key(void)
{
    CcLayoutPlace places[CC_WATCHED_VIDEOS];
    g_assert_cmpuint(arrange(CC_LAYOUT_EQUAL, "1111", places), ==, 4);
    assert_place(&places[3], CC_VIDEO_CAMERA, 640, 360, 640, 360);
    g_assert_cmpuint(arrange(CC_LAYOUT_ONE, "1011", places), ==, 1);
    assert_place(&places[0], CC_VIDEO_GUESTS, 0, 0, WIDTH, HEIGHT);
    CcLayout layout = CC_LAYOUT_AUTO;
    for (guint i = 0; i < CC_N_LAYOUTS; i++)
        layout = cc_layout_next(layout);
    g_assert_cmpint(layout, ==, CC_LAYOUT_AUTO);
}

/* Whatever the canvas: even, and inside. */
static void
test_bounds(void)
{
    for (guint mask = 0; mask < 1u << CC_WATCHED_VIDEOS; mask++) {
        for (guint size = 2; size < 200; size += 7) {
            gboolean present[CC_WATCHED_VIDEOS];
            CcLayoutPlace places[CC_WATCHED_VIDEOS];
            for (guint i = 0; i < CC_WATCHED_VIDEOS; i++)
                present[i] = (mask >> i & 1) != 0;
            guint n = cc_layout_arrange(mask % CC_N_LAYOUTS, present, size * 16, size * 9, places);
            for (guint i = 0; i < n; i++) {
                const CcLayoutPlace *one = &places[i];
                g_assert_true(present[one->slot]);
                g_assert_cmpuint((one->x | one->y | one->width | one->height) & 1, ==, 0);
                g_assert_cmpuint(one->x + one->width, <=, size * 16);
                g_assert_cmpuint(one->y + one->height, <=, size * 9);
            }
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/layout/alone", test_alone);
    g_test_add_func("/layout/slides", test_slides);
    g_test_add_func("/layout/guests", test_guests);
    g_test_add_func("/layout/by-key", test_by_key);
    g_test_add_func("/layout/bounds", test_bounds);
    return g_test_run();
}
