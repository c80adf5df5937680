/* In which order a classroom fetches the pages of a deck: the one that is shown, then those that
 * are likely to be shown next. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The @rank-th page to have, from 0 on: @current, then the nearest ones, two ahead for each one
 * back, then the rest. Each page comes once for @rank below @n_pages. */
guint cc_fetch_order(guint current, guint n_pages, guint rank);

/* How dear a page is to keep: the place that cc_fetch_order() gives it. */
guint cc_fetch_rank(guint current, guint n_pages, guint page);

G_END_DECLS
