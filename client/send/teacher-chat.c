#include "client/send/teacher-chat.h"

#include <string.h>

static void
settle(CcTeacherChat *chat, CcChatRefusal refusal)
{
    chat->answered = chat->asked;
    chat->refusal = refusal;
}

static gboolean
is_own(const CcChatLine *line, const CcParticipant *own)
{
    return own != NULL && strcmp(line->id, own->id) == 0;
}

void
cc_teacher_chat_write(CcTeacherChat *chat, guint number, const CcRoomState *room, gint64 now_us)
{
    chat->asked = number;
    chat->asked_us = now_us;
    if (room == NULL) {
        settle(chat, CC_CHAT_REFUSED_SILENTLY);
        return;
    }
    chat->after_ms = cc_room_chat_newest_ms(&room->chat);
    chat->n_refusals = room->chat.n_refusals;
}

void
cc_teacher_chat_see(CcTeacherChat *chat, const CcRoomState *room, const CcParticipant *own)
{
    if (chat->asked == chat->answered)
        return;
    for (guint i = 0; i < room->chat.lines->len; i++) {
        const CcChatLine *line = room->chat.lines->pdata[i];
        if (line->time_ms > chat->after_ms && is_own(line, own)) {
            settle(chat, CC_CHAT_REFUSED_NOT);
            return;
        }
    }
    if (room->chat.n_refusals != chat->n_refusals)
        settle(chat, room->chat.refusal);
}

void
cc_teacher_chat_tick(CcTeacherChat *chat, gint64 now_us, CcViewChat *view)
{
    if (chat->asked != chat->answered && now_us - chat->asked_us >= CC_TEACHER_CHAT_PATIENCE_US)
        settle(chat, CC_CHAT_REFUSED_SILENTLY);
    view->answered = chat->answered;
    view->refusal = chat->refusal;
}

static CcChatRefusal
find_hindrance(const CcRoomState *room, const CcParticipant *own)
{
    if (own == NULL)
        return CC_CHAT_REFUSED_NO_SEAT;
    return room->lesson == CC_LESSON_ON || room->lesson == CC_LESSON_AWAY
               ? CC_CHAT_REFUSED_NOT
               : CC_CHAT_REFUSED_NO_LESSON;
}

void
cc_teacher_chat_fill(const CcTeacherChat *chat, const CcRoomState *room, const CcParticipant *own,
                     const CcChatWish *wish, CcViewChat *view)
{
    view->on = cc_chat_wish_is_on(wish);
    view->hindrance = find_hindrance(room, own);
    view->answered = chat->answered;
    view->refusal = chat->refusal;
    view->n_lines = 0;
    for (guint i = 0; i < room->chat.lines->len; i++) {
        const CcChatLine *line = room->chat.lines->pdata[i];
        view->lines[view->n_lines++] = (CcViewChatLine){
            .time_ms = line->time_ms,
            .id = line->id,
            .name = line->name,
            .text = line->text,
            .teacher = line->teacher,
            .own = is_own(line, own),
            .muted = cc_chat_rules_is_muted(&wish->rules, line->id),
        };
    }
}
