/* Members of the JSON objects that the relay answers with. Pure. */
#pragma once

#include "common/base/json-object.h"
#include "relay/room/room.h"

G_BEGIN_DECLS

/* "id", "role", "name", "connected", of classrooms "ready", and "hand_ms" where a hand is raised,
 * as docs/protocol.md has them. */
void cc_json_add_participant(JsonBuilder *builder, const CcParticipant *participant, gint64 now_us);
/* "hand_ms": for how long it has been raised; null: it is not. */
void cc_json_add_hand(JsonBuilder *builder, const CcParticipant *participant, gint64 now_us);

G_END_DECLS
