/* What the classroom sees while there is no lesson: whose and which lesson, the time, and what it
 * is waiting for. Main thread. */
#pragma once

#include <gtk/gtk.h>

#include "client/window/view.h"

G_BEGIN_DECLS

#define CC_TYPE_WAITING_PAGE (cc_waiting_page_get_type())
G_DECLARE_FINAL_TYPE(CcWaitingPage, cc_waiting_page, CC, WAITING_PAGE, GtkBox)

GtkWidget *cc_waiting_page_new(void);
void cc_waiting_page_show(CcWaitingPage *page, const CcClassroomView *view);
/* The clock is set by @now. */
void cc_waiting_page_set_time(CcWaitingPage *page, GDateTime *now);

G_END_DECLS
