/* Voice to receivers whose links lose: earlier packets travel with later ones, and the stream's
 * numbers go on without a hole whatever happens to it. */
#include "media-peer.h"

#include "common/base/clock.h"
#include "common/rate/voice-plan.h"
#include "common/wire/bytes.h"
#include "common/wire/opus.h"
#include "common/wire/red.h"

#define FRAME 960

typedef struct {
    MediaTest test;
    Peer *teacher, *watcher;
    guint32 ssrc;
    guint16 next; /* the teacher's next number */
    guint heard;  /* packets that the watcher has got */
} Lesson;

static void
lesson_begin(Lesson *lesson)
{
    memset(lesson, 0, sizeof *lesson);
    media_test_init(&lesson->test);
    lesson->test.watched_red = TRUE;
    media_test_start(&lesson->test);
    lesson->teacher = peer_connected(&lesson->test, CC_DIRECTION_PUBLISH, FALSE);
    lesson->watcher = peer_connected(&lesson->test, CC_DIRECTION_WATCH, FALSE);
    lesson->ssrc = peer_slot(lesson->watcher, CC_MEDIA_AUDIO)->ssrc;
    lesson->next = 1;
}

/* An Opus packet of which one can see which it is. */
static void
say(Lesson *lesson, guint16 sequence)
{
    guint8 payload[40] = {9 << 3, (guint8)(sequence >> 8), (guint8)sequence};
    peer_send_rtp(lesson->teacher, &(RtpToSend){.payload_type = AUDIO_PT,
                                                .sequence = sequence,
                                                .timestamp = sequence * (guint32)FRAME,
                                                .ssrc = PUBLISHER_AUDIO,
                                                .mid = "0",
                                                .payload = payload,
                                                .payload_length = sizeof payload});
}

static void
say_next(Lesson *lesson, guint n)
{
    for (guint i = 0; i < n; i++)
        say(lesson, lesson->next++);
}

static void
hear(Lesson *lesson, guint n)
{
    lesson->heard += n;
    wait_count(lesson->watcher, CC_MEDIA_AUDIO, lesson->heard);
}

static const CcRtpHeader *
heard(const Lesson *lesson, guint index)
{
    return &peer_packet(lesson->watcher, lesson->ssrc, index)->rtp;
}

static void
report_loss(Lesson *lesson, double loss)
{
    guint8 buffer[400];
    CcRtcpBuilder builder;
    CcRtcpReportBlock block = {.ssrc = lesson->ssrc, .fraction_lost = (guint8)(loss * 256)};
    cc_rtcp_builder_init(&builder, buffer, 300);
    cc_rtcp_add_receiver_report(&builder, 1, &block, 1);
    peer_send_rtcp(lesson->watcher, &builder);
    media_test_stats(&lesson->test); /* it has been read */
}

static guint16
frame_id(const guint8 *data)
{
    return (guint16)(data[1] << 8 | data[2]);
}

static void
assert_numbers_follow(const Lesson *lesson)
{
    for (guint i = 1; i < lesson->heard; i++)
        g_assert_cmpuint(heard(lesson, i)->sequence, ==,
                         (guint16)(heard(lesson, i - 1)->sequence + 1));
}

/* Without loss packets go out as they came; with it each carries earlier ones. */
static void
test_red(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    say_next(&lesson, 5);
    hear(&lesson, 5);
    report_loss(&lesson, 0.5);
    say_next(&lesson, 20);
    hear(&lesson, 20);
    assert_numbers_follow(&lesson);
    guint32 first = heard(&lesson, 0)->timestamp;
    for (guint i = 0; i < lesson.heard; i++) {
        const CcRtpHeader *rtp = heard(&lesson, i);
        CcRedBlock blocks[CC_RED_MAX_BLOCKS];
        g_assert_cmpuint(rtp->timestamp, ==, first + i * FRAME);
        if (i <= 5) { /* the first one after the report has nothing to repeat yet */
            g_assert_cmpuint(rtp->payload_type, ==, WATCH_AUDIO_PT);
            g_assert_cmpuint(frame_id(rtp->payload), ==, i + 1);
            continue;
        }
        g_assert_cmpuint(rtp->payload_type, ==, WATCH_RED_PT);
        guint n = cc_red_read(rtp->payload, rtp->payload_length, blocks);
        g_assert_cmpuint(n, >=, 2);
        if (i >= 10)
            g_assert_cmpuint(n, >=, 4);
        for (guint k = 0; k < n; k++) {
            g_assert_cmpuint(blocks[k].payload_type, ==, WATCH_AUDIO_PT);
            g_assert_cmpuint(blocks[k].length, ==, 40);
            g_assert_cmpuint(frame_id(blocks[k].data), ==, i + 1 - blocks[k].offset / FRAME);
        }
        g_assert_cmpuint(blocks[n - 1].offset, ==, 0);
        g_assert_cmpuint(blocks[n - 2].offset, ==, FRAME);
    }
    media_test_clear(&lesson.test);
}

