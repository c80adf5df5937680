/* Simulcast through the relay: which layer a receiver gets, and that it never notices that there
 * are several. */
#include "common/base/clock.h"
#include "simulcast-lesson.h"

/* Layers are told apart by RID, and everybody gets the largest that is there. */
static void
test_highest_layer(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    send_picture(&lesson, ALL_OF_THEM, ALL_OF_THEM);
    send_pictures(&lesson, 5, ALL_OF_THEM);
    guint n = packets_after_voice(&lesson);
    g_assert_cmpuint(n, >=, 6 * PACKETS);
    g_assert_cmpuint(layer_at(&lesson, n - 1), ==, HIGH);
    check_stream(&lesson);
    lesson_end(&lesson);
}

/* The old layer goes on until a keyframe of the new one is there, which is asked for. */
static void
test_switch(void)
{
    static const struct {
        guint8 rank;
        guint layer;
    } steps[] = {{0, LOW}, {2, HIGH}, {1, MIDDLE}, {0, LOW}, {1, MIDDLE}, {9, HIGH}};
    Lesson lesson;
    guint n = lesson_begin_high(&lesson), before = HIGH;
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        set_target(&lesson, CC_TARGET_MOVING, steps[i].rank, 0);
        wait_pli(&lesson, steps[i].layer);
        send_pictures(&lesson, 3, ALL_OF_THEM);
        g_assert_cmpuint(packets_after_voice(&lesson), ==, n + 3 * PACKETS);
        g_assert_cmpuint(layer_at(&lesson, n + 3 * PACKETS - 1), ==, before);
        n += 3 * PACKETS;
        send_picture(&lesson, ALL_OF_THEM, 1u << steps[i].layer);
        send_pictures(&lesson, 2, ALL_OF_THEM);
        guint now = packets_after_voice(&lesson);
        /* The picture of the switch may have come in both layers. */
        g_assert_true(now == n + 3 * PACKETS || now == n + 4 * PACKETS);
        g_assert_cmpuint(layer_at(&lesson, now - 1), ==, steps[i].layer);
        n = now;
        before = steps[i].layer;
    }
    check_stream(&lesson);
    lesson_end(&lesson);
}

static void
tell_clocks(Lesson *lesson)
{
    for (guint i = 0; i < N_LAYERS; i++)
        send_sender_report(lesson->teacher, layer_ssrc(i),
                           (0x1000ull << 32) + ((guint64)lesson->picture << 32) / 25,
                           layer_timestamp(lesson, i));
    send_sender_report(lesson->teacher, PUBLISHER_AUDIO, 0x1000ull << 32, 0);
}

/* The layers' clocks have nothing in common but the publisher's sender reports: by these each
 * picture keeps its time through every switch, however late it arrives. */
static void
test_switch_by_clock(void)
{
    Lesson lesson;
    guint n = lesson_begin_high(&lesson);
    tell_clocks(&lesson);
    wait_rtcp(lesson.watcher, CC_RTCP_SR, 0, 1);
    guint32 first = video_packet(&lesson, n - 1)->timestamp;
    guint32 picture = video_payload_id(video_packet(&lesson, n - 1)) >> 8 & 0xffff;
    for (guint i = 0; i < 6; i++) {
        set_target(&lesson, CC_TARGET_MOVING, i % 3, 0);
        send_picture(&lesson, ALL_OF_THEM, ALL_OF_THEM);
        send_pictures(&lesson, 2, ALL_OF_THEM);
        n = packets_after_voice(&lesson);
        const CcRtpHeader *rtp = video_packet(&lesson, n - 1);
        guint32 passed = (video_payload_id(rtp) >> 8 & 0xffff) - picture;
        g_assert_cmpuint(layer_at(&lesson, n - 1), ==, LOW - i % 3);
        gint32 error = (gint32)(rtp->timestamp - first - passed * PICTURE_TICKS);
        g_assert_cmpint(ABS(error), <=, 2); /* NTP is rounded */
    }
    check_stream(&lesson);
    lesson_end(&lesson);
}

/* A keyframe whose packets have changed places. */
static void
test_reordered_keyframe(void)
{
    Lesson lesson;
    guint n = lesson_begin_high(&lesson);
    set_target(&lesson, CC_TARGET_MOVING, 0, 0);
    lesson.picture++;
    send_packet(&lesson, LOW, 1, TRUE);
    media_test_stats(&lesson.test);
    send_packet(&lesson, LOW, 0, TRUE);
    next_picture_of(&lesson, LOW);
    send_pictures(&lesson, 2, ALL_OF_THEM);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n + 3 * PACKETS);
    g_assert_cmpuint(layer_at(&lesson, n), ==, LOW);
    g_assert_cmpuint(video_payload_id(video_packet(&lesson, n)) & 0xff, ==, 0);
    g_assert_cmpuint(video_payload_id(video_packet(&lesson, n + 1)) & 0xff, ==, 1);
    check_stream(&lesson);
    lesson_end(&lesson);
}

