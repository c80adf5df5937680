#include "client/signalling/room-state.h"

#include <string.h>

#include "client/signalling/json-text.h"
#include "common/base/clean-text.h"
#include "common/base/error.h"

#define MAX_ID CC_ROOM_MAX_ID
#define MAX_NAME 120
#define MAX_HAND_MS 86400000.0

static void
participant_free(gpointer data)
{
    CcParticipant *participant = data;
    g_free(participant->id);
    g_free(participant->role);
    g_free(participant->name);
    g_free(participant);
}

void
cc_room_state_init(CcRoomState *state)
{
    *state = (CcRoomState){.participants = g_ptr_array_new_with_free_func(participant_free)};
    cc_room_chat_init(&state->chat);
}

void
cc_room_state_clear(CcRoomState *state)
{
    g_clear_pointer(&state->participants, g_ptr_array_unref);
    cc_room_chat_clear(&state->chat);
    cc_room_deck_clear(&state->deck);
    g_clear_pointer(&state->bye, g_free);
    state->lesson = CC_LESSON_UNKNOWN;
    state->stage = (CcStage){0};
    memset(state->grid, 0, sizeof state->grid);
}

void
cc_room_state_renew(CcRoomState *state)
{
    CcRoomChat chat = state->chat;
    chat.rules = (CcChatRules){0};
    state->chat = (CcRoomChat){0};
    cc_room_state_clear(state);
    cc_room_state_init(state);
    cc_room_chat_clear(&state->chat);
    state->chat = chat;
}

static gboolean
parse_lesson(JsonObject *message, CcLesson *lesson)
{
    static const char *const names[] = {
        [CC_LESSON_NONE] = "none",
        [CC_LESSON_ON] = "on",
        [CC_LESSON_AWAY] = "away",
        [CC_LESSON_OVER] = "over",
    };
    const char *text = cc_json_get_string(message, "lesson");
    for (guint i = CC_LESSON_NONE; text != NULL && i < G_N_ELEMENTS(names); i++) {
        if (strcmp(text, names[i]) == 0) {
            *lesson = i;
            return TRUE;
        }
    }
    return FALSE;
}

/* Since when a hand is raised; 0: it is not. */
static gint64
parse_hand(JsonObject *object, gint64 now_us)
{
    gint64 ms = (gint64)cc_json_get_number(object, "hand_ms", -1, 0, MAX_HAND_MS);
    return ms < 0 ? 0 : MAX(now_us - ms * 1000, 1);
}

static CcParticipant *
parse_participant(JsonObject *object, gint64 now_us)
{
    const char *id = object != NULL ? cc_json_get_string(object, "id") : NULL;
    if (id == NULL || *id == '\0' || strlen(id) > MAX_ID)
        return NULL;
    CcParticipant *participant = g_new0(CcParticipant, 1);
    participant->id = cc_clean_text(id, MAX_ID);
    participant->role = cc_clean_text(cc_json_get_string(object, "role"), MAX_ID);
    participant->name = cc_clean_text(cc_json_get_string(object, "name"), MAX_NAME);
    participant->connected = cc_json_get_boolean(object, "connected");
    participant->ready = cc_json_get_boolean(object, "ready");
    participant->hand_us = parse_hand(object, now_us);
    return participant;
}

static void
copy_id(const char *text, char id[CC_ROOM_MAX_ID + 1])
{
    g_autofree char *clean = cc_clean_text(text, MAX_ID);
    g_strlcpy(id, clean, MAX_ID + 1);
}

