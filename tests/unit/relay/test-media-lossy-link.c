/* What the relay does for one whose link loses packets, or is still carrying a keyframe. */
#include "common/base/clock.h"
#include "media-peer.h"

#define KEYFRAME_PACKETS 30
#define LOSSY_FRACTION 77 /* of 256 */
#define REPORTS_US 300000 /* between two that are both believed */
#define QUIET_US 100000   /* in which a question would have been passed on */
#define NARROW_BPS 100000 /* the keyframe takes it 2.5 s */
#define MANY 8            /* of its packets take it 0.7 s, */
#define MANY_US 400000    /* and with a burst and a quicker pace still this */
#define WIDE_BPS 20000000

typedef struct {
    MediaTest test;
    Peer *teacher, *watcher;
} Lesson;

static void
lesson_begin(Lesson *lesson)
{
    memset(lesson, 0, sizeof *lesson);
    media_test_init(&lesson->test);
    lesson->test.options.keyframe_interval_ms = 1;
    media_test_start(&lesson->test);
    lesson->teacher = peer_connected(&lesson->test, CC_DIRECTION_PUBLISH, FALSE);
    lesson->watcher = peer_connected(&lesson->test, CC_DIRECTION_WATCH, FALSE);
}

static void
lesson_end(Lesson *lesson)
{
    g_assert_cmpuint(lesson->watcher->n_bad, ==, 0);
    media_test_clear(&lesson->test);
}

static void
turn_for(Lesson *lesson, gint64 us)
{
    gint64 end_us = cc_clock_now_us() + us;
    while (cc_clock_now_us() < end_us)
        media_test_turn(&lesson->test, 5);
}

/* --- lost packets --- */

static void
report_loss(Lesson *lesson)
{
    guint8 buffer[200];
    CcRtcpBuilder builder;
    const CcSlot *slot = peer_slot(lesson->watcher, CC_MEDIA_VIDEO);
    CcRtcpReportBlock block = {
        .ssrc = slot->ssrc,
        .fraction_lost = LOSSY_FRACTION,
        .highest_sequence = peer_packet(lesson->watcher, slot->ssrc, 0)->rtp.sequence,
    };
    cc_rtcp_builder_init(&builder, buffer, 150);
    cc_rtcp_add_receiver_report(&builder, 1, &block, 1);
    peer_send_rtcp(lesson->watcher, &builder);
}

static void
ask_again(Lesson *lesson, guint index)
{
    guint8 buffer[200];
    CcRtcpBuilder builder;
    guint32 ssrc = peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->ssrc;
    guint16 sequence = peer_packet(lesson->watcher, ssrc, index)->rtp.sequence;
    cc_rtcp_builder_init(&builder, buffer, 150);
    cc_rtcp_add_receiver_report(&builder, 1, NULL, 0);
    cc_rtcp_add_nack(&builder, 1, ssrc, &sequence, 1);
    peer_send_rtcp(lesson->watcher, &builder);
}

static guint
n_repeated(const Lesson *lesson)
{
    return peer_count(lesson->watcher, peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->rtx_ssrc);
}

static gboolean
has_repeated(gpointer lesson)
{
    return n_repeated(lesson) >= 1;
}

static gboolean
has_repeated_thrice(gpointer lesson)
{
    return n_repeated(lesson) >= 3;
}

/* Each in a packet of its own that says the same. */
static void
check_copies(const Lesson *lesson, guint first)
{
    guint32 ssrc = peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->rtx_ssrc;
    const CcRtpHeader *one = &peer_packet(lesson->watcher, ssrc, first)->rtp;
    const CcRtpHeader *other = &peer_packet(lesson->watcher, ssrc, first + 1)->rtp;
    g_assert_cmpuint(other->sequence, ==, (guint16)(one->sequence + 1));
    g_assert_cmpuint(other->timestamp, ==, one->timestamp);
    g_assert_cmpmem(other->payload, other->payload_length, one->payload, one->payload_length);
}

