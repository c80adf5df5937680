/* The floor program's command line: where its packets go, and the variants that docs/performance.md
 * compares. */
#pragma once

#include <glib.h>

#define FLOOR_MAX_BATCH 1024 /* UIO_MAXIOV: messages of one sendmmsg */

typedef struct {
    int port;      /* UDP, of 127.0.0.1 */
    int batch;     /* messages of one sendmmsg */
    int gather_us; /* from the first packet of a turn on */
    char *sinks, *profile;
    gboolean no_gso, connected, arrival_order, copy, ipv6, source_address, no_checksum, busy;
    gboolean never_fragment;
} FloorOptions;

extern FloorOptions floor_options;

/* Fills floor_options; ends the program if they make no sense. */
void floor_options_parse(int *argc, char ***argv);
