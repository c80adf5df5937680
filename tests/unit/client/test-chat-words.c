/* What is written in the room, as it is read. */
#include "client/ui/chat-words.h"

#include <string.h>

#include "client/signalling/room-state.h"

#define SECOND G_USEC_PER_SEC

static void
add(CcRoomState *room, guint time_ms, const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *message =
        g_strdup_printf("{\"type\":\"chat\",\"message\":{\"time_ms\":%u,\"role\":\"%s\",\"name\":"
                        "\"%s\",\"text\":\"%s\"}}",
                        time_ms, time_ms % 2 ? "teacher" : "classroom", name, text);
    cc_room_state_apply(room, message, strlen(message), SECOND, &error);
    g_assert_no_error(error);
}

/* The newest three are to be seen for ten seconds, each once. */
static void
test_note(void)
{
    g_auto(CcRoomState) room;
    CcChatNote note = {0};
    cc_room_state_init(&room);

    g_assert_false(cc_chat_note_see(&note, &room.chat, SECOND));
    add(&room, 1, "", "one");
    add(&room, 2, "", "two");
    g_assert_true(cc_chat_note_see(&note, &room.chat, SECOND));
    g_assert_cmpstr(note.words, ==, "老师 Teacher: one\n教室 Classroom: two");
    g_assert_false(cc_chat_note_see(&note, &room.chat, SECOND));
    add(&room, 3, "Wang", "three");
    add(&room, 4, "Huli", "four");
    g_assert_true(cc_chat_note_see(&note, &room.chat, 2 * SECOND));
    g_assert_cmpstr(note.words, ==, "教室 Classroom: two\nWang: three\nHuli: four");
    g_assert_false(cc_chat_note_tick(&note, 2 * SECOND + CC_CHAT_NOTE_US - 1));
    g_assert_true(cc_chat_note_tick(&note, 2 * SECOND + CC_CHAT_NOTE_US));
    g_assert_null(note.words);
    g_assert_false(cc_chat_note_tick(&note, 100 * SECOND));
    g_assert_false(cc_chat_note_see(&note, &room.chat, 100 * SECOND));
    add(&room, 5, "Wang", "five");
    g_assert_true(cc_chat_note_see(&note, &room.chat, 100 * SECOND));
    g_assert_cmpstr(note.words, ==, "Wang: five");
    cc_chat_note_clear(&note);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/chat-words/note", test_note);
    return g_test_run();
}