/* Where repetitions are lost as well, each goes out twice; elsewhere once. */
static void
test_copies(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    for (guint16 i = 0; i < 5; i++)
        send_video(lesson.teacher, PUBLISHER_VIDEO, i, i * 3600u, i == 0);
    wait_count(lesson.watcher, CC_MEDIA_VIDEO, 5);
    ask_again(&lesson, 1);
    media_test_wait(&lesson.test, has_repeated, &lesson);
    turn_for(&lesson, QUIET_US);
    g_assert_cmpuint(n_repeated(&lesson), ==, 1);
    for (guint i = 0; i < 4; i++) {
        report_loss(&lesson);
        turn_for(&lesson, REPORTS_US);
    }
    ask_again(&lesson, 2);
    media_test_wait(&lesson.test, has_repeated_thrice, &lesson);
    turn_for(&lesson, QUIET_US);
    g_assert_cmpuint(n_repeated(&lesson), ==, 3);
    check_copies(&lesson, 1);
    lesson_end(&lesson);
}

/* --- keyframes --- */

static void
send_keyframe(Lesson *lesson)
{
    guint8 payload[1000] = {0};
    for (guint16 i = 0; i < KEYFRAME_PACKETS; i++) {
        video_payload(payload, TRUE, 7, i);
        payload[0] = i == 0 ? 0x90 : 0x80; /* X, S; partition 0 */
        peer_send_rtp(lesson->teacher, &(RtpToSend){.payload_type = VIDEO_PT,
                                                    .sequence = i,
                                                    .timestamp = 3600,
                                                    .ssrc = PUBLISHER_VIDEO,
                                                    .mid = "1",
                                                    .marker = i == KEYFRAME_PACKETS - 1,
                                                    .payload = payload,
                                                    .payload_length = sizeof payload});
    }
    wait_count(lesson->watcher, CC_MEDIA_VIDEO, KEYFRAME_PACKETS);
}

static guint
n_asked(const Lesson *lesson)
{
    return peer_count_rtcp(lesson->teacher, CC_RTCP_PSFB, CC_PSFB_PLI);
}

/* One that the link has not carried yet is not asked for again; afterwards it is. */
static void
test_keyframe_under_way(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    send_keyframe(&lesson);
    send_remb(lesson.watcher, NARROW_BPS);
    turn_for(&lesson, QUIET_US);
    guint before = n_asked(&lesson);
    for (guint i = 0; i < 3; i++) {
        ask_for_keyframe(lesson.watcher);
        turn_for(&lesson, QUIET_US);
    }
    g_assert_cmpuint(n_asked(&lesson), ==, before);
    send_remb(lesson.watcher, WIDE_BPS);
    ask_for_keyframe(lesson.watcher);
    wait_rtcp(lesson.teacher, CC_RTCP_PSFB, CC_PSFB_PLI, before + 1);
    lesson_end(&lesson);
}

/* --- many lost packets --- */

static gboolean
has_repeated_many(gpointer lesson)
{
    return n_repeated(lesson) >= MANY;
}

static void
ask_for_many(Lesson *lesson)
{
    guint8 buffer[200];
    CcRtcpBuilder builder;
    guint16 sequences[MANY];
    guint32 ssrc = peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->ssrc;
    for (guint i = 0; i < MANY; i++)
        sequences[i] = peer_packet(lesson->watcher, ssrc, i)->rtp.sequence;
    cc_rtcp_builder_init(&builder, buffer, 150);
    cc_rtcp_add_receiver_report(&builder, 1, NULL, 0);
    cc_rtcp_add_nack(&builder, 1, ssrc, sequences, MANY);
    peer_send_rtcp(lesson->watcher, &builder);
}

/* They come at the link's pace, and asking again does not bring more. */
static void
test_many(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    send_keyframe(&lesson);
    send_remb(lesson.watcher, NARROW_BPS);
    turn_for(&lesson, QUIET_US);
    gint64 asked_us = cc_clock_now_us();
    ask_for_many(&lesson);
    ask_for_many(&lesson);
    media_test_wait(&lesson.test, has_repeated_many, &lesson);
    g_assert_cmpint(cc_clock_now_us() - asked_us, >, MANY_US);
    turn_for(&lesson, 3 * QUIET_US);
    g_assert_cmpuint(n_repeated(&lesson), <, 3 * MANY / 2); /* a burst was gone already */
    lesson_end(&lesson);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-lossy-link/copies", test_copies);
    g_test_add_func("/media-lossy-link/many", test_many);
    g_test_add_func("/media-lossy-link/keyframe-under-way", test_keyframe_under_way);
    return g_test_run();
}