/* A publisher that switches a layer off, and on again. */
static void
test_layer_dies(void)
{
    Lesson lesson;
    guint n = lesson_begin_high(&lesson);
    guint asked = count_pli(&lesson, MIDDLE);
    gint64 deadline_us = cc_clock_now_us() + 10 * G_USEC_PER_SEC;
    while (count_pli(&lesson, MIDDLE) == asked) {
        g_assert_cmpint(cc_clock_now_us(), <, deadline_us);
        send_picture(&lesson, 1u << MIDDLE | 1u << LOW, 0);
        media_test_turn(&lesson.test, 20);
    }
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n);
    send_picture(&lesson, 1u << MIDDLE | 1u << LOW, 1u << MIDDLE);
    send_picture(&lesson, 1u << MIDDLE | 1u << LOW, 0);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n + 2 * PACKETS);
    g_assert_cmpuint(layer_at(&lesson, n), ==, MIDDLE);

    send_picture(&lesson, ALL_OF_THEM, 1u << HIGH);
    send_picture(&lesson, ALL_OF_THEM, 1u << HIGH);
    send_pictures(&lesson, 1, ALL_OF_THEM);
    n = packets_after_voice(&lesson);
    g_assert_cmpuint(layer_at(&lesson, n - 1), ==, HIGH);
    check_stream(&lesson);
    lesson_end(&lesson);
}

/* A layer that was declined does not mix with the others. */
static void
test_unknown_layer(void)
{
    Lesson lesson;
    guint8 payload[40];
    guint n = lesson_begin_high(&lesson);
    fill_payload(&lesson, HIGH, 0, TRUE, payload);
    peer_send_rtp(lesson.teacher, &(RtpToSend){.payload_type = VIDEO_PT,
                                               .sequence = 1,
                                               .ssrc = 99,
                                               .mid = "1",
                                               .rid = "x",
                                               .payload = payload,
                                               .payload_length = sizeof payload});
    media_test_wait_drop(&lesson.test, CC_DROP_RTP_UNKNOWN_STREAM, 1);
    send_pictures(&lesson, 1, ALL_OF_THEM);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n + PACKETS);
    check_stream(&lesson);
    lesson_end(&lesson);
}

/* One packet in turn of a lesson with two switches does not come. Whatever the receiver sees is in
 * order: each number once, time forward, the pictures of an epoch as they were; and in the end it
 * has what it wants. */
static void
test_lose_each(void)
{
    for (guint lost = 0; lost < 18; lost++) {
        Lesson lesson;
        guint n = lesson_begin_high(&lesson), sent = 0;
        for (guint i = 0; i < 3; i++) {
            guint wanted = i == 1 ? HIGH : LOW;
            set_target(&lesson, CC_TARGET_MOVING, (guint8)(LOW - wanted), 0);
            for (guint k = 0; k < 2; k++) { /* the second keyframe heals what the first one lost */
                lesson.picture++;
                for (guint layer = 0; layer < N_LAYERS; layer += 2) {
                    for (guint p = 0; p < PACKETS; p++) {
                        if (sent++ != lost)
                            send_packet(&lesson, layer, p, layer == wanted);
                    }
                    next_picture_of(&lesson, layer);
                }
            }
        }
        send_pictures(&lesson, 2, 1u << HIGH | 1u << LOW);
        guint now = packets_after_voice(&lesson);
        g_assert_cmpuint(now, >, n);
        g_assert_cmpuint(layer_at(&lesson, now - 1), ==, LOW);
        for (guint i = 1; i < now; i++) {
            const CcRtpHeader *rtp = video_packet(&lesson, i), *last = video_packet(&lesson, i - 1);
            g_assert_cmpuint((guint16)(rtp->sequence - last->sequence - 1), <, 3);
            g_assert_cmpint((gint32)(rtp->timestamp - last->timestamp), >=, 0);
        }
        lesson_end(&lesson);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-layers/highest-layer", test_highest_layer);
    g_test_add_func("/media-layers/switch", test_switch);
    g_test_add_func("/media-layers/switch-by-clock", test_switch_by_clock);
    g_test_add_func("/media-layers/reordered-keyframe", test_reordered_keyframe);
    g_test_add_func("/media-layers/layer-dies", test_layer_dies);
    g_test_add_func("/media-layers/unknown-layer", test_unknown_layer);
    g_test_add_func("/media-layers/lose-each", test_lose_each);
    return g_test_run();
}
