/* How long to wait before the next attempt: 0, 250 ms, 500 ms, 1 s, 2 s, … up to a limit, each with
 * up to a fifth of jitter less, so that a whole county does not come back in the same instant. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    guint max_ms;
    guint attempt;
} CcBackoff;

/* Milliseconds to wait now; the next call gives the next step. */
guint cc_backoff_next(CcBackoff *backoff);
void cc_backoff_reset(CcBackoff *backoff);

G_END_DECLS