/* A receiver that has not offered RED gets none, whatever it loses. */
static void
test_no_red(void)
{
    Lesson lesson;
    memset(&lesson, 0, sizeof lesson);
    media_test_init(&lesson.test);
    media_test_start(&lesson.test);
    lesson.teacher = peer_connected(&lesson.test, CC_DIRECTION_PUBLISH, FALSE);
    lesson.watcher = peer_connected(&lesson.test, CC_DIRECTION_WATCH, FALSE);
    lesson.ssrc = peer_slot(lesson.watcher, CC_MEDIA_AUDIO)->ssrc;
    say_next(&lesson, 2);
    hear(&lesson, 2);
    report_loss(&lesson, 0.5);
    say_next(&lesson, 10);
    hear(&lesson, 10);
    assert_numbers_follow(&lesson);
    for (guint i = 0; i < lesson.heard; i++)
        g_assert_cmpuint(heard(&lesson, i)->payload_type, ==, WATCH_AUDIO_PT);
    media_test_clear(&lesson.test);
}

/* What the publisher sends late goes out late, under a number of its own; what it loses leaves no
 * hole in numbers that are ours. Another source is followed without a hole either, and nothing of
 * the one before is repeated. */
static void
test_disorder(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    say_next(&lesson, 2);
    hear(&lesson, 2);
    report_loss(&lesson, 0.5);
    static const guint16 order[] = {3, 4, 6, 5, 9, 10};
    for (guint i = 0; i < G_N_ELEMENTS(order); i++)
        say(&lesson, order[i]);
    hear(&lesson, G_N_ELEMENTS(order));
    assert_numbers_follow(&lesson);
    guint32 first = heard(&lesson, 0)->timestamp;
    for (guint i = 0; i < G_N_ELEMENTS(order); i++) {
        const CcRtpHeader *rtp = heard(&lesson, 2 + i);
        CcRedBlock blocks[CC_RED_MAX_BLOCKS] = {
            {WATCH_AUDIO_PT, 0, rtp->payload_length, rtp->payload}};
        guint n = rtp->payload_type == WATCH_RED_PT
                      ? cc_red_read(rtp->payload, rtp->payload_length, blocks)
                      : 1;
        g_assert_cmpuint(n, >, 0);
        g_assert_cmpuint(rtp->timestamp, ==, first + (order[i] - 1u) * FRAME);
        for (guint k = 0; k < n; k++)
            g_assert_cmpuint(frame_id(blocks[k].data), ==, order[i] - blocks[k].offset / FRAME);
    }
    media_test_clear(&lesson.test);
}

/* Sends the receiver's own estimate (REMB) until the relay has believed it. */
static void
tell_room(Lesson *lesson, guint bps)
{
    guint8 remb[] = {0x8f, 206, 0,   5,   0, 0, 0, 1, 0, 0, 0, 0,
                     'R',  'E', 'M', 'B', 1, 0, 0, 0, 0, 0, 0, 0};
    guint8 buffer[400];
    CcRtcpBuilder builder;
    remb[17] = (guint8)(10 << 2); /* exponent; the mantissa has 18 bits */
    cc_write_u16(remb + 18, (guint16)(bps >> 10));
    cc_write_u32(remb + 20, lesson->ssrc);
    cc_rtcp_builder_init(&builder, buffer, 300);
    cc_rtcp_add_receiver_report(&builder, 1, NULL, 0);
    memcpy(buffer + builder.length, remb, sizeof remb);
    builder.length += sizeof remb;
    peer_send_rtcp(lesson->watcher, &builder);
    media_test_stats(&lesson->test);
}

typedef struct {
    Peer *peer;
    guint32 ssrc;
} RtxWait;

static gboolean
has_rtx(gpointer user_data)
{
    RtxWait *wait = user_data;
    return peer_count(wait->peer, wait->ssrc) > 0;
}

