/* The room's WebSocket against a real server that comes and goes. */
#include <string.h>

#include "client/signalling/events.h"
#include "tests/unit/client/scripted-relay.h"

typedef struct {
    ScriptedRelay *relay;
    CcEventStream *events;
    guint opened, opened_again, closed, closed_with_bye, changed;
    CcLesson lesson;
    guint n_receivers;
} Fixture;

static gboolean
on_watchdog(gpointer user_data)
{
    g_error("the test hangs");
    return G_SOURCE_REMOVE;
}

#define wait_until(condition)                                                                      \
    G_STMT_START                                                                                   \
    {                                                                                              \
        guint watchdog_ = g_timeout_add_seconds(60, on_watchdog, NULL);                            \
        while (!(condition))                                                                       \
            g_main_context_iteration(NULL, TRUE);                                                  \
        g_source_remove(watchdog_);                                                                \
    }                                                                                              \
    G_STMT_END

static void
on_opened(gboolean again, gpointer user_data)
{
    Fixture *fixture = user_data;
    fixture->opened++;
    fixture->opened_again += again;
}

static void
on_closed(gboolean bye, gpointer user_data)
{
    Fixture *fixture = user_data;
    fixture->closed++;
    fixture->closed_with_bye += bye;
}

static void
on_changed(const CcRoomState *room, gpointer user_data)
{
    Fixture *fixture = user_data;
    fixture->changed++;
    fixture->lesson = room->lesson;
    g_free(cc_room_state_receivers(room, &fixture->n_receivers));
}

static const CcEventStreamCallbacks callbacks = {on_opened, on_closed, on_changed};

