/* How alike two pictures are, as structural similarity of their luma.
 *   compare-luma A.gray B.gray WIDTH HEIGHT PERCENT
 * Both are raw, a byte a pixel; PERCENT of the width is looked at, from the left. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/ssim.h"

static guint8 *
load(const char *path, gsize size)
{
    g_autoptr(GError) error = NULL;
    char *bytes;
    gsize length;
    if (!g_file_get_contents(path, &bytes, &length, &error)) {
        fprintf(stderr, "compare-luma: %s\n", error->message);
        exit(66);
    }
    if (length != size) {
        fprintf(stderr, "compare-luma: %s has %zu bytes and should have %zu\n", path, length, size);
        exit(65);
    }
    return (guint8 *)bytes;
}

int
main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: compare-luma A.gray B.gray WIDTH HEIGHT PERCENT\n");
        return 64;
    }
    guint width = (guint)atoi(argv[3]), height = (guint)atoi(argv[4]);
    gsize size = (gsize)width * height;
    g_autofree guint8 *a = load(argv[1], size), *b = load(argv[2], size);
    printf("%.4f\n", ssim_luma(a, width, b, width, width * (guint)atoi(argv[5]) / 100, height));
    return 0;
}