/* The relay thinks again, not with every report: then what waits for more goes out. */
static gboolean
lets_go(gpointer user_data)
{
    Lesson *lesson = user_data;
    report_loss(lesson, 0);
    return peer_count(lesson->watcher, lesson->ssrc) > lesson->heard;
}

/* On a narrow link three packets become one, which is repeated as one; with more room they go out
 * singly again. The stream has no holes and every frame is there once, at its time. */
static void
test_merged(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    say_next(&lesson, 2);
    hear(&lesson, 2);
    tell_room(&lesson, 60000);
    report_loss(&lesson, 0);
    say_next(&lesson, 10); /* three times three, and one that waits */
    hear(&lesson, 3);
    assert_numbers_follow(&lesson);
    guint32 first = heard(&lesson, 0)->timestamp;
    for (guint i = 0; i < 3; i++) {
        const CcRtpHeader *rtp = heard(&lesson, 2 + i);
        CcOpusPacket packet;
        g_assert_cmpuint(rtp->payload_type, ==, WATCH_AUDIO_PT);
        g_assert_cmpuint(rtp->timestamp, ==, first + (2 + 3 * i) * FRAME);
        g_assert_true(cc_opus_parse(rtp->payload, rtp->payload_length, &packet));
        g_assert_cmpuint(packet.n_frames, ==, 3);
        for (guint k = 0; k < 3; k++)
            g_assert_cmpuint(cc_read_u16(packet.frames[k].data), ==, 3 + 3 * i + k);
    }

    const CcSlot *slot = peer_slot(lesson.watcher, CC_MEDIA_AUDIO);
    const CcRtpHeader *middle = heard(&lesson, 3);
    guint8 buffer[400];
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, buffer, 300);
    cc_rtcp_add_receiver_report(&builder, 1, NULL, 0);
    cc_rtcp_add_nack(&builder, 1, lesson.ssrc, &middle->sequence, 1);
    peer_send_rtcp(lesson.watcher, &builder);
    RtxWait wait = {lesson.watcher, slot->rtx_ssrc};
    media_test_wait(&lesson.test, has_rtx, &wait);
    const CcRtpHeader *rtx = &peer_packet(lesson.watcher, slot->rtx_ssrc, 0)->rtp;
    g_assert_cmpuint(rtx->payload_type, ==, WATCH_AUDIO_RTX_PT);
    g_assert_cmpuint(rtx->timestamp, ==, middle->timestamp);
    g_assert_cmpuint(cc_read_u16(rtx->payload), ==, middle->sequence);
    g_assert_cmpmem(rtx->payload + 2, rtx->payload_length - 2, middle->payload,
                    middle->payload_length);

    tell_room(&lesson, 2000000);
    media_test_wait(&lesson.test, lets_go, &lesson);
    say_next(&lesson, 3);
    hear(&lesson, 4); /* with the one that waited */
    assert_numbers_follow(&lesson);
    for (guint i = 0; i < 4; i++) {
        const CcRtpHeader *rtp = heard(&lesson, 5 + i);
        g_assert_cmpuint(frame_id(rtp->payload), ==, 12 + i);
        g_assert_cmpuint(rtp->timestamp, ==, first + (11 + i) * FRAME);
    }
    media_test_clear(&lesson.test);
}

/* Ten merged packets of six frames each have come over a narrow link. */
static void
begin_narrow(Lesson *lesson)
{
    lesson_begin(lesson);
    say_next(lesson, 2);
    hear(lesson, 2);
    tell_room(lesson, 24000);
    report_loss(lesson, 0);
    say_next(lesson, 61);
    hear(lesson, 10);
}

/* For each of those. */
static void
ask_again(Lesson *lesson)
{
    for (guint i = 2; i < 12; i++) {
        guint8 buffer[400];
        CcRtcpBuilder builder;
        cc_rtcp_builder_init(&builder, buffer, 300);
        cc_rtcp_add_receiver_report(&builder, 1, NULL, 0);
        cc_rtcp_add_nack(&builder, 1, lesson->ssrc, &heard(lesson, i)->sequence, 1);
        peer_send_rtcp(lesson->watcher, &builder);
    }
}

/* A narrow link that has overflowed asks for everything, again and again: the answers do not take
 * the link from the voice that goes on. */