static void
start(Fixture *fixture)
{
    g_autofree char *url =
        g_strdup_printf("http://127.0.0.1:%u/rooms/math/events", fixture->relay->port);
    g_autoptr(GError) error = NULL;
    fixture->events = cc_event_stream_new(url, "token", NULL, 400, &callbacks, fixture, &error);
    g_assert_no_error(error);
    cc_event_stream_start(fixture->events);
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->relay = scripted_relay_new(0);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    cc_event_stream_free(fixture->events);
    g_clear_pointer(&fixture->relay, scripted_relay_free);
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

static void
test_messages(Fixture *fixture, gconstpointer data)
{
    start(fixture);
    g_assert_false(cc_event_stream_is_open(fixture->events));
    wait_until(fixture->changed == 1);
    g_assert_true(cc_event_stream_is_open(fixture->events));
    g_assert_cmpint(fixture->lesson, ==, CC_LESSON_ON);
    g_assert_cmpuint(fixture->n_receivers, ==, 1);

    scripted_relay_send_event(fixture->relay, "nonsense");
    scripted_relay_send_event(fixture->relay, "{\"type\":\"lesson\",\"lesson\":\"over\"}");
    wait_until(fixture->changed == 2);
    g_assert_cmpint(fixture->lesson, ==, CC_LESSON_OVER);
    g_assert_cmpuint(fixture->opened, ==, 1);
    g_assert_cmpuint(fixture->closed, ==, 0);
}

/* Who we are and what we do is said again to a relay that was away; nothing that is not plain. */
static void
test_says(Fixture *fixture, gconstpointer data)
{
    guint16 port = fixture->relay->port;
    start(fixture);
    cc_event_stream_introduce(fixture->events, "too early");
    cc_event_stream_introduce(fixture->events, "0123abc");
    wait_until(fixture->changed == 1);
    cc_event_stream_say_hand(fixture->events, 1500000);
    cc_event_stream_say_hand(fixture->events, -1);
    CcStage stage = {.guests = {{.id = "c1", .muted = TRUE}, {.id = "\"}"}}};
    cc_event_stream_say_stage(fixture->events, &stage);
    cc_event_stream_lower_hand(fixture->events, "c2");
    CcChatRules rules = {.on = TRUE};
    g_assert_true(cc_chat_rules_mute(&rules, "c3", TRUE));
    cc_event_stream_say_chat(fixture->events, "\"老师\"\\");
    cc_event_stream_say_chat_rules(fixture->events, &rules);
    wait_until(strstr(fixture->relay->said->str, "c3") != NULL);
    g_assert_cmpstr(fixture->relay->said->str, ==,
                    "{\"type\":\"hello\",\"client\":\"0123abc\"}\n"
                    "{\"type\":\"hand\",\"raised\":true,\"waiting_ms\":1500}\n"
                    "{\"type\":\"hand\",\"raised\":false}\n"
                    "{\"type\":\"stage\",\"guests\":[{\"id\":\"c1\",\"muted\":true},null]}\n"
                    "{\"type\":\"hand\",\"of\":\"c2\",\"raised\":false}\n"
                    "{\"type\":\"chat\",\"text\":\"\\\"老师\\\"\\\\\"}\n"
                    "{\"type\":\"chat-rules\",\"on\":true,\"muted\":[\"c3\"]}\n");

    scripted_relay_send_event(
        fixture->relay, "{\"type\":\"chat\",\"message\":{\"time_ms\":1795304000000,"
                        "\"id\":\"c2\",\"role\":\"teacher\",\"name\":\"\",\"text\":\"hello\"}}");
    wait_until(fixture->changed == 2);

    g_clear_pointer(&fixture->relay, scripted_relay_free);
    wait_until(fixture->closed == 1);
    cc_event_stream_say_hand(fixture->events, 0); /* to nobody */
    fixture->relay = scripted_relay_new(port);
    wait_until(strstr(fixture->relay->said->str, "chat") != NULL);
    g_assert_cmpstr(fixture->relay->said->str, ==,
                    "{\"type\":\"hello\",\"client\":\"0123abc\"}\n"
                    "{\"type\":\"chat-history\",\"after_ms\":1795304000000}\n");
}

/* Who asks for it is told all that was written before. */
static void
test_follows_chat(Fixture *fixture, gconstpointer data)
{
    start(fixture);
    cc_event_stream_follow_chat(fixture->events);
    wait_until(strstr(fixture->relay->said->str, "chat") != NULL);
    g_assert_cmpstr(fixture->relay->said->str, ==, "{\"type\":\"chat-history\",\"after_ms\":0}\n");
}

static void
test_reconnects(Fixture *fixture, gconstpointer data)
{
    guint16 port = fixture->relay->port;
    start(fixture);
    wait_until(fixture->changed == 1);
    scripted_relay_send_event(fixture->relay, "{\"type\":\"bye\",\"reason\":\"relay-stopping\"}");
    wait_until(fixture->changed == 2);
    g_clear_pointer(&fixture->relay, scripted_relay_free);
    wait_until(fixture->closed == 1);
    g_assert_cmpuint(fixture->closed_with_bye, ==, 1);
    g_assert_false(cc_event_stream_is_open(fixture->events));

    gint64 back_us = g_get_monotonic_time();
    fixture->relay = scripted_relay_new(port);
    fixture->relay->lesson = "none";
    wait_until(fixture->opened == 2 && fixture->changed == 3);
    g_assert_cmpint((g_get_monotonic_time() - back_us) / 1000, <, 1500);
    g_assert_cmpuint(fixture->opened_again, ==, 1);
    g_assert_cmpint(fixture->lesson, ==, CC_LESSON_NONE);

    g_clear_pointer(&fixture->relay, scripted_relay_free);
    wait_until(fixture->closed == 2);
    g_assert_cmpuint(fixture->closed_with_bye, ==, 1);
}

static void
test_unsupported(Fixture *fixture, gconstpointer data)
{
    fixture->relay->without_events = TRUE;
    start(fixture);
    wait_until(fixture->relay->websocket_requests == 1);
    for (gint64 end_us = g_get_monotonic_time() + 700 * 1000; g_get_monotonic_time() < end_us;) {
        g_main_context_iteration(NULL, FALSE);
        g_usleep(1000);
    }
    g_assert_cmpuint(fixture->relay->websocket_requests, ==, 1);
    g_assert_false(cc_event_stream_are_supported(fixture->events));

    /* It is asked again as soon as there is a reason to. */
    fixture->relay->without_events = FALSE;
    cc_event_stream_hurry(fixture->events);
    wait_until(fixture->changed == 1);
    g_assert_true(cc_event_stream_are_supported(fixture->events));
}

static void
test_oversized_message(Fixture *fixture, gconstpointer data)
{
    start(fixture);
    wait_until(fixture->changed == 1);
    g_autofree char *huge = g_strnfill(CC_ROOM_MAX_MESSAGE + 10, 'x');
    scripted_relay_send_event(fixture->relay, huge);
    wait_until(fixture->closed == 1);
    wait_until(fixture->opened == 2);
}

static void
test_free_any_time(Fixture *fixture, gconstpointer data)
{
    for (guint iterations = 0; iterations < 30; iterations++) {
        start(fixture);
        for (guint i = 0; i < iterations && fixture->changed == 0; i++)
            g_main_context_iteration(NULL, TRUE);
        g_clear_pointer(&fixture->events, cc_event_stream_free);
        guint before = fixture->opened + fixture->changed + fixture->closed;
        while (g_main_context_iteration(NULL, FALSE))
            ;
        g_assert_cmpuint(fixture->opened + fixture->changed + fixture->closed, ==, before);
        fixture->changed = 0;
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/events/" name, Fixture, NULL, set_up, func, tear_down)
    ADD("messages", test_messages);
    ADD("says", test_says);
    ADD("follows-chat", test_follows_chat);
    ADD("reconnects", test_reconnects);
    ADD("unsupported", test_unsupported);
    ADD("oversized-message", test_oversized_message);
    ADD("free-any-time", test_free_any_time);
    return g_test_run();
}
