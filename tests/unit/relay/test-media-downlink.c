/* What the relay learns of the way to a receiver, from one that answers as if it sat behind a link
 * of a certain rate: times of arrival are made up, all else is real. */
#include "common/wire/bytes.h"
#include "link-lesson.h"

static gboolean
has_rtx(gpointer user_data)
{
    LinkLesson *lesson = user_data;
    guint32 ssrc = peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->rtx_ssrc;
    return peer_count(lesson->watcher, ssrc) > 0;
}

static void
ask_again(LinkLesson *lesson, CcMediaKind kind)
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
    LinkLesson lesson;
    link_lesson_begin(&lesson, TRUE);
    for (guint i = 0; i < 5; i++) {
        link_lesson_picture(&lesson, i == 0);
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
        g_assert_cmpuint(link_lesson_number(&received->rtp), ==, i + 1);
    }
    link_lesson_end(&lesson);
}

/* Nothing is asked of those who have not agreed to numbers. */
static void
test_without_numbers(void)
{
    LinkLesson lesson;
    guint8 length;
    link_lesson_begin(&lesson, FALSE);
    link_lesson_picture(&lesson, TRUE);
    wait_count(lesson.watcher, CC_MEDIA_VIDEO, 1);
    const Received *received = lesson.watcher->rtp->pdata[0];
    g_assert_null(cc_rtp_find_extension(&received->rtp, TRANSPORT_CC_EXT, &length));
    link_lesson_end(&lesson);
}

static void
test_remb(void)
{
    LinkLesson lesson;
    link_lesson_begin(&lesson, FALSE);
    link_lesson_picture(&lesson, TRUE);
    wait_count(lesson.watcher, CC_MEDIA_VIDEO, 1);
    send_remb(lesson.watcher, 123000);
    g_assert_cmpuint(media_test_session(&lesson.test, lesson.watcher)->estimate_bps, ==, 123000);
    send_remb(lesson.watcher, G_MAXUINT64 >> 1); /* nobody has that */
    g_assert_cmpuint(media_test_session(&lesson.test, lesson.watcher)->estimate_bps, <, 100000000);
    link_lesson_end(&lesson);
}

/* 800 kbit/s into a link that takes 250. */
static void
test_narrow(void)
{
    LinkLesson lesson;
    link_lesson_begin(&lesson, TRUE);
    lesson.link_bps = 250000;
    link_lesson_run(&lesson, 2000, 100);
    const CcSessionStats *stats = media_test_session(&lesson.test, lesson.watcher);
    g_test_message("%s: %u of 250000 bit/s, queue %u ms", stats->link, stats->estimate_bps,
                   stats->queue_ms);
    g_assert_cmpuint(stats->estimate_bps, <, 300000);
    g_assert_cmpuint(stats->estimate_bps, >, 50000);
    link_lesson_end(&lesson);
}

static void
test_wide(void)
{
    LinkLesson lesson;
    link_lesson_begin(&lesson, TRUE);
    link_lesson_run(&lesson, 2000, 100);
    const CcSessionStats *stats = media_test_session(&lesson.test, lesson.watcher);
    g_test_message("%s: %u bit/s", stats->link, stats->estimate_bps);
    g_assert_cmpuint(stats->estimate_bps, >, 500000);
    g_assert_cmpfloat(stats->loss, <, 0.01);
    link_lesson_end(&lesson);
}

/* A lesson with hardly any picture does not show that a link has become wide; but the voice is
 * sent in long packets and coded badly until that is known, so it is found out. */
static void
test_wide_again(void)
{
    LinkLesson lesson;
    link_lesson_begin(&lesson, TRUE);
    guint wide_bps = lesson.link_bps;
    lesson.link_bps = 120000;
    link_lesson_run(&lesson, 2000, 50);
    lesson.link_bps = wide_bps;
    guint before_bps = media_test_session(&lesson.test, lesson.watcher)->estimate_bps;
    g_assert_cmpuint(before_bps, <, 200000);
    for (guint i = 0;
         i < 30 && media_test_session(&lesson.test, lesson.watcher)->estimate_bps < 320000; i++)
        link_lesson_run(&lesson, 1000, 2);
    const CcSessionStats *stats = media_test_session(&lesson.test, lesson.watcher);
    g_test_message("%s: %u bit/s, then %u", stats->link, before_bps, stats->estimate_bps);
    g_assert_cmpuint(stats->estimate_bps, >=, 320000);
    link_lesson_end(&lesson);
}

