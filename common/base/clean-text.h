/* Texts that strangers write, made fit for a terminal, a page and a screen. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @text as valid UTF-8 without control and direction characters, cut to at most @max_bytes. NULL
 * gives "". (transfer full) */
char *cc_clean_text(const char *text, gsize max_bytes);

G_END_DECLS
