/* What the relay learns of the way to a receiver, from one that answers as if it sat behind a link
 * of a certain rate: times of arrival are made up, all else is real. */
#include "common/base/clock.h"
#include "common/wire/bytes.h"
#include "common/wire/transport-cc.h"
#include "media-peer.h"

#define LINK_QUEUE_US 300000

typedef struct {
    MediaTest test;
    Peer *teacher, *watcher;
    guint16 pictures, voices; /* sent */
    guint link_bps;           /* what the made-up link takes */
    gint64 idle_us;           /* when it has delivered all that it was given */
    guint n_read;             /* of the watcher's packets */
    guint n_asked;            /* keyframes that have been asked for and sent */
    gboolean withheld;        /* the teacher sends none, whoever asks */
    CcTransportCcRecorder recorder;
} Lesson;

static void
lesson_begin(Lesson *lesson, gboolean numbered)
{
    memset(lesson, 0, sizeof *lesson);
    media_test_init(&lesson->test);
    lesson->test.watched_by_number = numbered;
    media_test_start(&lesson->test);
    lesson->teacher = peer_connected(&lesson->test, CC_DIRECTION_PUBLISH, FALSE);
    lesson->watcher = peer_connected(&lesson->test, CC_DIRECTION_WATCH, FALSE);
    cc_transport_cc_recorder_init(&lesson->recorder);
}

static void
lesson_end(Lesson *lesson)
{
    g_assert_cmpuint(lesson->watcher->n_bad, ==, 0);
    media_test_clear(&lesson->test);
}

static guint16
number_of(const CcRtpHeader *rtp)
{
    guint8 length;
    const guint8 *data = cc_rtp_find_extension(rtp, TRANSPORT_CC_EXT, &length);
    g_assert_nonnull(data);
    g_assert_cmpuint(length, ==, 2);
    return cc_read_u16(data);
}

/* One packet of 1000 bytes; its id is its number. */
static void
send_large_picture(Lesson *lesson, gboolean keyframe)
{
    guint8 payload[1000] = {0};
    guint16 picture = lesson->pictures++;
    video_payload(payload, keyframe, picture, picture);
    cc_write_u32(payload + sizeof payload - 4, picture);
    peer_send_rtp(lesson->teacher, &(RtpToSend){.payload_type = VIDEO_PT,
                                                .sequence = picture,
                                                .timestamp = picture * 900u,
                                                .ssrc = PUBLISHER_VIDEO,
                                                .mid = "1",
                                                .marker = TRUE,
                                                .payload = payload,
                                                .payload_length = sizeof payload});
}

/* What has come, at the times at which the link would have let it through: it lets 300 ms wait. */
static void
record_arrivals(Lesson *lesson)
{
    gint64 now_us = cc_clock_now_us();
    for (; lesson->n_read < lesson->watcher->rtp->len && lesson->idle_us < now_us;
         lesson->n_read++) {
        const Received *received = lesson->watcher->rtp->pdata[lesson->n_read];
        gint64 bits = (gint64)(received->length + 44) * 8;
        if (lesson->idle_us > received->arrival_us + LINK_QUEUE_US)
            continue;
        lesson->idle_us = MAX(lesson->idle_us, received->arrival_us);
        if (lesson->link_bps > 0)
            lesson->idle_us += bits * G_USEC_PER_SEC / lesson->link_bps;
        cc_transport_cc_record(&lesson->recorder, number_of(&received->rtp), lesson->idle_us);
    }
}

static void
send_feedback(Lesson *lesson)
{
    guint8 buffer[1400];
    CcRtcpBuilder builder;
    record_arrivals(lesson);
    cc_rtcp_builder_init(&builder, buffer, 1300);
    if (cc_transport_cc_build(&lesson->recorder, &builder, 1, 1))
        peer_send_rtcp(lesson->watcher, &builder);
}

