/* Whose small pictures the teacher sees: part of stage.h. */
#include "relay/room/room-registry-private.h"
#include "relay/room/stage.h"

static gboolean
is_candidate(const CcRoom *room, const CcParticipant *participant)
{
    return participant->seat == CC_SEAT_WATCHES && participant->connected && participant->ready &&
           !cc_stage_has(room, participant->id);
}

static gboolean
is_shown(const CcRoom *room, const CcParticipant *participant)
{
    for (guint i = 0; i < CC_GRID_PLACES; i++)
        if (g_strcmp0(room->grid[i].id, participant->id) == 0)
            return TRUE;
    return FALSE;
}

/* Who has a hand raised, the longest first; then who has not been seen for longest. */
static gboolean
goes_first(const CcParticipant *a, const CcParticipant *b)
{
    if ((a->hand_us != 0) != (b->hand_us != 0))
        return a->hand_us != 0;
    if (a->hand_us != 0)
        return a->hand_us < b->hand_us;
    return a->seen_us < b->seen_us;
}

/* (transfer none) who is to be seen next; NULL if all are. */
static CcParticipant *
find_next(const CcRoom *room)
{
    CcParticipant *next = NULL;

    for (guint i = 0; i < room->participants->len; i++) {
        CcParticipant *participant = g_ptr_array_index(room->participants, i);
        if (is_candidate(room, participant) && !is_shown(room, participant) &&
            (next == NULL || goes_first(participant, next)))
            next = participant;
    }
    return next;
}

static void
clear_place(CcRoom *room, guint place)
{
    g_clear_pointer(&room->grid[place].id, g_free);
    room->grid[place].since_us = 0;
}

static void
forget_gone(CcRoom *room, gint64 now_us)
{
    for (guint i = 0; i < CC_GRID_PLACES; i++) {
        CcParticipant *shown =
            room->grid[i].id != NULL ? cc_room_find_id(room, room->grid[i].id) : NULL;
        if (shown != NULL)
            shown->seen_us = now_us;
        if (room->grid[i].id != NULL && (shown == NULL || !is_candidate(room, shown)))
            clear_place(room, i);
    }
}

/* The place that @next may have: a free one; else that of who has been seen longest without a
 * raised hand, if its turn is over or @next has raised one. CC_GRID_PLACES: none yet, and @due_us
 * is when. */
static guint
find_place(const CcRoom *room, const CcParticipant *next, gint64 now_us, gint64 *due_us)
{
    guint oldest = CC_GRID_PLACES;

    *due_us = -1;
    for (guint i = 0; i < CC_GRID_PLACES; i++) {
        const char *id = room->grid[i].id;
        if (id == NULL)
            return i;
        if (cc_room_find_id(room, id)->hand_us == 0 &&
            (oldest == CC_GRID_PLACES || room->grid[i].since_us < room->grid[oldest].since_us))
            oldest = i;
    }
    if (oldest == CC_GRID_PLACES || next->hand_us != 0)
        return oldest;
    *due_us = room->grid[oldest].since_us + CC_GRID_TURN_US;
    return now_us >= *due_us ? oldest : CC_GRID_PLACES;
}

gint64
cc_grid_update(CcRoomRegistry *registry, const char *name, gint64 now_us)
{
    CcRoom *room = g_hash_table_lookup(registry->rooms, name);
    CcParticipant *next;
    gint64 due_us = -1;

    if (room == NULL)
        return -1;
    forget_gone(room, now_us);
    while ((next = find_next(room)) != NULL) {
        guint place = find_place(room, next, now_us, &due_us);
        if (place == CC_GRID_PLACES)
            return due_us;
        clear_place(room, place);
        room->grid[place].id = g_strdup(next->id);
        room->grid[place].since_us = now_us;
        next->seen_us = now_us;
    }
    return -1;
}
