/* What the files of CcRoomRegistry share. */
#pragma once

#include "relay/room/hands.h"

struct CcRoomRegistry {
    CcRoomLimits limits;
    CcRoomEventFunc func;
    gpointer user_data;
    GHashTable *rooms;    /* name → CcRoom (owned) */
    GHashTable *sessions; /* session id (owned by the participant) → CcParticipant */
};

void cc_room_registry_notify(CcRoomRegistry *registry, const CcRoomEvent *event);