static void
test_flood_of_questions(void)
{
    Lesson lesson;
    begin_narrow(&lesson);
    guint32 rtx_ssrc = peer_slot(lesson.watcher, CC_MEDIA_AUDIO)->rtx_ssrc;
    gint64 began_us = cc_clock_now_us();
    for (guint round = 0; round < 10; round++) {
        ask_again(&lesson);
        media_test_stats(&lesson.test); /* they have been read */
    }
    RtxWait wait = {lesson.watcher, rtx_ssrc};
    media_test_wait(&lesson.test, has_rtx, &wait);
    gint64 took_us = cc_clock_now_us() - began_us;
    g_assert_cmpuint(peer_count(lesson.watcher, rtx_ssrc), <=, 5 + took_us * 5 / G_USEC_PER_SEC);
    media_test_clear(&lesson.test);
}

/* Of who has left: there is nothing any more, and the relay goes on. */
static void
test_question_after_the_end(void)
{
    Lesson lesson;
    begin_narrow(&lesson);
    cc_worker_remove_session(lesson.teacher->worker, lesson.teacher->setup->id);
    wait_rtcp(lesson.teacher, CC_RTCP_BYE, 0, 1);
    ask_again(&lesson);
    guint32 rtx_ssrc = peer_slot(lesson.watcher, CC_MEDIA_AUDIO)->rtx_ssrc;
    for (guint i = 0; i < 20; i++)
        media_test_turn(&lesson.test, 5);
    media_test_stats(&lesson.test);
    g_assert_cmpuint(peer_count(lesson.watcher, rtx_ssrc), ==, 0);
    media_test_clear(&lesson.test);
}

/* Redundant audio from the teacher: @sequence behind copies of the @n_earlier ones before. */
static void
say_red(Lesson *lesson, guint16 sequence, guint n_earlier)
{
    guint8 frames[8][40], payload[400];
    CcRedBlock blocks[8];
    for (guint i = 0; i <= n_earlier; i++) {
        guint16 id = (guint16)(sequence - n_earlier + i);
        memset(frames[i], 0, sizeof frames[i]);
        frames[i][0] = 9 << 3;
        cc_write_u16(frames[i] + 1, id);
        blocks[i] = (CcRedBlock){.payload_type = AUDIO_PT,
                                 .offset = (guint16)((sequence - id) * FRAME),
                                 .length = sizeof frames[i],
                                 .data = frames[i]};
    }
    gsize length = cc_red_write(payload, sizeof payload, blocks, n_earlier + 1);
    peer_send_rtp(lesson->teacher, &(RtpToSend){.payload_type = RED_PT,
                                                .sequence = sequence,
                                                .timestamp = sequence * (guint32)FRAME,
                                                .ssrc = PUBLISHER_AUDIO,
                                                .mid = "0",
                                                .payload = payload,
                                                .payload_length = length});
}

/* What the teacher's link lost is put back from the copies in later packets, each once and in its
 * place; watchers get plain packets. Nonsense is dropped. */
static void
test_teacher_sends_red(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    say(&lesson, 1);
    say_red(&lesson, 2, 1);
    say_red(&lesson, 5, 2); /* 3 and 4 were lost */
    say_red(&lesson, 6, 2);
    say_red(&lesson, 9, 1); /* 7 for good */
    say(&lesson, 10);
    hear(&lesson, 9);
    static const guint ids[] = {1, 2, 3, 4, 5, 6, 8, 9, 10};
    guint32 first = heard(&lesson, 0)->timestamp;
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
        const CcRtpHeader *rtp = heard(&lesson, i);
        g_assert_cmpuint(rtp->payload_type, ==, WATCH_AUDIO_PT);
        g_assert_cmpuint(rtp->payload_length, ==, 40);
        g_assert_cmpuint(frame_id(rtp->payload), ==, ids[i]);
        g_assert_cmpuint(rtp->timestamp, ==, first + (ids[i] - 1) * FRAME);
        g_assert_cmpuint((guint16)(rtp->sequence - heard(&lesson, 0)->sequence), ==, ids[i] - 1);
    }
    guint8 nonsense[] = {0x80 | AUDIO_PT, 0xff, 0xff, 0xff, AUDIO_PT, 1};
    peer_send_rtp(lesson.teacher, &(RtpToSend){.payload_type = RED_PT,
                                               .sequence = 11,
                                               .timestamp = 11 * FRAME,
                                               .ssrc = PUBLISHER_AUDIO,
                                               .mid = "0",
                                               .payload = nonsense,
                                               .payload_length = sizeof nonsense});
    media_test_wait_drop(&lesson.test, CC_DROP_RTP_MALFORMED, 1);
    media_test_clear(&lesson.test);
}

