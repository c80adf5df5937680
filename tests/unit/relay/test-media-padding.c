/* Padding, with which the relay tests the way to a receiver. */
#include "link-lesson.h"
#include "relay/media/downlink.h"
#include "relay/media/event-gate.h"
#include "relay/media/worker-private.h"

typedef struct {
    const LinkLesson *lesson;
    guint voice_bps;
    guint64 padding_bytes;
} DownlinkLook;

static gboolean
on_look(gpointer user_data)
{
    DownlinkLook *look = user_data;
    const Peer *watcher = look->lesson->watcher;
    const CcMediaSession *session =
        cc_session_table_find_id(&watcher->worker->sessions, watcher->setup->id);
    look->voice_bps = session->downlink->voice.bps;
    look->padding_bytes = session->downlink->padding_bytes;
    return G_SOURCE_REMOVE;
}

static DownlinkLook
look_at_downlink(LinkLesson *lesson)
{
    DownlinkLook look = {.lesson = lesson};
    cc_call_in_context(lesson->watcher->worker->context, on_look, &look, NULL);
    media_test_stats(&lesson->test); /* asked for later, so it has been done */
    return look;
}

/* Padding goes along the voice's way of repetitions, but is no voice that pictures have to make
 * room for. */
static void
test_is_no_voice(void)
{
    LinkLesson lesson;
    guint most_bps = 0;
    link_lesson_begin_repaired(&lesson);
    guint wide_bps = lesson.link_bps;
    lesson.link_bps = 100000;
    link_lesson_run(&lesson, 2500, 15);
    DownlinkLook look = look_at_downlink(&lesson);
    guint64 before_bytes = look.padding_bytes;
    lesson.link_bps = wide_bps;
    for (guint i = 0; i < 30 && look.padding_bytes < before_bytes + 4000; i++) {
        link_lesson_run(&lesson, 1000, 2);
        look = look_at_downlink(&lesson);
        most_bps = MAX(most_bps, look.voice_bps);
    }
    link_lesson_run(&lesson, 1100, 2);
    look = look_at_downlink(&lesson);
    most_bps = MAX(most_bps, look.voice_bps);
    g_test_message("%u bytes of padding, voice %u bit/s",
                   (guint)(look.padding_bytes - before_bytes), most_bps);
    g_assert_cmpuint(look.padding_bytes, >=, before_bytes + 4000);
    g_assert_cmpuint(most_bps, <, 20000); /* 15 packets a second at first */
    link_lesson_end(&lesson);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-padding/is-no-voice", test_is_no_voice);
    return g_test_run();
}
