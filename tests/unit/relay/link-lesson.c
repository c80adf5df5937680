#include "link-lesson.h"

#include "common/base/clock.h"
#include "common/wire/bytes.h"

#define LINK_QUEUE_US 300000

static void
init(LinkLesson *lesson)
{
    memset(lesson, 0, sizeof *lesson);
    media_test_init(&lesson->test);
}

static void
start(LinkLesson *lesson)
{
    media_test_start(&lesson->test);
    lesson->teacher = peer_connected(&lesson->test, CC_DIRECTION_PUBLISH, FALSE);
    lesson->watcher = peer_connected(&lesson->test, CC_DIRECTION_WATCH, FALSE);
    cc_transport_cc_recorder_init(&lesson->recorder);
}

void
link_lesson_begin(LinkLesson *lesson, gboolean numbered)
{
    init(lesson);
    lesson->test.watched_by_number = numbered;
    start(lesson);
}

void
link_lesson_begin_repaired(LinkLesson *lesson)
{
    init(lesson);
    lesson->test.watched_by_number = lesson->test.watched_red = TRUE;
    start(lesson);
}

void
link_lesson_begin_with_screen(LinkLesson *lesson)
{
    init(lesson);
    lesson->test.published_screen = lesson->test.watched_stage = TRUE;
    start(lesson);
}

void
link_lesson_begin_forgetful(LinkLesson *lesson, guint history_ms)
{
    init(lesson);
    lesson->test.published_screen = lesson->test.watched_stage = TRUE;
    lesson->test.published_obeys = TRUE;
    lesson->test.options.history_ms = history_ms;
    start(lesson);
}

void
link_lesson_end(LinkLesson *lesson)
{
    g_assert_cmpuint(lesson->watcher->n_bad, ==, 0);
    media_test_clear(&lesson->test);
}

guint16
link_lesson_number(const CcRtpHeader *rtp)
{
    guint8 length;
    const guint8 *data = cc_rtp_find_extension(rtp, TRANSPORT_CC_EXT, &length);
    g_assert_nonnull(data);
    g_assert_cmpuint(length, ==, 2);
    return cc_read_u16(data);
}

static void
send_picture(LinkLesson *lesson, guint32 ssrc, const char *mid, guint16 picture, gboolean keyframe)
{
    guint8 payload[1000] = {0};
    video_payload(payload, keyframe, picture, picture);
    cc_write_u32(payload + sizeof payload - 4, picture);
    peer_send_rtp(lesson->teacher, &(RtpToSend){.payload_type = VIDEO_PT,
                                                .sequence = picture,
                                                .timestamp = picture * 900u,
                                                .ssrc = ssrc,
                                                .mid = mid,
                                                .marker = TRUE,
                                                .payload = payload,
                                                .payload_length = sizeof payload});
}

void
link_lesson_picture(LinkLesson *lesson, gboolean keyframe)
{
    send_picture(lesson, PUBLISHER_VIDEO, "1", lesson->pictures++, keyframe);
}

void
link_lesson_screen(LinkLesson *lesson, gboolean keyframe)
{
    send_picture(lesson, PUBLISHER_SCREEN, "2", lesson->screens++, keyframe);
}

/* What has come, at the times at which the link would have let it through: it lets 300 ms wait. */
static void
record_arrivals(LinkLesson *lesson)
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
        cc_transport_cc_record(&lesson->recorder, link_lesson_number(&received->rtp),
                               lesson->idle_us);
    }
}

static void
send_feedback(LinkLesson *lesson)
{
    guint8 buffer[1400];
    CcRtcpBuilder builder;
    record_arrivals(lesson);
    cc_rtcp_builder_init(&builder, buffer, 1300);
    if (cc_transport_cc_build(&lesson->recorder, &builder, 1, 1))
        peer_send_rtcp(lesson->watcher, &builder);
}

void
link_lesson_run(LinkLesson *lesson, guint milliseconds, guint pictures_per_s)
{
    gint64 begin_us = cc_clock_now_us(), feedback_us = begin_us;
    gint64 end_us = begin_us + milliseconds * (gint64)1000;
    guint n = 0;
    for (gint64 now_us = begin_us; now_us < end_us; now_us = cc_clock_now_us()) {
        for (; n < (guint64)(now_us - begin_us) * pictures_per_s / G_USEC_PER_SEC; n++) {
            guint asked = lesson->withheld
                              ? lesson->n_asked
                              : peer_count_rtcp(lesson->teacher, CC_RTCP_PSFB, CC_PSFB_PLI);
            link_lesson_picture(lesson, lesson->pictures == 0 || asked > lesson->n_asked);
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

void
link_lesson_check(const LinkLesson *lesson)
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