/* So many packets a second, with feedback every 50 ms. */
static void
run_lesson(Lesson *lesson, guint milliseconds, guint pictures_per_s)
{
    gint64 begin_us = cc_clock_now_us(), feedback_us = begin_us;
    gint64 end_us = begin_us + milliseconds * (gint64)1000;
    guint n = 0;
    for (gint64 now_us = begin_us; now_us < end_us; now_us = cc_clock_now_us()) {
        for (; n < (guint64)(now_us - begin_us) * pictures_per_s / G_USEC_PER_SEC; n++) {
            guint asked = lesson->withheld
                              ? lesson->n_asked
                              : peer_count_rtcp(lesson->teacher, CC_RTCP_PSFB, CC_PSFB_PLI);
            send_large_picture(lesson, lesson->pictures == 0 || asked > lesson->n_asked);
            lesson->n_asked = asked;
            send_audio(lesson->teacher, PUBLISHER_AUDIO, lesson->voices++);
        }
        media_test_turn(&lesson->test, 2);
        if (now_us - feedback_us < 50000)
            continue;
        feedback_us = now_us;
        send_feedback(lesson);
    }
}

static gboolean
has_rtx(gpointer user_data)
{
    Lesson *lesson = user_data;
    guint32 ssrc = peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->rtx_ssrc;
    return peer_count(lesson->watcher, ssrc) > 0;
}

static void
ask_again(Lesson *lesson, CcMediaKind kind)
{
    guint8 buffer[200];
    CcRtcpBuilder builder;
    guint32 ssrc = peer_slot(lesson->watcher, kind)->ssrc;
    guint16 sequence = peer_packet(lesson->watcher, ssrc, 0)->rtp.sequence;
    cc_rtcp_builder_init(&builder, buffer, 100);
    cc_rtcp_add_receiver_report(&builder, 1, NULL, 0);
    cc_rtcp_add_nack(&builder, 1, ssrc, &sequence, 1);
    peer_send_rtcp(lesson->watcher, &builder);
}

/* One count for all that goes to a receiver, in the order in which it leaves; what has a number is
 * never sent again but as a packet of its own. */
static void
test_numbers(void)
{
    Lesson lesson;
    lesson_begin(&lesson, TRUE);
    for (guint i = 0; i < 5; i++) {
        send_large_picture(&lesson, i == 0);
        send_audio(lesson.teacher, PUBLISHER_AUDIO, lesson.voices++);
        wait_count(lesson.watcher, CC_MEDIA_AUDIO, lesson.voices);
    }
    wait_count(lesson.watcher, CC_MEDIA_VIDEO, 5);
    ask_again(&lesson, CC_MEDIA_AUDIO);
    ask_again(&lesson, CC_MEDIA_VIDEO);
    media_test_wait(&lesson.test, has_rtx, &lesson);
    g_assert_cmpuint(lesson.watcher->rtp->len, ==, 11);
    for (guint i = 0; i < lesson.watcher->rtp->len; i++) {
        const Received *received = lesson.watcher->rtp->pdata[i];
        g_assert_cmpuint(number_of(&received->rtp), ==, i + 1);
    }
    lesson_end(&lesson);
}

/* Nothing is asked of those who have not agreed to numbers. */
static void
test_without_numbers(void)
{
    Lesson lesson;
    guint8 length;
    lesson_begin(&lesson, FALSE);
    send_large_picture(&lesson, TRUE);
    wait_count(lesson.watcher, CC_MEDIA_VIDEO, 1);
    const Received *received = lesson.watcher->rtp->pdata[0];
    g_assert_null(cc_rtp_find_extension(&received->rtp, TRANSPORT_CC_EXT, &length));
    lesson_end(&lesson);
}

static void
send_remb(Lesson *lesson, guint64 bps)
{
    guint8 buffer[200];
    CcRtcpBuilder builder;
    guint exponent = 0;
    cc_rtcp_builder_init(&builder, buffer, 100);
    guint8 *body = cc_rtcp_builder_append(&builder, CC_RTCP_PSFB, CC_PSFB_APPLICATION, 20);
    for (; bps >> exponent > 0x3ffff; exponent++)
        ;
    cc_write_u32(body, 1);
    cc_write_u32(body + 4, 0);
    memcpy(body + 8, "REMB", 4);
    body[12] = 1;
    cc_write_u24(body + 13, (guint32)(exponent << 18 | bps >> exponent));
    cc_write_u32(body + 16, peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->ssrc);
    peer_send_rtcp(lesson->watcher, &builder);
}

