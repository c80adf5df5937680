#include "client/signalling/chat-wish.h"

#define PATIENCE_US (2 * (gint64)G_USEC_PER_SEC) /* until what was said counts as lost */

/* As long as nobody has said anything, everybody may write. */
gboolean
cc_chat_wish_is_on(const CcChatWish *wish)
{
    return !wish->rules.known || wish->rules.on;
}

gboolean
cc_chat_wish_set_on(CcChatWish *wish, gboolean on)
{
    if (!cc_chat_wish_is_on(wish) == !on)
        return FALSE;
    wish->rules.on = on;
    wish->rules.known = wish->wanted = TRUE;
    return TRUE;
}

gboolean
cc_chat_wish_mute(CcChatWish *wish, const char *id, gboolean muted)
{
    if (!cc_chat_rules_mute(&wish->rules, id, muted))
        return FALSE;
    wish->rules.on = cc_chat_wish_is_on(wish);
    wish->rules.known = wish->wanted = TRUE;
    return TRUE;
}

gboolean
cc_chat_wish_see(CcChatWish *wish, const CcRoomState *room, gint64 now_us)
{
    const CcChatRules *told = &room->chat.rules;
    gboolean waits = wish->said_us != 0 && now_us - wish->said_us < PATIENCE_US;
    if (room->lesson == CC_LESSON_OVER) {
        *wish = (CcChatWish){0};
        return FALSE;
    }
    /* What the relay tells may have been on its way before what we said. */
    if (told->known && (cc_chat_rules_equal(&wish->rules, told) || !(wish->wanted && waits))) {
        wish->rules = *told;
        wish->wanted = FALSE;
    }
    return !waits && room->lesson != CC_LESSON_UNKNOWN && cc_chat_wish_is_due(wish, room);
}

gboolean
cc_chat_wish_is_due(const CcChatWish *wish, const CcRoomState *room)
{
    return wish->rules.known && !room->chat.rules.known;
}

void
cc_chat_wish_said(CcChatWish *wish, gint64 now_us)
{
    wish->said_us = now_us;
}

void
cc_chat_wish_renew(CcChatWish *wish)
{
    wish->said_us = 0;
}