/* What the teacher was last told of her voice; FALSE: nothing yet. */
static gboolean
find_limit(const Lesson *lesson, CcRtcpTmmbr *limit)
{
    gboolean found = FALSE;
    for (guint i = 0; i < lesson->teacher->rtcp->len; i++) {
        const Received *received = lesson->teacher->rtcp->pdata[i];
        CcRtcpPacket packet;
        CC_RTCP_FOREACH(received->data, received->length, &packet) {
            CcRtcpTmmbr entry;
            for (guint k = 0; cc_rtcp_read_tmmbr(&packet, k, &entry); k++) {
                if (entry.ssrc == PUBLISHER_AUDIO) {
                    *limit = entry;
                    found = TRUE;
                }
            }
        }
    }
    return found;
}

static gboolean
is_told_of_less(gpointer user_data)
{
    CcRtcpTmmbr limit;
    return find_limit(user_data, &limit) && limit.bitrate_bps < 50000;
}

static gboolean
is_told_of_all(gpointer user_data)
{
    CcRtcpTmmbr limit;
    report_loss(user_data, 0); /* the relay thinks again */
    return find_limit(user_data, &limit) && limit.bitrate_bps > 1000000 && limit.overhead == 0;
}

/* The teacher hears what her only classroom's link takes: fewer bits and longer packets; with more
 * room she may send as she likes. It is never 0, which would be silence. */
static void
test_teacher_is_told(void)
{
    Lesson lesson;
    CcRtcpTmmbr limit = {0};
    lesson_begin(&lesson);
    say_next(&lesson, 2);
    hear(&lesson, 2);
    tell_room(&lesson, 30000);
    report_loss(&lesson, 0);
    media_test_wait(&lesson.test, is_told_of_less, &lesson);
    g_assert_true(find_limit(&lesson, &limit));
    g_assert_cmpuint(limit.overhead, ==, CC_VOICE_HEADERS);
    gint64 codec_bps = (gint64)limit.bitrate_bps - CC_VOICE_HEADERS * 8 * 1000 / 60;
    g_assert_cmpint(codec_bps, >=, CC_VOICE_LEAST_BPS - 100);
    g_assert_cmpint(codec_bps, <=, 12000);
    tell_room(&lesson, 2000000);
    media_test_wait(&lesson.test, is_told_of_all, &lesson);
    media_test_clear(&lesson.test);
}

static gboolean
is_told_of_shared(gpointer user_data)
{
    CcRtcpTmmbr limit;
    return find_limit(user_data, &limit) && limit.bitrate_bps == 12000 && limit.overhead == 0;
}

/* A narrow classroom beside one that is not gets a smaller voice for all, but not the smallest, and
 * no longer packets; once it has left, nothing of that is left. */
static void
test_teacher_is_told_of_both(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    Peer *narrow = lesson.watcher;
    Peer *wide = peer_connected(&lesson.test, CC_DIRECTION_WATCH, FALSE);
    say_next(&lesson, 2);
    hear(&lesson, 2);
    wait_count(wide, CC_MEDIA_AUDIO, 2);
    tell_room(&lesson, 30000);
    report_loss(&lesson, 0);
    lesson.watcher = wide;
    lesson.ssrc = peer_slot(wide, CC_MEDIA_AUDIO)->ssrc;
    tell_room(&lesson, 3000000);
    report_loss(&lesson, 0);
    media_test_wait(&lesson.test, is_told_of_shared, &lesson);
    cc_worker_remove_session(narrow->worker, narrow->setup->id);
    media_test_wait(&lesson.test, is_told_of_all, &lesson);
    media_test_clear(&lesson.test);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-voice/red", test_red);
    g_test_add_func("/media-voice/no-red", test_no_red);
    g_test_add_func("/media-voice/disorder", test_disorder);
    g_test_add_func("/media-voice/merged", test_merged);
    g_test_add_func("/media-voice/flood-of-questions", test_flood_of_questions);
    g_test_add_func("/media-voice/question-after-the-end", test_question_after_the_end);
    g_test_add_func("/media-voice/teacher-sends-red", test_teacher_sends_red);
    g_test_add_func("/media-voice/teacher-is-told", test_teacher_is_told);
    g_test_add_func("/media-voice/teacher-is-told-of-both", test_teacher_is_told_of_both);
    return g_test_run();
}
