/* Chat in the teacher's window: what has been written, who may write, and writing to everybody.
 * Main thread. */
#pragma once

#include <gtk/gtk.h>

#include "client/window/gtk/host.h"
#include "client/window/view.h"

G_BEGIN_DECLS

/* Says "write", "let-write" and "mute-writer" to @host, which outlives it. */
GtkWidget *cc_chat_box_new(const CcHost *host);
void cc_chat_box_show(GtkWidget *box, const CcViewChat *chat);
/* The keyboard writes there from now on. */
void cc_chat_box_focus(GtkWidget *box);
/* TRUE if it does now. */
gboolean cc_chat_box_has_focus(GtkWidget *box);

G_END_DECLS
