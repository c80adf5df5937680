/* Asks the relay to be let into the room as a watcher, as `recv` does, and hears what the room's
 * events tell. The session has no media connection, so nobody in the room sees it. Main thread. */
#pragma once

#include "client/check/facts.h"
#include "common/base/config.h"
#include "common/wire/sdp.h"

G_BEGIN_DECLS

typedef struct CcRoomProbe CcRoomProbe;

/* @config: [network] and [auth]; outlives. Error: CC_ERROR_USAGE, CC_ERROR_CONFIG. */
CcRoomProbe *cc_room_probe_new(const CcConfig *config, const char *room, GError **error);
/* Also ends the session on the relay (DELETE, at most 1 s). */
void cc_room_probe_free(CcRoomProbe *probe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcRoomProbe, cc_room_probe_free)

/* POSTs an offer, until there is an answer; at most 15 s. Returns the accepted m-line that speaks
 * for the transport, or NULL. (transfer none) @facts: without the times, which the caller knows. */
const CcSdpMedia *cc_room_probe_enter(CcRoomProbe *probe, CcRoomFacts *facts);
/* What the other side is to know of us in checks. */
const char *cc_room_probe_ufrag(const CcRoomProbe *probe);
const char *cc_room_probe_pwd(const CcRoomProbe *probe);

/* Waits for the room's state; at most 4 s. */
void cc_room_probe_lesson(CcRoomProbe *probe, CcLessonFacts *facts);

G_END_DECLS
