/* What a receiver's RTCP will need, fetched while that of others is worked on. Hundreds report
 * between two reports of the same one. Three steps, for each reads what the one before has fetched.
 * Hints alone: nothing depends on them. Worker's thread. */
#pragma once

#include "relay/media/media-session.h"

G_BEGIN_DECLS

/* (transfer none) the session that is known at @route, valid until the end of the turn; or NULL. */
const CcMediaSession *cc_report_prefetch_session(CcWorker *worker, const CcRoute *route);
/* @session may be NULL. */
void cc_report_prefetch_state(const CcMediaSession *session);
void cc_report_prefetch_details(const CcMediaSession *session);

G_END_DECLS
