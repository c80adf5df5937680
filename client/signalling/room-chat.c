#include "client/signalling/room-chat.h"

#include <string.h>

#include "client/signalling/json-text.h"
#include "common/base/clean-text.h"

#define MAX_NAME 120
#define MAX_TEXT 800               /* 200 characters */
#define MAX_TIME_MS 253402300799e3 /* the year 9999 */

static void
line_free(gpointer data)
{
    CcChatLine *line = data;
    g_free(line->name);
    g_free(line->text);
    g_free(line);
}

void
cc_room_chat_init(CcRoomChat *chat)
{
    chat->lines = g_ptr_array_new_with_free_func(line_free);
}

void
cc_room_chat_clear(CcRoomChat *chat)
{
    g_clear_pointer(&chat->lines, g_ptr_array_unref);
}

gint64
cc_room_chat_newest_ms(const CcRoomChat *chat)
{
    const GPtrArray *lines = chat->lines;
    return lines->len > 0 ? ((const CcChatLine *)lines->pdata[lines->len - 1])->time_ms : 0;
}

gboolean
cc_room_chat_apply(CcRoomChat *chat, JsonObject *message)
{
    const char *text = message != NULL ? cc_json_get_string(message, "text") : NULL;
    gint64 time_ms =
        text != NULL ? (gint64)cc_json_get_number(message, "time_ms", 0, 1, MAX_TIME_MS) : 0;
    if (time_ms == 0)
        return FALSE;
    if (time_ms <= cc_room_chat_newest_ms(chat))
        return TRUE; /* told already */
    CcChatLine *line = g_new0(CcChatLine, 1);
    line->time_ms = time_ms;
    line->teacher = g_strcmp0(cc_json_get_string(message, "role"), "teacher") == 0;
    line->name = cc_clean_text(cc_json_get_string(message, "name"), MAX_NAME);
    line->text = cc_clean_text(text, MAX_TEXT);
    if (chat->lines->len == CC_ROOM_CHAT_KEPT)
        g_ptr_array_remove_index(chat->lines, 0);
    g_ptr_array_add(chat->lines, line);
    return TRUE;
}

gboolean
cc_room_chat_apply_history(CcRoomChat *chat, JsonObject *event)
{
    JsonArray *messages = cc_json_get_array(event, "messages");
    if (messages == NULL)
        return FALSE;
    for (guint i = 0; i < MIN(json_array_get_length(messages), CC_ROOM_CHAT_KEPT); i++) {
        JsonNode *node = json_array_get_element(messages, i);
        if (JSON_NODE_HOLDS_OBJECT(node))
            cc_room_chat_apply(chat, json_node_get_object(node));
    }
    return TRUE;
}
