/* Which worker carries a new session. Few workers for one room, since each of them needs the room's
 * packets once; but none that has far more to do than the others. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @load: sessions on each of @n_workers. The index of the one with the fewest. */
guint cc_placement_least(const guint *load, guint n_workers);

/* For a receiver of a room. @in_room: the room's participants on each worker. @home: where its
 * publisher is. The home, unless that carries more than its share; then one that has the room's
 * packets already and is not beyond its share; then any. */
guint cc_placement_receiver(const guint *load, const guint *in_room, guint n_workers, guint home);

G_END_DECLS
