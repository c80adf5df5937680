/* A teacher's lesson: joins a source, the sending pipeline and a connection, and shows how it goes.
 * Main thread. */
#pragma once

#include "common/base/config.h"

G_BEGIN_DECLS

/* Returns when the lesson is over, with an exit code, or at once with @error. */
int cc_send_run(const CcConfig *config, const char *room, GError **error);

G_END_DECLS
