#include "client/send/frame-difference.h"

#include <string.h>

#define WIDTH 52 /* not whole blocks */
#define HEIGHT 34
#define STRIDE 64
#define BLOCKS (4 * 3)

typedef struct {
    guint8 bytes[3][STRIDE * HEIGHT];
    CcFrame frame;
} Picture;

static void
paint(Picture *picture, guint8 edge)
{
    memset(picture->bytes, edge, sizeof picture->bytes);
    picture->frame = (CcFrame){.width = WIDTH, .height = HEIGHT};
    for (guint i = 0; i < 3; i++) {
        picture->frame.planes[i] = picture->bytes[i];
        picture->frame.strides[i] = STRIDE;
        for (guint y = 0; y < (i == 0 ? HEIGHT : HEIGHT / 2); y++)
            memset(picture->bytes[i] + y * STRIDE, 100, i == 0 ? WIDTH : WIDTH / 2);
    }
}

static double
changed_blocks(const Picture *a, const Picture *b)
{
    return cc_frame_changed(&a->frame, &b->frame) * BLOCKS;
}

/* What stands behind the lines is none of it. */
static void
test_same(void)
{
    static Picture a, b;
    paint(&a, 0);
    paint(&b, 255);
    g_assert_cmpfloat(changed_blocks(&a, &b), ==, 0);
}

static void
test_pixels(void)
{
    static const struct {
        guint plane, x, y;
    } pixels[] = {{0, 0, 0},  {0, WIDTH - 1, HEIGHT - 1},         {0, 15, 16},
                  {1, 25, 3}, {2, WIDTH / 2 - 1, HEIGHT / 2 - 1}, {2, 8, 8}};
    static Picture a, b;
    for (guint i = 0; i < G_N_ELEMENTS(pixels); i++) {
        paint(&a, 0);
        paint(&b, 0);
        b.bytes[pixels[i].plane][pixels[i].y * STRIDE + pixels[i].x]++;
        g_assert_cmpfloat_with_epsilon(changed_blocks(&a, &b), 1, 1e-9);
    }
}

static void
test_all(void)
{
    static Picture a, b;
    paint(&a, 0);
    paint(&b, 0);
    memset(b.bytes[0], 7, sizeof b.bytes[0]);
    g_assert_cmpfloat(cc_frame_changed(&a.frame, &b.frame), ==, 1);
    paint(&b, 0);
    b.frame.width -= 2;
    g_assert_cmpfloat(cc_frame_changed(&a.frame, &b.frame), ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frame-difference/same", test_same);
    g_test_add_func("/frame-difference/pixels", test_pixels);
    g_test_add_func("/frame-difference/all", test_all);
    return g_test_run();
}