static guint
bits_since(const LinkLesson *lesson, guint first)
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
    LinkLesson lesson;
    link_lesson_begin(&lesson, TRUE);
    lesson.link_bps = 300000;
    link_lesson_run(&lesson, 2000, 60);
    guint first = lesson.watcher->rtp->len;
    link_lesson_run(&lesson, 2000, 60);
    wait_count(lesson.watcher, CC_MEDIA_AUDIO, lesson.voices);
    guint narrow_bps = bits_since(&lesson, first) / 2;
    link_lesson_check(&lesson);
    g_assert_cmpuint(narrow_bps, <, 360000);
    lesson.link_bps = 0;
    link_lesson_run(&lesson, 5000, 40);
    first = lesson.watcher->rtp->len;
    link_lesson_run(&lesson, 2000, 40);
    guint wide_bps = bits_since(&lesson, first) / 2;
    const CcSessionStats *stats = media_test_session(&lesson.test, lesson.watcher);
    g_test_message("%u bit/s, then %u (estimate %u, %s), %u left out", narrow_bps, wide_bps,
                   stats->estimate_bps, stats->link,
                   (guint)lesson.test.stats->drops[CC_DROP_PACED]);
    link_lesson_check(&lesson);
    g_assert_cmpuint(wide_bps, >, 300000);
    link_lesson_end(&lesson);
}

static guint
newest_video(const LinkLesson *lesson, guint *before)
{
    guint ssrc = peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->ssrc, newest = 0;
    for (guint i = 0; i < lesson->watcher->rtp->len; i++) {
        const CcRtpHeader *rtp = &((const Received *)lesson->watcher->rtp->pdata[i])->rtp;
        if (rtp->ssrc != ssrc || video_payload_id(rtp) == newest)
            continue;
        *before = newest;
        newest = video_payload_id(rtp);
    }
    return newest;
}

/* What would take long is not sent ahead of the next keyframe, and that is sent. */
static void
test_keyframe_first(void)
{
    LinkLesson lesson;
    guint before = 0;
    link_lesson_begin(&lesson, TRUE);
    lesson.link_bps = 800000;
    link_lesson_run(&lesson, 3000, 60);
    guint first = lesson.pictures;
    for (guint i = 0; i < 60; i++) /* they take more than half a second */
        link_lesson_picture(&lesson, FALSE);
    guint keyframe = lesson.pictures;
    link_lesson_picture(&lesson, TRUE);
    for (guint i = 0; i < 20 && newest_video(&lesson, &before) < keyframe; i++)
        link_lesson_run(&lesson, 110, 0);
    g_test_message("%u to %u, then %u", first, before, newest_video(&lesson, &before));
    g_assert_cmpuint(newest_video(&lesson, &before), ==, keyframe);
    g_assert_cmpuint(before, <, first + 20);
    link_lesson_check(&lesson);
    link_lesson_end(&lesson);
}

/* The repetitions of the last ten packets of video: those that come within 120 ms, and then at most
 * 4 s more until there are @enough. */
static guint
repetitions(LinkLesson *lesson, guint enough)
{
    guint8 buffer[200];
    CcRtcpBuilder builder;
    guint16 sequences[10];
    const CcSlot *slot = peer_slot(lesson->watcher, CC_MEDIA_VIDEO);
    guint n = peer_count(lesson->watcher, slot->ssrc), before;
    before = peer_count(lesson->watcher, slot->rtx_ssrc);
    for (guint i = 0; i < 10; i++)
        sequences[i] = peer_packet(lesson->watcher, slot->ssrc, n - 10 + i)->rtp.sequence;
    cc_rtcp_builder_init(&builder, buffer, 150);
    cc_rtcp_add_receiver_report(&builder, 1, NULL, 0);
    cc_rtcp_add_nack(&builder, 1, slot->ssrc, sequences, 10);
    peer_send_rtcp(lesson->watcher, &builder);
    for (guint i = 0;
         i < 60 || (i < 2000 && peer_count(lesson->watcher, slot->rtx_ssrc) < before + enough); i++)
        media_test_turn(&lesson->test, 2);
    return peer_count(lesson->watcher, slot->rtx_ssrc) - before;
}

/* Repetitions right after the link's queue has turned packets away; @later: a second after that.
 * G_MAXUINT if the machine was too slow to send so much that there was a queue. */
