#include "client/signalling/stage.h"

#include <string.h>

#define PATIENCE_US (2 * (gint64)G_USEC_PER_SEC) /* until what was said counts as lost */

static gboolean
change(CcStageWish *wish)
{
    wish->stage.known = wish->wanted = TRUE;
    return TRUE;
}

/* A free place, or else the one that has been taken for longest. */
static guint
choose_place(const CcStageWish *wish)
{
    guint chosen = 0;
    for (guint i = 0; i < CC_GUESTS; i++) {
        if (*wish->stage.guests[i].id == '\0')
            return i;
        if (wish->since[i] < wish->since[chosen])
            chosen = i;
    }
    return chosen;
}

gboolean
cc_stage_wish_call(CcStageWish *wish, const char *id)
{
    if (*id == '\0' || strlen(id) > CC_ROOM_MAX_ID || cc_stage_place_of(&wish->stage, id) >= 0)
        return FALSE;
    guint place = choose_place(wish);
    CcGuest *guest = &wish->stage.guests[place];
    *guest = (CcGuest){0};
    g_strlcpy(guest->id, id, sizeof guest->id);
    wish->since[place] = ++wish->calls;
    return change(wish);
}

gboolean
cc_stage_wish_thank(CcStageWish *wish, const char *id)
{
    int place = cc_stage_place_of(&wish->stage, id);
    if (place < 0)
        return FALSE;
    wish->stage.guests[place] = (CcGuest){0};
    return change(wish);
}

gboolean
cc_stage_wish_mute(CcStageWish *wish, const char *id, gboolean muted)
{
    int place = cc_stage_place_of(&wish->stage, id);
    if (place < 0 || !wish->stage.guests[place].muted == !muted)
        return FALSE;
    wish->stage.guests[place].muted = muted;
    return change(wish);
}

static gboolean
is_same(const CcStage *a, const CcStage *b)
{
    for (guint i = 0; i < CC_GUESTS; i++)
        if (strcmp(a->guests[i].id, b->guests[i].id) != 0 ||
            !a->guests[i].muted != !b->guests[i].muted)
            return FALSE;
    return TRUE;
}

static void
adopt(CcStageWish *wish, const CcStage *stage)
{
    for (guint i = 0; i < CC_GUESTS; i++)
        if (strcmp(wish->stage.guests[i].id, stage->guests[i].id) != 0)
            wish->since[i] = ++wish->calls;
    wish->stage = *stage;
    wish->wanted = FALSE;
}

gboolean
cc_stage_wish_see(CcStageWish *wish, const CcRoomState *room, gint64 now_us)
{
    gboolean waits = wish->said_us != 0 && now_us - wish->said_us < PATIENCE_US;
    if (room->lesson == CC_LESSON_OVER) {
        *wish = (CcStageWish){0};
        return FALSE;
    }
    if (room->stage.known && is_same(&wish->stage, &room->stage)) {
        adopt(wish, &room->stage);
        return FALSE;
    }
    /* What the relay tells may have been on its way before what we said. */
    if (room->stage.known && !(wish->wanted && waits))
        adopt(wish, &room->stage);
    return !room->stage.known && wish->stage.known && !waits &&
           (room->lesson == CC_LESSON_ON || room->lesson == CC_LESSON_AWAY);
}

void
cc_stage_wish_said(CcStageWish *wish, gint64 now_us)
{
    wish->said_us = now_us;
}

void
cc_stage_wish_renew(CcStageWish *wish)
{
    wish->said_us = 0;
}
