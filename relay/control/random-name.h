/* Unguessable names from the system's random generator. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @bits of randomness (a multiple of 8) in hexadecimal. (transfer full) */
char *cc_random_name(guint bits);
/* Any number. */
guint32 cc_random_u32(void);

G_END_DECLS
