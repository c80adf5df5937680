/* Replays a seed corpus through a fuzz target without libFuzzer: each file as it is, cut short at
 * every length, and with many single bits flipped. Usage: fuzz-NAME-replay CORPUS_DIRECTORY */
#include <glib.h>

#define N_FLIPS 2000

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* A copy of exact size, so that a sanitizer sees the first byte read beyond it. */
static void
run(const guint8 *data, gsize size)
{
    g_autofree guint8 *copy = g_memdup2(data, size);

    LLVMFuzzerTestOneInput(copy, size);
}

static void
replay(const char *path, GRand *random)
{
    g_autofree guint8 *data = NULL;
    g_autoptr(GError) error = NULL;
    gsize size;

    if (!g_file_get_contents(path, (char **)&data, &size, &error))
        g_error("%s", error->message);
    run(data, size);
    /* Long files (SDP) are cut at some 500 places, short ones (packets) everywhere. */
    for (gsize cut = 0; cut < size; cut += 1 + size / 500)
        run(data, cut);
    for (guint i = 0; i < N_FLIPS && size > 0; i++) {
        guint32 bit = (guint32)g_rand_int_range(random, 0, (gint32)(size * 8));

        data[bit / 8] ^= (guint8)(1 << bit % 8);
        run(data, size);
        if (i % 4 != 3) /* now and then let flips pile up */
            data[bit / 8] ^= (guint8)(1 << bit % 8);
    }
}

int
main(int argc, char **argv)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) directory = NULL;
    const char *name;
    guint n_files = 0;

    if (argc != 2)
        g_error("usage: %s CORPUS_DIRECTORY", argv[0]);
    directory = g_dir_open(argv[1], 0, &error);
    if (!directory)
        g_error("%s", error->message);
    while ((name = g_dir_read_name(directory))) {
        g_autofree char *path = g_build_filename(argv[1], name, NULL);

        replay(path, random);
        n_files++;
    }
    g_print("%u seeds replayed from %s\n", n_files, argv[1]);
    return n_files > 0 ? 0 : 1;
}
