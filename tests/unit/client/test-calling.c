/* Whom the teacher's keys mean. */
#include "client/send/calling.h"

static void
add(CcRoomState *room, const char *id, const char *role, gboolean connected, gboolean ready,
    gint64 hand_us)
{
    CcParticipant *one = g_new0(CcParticipant, 1);
    one->id = g_strdup(id);
    one->role = g_strdup(role);
    one->name = g_strdup("");
    one->connected = connected;
    one->ready = ready;
    one->hand_us = hand_us;
    g_ptr_array_add(room->participants, one);
}

static void
test_numbered(void)
{
    g_auto(CcRoomState) room;
    cc_room_state_init(&room);
    g_assert_null(cc_calling_numbered(&room, 1));
    add(&room, "t", "teacher", TRUE, FALSE, 0);
    add(&room, "a", "classroom", TRUE, TRUE, 0);
    add(&room, "b", "classroom", FALSE, TRUE, 0);
    add(&room, "c", "viewer", TRUE, FALSE, 0);
    g_assert_cmpstr(cc_calling_numbered(&room, 1)->id, ==, "a");
    g_assert_cmpstr(cc_calling_numbered(&room, 2)->id, ==, "c");
    g_assert_null(cc_calling_numbered(&room, 3));
}

static void
test_first_hand(void)
{
    g_auto(CcRoomState) room;
    cc_room_state_init(&room);
    add(&room, "a", "classroom", TRUE, TRUE, 0);
    g_assert_null(cc_calling_first_hand(&room));
    add(&room, "b", "classroom", TRUE, FALSE, 10); /* nothing to speak with */
    add(&room, "c", "classroom", TRUE, TRUE, 30);
    add(&room, "d", "classroom", TRUE, TRUE, 20);
    add(&room, "e", "classroom", FALSE, TRUE, 5); /* away */
    g_assert_cmpstr(cc_calling_first_hand(&room)->id, ==, "d");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/calling/numbered", test_numbered);
    g_test_add_func("/calling/first-hand", test_first_hand);
    return g_test_run();
}
