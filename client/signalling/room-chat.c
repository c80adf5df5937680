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
    g_free(line->id);
    g_free(line->name);
    g_free(line->text);
    g_free(line);
}

void
cc_room_chat_init(CcRoomChat *chat)
{
    *chat = (CcRoomChat){.lines = g_ptr_array_new_with_free_func(line_free)};
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
    line->id = cc_clean_text(cc_json_get_string(message, "id"), CC_ROOM_CHAT_MAX_ID);
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

gboolean
cc_chat_rules_is_muted(const CcChatRules *rules, const char *id)
{
    for (guint i = 0; i < rules->n_muted; i++)
        if (strcmp(rules->muted[i], id) == 0)
            return TRUE;
    return FALSE;
}

gboolean
cc_chat_rules_mute(CcChatRules *rules, const char *id, gboolean muted)
{
    gsize length = strlen(id);
    if (length == 0 || length > CC_ROOM_CHAT_MAX_ID || cc_chat_rules_is_muted(rules, id) == !!muted)
        return FALSE;
    if (muted && rules->n_muted == CC_ROOM_CHAT_MAX_MUTED)
        return FALSE;
    if (muted) {
        g_strlcpy(rules->muted[rules->n_muted++], id, sizeof rules->muted[0]);
        return TRUE;
    }
    guint at = 0;
    while (strcmp(rules->muted[at], id) != 0)
        at++;
    rules->n_muted--;
    memmove(rules->muted[at], rules->muted[at + 1], (rules->n_muted - at) * sizeof rules->muted[0]);
    return TRUE;
}

gboolean
cc_chat_rules_equal(const CcChatRules *a, const CcChatRules *b)
{
    if (!a->known != !b->known || !a->on != !b->on || a->n_muted != b->n_muted)
        return FALSE;
    for (guint i = 0; i < a->n_muted; i++)
        if (strcmp(a->muted[i], b->muted[i]) != 0)
            return FALSE;
    return TRUE;
}

gboolean
cc_room_chat_apply_rules(CcRoomChat *chat, JsonObject *rules)
{
    JsonArray *muted = rules != NULL ? cc_json_get_array(rules, "muted") : NULL;
    if (rules != NULL && muted == NULL)
        return FALSE;
    chat->rules = (CcChatRules){.known = rules != NULL,
                                .on = rules != NULL && cc_json_get_boolean(rules, "on")};
    for (guint i = 0; muted != NULL && i < json_array_get_length(muted); i++) {
        JsonNode *node = json_array_get_element(muted, i);
        if (json_node_get_value_type(node) != G_TYPE_STRING)
            continue;
        g_autofree char *id = cc_clean_text(json_node_get_string(node), CC_ROOM_CHAT_MAX_ID);
        cc_chat_rules_mute(&chat->rules, id, TRUE);
    }
    return TRUE;
}

gboolean
cc_room_chat_apply_refusal(CcRoomChat *chat, JsonObject *event)
{
    static const char *const names[] = {
        [CC_CHAT_REFUSED_NO_SEAT] = "no-seat",
        [CC_CHAT_REFUSED_NO_LESSON] = "no-lesson",
        [CC_CHAT_REFUSED_OFF] = "off",
        [CC_CHAT_REFUSED_MUTED] = "muted",
        [CC_CHAT_REFUSED_EMPTY] = "empty",
        [CC_CHAT_REFUSED_TOO_LONG] = "too-long",
        [CC_CHAT_REFUSED_TOO_OFTEN] = "too-often",
    };
    const char *reason = cc_json_get_string(event, "reason");
    if (reason == NULL)
        return FALSE;
    chat->n_refusals++;
    chat->refusal = CC_CHAT_REFUSED_SILENTLY; /* for a reason that we do not know */
    for (guint i = CC_CHAT_REFUSED_NO_SEAT; i < G_N_ELEMENTS(names); i++)
        if (strcmp(reason, names[i]) == 0)
            chat->refusal = (CcChatRefusal)i;
    return TRUE;
}
