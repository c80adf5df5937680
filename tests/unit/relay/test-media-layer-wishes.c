/* Simulcast through the relay: stills, nothing at all, and what the publisher is told of it. */
#include "simulcast-lesson.h"

/* Keyframes and nothing else; they are asked for when they are due. */
static void
test_stills(void)
{
    Lesson lesson;
    guint n = lesson_begin_high(&lesson);
    set_target(&lesson, CC_TARGET_STILLS, 0, 1);
    wait_pli(&lesson, LOW);
    for (guint i = 0; i < 3; i++) {
        send_pictures(&lesson, 3, ALL_OF_THEM);
        g_assert_cmpuint(packets_after_voice(&lesson), ==, n);
        guint asked = count_pli(&lesson, LOW);
        while (count_pli(&lesson, LOW) == asked) { /* waits are bounded by the test's timeout */
            send_pictures(&lesson, 1, ALL_OF_THEM);
            media_test_turn(&lesson.test, 2);
        }
        send_picture(&lesson, ALL_OF_THEM, 1u << LOW);
        g_assert_cmpuint(packets_after_voice(&lesson), ==, n + PACKETS);
        g_assert_cmpuint(layer_at(&lesson, n), ==, LOW);
        n += PACKETS;
    }
    send_pictures(&lesson, 1, ALL_OF_THEM); /* which the next one refers to */
    packets_after_voice(&lesson);
    set_target(&lesson, CC_TARGET_MOVING, 0, 0);
    send_pictures(&lesson, 1, ALL_OF_THEM);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n);
    send_picture(&lesson, ALL_OF_THEM, 1u << LOW);
    send_pictures(&lesson, 2, ALL_OF_THEM);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n + 3 * PACKETS);
    check_stream(&lesson);
    lesson_end(&lesson);
}

/* No picture at all, and back. */
static void
test_nothing(void)
{
    Lesson lesson;
    guint n = lesson_begin_high(&lesson);
    set_target(&lesson, CC_TARGET_NOTHING, 0, 0);
    send_picture(&lesson, ALL_OF_THEM, ALL_OF_THEM);
    send_pictures(&lesson, 3, ALL_OF_THEM);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n);
    set_target(&lesson, CC_TARGET_MOVING, 2, 0);
    send_pictures(&lesson, 1, ALL_OF_THEM);
    wait_pli(&lesson, HIGH);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n);
    send_picture(&lesson, ALL_OF_THEM, 1u << HIGH);
    send_pictures(&lesson, 2, ALL_OF_THEM);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n + 3 * PACKETS);
    check_stream(&lesson);
    lesson_end(&lesson);
}

/* The newest limit that the publisher was told of a layer; -1: none yet. */
static gint64
limit_of(const Lesson *lesson, guint layer)
{
    gint64 limit = -1;
    for (guint i = 0; i < lesson->teacher->rtcp->len; i++) {
        const Received *received = lesson->teacher->rtcp->pdata[i];
        CcRtcpPacket packet;
        CC_RTCP_FOREACH(received->data, received->length, &packet) {
            CcRtcpTmmbr entry;
            for (guint k = 0; cc_rtcp_read_tmmbr(&packet, k, &entry); k++) {
                if (entry.ssrc == layer_ssrc(layer))
                    limit = (gint64)MIN(entry.bitrate_bps, G_MAXINT64);
            }
        }
    }
    return limit;
}

typedef struct {
    Lesson *lesson;
    guint wanted; /* bits: layers that are, the others are not */
} LimitWait;

static gboolean
has_limits(gpointer user_data)
{
    LimitWait *wait = user_data;
    for (guint i = 0; i < N_LAYERS; i++) {
        gint64 limit = limit_of(wait->lesson, i);
        if (wait->wanted & 1u << i ? limit <= 0 : limit != 0)
            return FALSE;
    }
    return TRUE;
}

static void
wait_limits(Lesson *lesson, guint wanted)
{
    LimitWait wait = {lesson, wanted};
    media_test_wait(&lesson->test, has_limits, &wait);
}

/* Who makes his layers as large as he is told may make the best one the smallest for a while: it
 * stays the best. */
static void
test_shrunk(void)
{
    Lesson lesson;
    guint before = lesson_begin_high(&lesson);
    lesson.shrunk = 3;
    send_picture(&lesson, ALL_OF_THEM, ALL_OF_THEM);
    send_pictures(&lesson, 3, ALL_OF_THEM);
    guint n = packets_after_voice(&lesson);
    g_assert_cmpuint(n, ==, before + 4 * PACKETS);
    g_assert_cmpuint(layer_at(&lesson, n - 1), ==, HIGH);
    set_target(&lesson, CC_TARGET_MOVING, 1, 0);
    send_picture(&lesson, ALL_OF_THEM, ALL_OF_THEM);
    n = packets_after_voice(&lesson);
    g_assert_cmpuint(layer_at(&lesson, n - 1), ==, MIDDLE);
    check_stream(&lesson);
    lesson_end(&lesson);
}

/* Layers that nobody watches need not be encoded; who wants one again gets it at once. */
static void
test_publisher_is_told(void)
{
    Lesson lesson;
    lesson_begin_high(&lesson);
    wait_limits(&lesson, 1u << HIGH);
    set_target(&lesson, CC_TARGET_MOVING, 0, 0);
    wait_limits(&lesson, 1u << HIGH | 1u << LOW); /* what it gets, until it gets what it wants */
    send_picture(&lesson, ALL_OF_THEM, 1u << LOW);
    packets_after_voice(&lesson);
    wait_limits(&lesson, 1u << LOW);
    set_target(&lesson, CC_TARGET_NOTHING, 0, 0);
    wait_limits(&lesson, 0);
    set_target(&lesson, CC_TARGET_MOVING, 1, 0);
    wait_limits(&lesson, 1u << MIDDLE | 1u << LOW);
    lesson_end(&lesson);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-layer-wishes/stills", test_stills);
    g_test_add_func("/media-layer-wishes/nothing", test_nothing);
    g_test_add_func("/media-layer-wishes/shrunk", test_shrunk);
    g_test_add_func("/media-layer-wishes/publisher-is-told", test_publisher_is_told);
    return g_test_run();
}