static JsonObject *
element(JsonArray *array, guint i)
{
    JsonNode *node = i < json_array_get_length(array) ? json_array_get_element(array, i) : NULL;
    return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

/* @object: {"guests":[…]}, or NULL: nothing has been said. */
static gboolean
parse_stage(JsonObject *object, CcStage *stage)
{
    JsonArray *array = object != NULL ? cc_json_get_array(object, "guests") : NULL;
    *stage = (CcStage){.known = array != NULL};
    for (guint i = 0; array != NULL && i < CC_GUESTS; i++) {
        JsonObject *guest = element(array, i);
        if (guest == NULL)
            continue;
        copy_id(cc_json_get_string(guest, "id"), stage->guests[i].id);
        stage->guests[i].muted = cc_json_get_boolean(guest, "muted");
    }
    return object == NULL || array != NULL;
}

static gboolean
find(const GPtrArray *participants, const char *id, guint *index)
{
    for (guint i = 0; i < participants->len; i++) {
        const CcParticipant *participant = participants->pdata[i];
        if (strcmp(participant->id, id) == 0) {
            *index = i;
            return TRUE;
        }
    }
    return FALSE;
}

/* Adds, or replaces the one with the same id. (transfer full) @participant */
static void
put(GPtrArray *participants, CcParticipant *participant)
{
    guint index;
    if (find(participants, participant->id, &index)) {
        participant_free(participants->pdata[index]);
        participants->pdata[index] = participant;
    } else if (participants->len < CC_ROOM_MAX_PARTICIPANTS) {
        g_ptr_array_add(participants, participant);
    } else {
        participant_free(participant);
    }
}

static gboolean
apply_state(CcRoomState *state, JsonObject *message, gint64 now_us)
{
    JsonArray *array = cc_json_get_array(message, "participants");
    CcLesson lesson;
    CcStage stage;
    if (array == NULL || !parse_lesson(message, &lesson) ||
        !parse_stage(cc_json_get_object(message, "stage"), &stage) ||
        !cc_room_chat_apply_rules(&state->chat, cc_json_get_object(message, "chat")))
        return FALSE;

    GPtrArray *participants = g_ptr_array_new_with_free_func(participant_free);
    guint n = MIN(json_array_get_length(array), CC_ROOM_MAX_PARTICIPANTS);
    for (guint i = 0; i < n; i++) {
        CcParticipant *participant = parse_participant(element(array, i), now_us);
        if (participant != NULL)
            put(participants, participant);
    }
    cc_room_deck_clear(&state->deck); /* where there is one it is told right after this */
    g_ptr_array_unref(state->participants);
    state->participants = participants;
    state->lesson = lesson;
    state->stage = stage;
    g_clear_pointer(&state->bye, g_free);
    return TRUE;
}

/* Nothing of a lesson's chat outlives it; the last one's stays until the next one begins. */
static gboolean
apply_lesson(CcRoomState *state, JsonObject *message)
{
    CcLesson before = state->lesson;
    if (!parse_lesson(message, &state->lesson))
        return FALSE;
    if (state->lesson == CC_LESSON_OVER)
        state->chat.rules = (CcChatRules){0};
    else if (before == CC_LESSON_OVER)
        g_ptr_array_set_size(state->chat.lines, 0);
    return TRUE;
}

static gboolean
apply_joined(CcRoomState *state, JsonObject *message, gint64 now_us)
{
    CcParticipant *participant =
        parse_participant(cc_json_get_object(message, "participant"), now_us);
    if (participant == NULL)
        return FALSE;
    put(state->participants, participant);
    return TRUE;
}

static gboolean
apply_left(CcRoomState *state, JsonObject *message)
{
    const char *id = cc_json_get_string(message, "id");
    guint index;
    if (id == NULL)
        return FALSE;
    g_autofree char *clean = cc_clean_text(id, MAX_ID);
    if (find(state->participants, clean, &index))
        g_ptr_array_remove_index(state->participants, index);
    return TRUE;
}

static gboolean
apply_hand(CcRoomState *state, JsonObject *message, gint64 now_us)
{
    const char *id = cc_json_get_string(message, "id");
    guint index;
    if (id == NULL)
        return FALSE;
    if (find(state->participants, id, &index)) {
        CcParticipant *participant = state->participants->pdata[index];
        participant->hand_us = parse_hand(message, now_us);
    }
    return TRUE;
}

static gboolean
apply_ready(CcRoomState *state, JsonObject *message)
{
    const char *id = cc_json_get_string(message, "id");
    guint index;
    if (id == NULL)
        return FALSE;
    if (find(state->participants, id, &index)) {
        CcParticipant *participant = state->participants->pdata[index];
        participant->ready = cc_json_get_boolean(message, "ready");
    }
    return TRUE;
}

static gboolean
apply_stage(CcRoomState *state, JsonObject *message)
{
    CcStage stage;
    if (!parse_stage(message, &stage))
        return FALSE;
    state->stage = stage;
    return TRUE;
}

static gboolean
apply_grid(CcRoomState *state, JsonObject *message)
{
    JsonArray *ids = cc_json_get_array(message, "ids");
    if (ids == NULL)
        return FALSE;
    for (guint i = 0; i < CC_GRID_PLACES; i++) {
        JsonNode *node = i < json_array_get_length(ids) ? json_array_get_element(ids, i) : NULL;
        gboolean text = node != NULL && json_node_get_value_type(node) == G_TYPE_STRING;
        copy_id(text ? json_node_get_string(node) : NULL, state->grid[i]);
    }
    return TRUE;
}

static gboolean
apply_bye(CcRoomState *state, JsonObject *message)
{
    g_free(state->bye);
    state->bye = cc_clean_text(cc_json_get_string(message, "reason"), MAX_NAME);
    return TRUE;
}

/* The position of the member's text in @names, or 0. */
static guint
choose(JsonObject *object, const char *member, const char *const *names)
{
    const char *text = cc_json_get_string(object, member);
    for (guint i = 0; text != NULL && names[i] != NULL; i++)
        if (strcmp(text, names[i]) == 0)
            return i;
    return 0;
}

static void
apply_link(CcRoomState *state, JsonObject *object)
{
    static const char *const pictures[] = {"none", "whole", "reduced", "stills", "paused", NULL};
    static const char *const reasons[] = {"", "rate", "loss", "relay", NULL};
    const char *id = cc_json_get_string(object, "id");
    guint index;
    if (id == NULL || !find(state->participants, id, &index))
        return;
    CcParticipant *participant = state->participants->pdata[index];
    participant->link = (CcLink){
        .known = TRUE,
        .kbps = (guint)cc_json_get_number(object, "kbps", 0, 0, 1e7),
        .estimate_kbps = (guint)cc_json_get_number(object, "estimate_kbps", 0, 0, 1e7),
        .loss = cc_json_get_number(object, "loss", 0, 0, 1),
        .rtt_ms = (int)cc_json_get_number(object, "rtt_ms", -1, 0, 1e6),
        .tcp = g_strcmp0(cc_json_get_string(object, "protocol"), "tcp") == 0,
        .picture = choose(object, "picture", pictures),
        .reason = choose(object, "reason", reasons),
    };
}

static gboolean
apply_links(CcRoomState *state, JsonObject *message)
{
    JsonArray *array = cc_json_get_array(message, "links");
    if (array == NULL)
        return FALSE;
    guint n = MIN(json_array_get_length(array), CC_ROOM_MAX_PARTICIPANTS);
    for (guint i = 0; i < n; i++) {
        JsonObject *link = element(array, i);
        if (link != NULL)
            apply_link(state, link);
    }
    return TRUE;
}

const CcParticipant *
cc_room_state_find(const CcRoomState *state, const char *id)
{
    guint index;
    return id != NULL && find(state->participants, id, &index) ? state->participants->pdata[index]
                                                               : NULL;
}

gboolean
cc_room_state_apply(CcRoomState *state, const char *message, gsize length, gint64 now_us,
                    GError **error)
{
    g_autoptr(JsonObject) object =
        cc_json_parse_object(message, length, CC_ROOM_MAX_MESSAGE, error);
    if (object == NULL)
        return FALSE;

    const char *type = cc_json_get_string(object, "type");
    gboolean good = type != NULL;
    if (g_strcmp0(type, "state") == 0)
        good = apply_state(state, object, now_us);
    else if (g_strcmp0(type, "lesson") == 0)
        good = apply_lesson(state, object);
    else if (g_strcmp0(type, "joined") == 0)
        good = apply_joined(state, object, now_us);
    else if (g_strcmp0(type, "left") == 0)
        good = apply_left(state, object);
    else if (g_strcmp0(type, "hand") == 0)
        good = apply_hand(state, object, now_us);
    else if (g_strcmp0(type, "ready") == 0)
        good = apply_ready(state, object);
    else if (g_strcmp0(type, "stage") == 0)
        good = apply_stage(state, object);
    else if (g_strcmp0(type, "grid") == 0)
        good = apply_grid(state, object);
    else if (g_strcmp0(type, "links") == 0)
        good = apply_links(state, object);
    else if (g_strcmp0(type, "deck") == 0)
        good = cc_room_deck_apply(&state->deck, object);
    else if (g_strcmp0(type, "pointer") == 0)
        good = cc_room_deck_apply_pointer(&state->deck, object);
    else if (g_strcmp0(type, "chat") == 0)
        good = cc_room_chat_apply(&state->chat, cc_json_get_object(object, "message"));
    else if (g_strcmp0(type, "chat-history") == 0)
        good = cc_room_chat_apply_history(&state->chat, object);
    else if (g_strcmp0(type, "chat-rules") == 0)
        good = cc_room_chat_apply_rules(&state->chat, object);
    else if (g_strcmp0(type, "chat-refused") == 0)
        good = cc_room_chat_apply_refusal(&state->chat, object);
    else if (g_strcmp0(type, "bye") == 0)
        good = apply_bye(state, object);
    if (!good)
        g_set_error(error, CC_ERROR, CC_ERROR_PROTOCOL, "bad event");
    return good;
}

int
cc_stage_place_of(const CcStage *stage, const char *id)
{
    for (guint i = 0; i < CC_GUESTS; i++)
        if (*stage->guests[i].id != '\0' && strcmp(stage->guests[i].id, id) == 0)
            return (int)i;
    return -1;
}

const char **
cc_room_state_receivers(const CcRoomState *state, guint *n_receivers)
{
    GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; i < state->participants->len; i++) {
        const CcParticipant *participant = state->participants->pdata[i];
        if (participant->connected && strcmp(participant->role, "teacher") != 0)
            g_ptr_array_add(names,
                            *participant->name != '\0' ? participant->name : participant->id);
    }
    *n_receivers = names->len;
    g_ptr_array_add(names, NULL);
    return (const char **)g_ptr_array_free(names, FALSE);
}
