/* One classroom as the teacher sees it: its name, how it really receives her, and its hand. Main
 * thread. */
#pragma once

#include <gtk/gtk.h>

#include "client/window/gtk/host.h"
#include "client/window/view.h"

G_BEGIN_DECLS

/* Says "lower-hand", "call", "thank" and "mute" to @host, which outlives it. */
GtkWidget *cc_classroom_card_new(const CcHost *host);
void cc_classroom_card_show(GtkWidget *card, const CcViewClassroom *classroom);

G_END_DECLS
