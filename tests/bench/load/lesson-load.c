/* The benchmark's load: real WebRTC sessions of many classrooms in one thread, counted.
 * script/bench runs it and reads its JSON (report.c says what the members mean). */
#include <stdlib.h>

#include "tests/bench/load/load.h"

static int
fail(const GError *error)
{
    g_printerr("lesson-load: %s\n", error->message);
    return EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LoadOptions) options = load_options_parse(argc, argv, &error);
    if (!options)
        return fail(error);
    g_autoptr(Load) load = load_new(options, &error);
    if (!load || !load_measure(load, &error))
        return fail(error);
    if (options->json && !load_report(load, &error))
        return fail(error);
    return EXIT_SUCCESS;
}
