/* One classroom's lesson: the connection to the room, the receiver of its present session, screen,
 * recorder and figures. Main thread. */
#pragma once

#include "common/base/config.h"

G_BEGIN_DECLS

typedef struct CcClassroom CcClassroom;

/* Error: CC_ERROR_USAGE without relay or room, CC_ERROR_MEDIA. @config outlives. */
CcClassroom *cc_classroom_new(const CcConfig *config, const char *room, GError **error);
void cc_classroom_free(CcClassroom *classroom);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcClassroom, cc_classroom_free)

/* Until it is stopped, the window is closed, or the snapshot is taken. Returns a sysexits code. */
int cc_classroom_run(CcClassroom *classroom);
/* Says goodbye to the relay first; the second call ends at once. */
void cc_classroom_stop(CcClassroom *classroom);

G_END_DECLS
