/* Whether a GStreamer element is of use on this machine. A driver may be installed without its
 * device: only opening it tells. Main thread, or a streaming thread for elements of its own. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Opens and closes @element, which has no parent yet. */
gboolean cc_element_opens(GstElement *element);

/* The same for a fresh element from @factory; FALSE also if there is no such factory. */
gboolean cc_element_factory_opens(const char *factory);

G_END_DECLS
