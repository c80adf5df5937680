/* What listeners to a room say, and what comes of it. */
#include "relay/control/chatting.h"
#include "relay/control/decks.h"
#include "relay/control/event-message.h"
#include "relay/control/events-private.h"
#include "relay/control/links.h"
#include "relay/control/wish.h"
#include "relay/room/chat.h"
#include "relay/room/hands.h"
#include "relay/room/stage.h"

static void
follow_links(CcObserver *observer, const char *of)
{
    if (g_strcmp0(of, observer->links) == 0 || (g_str_equal(of, "*") && !observer->may_teach))
        return;
    cc_events_set_links(observer, of);
    g_autofree char *known =
        cc_links_describe(observer->events->control->links, observer->room, of);
    if (known != NULL)
        cc_events_send(observer, known);
}

/* Its own hand, or, if it may teach, to lower anybody's. */
static CcParticipant *
find_hand(const CcObserver *observer, const CcRoom *room, const CcWish *wish)
{
    if (*wish->of == '\0')
        return cc_room_find_client(room, observer->client, CC_SEAT_WATCHES);
    return observer->may_teach && !wish->raised ? cc_room_find_id(room, wish->of) : NULL;
}

static void
take_hand(CcObserver *observer, const CcWish *wish, gint64 now_us)
{
    CcEvents *events = observer->events;
    const CcRoom *room = cc_room_registry_lookup(events->control->rooms, observer->room);
    CcParticipant *participant = room != NULL ? find_hand(observer, room, wish) : NULL;

    if (participant == NULL)
        return;
    /* Everybody hears of it, so nobody may go on and on; but a teacher may end that. */
    g_autofree char *key = g_strdup_printf("%s/%s", room->name, participant->id);
    if (*wish->of != '\0' || cc_rate_limit_take(events->hand_limit, key, now_us))
        cc_hands_set(events->control->rooms, participant,
                     wish->raised ? MAX(now_us - wish->waiting_us, 1) : 0);
}

/* Everybody hears of it, so even a teacher may not go on and on. */
static void
take_stage(CcObserver *observer, const CcWish *wish, gint64 now_us)
{
    CcEvents *events = observer->events;

    if (observer->may_teach && cc_rate_limit_take(events->stage_limit, observer->room, now_us))
        cc_stage_set(events->control->rooms, observer->room, wish->guests);
}

static void
take_chat(CcObserver *observer, const CcWish *wish, gint64 now_us)
{
    g_autofree char *refusal = cc_chatting_say(observer->events->control->chatting, observer->room,
                                               observer->client, wish->text, now_us);

    if (refusal != NULL)
        cc_events_send(observer, refusal);
}

static void
take_chat_rules(CcObserver *observer, const CcWish *wish, gint64 now_us)
{
    CcEvents *events = observer->events;

    if (observer->may_teach && cc_rate_limit_take(events->stage_limit, observer->room, now_us))
        cc_chat_set_rules(events->control->rooms, observer->room, wish->on,
                          (const char *const *)wish->muted);
}

/* Once: it is long, and whoever has it hears of all that follows. */
static void
tell_chat(CcObserver *observer, const CcWish *wish)
{
    const CcRoom *room = cc_room_registry_lookup(observer->events->control->rooms, observer->room);

    if (observer->has_chat)
        return;
    observer->has_chat = TRUE;
    g_autofree char *history = cc_event_chat_history_message(room, wish->after_ms);
    cc_events_send(observer, history);
}

void
cc_events_answer(CcObserver *observer, GBytes *message, gint64 now_us)
{
    g_auto(CcWish) wish = {0};

    if (observer->may_teach &&
        cc_decks_take(observer->events->control->decks, observer->room, message, now_us))
        return;
    cc_wish_parse(&wish, message);
    switch (wish.kind) {
    case CC_WISH_LINKS:
        follow_links(observer, wish.of);
        break;
    case CC_WISH_HELLO:
        g_free(observer->client);
        observer->client = g_steal_pointer(&wish.client);
        break;
    case CC_WISH_HAND:
        take_hand(observer, &wish, now_us);
        break;
    case CC_WISH_STAGE:
        take_stage(observer, &wish, now_us);
        break;
    case CC_WISH_CHAT:
        take_chat(observer, &wish, now_us);
        break;
    case CC_WISH_CHAT_RULES:
        take_chat_rules(observer, &wish, now_us);
        break;
    case CC_WISH_CHAT_HISTORY:
        tell_chat(observer, &wish);
        break;
    case CC_WISH_NONE:
        break;
    }
}
