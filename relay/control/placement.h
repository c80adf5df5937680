/* Which worker carries a new session. Few workers for one room, since each of them needs the room's
 * packets once; but none that has far more to do than the others. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The workers as they are. */
typedef struct {
    guint n_workers;
    const guint *load; /* sessions on each */
    guint64 busy;      /* a bit for each: it has no time for more receivers */
} CcPlacement;

/* The index of the one with the fewest sessions, of those that are not busy if there are such. */
guint cc_placement_least(const CcPlacement *workers);

/* For a receiver of a room. @in_room: the room's participants on each worker. @home: where its
 * publisher is. The home, unless that is busy or carries more than its share; then one that has the
 * room's packets already and is neither; then any. */
guint cc_placement_receiver(const CcPlacement *workers, const guint *in_room, guint home);

G_END_DECLS
