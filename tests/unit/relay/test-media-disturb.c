/* One participant that lies, or is out of order, disturbs nobody else's lesson. */
#include "common/base/clock.h"
#include "common/wire/bytes.h"
#include "media-peer.h"

typedef struct {
    MediaTest test;
    Peer *teacher, *good, *bad;
    guint16 pictures;
} Lesson;

static void
lesson_begin(Lesson *lesson)
{
    memset(lesson, 0, sizeof *lesson);
    media_test_init(&lesson->test);
    lesson->test.options.keyframe_interval_ms = 1;
    media_test_start(&lesson->test);
    lesson->teacher = peer_connected(&lesson->test, CC_DIRECTION_PUBLISH, FALSE);
    lesson->bad = peer_connected(&lesson->test, CC_DIRECTION_WATCH, FALSE);
}

static void
next_picture(Lesson *lesson, gboolean keyframe)
{
    guint16 picture = ++lesson->pictures;
    send_video(lesson->teacher, PUBLISHER_VIDEO, picture, picture * 3600u, keyframe);
}

/* Asks @n times; each time the teacher is asked she sends one. Returns how often she was. */
static guint
nag(Lesson *lesson, guint n)
{
    guint before = peer_count_rtcp(lesson->teacher, CC_RTCP_PSFB, CC_PSFB_PLI), asked = before;
    for (guint i = 0; i < n; i++) {
        ask_for_keyframe(lesson->bad);
        media_test_stats(&lesson->test); /* it has been read by then */
        media_test_turn(&lesson->test, 2);
        guint now = peer_count_rtcp(lesson->teacher, CC_RTCP_PSFB, CC_PSFB_PLI);
        next_picture(lesson, now > asked);
        asked = now;
    }
    return asked - before;
}

/* Alone it may have as many keyframes as it wants; beside others a few, for they pay for them. */
static void
test_keyframes(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    next_picture(&lesson, TRUE);
    wait_count(lesson.bad, CC_MEDIA_VIDEO, 1);
    if (!media_test_spills())
        g_assert_cmpuint(nag(&lesson, 40), >=, 15);
    lesson.good = peer_connected(&lesson.test, CC_DIRECTION_WATCH, FALSE);
    next_picture(&lesson, TRUE);
    gint64 begun_us = cc_clock_now_us();
    guint asked = nag(&lesson, 100);
    guint passed_s = (guint)((cc_clock_now_us() - begun_us) / G_USEC_PER_SEC);
    g_assert_cmpuint(asked, >=, 2);
    /* Each may be asked for twice where the teacher takes longer than a millisecond. */
    g_assert_cmpuint(asked, <=, 20 + passed_s);
    media_test_clear(&lesson.test);
}

static void
send_rtx(Lesson *lesson, guint16 number, guint16 original)
{
    guint8 payload[42];
    cc_write_u16(payload, original);
    video_payload(payload + 2, FALSE, original & 0x7fff, original);
    peer_send_rtp(lesson->teacher, &(RtpToSend){.payload_type = VIDEO_RTX_PT,
                                                .sequence = number,
                                                .ssrc = PUBLISHER_RTX,
                                                .mid = "1",
                                                .payload = payload,
                                                .payload_length = sizeof payload});
}

/* A repetition of what has not been sent yet is none: taken at its word, it would make all that
 * follows too old. */
static void
test_wrong_original(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    next_picture(&lesson, TRUE);
    wait_count(lesson.bad, CC_MEDIA_VIDEO, 1);
    for (guint i = 0; i < 10; i++)
        send_rtx(&lesson, (guint16)(100 + i), (guint16)(2000 + 3000 * i));
    next_picture(&lesson, FALSE);
    next_picture(&lesson, FALSE);
    wait_count(lesson.bad, CC_MEDIA_VIDEO, 3);
    media_test_clear(&lesson.test);
}

/* A publisher whose layers change their names, SSRCs, numbers, sizes and temporal layers at will,
 * with payloads of any content. */