static guint
repetitions_after_flood(guint *later)
{
    LinkLesson lesson;
    link_lesson_begin(&lesson, TRUE);
    link_lesson_run(&lesson, 1500, 60);
    g_assert_cmpuint(repetitions(&lesson, 10), ==, 10);
    lesson.link_bps = 300000;
    for (guint i = 0; i < 20 && media_test_session(&lesson.test, lesson.watcher)->queue_ms <= 100;
         i++)
        link_lesson_run(&lesson, 110, 60);
    gboolean queued = media_test_session(&lesson.test, lesson.watcher)->queue_ms > 100;
    link_lesson_run(&lesson, 330, 0); /* now it is short again */
    guint soon = queued ? repetitions(&lesson, 0) : G_MAXUINT;
    link_lesson_run(&lesson, 1100, 0);
    *later = repetitions(&lesson, 4);
    link_lesson_end(&lesson);
    return soon;
}

/* What the link's queue has turned away is not poured into it again. */
static void
test_flood(void)
{
    guint later = 0;
    guint soon = repetitions_after_flood(&later);
    for (guint i = 0; i < 4 && soon > 3; i++) /* a machine that halts may miss that second */
        soon = repetitions_after_flood(&later);
    g_assert_cmpuint(soon, <=, 3);
    g_assert_cmpuint(later, >, 3);
}

/* Behind the newest of the screen's packets, how many of the face's have come. */
static guint
faces_behind_screen(const LinkLesson *lesson)
{
    guint32 screen = peer_nth_slot(lesson->watcher, CC_MEDIA_VIDEO, CC_VIDEO_SCREEN)->ssrc;
    guint n = 0;
    for (guint i = lesson->watcher->rtp->len; i > 0; i--) {
        const CcRtpHeader *rtp = &((const Received *)lesson->watcher->rtp->pdata[i - 1])->rtp;
        if (rtp->ssrc == screen)
            break;
        n++;
    }
    return n;
}

static gboolean
has_all_pictures(gpointer user_data)
{
    const LinkLesson *lesson = user_data;
    return lesson->watcher->rtp->len >= (guint)lesson->pictures + lesson->screens;
}

/* A slide behind faces that take most of a second of what the watcher says its link takes. */
static guint
send_slide_behind_faces(void)
{
    LinkLesson lesson;
    link_lesson_begin_with_screen(&lesson);
    link_lesson_screen(&lesson, TRUE);
    link_lesson_picture(&lesson, TRUE);
    media_test_wait(&lesson.test, has_all_pictures, &lesson);
    send_remb(lesson.watcher, 200000);
    media_test_stats(&lesson.test);
    for (guint i = 0; i < 20; i++)
        link_lesson_picture(&lesson, FALSE);
    for (guint i = 0; i < 3; i++)
        link_lesson_screen(&lesson, FALSE);
    media_test_wait(&lesson.test, has_all_pictures, &lesson);
    link_lesson_check(&lesson);
    guint n = faces_behind_screen(&lesson);
    link_lesson_end(&lesson);
    return n;
}

/* Slides pass the face, which waits and is not lost. */
static void
test_slides_first(void)
{
    guint n = send_slide_behind_faces();
    for (guint i = 0; i < 9 && n < 5; i++) /* on a machine that halts the faces may be gone */
        n = send_slide_behind_faces();
    g_assert_cmpuint(n, >=, 5);
}

static void
ask_for_last(LinkLesson *lesson, guint index)
{
    guint8 buffer[200];
    CcRtcpBuilder builder;
    guint32 ssrc = peer_nth_slot(lesson->watcher, CC_MEDIA_VIDEO, index)->ssrc;
    guint n = peer_count(lesson->watcher, ssrc);
    guint16 sequence = peer_packet(lesson->watcher, ssrc, n - 1)->rtp.sequence;
    cc_rtcp_builder_init(&builder, buffer, 100);
    cc_rtcp_add_receiver_report(&builder, 1, NULL, 0);
    cc_rtcp_add_nack(&builder, 1, ssrc, &sequence, 1);
    peer_send_rtcp(lesson->watcher, &builder);
}

static gboolean
has_screen_rtx(gpointer user_data)
{
    const LinkLesson *lesson = user_data;
    const CcSlot *slot = peer_nth_slot(lesson->watcher, CC_MEDIA_VIDEO, CC_VIDEO_SCREEN);
    return peer_count(lesson->watcher, slot->rtx_ssrc) > 0;
}

/* Slides, and a face behind them, have waited for longer than packets are kept otherwise: what is
 * lost of them is still to be had. */
