/* What nobody can guess, from the system's random generator. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* At most 256 bytes. */
void cc_random_fill(guint8 *bytes, gsize length);
/* @bits of randomness (a multiple of 8, at most 256) in hexadecimal. (transfer full) */
char *cc_random_name(guint bits);
/* Any number. */
guint32 cc_random_u32(void);

G_END_DECLS