static void
send_nonsense(Lesson *lesson, GRand *rand)
{
    static const char *const rids[] = {"h", "m", "l", "x", NULL};
    guint8 payload[400];
    gsize length = (gsize)g_rand_int_range(rand, 0, sizeof payload);
    for (gsize i = 0; i < sizeof payload; i++)
        payload[i] = (guint8)g_rand_int(rand);
    if (g_rand_boolean(rand)) /* else hardly any would be a picture */
        video_payload(payload, g_rand_boolean(rand), (guint16)(g_rand_int(rand) & 0x7fff), 0);
    if (g_rand_boolean(rand)) { /* any temporal layer */
        payload[1] |= 0x20;
        payload[5] = (guint8)g_rand_int(rand);
    }
    gboolean jump = g_rand_int_range(rand, 0, 20) == 0;
    lesson->pictures = (guint16)(lesson->pictures + (jump ? g_rand_int_range(rand, 0, 30000) : 1));
    gboolean rtx = g_rand_int_range(rand, 0, 4) == 0;
    peer_send_rtp(lesson->teacher,
                  &(RtpToSend){.payload_type = rtx ? VIDEO_RTX_PT : VIDEO_PT,
                               .sequence = lesson->pictures,
                               .timestamp = jump ? g_rand_int(rand) : lesson->pictures * 3600u,
                               .ssrc = PUBLISHER_VIDEO + (guint32)g_rand_int_range(rand, 0, 5),
                               .mid = g_rand_boolean(rand) ? "1" : NULL,
                               .rid = rids[g_rand_int_range(rand, 0, G_N_ELEMENTS(rids))],
                               .marker = g_rand_boolean(rand),
                               .payload = payload,
                               .payload_length = length});
}

/* Feedback of every kind with numbers out of the air; well-formed, for the rest is not read. */
static void
answer_nonsense(Peer *peer, GRand *rand)
{
    static const guint8 kinds[][2] = {
        {CC_RTCP_RTPFB, CC_RTPFB_NACK},
        {CC_RTCP_RTPFB, CC_RTPFB_TMMBR},
        {CC_RTCP_RTPFB, CC_RTPFB_TRANSPORT_CC},
        {CC_RTCP_PSFB, CC_PSFB_APPLICATION},
        {CC_RTCP_PSFB, CC_PSFB_PLI},
        {CC_RTCP_PSFB, CC_PSFB_FIR},
        {CC_RTCP_RR, 1},
    };
    guint8 buffer[400];
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, buffer, 300);
    for (guint n = (guint)g_rand_int_range(rand, 1, 4); n > 0; n--) {
        const guint8 *kind = kinds[g_rand_int_range(rand, 0, G_N_ELEMENTS(kinds))];
        guint length = 4 * (guint)g_rand_int_range(rand, 7, 14);
        guint8 *body = cc_rtcp_builder_append(&builder, kind[0], kind[1], length);
        for (guint i = 0; i < length; i++)
            body[i] = (guint8)g_rand_int(rand);
        guint32 ssrc =
            peer_slot(peer, g_rand_boolean(rand) ? CC_MEDIA_AUDIO : CC_MEDIA_VIDEO)->ssrc;
        cc_write_u32(body + 4, ssrc); /* of the media, or the block's */
        if (kind[1] == CC_RTPFB_TRANSPORT_CC)
            cc_write_u16(body + 8, (guint16)g_rand_int_range(rand, 0, 100));
        if (kind[1] == CC_PSFB_APPLICATION)
            memcpy(body + 8, "REMB", 4);
    }
    peer_send_rtcp(peer, &builder);
}

/* Both at once, for a while; then the voice is where it was. */
static void
test_dice(void)
{
    Lesson lesson;
    g_autoptr(GRand) rand = g_rand_new_with_seed(11);
    memset(&lesson, 0, sizeof lesson);
    media_test_init(&lesson.test);
    lesson.test.options.keyframe_interval_ms = 1;
    lesson.test.published_layers = 3;
    lesson.test.watched_red = TRUE;
    media_test_start(&lesson.test);
    lesson.teacher = peer_connected(&lesson.test, CC_DIRECTION_PUBLISH, FALSE);
    lesson.good = peer_connected(&lesson.test, CC_DIRECTION_WATCH, FALSE);
    lesson.test.watched_by_number = TRUE;
    lesson.bad = peer_connected(&lesson.test, CC_DIRECTION_WATCH, FALSE);
    guint16 voices = 0;
    for (guint turn = 0; turn < 200; turn++) {
        for (guint i = 0; i < 10; i++)
            send_nonsense(&lesson, rand);
        send_audio(lesson.teacher, PUBLISHER_AUDIO, voices++);
        answer_nonsense(lesson.bad, rand);
        media_test_stats(&lesson.test); /* so that nothing overflows in the kernel */
    }
    wait_count(lesson.good, CC_MEDIA_AUDIO, voices);
    media_test_clear(&lesson.test);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-disturb/keyframes", test_keyframes);
    g_test_add_func("/media-disturb/wrong-original", test_wrong_original);
    g_test_add_func("/media-disturb/dice", test_dice);
    return g_test_run();
}
