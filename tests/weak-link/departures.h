/* Packets on their way, in the order in which they come out; those of one moment as they went in.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    gint64 at_us;
    guint64 number;
    guint8 *packet;
    gsize length;
} Departure;

typedef struct {
    GArray *heap; /* Departure */
    guint64 added;
} Departures;

void departures_init(Departures *departures);
void departures_clear(Departures *departures);
/* Copies the packet. */
void departures_add(Departures *departures, gint64 at_us, const guint8 *packet, gsize length);
/* The next one, NULL if there is none; valid until the next change. */
const Departure *departures_first(const Departures *departures);
void departures_remove_first(Departures *departures);

G_END_DECLS
