#include "relay/room/stage.h"

#include "relay/room/room-registry-private.h"

void
cc_guests_clear(CcGuest guests[CC_GUESTS])
{
    for (guint i = 0; i < CC_GUESTS; i++) {
        g_clear_pointer(&guests[i].id, g_free);
        guests[i].muted = FALSE;
    }
}

static gboolean
is_same(const CcRoom *room, const CcGuest guests[CC_GUESTS])
{
    for (guint i = 0; i < CC_GUESTS; i++)
        if (g_strcmp0(room->guests[i].id, guests[i].id) != 0 ||
            room->guests[i].muted != guests[i].muted)
            return FALSE;
    return TRUE;
}

static void
notify(CcRoomRegistry *registry, CcRoom *room)
{
    cc_room_registry_notify(registry, &(CcRoomEvent){.kind = CC_ROOM_STAGE, .room = room});
}

void
cc_stage_set(CcRoomRegistry *registry, const char *name, const CcGuest guests[CC_GUESTS])
{
    CcRoom *room = g_hash_table_lookup(registry->rooms, name);
    CcGuest next[CC_GUESTS] = {0};

    if (room == NULL)
        return;
    for (guint i = 0; i < CC_GUESTS; i++) {
        gboolean twice = FALSE;
        for (guint k = 0; k < i; k++)
            twice |= g_strcmp0(guests[k].id, guests[i].id) == 0;
        if (guests[i].id != NULL && !twice)
            next[i] = (CcGuest){g_strdup(guests[i].id), guests[i].muted};
    }
    if (room->stage_known && is_same(room, next)) {
        cc_guests_clear(next);
        return;
    }
    cc_guests_clear(room->guests);
    memcpy(room->guests, next, sizeof next);
    room->stage_known = TRUE;
    notify(registry, room);
}

void
cc_stage_clear(CcRoomRegistry *registry, CcRoom *room)
{
    if (!room->stage_known)
        return;
    cc_guests_clear(room->guests);
    room->stage_known = FALSE;
    notify(registry, room);
}

gboolean
cc_stage_has(const CcRoom *room, const char *id)
{
    for (guint i = 0; i < CC_GUESTS; i++)
        if (g_strcmp0(room->guests[i].id, id) == 0)
            return TRUE;
    return FALSE;
}

void
cc_stage_update_ready(CcRoomRegistry *registry, CcRoom *room, const char *client)
{
    CcParticipant *watcher = cc_room_find_client(room, client, CC_SEAT_WATCHES);
    const CcParticipant *speaker = cc_room_find_client(room, client, CC_SEAT_SPEAKS);
    gboolean ready = speaker != NULL && speaker->connected;

    if (watcher == NULL || watcher->ready == ready)
        return;
    watcher->ready = ready;
    if (watcher->connected) /* else its coming tells */
        cc_room_registry_notify(
            registry, &(CcRoomEvent){.kind = CC_ROOM_READY, .room = room, .participant = watcher});
}

const char *
cc_stage_session(const CcRoom *room, const char *id)
{
    const CcParticipant *watcher = id != NULL ? cc_room_find_id(room, id) : NULL;
    const CcParticipant *speaker =
        watcher != NULL ? cc_room_find_client(room, watcher->client, CC_SEAT_SPEAKS) : NULL;

    return speaker != NULL && speaker->connected ? speaker->session_id : NULL;
}
