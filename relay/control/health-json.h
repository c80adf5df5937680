/* What /api/status answers, as JSON (docs/protocol.md). Rows are arrays, whose members the answer
 * names once: thousands of them have to go to a phone. */
#pragma once

#include "relay/control/health-watch.h"

G_BEGIN_DECLS

#define CC_HEALTH_ROWS 500 /* links in one answer */

/* The state of the relay, and what has changed since @revision; all if that is 0. (transfer full)
 */
char *cc_health_json_overview(const CcHealthWatch *watch, guint64 revision);

/* The moments after @since, which may be 0, of an hour. (transfer full) */
char *cc_health_json_relay(const CcHealthWatch *watch, guint32 since);
char *cc_health_json_room(const CcHealthWatch *watch, const CcHealthRoom *room, guint32 since);
char *cc_health_json_link(const CcHealthWatch *watch, const CcHealthLink *link, guint32 since);

G_END_DECLS
