/* How many columns of a terminal a text takes. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Columns of valid UTF-8: Chinese characters take two, combining marks none. */
guint cc_display_width(const char *text);

/* @text if it fits into @columns, else as much of it as does, ended by "…". (transfer full) */
char *cc_display_fit(const char *text, guint columns);
/* (transfer full): @text, which may come from anybody, as one harmless line: control characters,
 * line breaks, what turns the direction of writing, and what is no UTF-8 become U+FFFD. */
char *cc_display_harmless(const char *text);

G_END_DECLS