static void
test_remb(void)
{
    Lesson lesson;
    lesson_begin(&lesson, FALSE);
    send_large_picture(&lesson, TRUE);
    wait_count(lesson.watcher, CC_MEDIA_VIDEO, 1);
    send_remb(&lesson, 123000);
    g_assert_cmpuint(media_test_session(&lesson.test, lesson.watcher)->estimate_bps, ==, 123000);
    send_remb(&lesson, G_MAXUINT64 >> 1); /* nobody has that */
    g_assert_cmpuint(media_test_session(&lesson.test, lesson.watcher)->estimate_bps, <, 100000000);
    lesson_end(&lesson);
}

/* 800 kbit/s into a link that takes 250. */
static void
test_narrow(void)
{
    Lesson lesson;
    lesson_begin(&lesson, TRUE);
    lesson.link_bps = 250000;
    run_lesson(&lesson, 2000, 100);
    const CcSessionStats *stats = media_test_session(&lesson.test, lesson.watcher);
    g_test_message("%s: %u of 250000 bit/s, queue %u ms", stats->link, stats->estimate_bps,
                   stats->queue_ms);
    g_assert_cmpuint(stats->estimate_bps, <, 300000);
    g_assert_cmpuint(stats->estimate_bps, >, 50000);
    lesson_end(&lesson);
}

static void
test_wide(void)
{
    Lesson lesson;
    lesson_begin(&lesson, TRUE);
    run_lesson(&lesson, 2000, 100);
    const CcSessionStats *stats = media_test_session(&lesson.test, lesson.watcher);
    g_test_message("%s: %u bit/s", stats->link, stats->estimate_bps);
    g_assert_cmpuint(stats->estimate_bps, >, 500000);
    g_assert_cmpfloat(stats->loss, <, 0.01);
    lesson_end(&lesson);
}

/* Nothing that could be taken for a loss, and no number twice: SRTP would give its keys away. */
static void
check_video(const Lesson *lesson)
{
    const CcSlot *slot = peer_slot(lesson->watcher, CC_MEDIA_VIDEO);
    guint16 next = 0;
    gboolean began = FALSE;
    guint newest = 0;
    for (guint i = 0; i < lesson->watcher->rtp->len; i++) {
        const CcRtpHeader *rtp = &((const Received *)lesson->watcher->rtp->pdata[i])->rtp;
        if (rtp->ssrc != slot->ssrc)
            continue;
        if (began)
            g_assert_cmpuint(rtp->sequence, ==, next);
        g_assert_true(!began || video_payload_id(rtp) > newest);
        newest = video_payload_id(rtp);
        next = (guint16)(rtp->sequence + 1);
        began = TRUE;
    }
    g_assert_true(began);
}

static guint
bits_since(const Lesson *lesson, guint first)
{
    guint sum = 0;
    for (guint i = first; i < lesson->watcher->rtp->len; i++)
        sum += ((const Received *)lesson->watcher->rtp->pdata[i])->length * 8 + 44 * 8;
    return sum;
}

/* A link too narrow for the picture: voice comes all the same and at once, the picture as far as
 * there is room, and all of it again when the link is wide. */
static void
test_narrow_and_wide(void)
{
    Lesson lesson;
    lesson_begin(&lesson, TRUE);
    lesson.link_bps = 300000;
    run_lesson(&lesson, 2000, 60);
    guint first = lesson.watcher->rtp->len;
    run_lesson(&lesson, 2000, 60);
    wait_count(lesson.watcher, CC_MEDIA_AUDIO, lesson.voices);
    guint narrow_bps = bits_since(&lesson, first) / 2;
    check_video(&lesson);
    g_assert_cmpuint(narrow_bps, <, 360000);
    lesson.link_bps = 0;
    run_lesson(&lesson, 5000, 40);
    first = lesson.watcher->rtp->len;
    run_lesson(&lesson, 2000, 40);
    guint wide_bps = bits_since(&lesson, first) / 2;
    const CcSessionStats *stats = media_test_session(&lesson.test, lesson.watcher);
    g_test_message("%u bit/s, then %u (estimate %u, %s), %u left out", narrow_bps, wide_bps,
                   stats->estimate_bps, stats->link,
                   (guint)lesson.test.stats->drops[CC_DROP_PACED]);
    check_video(&lesson);
    g_assert_cmpuint(wide_bps, >, 300000);
    lesson_end(&lesson);
}

