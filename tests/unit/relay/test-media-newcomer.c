/* How soon one who comes has the whole picture, and how its packets leave. */
#include "common/base/clock.h"
#include "link-lesson.h"

/* @n packets at once: µs between the first and the last of them at the watcher; -1: not all have
 * come. */
static gint64
spread_of(LinkLesson *lesson, guint n)
{
    guint32 ssrc = peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->ssrc;
    guint before = peer_count(lesson->watcher, ssrc);
    for (guint i = 0; i < n; i++)
        link_lesson_picture(lesson, i == 0);
    for (guint i = 0; i < 100 && peer_count(lesson->watcher, ssrc) < before + n; i++)
        media_test_turn(&lesson->test, 2);
    const Received *last = peer_packet(lesson->watcher, ssrc, before + n - 1);
    return last ? last->arrival_us - peer_packet(lesson->watcher, ssrc, before)->arrival_us : -1;
}

/* Where nothing has filled the link a picture leaves whole, unless it would hold the voice up for
 * long; otherwise it is spread. */
static void
test_bursts(void)
{
    LinkLesson lesson;
    guint n_whole = 0, n_spread = 0;
    link_lesson_begin(&lesson, TRUE);
    link_lesson_run(&lesson, 1500, 80);
    for (guint i = 0; i < 5; i++) {
        link_lesson_run(&lesson, 100, 30);
        gint64 spread_us = spread_of(&lesson, 3);
        n_whole += spread_us >= 0 && spread_us < 6000 ? 1 : 0;
    }
    g_assert_cmpuint(n_whole, >=, 3);
    g_test_message("%u of 5 whole", n_whole);
    guint estimate_bps = media_test_session(&lesson.test, lesson.watcher)->estimate_bps;
    g_assert_cmpint(spread_of(&lesson, estimate_bps / 20 / (1044 * 8) + 1), >=, 6000);
    lesson.link_bps = 300000;
    link_lesson_run(&lesson, 1000, 60);
    lesson.link_bps = 0;
    link_lesson_run(&lesson, 4000, 20);
    for (guint i = 0; i < 5; i++) {
        link_lesson_run(&lesson, 100, 20);
        n_spread += spread_of(&lesson, 3) >= 6000 ? 1 : 0;
    }
    g_test_message("%u whole, then %u spread", n_whole, n_spread);
    g_assert_cmpuint(n_spread, >=, 3);
    link_lesson_end(&lesson);
}

/* The first packets of voice do not stand behind pictures: those wait until the voice has been
 * answered for, or for a second at most. */
static void
test_voice_first(void)
{
    LinkLesson lesson;
    link_lesson_begin(&lesson, TRUE);
    guint32 ssrc = peer_slot(lesson.watcher, CC_MEDIA_VIDEO)->ssrc;
    gint64 began_us = cc_clock_now_us();
    for (guint i = 0; i < 12; i++) {
        send_audio(lesson.teacher, PUBLISHER_AUDIO, lesson.voices++);
        link_lesson_picture(&lesson, i == 0);
    }
    wait_count(lesson.watcher, CC_MEDIA_AUDIO, 12);
    if (cc_clock_now_us() - began_us < 900000) /* the machine did not stand still */
        g_assert_cmpuint(peer_count(lesson.watcher, ssrc), ==, 0);
    link_lesson_run(&lesson, 300, 20);
    g_assert_cmpuint(peer_count(lesson.watcher, ssrc), >, 0);
    link_lesson_check(&lesson);

    lesson.watcher = peer_connected(&lesson.test, CC_DIRECTION_WATCH, FALSE); /* says nothing */
    link_lesson_picture(&lesson, TRUE);
    wait_count(lesson.watcher, CC_MEDIA_VIDEO, 1);
    link_lesson_end(&lesson);
}

/* How many pictures come in half a second of 40. */
static guint
count_pictures(LinkLesson *lesson)
{
    guint32 ssrc = peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->ssrc;
    guint before = peer_count(lesson->watcher, ssrc);
    link_lesson_run(lesson, 500, 80);
    return peer_count(lesson->watcher, ssrc) - before;
}

/* A lesson of more than the first guess, and one more receiver, on a link that takes it. No
 * keyframe comes for so long that its link has to be tested without a packet of the picture; then
 * it has all of it. */
static void
test_newcomer(void)
{
    LinkLesson lesson;
    link_lesson_begin(&lesson, TRUE);
    link_lesson_run(&lesson, 1500, 80);
    lesson.watcher = peer_connected(&lesson.test, CC_DIRECTION_WATCH, FALSE);
    lesson.n_read = 0;
    cc_transport_cc_recorder_init(&lesson.recorder);
    lesson.withheld = TRUE;
    link_lesson_run(&lesson, 1000, 80);
    const CcSlot *slot = peer_slot(lesson.watcher, CC_MEDIA_VIDEO);
    g_assert_cmpuint(peer_count(lesson.watcher, slot->ssrc), ==, 0);
    g_assert_cmpuint(peer_count(lesson.watcher, slot->rtx_ssrc), >, 0);
    const CcSessionStats *stats = media_test_session(&lesson.test, lesson.watcher);
    g_test_message("%s: %u bit/s", stats->link, stats->estimate_bps);
    lesson.withheld = FALSE;
    guint turns = 0;
    while (count_pictures(&lesson) < 35)
        g_assert_cmpuint(++turns, <, 8);
    link_lesson_check(&lesson);
    link_lesson_end(&lesson);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-newcomer/bursts", test_bursts);
    g_test_add_func("/media-newcomer/voice-first", test_voice_first);
    g_test_add_func("/media-newcomer/newcomer", test_newcomer);
    return g_test_run();
}
