/* Calls a session back: the worker sleeps until the earliest of all these times. */
#pragma once

#include "relay/media/media-session.h"

G_BEGIN_DECLS

/* cc_media_session_tick() at @when_us or soon after. Cheap; worker's thread. */
void cc_media_session_wake_at(CcMediaSession *session, gint64 when_us);

G_END_DECLS