static void
test_waited_and_lost(void)
{
    LinkLesson lesson;
    link_lesson_begin_forgetful(&lesson, 100);
    link_lesson_screen(&lesson, TRUE);
    link_lesson_picture(&lesson, TRUE);
    media_test_wait(&lesson.test, has_all_pictures, &lesson);
    send_remb(lesson.watcher, 200000);
    media_test_stats(&lesson.test);
    for (guint i = 0; i < 10; i++) /* they take 400 ms */
        link_lesson_screen(&lesson, FALSE);
    for (guint i = 0; i < 3; i++)
        link_lesson_picture(&lesson, FALSE);
    media_test_wait(&lesson.test, has_all_pictures, &lesson);
    ask_for_last(&lesson, CC_VIDEO_SCREEN);
    media_test_wait(&lesson.test, has_screen_rtx, &lesson);
    ask_for_last(&lesson, CC_VIDEO_CAMERA);
    media_test_wait(&lesson.test, has_rtx, &lesson);
    link_lesson_end(&lesson);
}

/* Feedback on what was never sent, without an end, with nonsense inside. */
static void
test_nonsense(void)
{
    LinkLesson lesson;
    guint8 buffer[200];
    CcRtcpBuilder builder;
    link_lesson_begin(&lesson, TRUE);
    link_lesson_picture(&lesson, TRUE);
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
    link_lesson_end(&lesson);
}

static CcPictureState
picture_of(LinkLesson *lesson)
{
    return media_test_session(&lesson->test, lesson->watcher)->report.picture;
}

/* A page that is shown now comes before pictures where it takes all there is: they are back once it
 * is there, or nothing has been said of it any more. */
static void
test_page_first(void)
{
    LinkLesson lesson;
    link_lesson_begin(&lesson, TRUE);
    const char *id = lesson.watcher->setup->id;
    link_lesson_run(&lesson, 2000, 20);
    g_assert_cmpint(picture_of(&lesson), !=, CC_PICTURE_PAUSED);
    cc_worker_set_page_rate(lesson.watcher->worker, "nobody", G_MAXINT32, TRUE);
    cc_worker_set_page_rate(lesson.watcher->worker, id, G_MAXINT32, TRUE);
    g_assert_cmpint(picture_of(&lesson), ==, CC_PICTURE_PAUSED);
    guint before = peer_count(lesson.watcher, peer_slot(lesson.watcher, CC_MEDIA_AUDIO)->ssrc);
    link_lesson_run(&lesson, 300, 20);
    g_assert_cmpuint(peer_count(lesson.watcher, peer_slot(lesson.watcher, CC_MEDIA_AUDIO)->ssrc), >,
                     before);
    cc_worker_set_page_rate(lesson.watcher->worker, id, 0, FALSE);
    g_assert_cmpint(picture_of(&lesson), !=, CC_PICTURE_PAUSED);
    cc_worker_set_page_rate(lesson.watcher->worker, id, G_MAXINT32, TRUE);
    g_assert_cmpint(picture_of(&lesson), ==, CC_PICTURE_PAUSED);
    for (guint i = 0; picture_of(&lesson) == CC_PICTURE_PAUSED && i < 100; i++)
        link_lesson_run(&lesson, 100, 20);
    g_assert_cmpint(picture_of(&lesson), !=, CC_PICTURE_PAUSED);
    link_lesson_end(&lesson);
}

/* Nor is the link thought to be as narrow as what the page leaves of it. */
static void
test_estimate_beside_page(void)
{
    LinkLesson lesson;
    link_lesson_begin(&lesson, TRUE);
    const char *id = lesson.watcher->setup->id;
    lesson.link_bps = 250000;
    link_lesson_run(&lesson, 2000, 100);
    guint before_bps = media_test_session(&lesson.test, lesson.watcher)->estimate_bps;
    cc_worker_set_page_rate(lesson.watcher->worker, id, 240000, TRUE);
    lesson.link_bps = 40000;
    link_lesson_run(&lesson, 900, 50);
    lesson.link_bps = 250000;
    cc_worker_set_page_rate(lesson.watcher->worker, id, 0, FALSE);
    g_assert_cmpuint(media_test_session(&lesson.test, lesson.watcher)->estimate_bps, >=,
                     before_bps * 9 / 10);
    link_lesson_end(&lesson);
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
    g_test_add_func("/media-downlink/wide-again", test_wide_again);
    g_test_add_func("/media-downlink/narrow-and-wide", test_narrow_and_wide);
    g_test_add_func("/media-downlink/keyframe-first", test_keyframe_first);
    g_test_add_func("/media-downlink/flood", test_flood);
    g_test_add_func("/media-downlink/slides-first", test_slides_first);
    g_test_add_func("/media-downlink/waited-and-lost", test_waited_and_lost);
    g_test_add_func("/media-downlink/page-first", test_page_first);
    g_test_add_func("/media-downlink/estimate-beside-page", test_estimate_beside_page);
    g_test_add_func("/media-downlink/nonsense", test_nonsense);
    return g_test_run();
}
