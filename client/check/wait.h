/* Waiting that ends: for something in the main loop, or for a blocking call of GIO. Main thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Runs the default main context until *@done (NULL: never) or for @ms. Returns *@done. */
gboolean cc_wait_ms(const gboolean *done, guint ms);

/* Cancels what is given its cancellable once the time is over. */
typedef struct CcDeadline CcDeadline;
CcDeadline *cc_deadline_new(guint ms);
GCancellable *cc_deadline_cancellable(CcDeadline *deadline);
void cc_deadline_free(CcDeadline *deadline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcDeadline, cc_deadline_free)

G_END_DECLS
