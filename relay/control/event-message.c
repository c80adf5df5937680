#include "relay/control/event-message.h"

#include "relay/control/participant-json.h"

static JsonBuilder *
begin(const char *type)
{
    JsonBuilder *builder = cc_json_begin();

    cc_json_add_string(builder, "type", type);
    return builder;
}

static void
add_participant(JsonBuilder *builder, const CcParticipant *participant, gint64 now_us)
{
    json_builder_begin_object(builder);
    cc_json_add_participant(builder, participant, now_us);
    json_builder_end_object(builder);
}

static void
add_guests(JsonBuilder *builder, const CcRoom *room)
{
    cc_json_begin_array(builder, "guests");
    for (guint i = 0; i < CC_GUESTS; i++) {
        if (room->guests[i].id == NULL) {
            json_builder_add_null_value(builder);
            continue;
        }
        json_builder_begin_object(builder);
        cc_json_add_string(builder, "id", room->guests[i].id);
        cc_json_add_boolean(builder, "muted", room->guests[i].muted);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void
add_stage(JsonBuilder *builder, const CcRoom *room)
{
    json_builder_set_member_name(builder, "stage");
    if (room == NULL || !room->stage_known) {
        json_builder_add_null_value(builder);
        return;
    }
    json_builder_begin_object(builder);
    add_guests(builder, room);
    json_builder_end_object(builder);
}

static void
add_chat_message(JsonBuilder *builder, const CcChatMessage *message)
{
    json_builder_begin_object(builder);
    cc_json_add_int(builder, "time_ms", message->time_ms);
    cc_json_add_string(builder, "id", message->id);
    cc_json_add_string(builder, "role", cc_role_to_string(message->role));
    cc_json_add_string(builder, "name", message->name);
    cc_json_add_string(builder, "text", message->text);
    json_builder_end_object(builder);
}

static void
add_chat_rules(JsonBuilder *builder, const CcRoom *room)
{
    cc_json_add_boolean(builder, "on", !room->chat.off);
    cc_json_begin_array(builder, "muted");
    for (char **id = room->chat.muted; *id != NULL; id++)
        json_builder_add_string_value(builder, *id);
    json_builder_end_array(builder);
}

/* null as long as no teacher has said who may write. */
static void
add_chat(JsonBuilder *builder, const CcRoom *room)
{
    json_builder_set_member_name(builder, "chat");
    if (room == NULL || room->chat.muted == NULL) {
        json_builder_add_null_value(builder);
        return;
    }
    json_builder_begin_object(builder);
    add_chat_rules(builder, room);
    json_builder_end_object(builder);
}

char *
cc_event_state_message(const char *name, const CcRoom *room, gint64 now_us)
{
    JsonBuilder *builder = begin("state");

    cc_json_add_string(builder, "room", name);
    cc_json_add_string(builder, "lesson",
                       cc_lesson_to_string(room != NULL ? room->lesson : CC_LESSON_NONE));
    cc_json_begin_array(builder, "participants");
    for (guint i = 0; room != NULL && i < room->participants->len; i++) {
        const CcParticipant *participant = g_ptr_array_index(room->participants, i);
        if (participant->connected && participant->seat != CC_SEAT_SPEAKS)
            add_participant(builder, participant, now_us);
    }
    json_builder_end_array(builder);
    add_stage(builder, room);
    add_chat(builder, room);
    return cc_json_end(builder);
}

char *
cc_event_message(const CcRoomEvent *event, gint64 now_us)
{
    JsonBuilder *builder = NULL;

    switch (event->kind) {
    case CC_ROOM_LESSON:
        builder = begin("lesson");
        cc_json_add_string(builder, "lesson", cc_lesson_to_string(event->room->lesson));
        break;
    case CC_ROOM_JOINED:
        builder = begin("joined");
        json_builder_set_member_name(builder, "participant");
        add_participant(builder, event->participant, now_us);
        break;
    case CC_ROOM_LEFT:
        builder = begin("left");
        cc_json_add_string(builder, "id", event->participant->id);
        cc_json_add_string(builder, "reason", event->reason);
        break;
    case CC_ROOM_HAND:
        builder = begin("hand");
        cc_json_add_string(builder, "id", event->participant->id);
        cc_json_add_hand(builder, event->participant, now_us);
        break;
    case CC_ROOM_READY:
        builder = begin("ready");
        cc_json_add_string(builder, "id", event->participant->id);
        cc_json_add_boolean(builder, "ready", event->participant->ready);
        break;
    case CC_ROOM_STAGE:
        builder = begin("stage");
        add_guests(builder, event->room);
        break;
    case CC_ROOM_CHAT:
        builder = begin("chat");
        json_builder_set_member_name(builder, "message");
        add_chat_message(builder, event->message);
        break;
    case CC_ROOM_CHAT_RULES:
        builder = begin("chat-rules");
        add_chat_rules(builder, event->room);
        break;
    }
    g_return_val_if_fail(builder != NULL, NULL);
    return cc_json_end(builder);
}

char *
cc_event_grid_message(const CcRoom *room)
{
    JsonBuilder *builder = begin("grid");

    cc_json_begin_array(builder, "ids");
    for (guint i = 0; i < CC_GRID_PLACES; i++) {
        if (room->grid[i].id != NULL)
            json_builder_add_string_value(builder, room->grid[i].id);
        else
            json_builder_add_null_value(builder);
    }
    json_builder_end_array(builder);
    return cc_json_end(builder);
}

char *
cc_event_chat_history_message(const CcRoom *room, gint64 after_ms)
{
    JsonBuilder *builder = begin("chat-history");

    cc_json_begin_array(builder, "messages");
    for (guint i = 0; room != NULL && i < room->chat.messages->len; i++) {
        const CcChatMessage *message = g_ptr_array_index(room->chat.messages, i);
        if (message->time_ms > after_ms)
            add_chat_message(builder, message);
    }
    json_builder_end_array(builder);
    return cc_json_end(builder);
}

char *
cc_event_chat_refused_message(CcChatVerdict verdict)
{
    JsonBuilder *builder = begin("chat-refused");

    cc_json_add_string(builder, "reason", cc_chat_verdict_to_string(verdict));
    return cc_json_end(builder);
}

char *
cc_event_bye_message(const char *reason)
{
    JsonBuilder *builder = begin("bye");

    cc_json_add_string(builder, "reason", reason);
    return cc_json_end(builder);
}