/* How many pictures come in half a second of 40. */
static guint
count_pictures(Lesson *lesson)
{
    guint32 ssrc = peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->ssrc;
    guint before = peer_count(lesson->watcher, ssrc);
    run_lesson(lesson, 500, 80);
    return peer_count(lesson->watcher, ssrc) - before;
}

/* A lesson of more than the first guess, and one more receiver, on a link that takes it. No keyframe
 * comes for so long that its link has to be tested without a packet of the picture; then it has all
 * of it. */
static void
test_newcomer(void)
{
    Lesson lesson;
    lesson_begin(&lesson, TRUE);
    run_lesson(&lesson, 1500, 80);
    lesson.watcher = peer_connected(&lesson.test, CC_DIRECTION_WATCH, FALSE);
    lesson.n_read = 0;
    cc_transport_cc_recorder_init(&lesson.recorder);
    lesson.withheld = TRUE;
    run_lesson(&lesson, 1000, 80);
    const CcSlot *slot = peer_slot(lesson.watcher, CC_MEDIA_VIDEO);
    g_assert_cmpuint(peer_count(lesson.watcher, slot->ssrc), ==, 0);
    g_assert_cmpuint(peer_count(lesson.watcher, slot->rtx_ssrc), >, 0);
    const CcSessionStats *stats = media_test_session(&lesson.test, lesson.watcher);
    g_test_message("%s: %u bit/s", stats->link, stats->estimate_bps);
    lesson.withheld = FALSE;
    guint turns = 0;
    while (count_pictures(&lesson) < 35)
        g_assert_cmpuint(++turns, <, 8);
    check_video(&lesson);
    lesson_end(&lesson);
}

/* Feedback on what was never sent, without an end, with nonsense inside. */
static void
test_nonsense(void)
{
    Lesson lesson;
    guint8 buffer[200];
    CcRtcpBuilder builder;
    lesson_begin(&lesson, TRUE);
    send_large_picture(&lesson, TRUE);
    wait_count(lesson.watcher, CC_MEDIA_VIDEO, 1);
    for (guint i = 0; i < 3; i++) {
        cc_rtcp_builder_init(&builder, buffer, 100);
        guint8 *body = cc_rtcp_builder_append(&builder, CC_RTCP_RTPFB, CC_RTPFB_TRANSPORT_CC, 20);
        memset(body, 0, 20);
        cc_write_u16(body + 8, 4711);
        cc_write_u16(body + 10, i == 0 ? 0 : i == 1 ? 9000 : 40);
        cc_write_u16(body + 16, 0x3fff); /* a run of reserved symbols */
        if (i == 2)
            cc_write_u16(body + 16, 0x0028); /* 40 that never came */
        peer_send_rtcp(lesson.watcher, &builder);
    }
    media_test_wait_drop(&lesson.test, CC_DROP_RTCP_MALFORMED, 1);
    g_assert_cmpuint(lesson.test.stats->drops[CC_DROP_RTCP_ABSURD], ==, 1);
    lesson_end(&lesson);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-downlink/numbers", test_numbers);
    g_test_add_func("/media-downlink/without-numbers", test_without_numbers);
    g_test_add_func("/media-downlink/remb", test_remb);
    g_test_add_func("/media-downlink/narrow", test_narrow);
    g_test_add_func("/media-downlink/wide", test_wide);
    g_test_add_func("/media-downlink/narrow-and-wide", test_narrow_and_wide);
    g_test_add_func("/media-downlink/newcomer", test_newcomer);
    g_test_add_func("/media-downlink/nonsense", test_nonsense);
    return g_test_run();
}
