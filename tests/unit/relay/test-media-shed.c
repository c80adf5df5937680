/* What a worker without time left leaves out, and how receivers fare with it: streams without
 * holes, and a way back to everything. */
#include "common/wire/bytes.h"
#include "common/wire/vp8.h"
#include "media-peer.h"
#include "relay/media/event-gate.h"
#include "relay/media/worker-private.h"

#define ALL_LAYERS CC_SHED_SHARES /* the level at which everybody does without the upper ones */

/* Pictures of two packets each, alternately of temporal layers 0 and 1. */
typedef struct {
    MediaTest test;
    Peer *teacher, *watcher;
    guint16 packets, voices; /* sent */
    guint8 tl0picidx;
} Lesson;

static void
lesson_begin(Lesson *lesson)
{
    memset(lesson, 0, sizeof *lesson);
    media_test_init(&lesson->test);
    lesson->test.options.keyframe_interval_ms = 1;
    lesson->test.options.history_ms = 60000;
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

typedef struct {
    CcShedder *shedder;
    guint level;
} LevelCall;

static gboolean
on_set_level(gpointer user_data)
{
    LevelCall *call = user_data;
    call->shedder->level = call->level;
    call->shedder->window_us = G_MAXINT64; /* never over: the level stays */
    return G_SOURCE_REMOVE;
}

static void
set_level(Lesson *lesson, guint level)
{
    LevelCall call = {&lesson->watcher->worker->shedder, level};
    cc_call_in_context(lesson->watcher->worker->context, on_set_level, &call, NULL);
    media_test_stats(&lesson->test); /* asked for later, so it has been done */
    const CcWorkerStats *stats = lesson->test.all_stats->workers->pdata[lesson->test.watch_on];
    g_assert_cmpuint(stats->shed_level, ==, level);
}

typedef enum { KEYFRAME, BASE, UPPER, UPPER_SYNC } Picture;

static void
send_packet(Lesson *lesson, Picture kind)
{
    guint8 payload[40] = {0};
    guint16 sequence = lesson->packets++;
    guint16 picture = sequence / 2;
    gboolean start = sequence % 2 == 0;
    gboolean upper = kind == UPPER || kind == UPPER_SYNC;
    if (start && !upper)
        lesson->tl0picidx++;
    payload[0] = start ? 0x90 : 0x80; /* X, S; partition 0 */
    payload[1] = 0xe0;                /* I, L, T */
    cc_write_u16(payload + 2, 0x8000 | (500 + picture));
    payload[4] = lesson->tl0picidx;
    payload[5] = (upper ? 0x40 : 0) | (kind == UPPER_SYNC ? 0x20 : 0);
    payload[6] = kind == KEYFRAME ? 0x10 : 0x11;
    cc_write_u32(payload + 36, sequence);
    peer_send_rtp(lesson->teacher, &(RtpToSend){.payload_type = VIDEO_PT,
                                                .sequence = sequence,
                                                .timestamp = picture * 3600u,
                                                .ssrc = PUBLISHER_VIDEO,
                                                .mid = "1",
                                                .marker = !start,
                                                .payload = payload,
                                                .payload_length = sizeof payload});
}

static void
send_picture(Lesson *lesson, Picture kind)
{
    send_packet(lesson, kind);
    send_packet(lesson, kind);
}

static void
send_layers(Lesson *lesson, guint n)
{
    for (guint i = 0; i < n; i++)
        send_picture(lesson, i % 2 == 0 ? UPPER : BASE);
}

/* A voice packet overtakes nothing: once it is there, the pictures sent before it have come, if
 * they ever will. Returns the number of video packets. */
static guint
packets_at(Lesson *lesson, Peer *watcher)
{
    wait_count(watcher, CC_MEDIA_AUDIO, lesson->voices);
    return peer_count(watcher, peer_slot(watcher, CC_MEDIA_VIDEO)->ssrc);
}

static guint
packets_after_voice(Lesson *lesson)
{
    send_audio(lesson->teacher, PUBLISHER_AUDIO, lesson->voices++);
    return packets_at(lesson, lesson->watcher);
}

static const Received *
video_packet(const Peer *watcher, guint index)
{
    return peer_packet(watcher, peer_slot(watcher, CC_MEDIA_VIDEO)->ssrc, index);
}

static guint
id_at(const Lesson *lesson, guint index)
{
    return video_payload_id(&video_packet(lesson->watcher, index)->rtp);
}

static void
read_vp8(const CcRtpHeader *rtp, CcVp8Descriptor *vp8)
{
    g_assert_true(cc_vp8_parse(rtp->payload, rtp->payload_length, vp8));
}

/* Nothing that a receiver could take for a loss: neither in the numbers of the packets nor in those
 * of the pictures and of the lowest layer's. Returns how many packets of the upper layer came. */
static guint
check_contiguous(const Peer *watcher)
{
    CcVp8Descriptor vp8, before;
    guint n = peer_count(watcher, peer_slot(watcher, CC_MEDIA_VIDEO)->ssrc);
    guint upper = 0;
    for (guint i = 0; i < n; i++) {
        const CcRtpHeader *rtp = &video_packet(watcher, i)->rtp;
        read_vp8(rtp, &vp8);
        upper += vp8.tid > 0 ? 1 : 0;
        if (i > 0) {
            const CcRtpHeader *last = &video_packet(watcher, i - 1)->rtp;
            guint16 next_picture = (before.picture_id + (vp8.start ? 1 : 0)) & 0x7fff;
            guint8 next_base = (guint8)(before.tl0picidx + (vp8.start && vp8.tid == 0 ? 1 : 0));
            g_assert_cmpuint(rtp->sequence, ==, (guint16)(last->sequence + 1));
            g_assert_cmpuint(vp8.picture_id, ==, next_picture);
            g_assert_cmpuint(vp8.tl0picidx, ==, next_base);
            g_assert_cmpint((gint32)(rtp->timestamp - last->timestamp), >=, vp8.start ? 1 : 0);
        }
        before = vp8;
    }
    return upper;
}

/* Nobody's upper layer: half the pictures, as if there had never been others. */
static void
test_without_layers(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    send_picture(&lesson, KEYFRAME);
    send_layers(&lesson, 4);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 10);
    set_level(&lesson, ALL_LAYERS);
    send_layers(&lesson, 20);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 30);
    g_assert_cmpuint(check_contiguous(lesson.watcher), ==, 4);
    g_assert_cmpuint(media_test_stats(&lesson.test)->drops[CC_DROP_SHED_LAYER], ==, 20);
    g_assert_cmpuint(lesson.test.stats->drops[CC_DROP_SHED_VIDEO], ==, 0);
    lesson_end(&lesson);
}

static gboolean
has_three_repaired(gpointer user_data)
{
    const Peer *watcher = user_data;
    return peer_count(watcher, peer_slot(watcher, CC_MEDIA_VIDEO)->rtx_ssrc) >= 3;
}

/* What is asked for again is found on either side of the gaps and between them. */
static void
test_repair_behind_gaps(void)
{
    static const guint asked[] = {1, 8, 21};
    Lesson lesson;
    guint16 numbers[G_N_ELEMENTS(asked)];
    guint8 buffer[400];
    CcRtcpBuilder builder;
    lesson_begin(&lesson);
    const CcSlot *slot = peer_slot(lesson.watcher, CC_MEDIA_VIDEO);
    set_level(&lesson, ALL_LAYERS);
    send_picture(&lesson, KEYFRAME);
    send_layers(&lesson, 20);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 22);
    for (guint i = 0; i < G_N_ELEMENTS(asked); i++)
        numbers[i] = video_packet(lesson.watcher, asked[i])->rtp.sequence;
    cc_rtcp_builder_init(&builder, buffer, 300);
    cc_rtcp_add_receiver_report(&builder, 1, NULL, 0);
    cc_rtcp_add_nack(&builder, 1, slot->ssrc, numbers, G_N_ELEMENTS(numbers));
    peer_send_rtcp(lesson.watcher, &builder);
    media_test_wait(&lesson.test, has_three_repaired, lesson.watcher);
    for (guint i = 0; i < G_N_ELEMENTS(asked); i++) {
        const CcRtpHeader *again = &peer_packet(lesson.watcher, slot->rtx_ssrc, i)->rtp;
        const CcRtpHeader *first = &video_packet(lesson.watcher, asked[i])->rtp;
        g_assert_cmpuint(cc_read_u16(again->payload), ==, first->sequence);
        g_assert_cmpmem(again->payload + 2, again->payload_length - 2, first->payload,
                        first->payload_length);
    }
    lesson_end(&lesson);
}

/* The upper layer comes back where it needs nothing that was left out. */
static void
test_layers_come_back(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    send_picture(&lesson, KEYFRAME);
    set_level(&lesson, ALL_LAYERS);
    send_layers(&lesson, 2);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 4);
    set_level(&lesson, 0);
    send_layers(&lesson, 4);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 8);
    g_assert_cmpuint(check_contiguous(lesson.watcher), ==, 0);
    send_picture(&lesson, UPPER_SYNC);
    send_picture(&lesson, BASE);
    send_layers(&lesson, 2);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 16);
    g_assert_cmpuint(check_contiguous(lesson.watcher), ==, 4);

    set_level(&lesson, ALL_LAYERS);
    send_layers(&lesson, 2);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 18);
    set_level(&lesson, 0);
    send_layers(&lesson, 1);
    send_picture(&lesson, KEYFRAME);
    send_layers(&lesson, 2);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 24);
    g_assert_cmpuint(check_contiguous(lesson.watcher), ==, 6);
    lesson_end(&lesson);
}

/* A picture of which a part has gone out is finished, whatever happens. */
static void
test_picture_is_finished(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    send_picture(&lesson, KEYFRAME);
    send_packet(&lesson, UPPER);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 3);
    set_level(&lesson, ALL_LAYERS);
    send_packet(&lesson, UPPER);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 4);
    send_packet(&lesson, BASE);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 5);
    set_level(&lesson, CC_SHED_MAX_LEVEL);
    send_packet(&lesson, BASE);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 6);
    send_layers(&lesson, 2);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 6);
    check_contiguous(lesson.watcher);
    lesson_end(&lesson);
}

/* Voice alone, and back: a keyframe is asked for, and the stream goes on where it had ended. */
static void
test_without_video(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    send_picture(&lesson, KEYFRAME);
    send_layers(&lesson, 4);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 10);
    set_level(&lesson, CC_SHED_MAX_LEVEL);
    guint asked = peer_count_rtcp(lesson.teacher, CC_RTCP_PSFB, CC_PSFB_PLI);
    for (guint i = 0; i < 10; i++) {
        send_layers(&lesson, 2);
        g_assert_cmpuint(packets_after_voice(&lesson), ==, 10);
    }
    send_picture(&lesson, KEYFRAME); /* not even that */
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 10);
    g_assert_cmpuint(media_test_stats(&lesson.test)->drops[CC_DROP_SHED_VIDEO], ==, 42);
    g_assert_cmpuint(peer_count_rtcp(lesson.teacher, CC_RTCP_PSFB, CC_PSFB_PLI), ==, asked);

    set_level(&lesson, 0);
    send_layers(&lesson, 2);
    wait_rtcp(lesson.teacher, CC_RTCP_PSFB, CC_PSFB_PLI, asked + 1);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 10);
    guint16 keyframe = lesson.packets;
    send_picture(&lesson, KEYFRAME);
    send_layers(&lesson, 2);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 16);
    g_assert_cmpuint(id_at(&lesson, 10), ==, keyframe);
    g_assert_cmpuint(check_contiguous(lesson.watcher), ==, 6);
    lesson_end(&lesson);
}

/* Who comes while all video is left out is shown one picture, and asks for it if none is coming. */
static void
test_newcomer(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    send_picture(&lesson, KEYFRAME);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 2);
    set_level(&lesson, CC_SHED_MAX_LEVEL);
    Peer *newcomer = peer_connected(&lesson.test, CC_DIRECTION_WATCH, FALSE);
    guint asked = peer_count_rtcp(lesson.teacher, CC_RTCP_PSFB, CC_PSFB_PLI);
    guint16 before = lesson.voices;
    send_layers(&lesson, 2);
    wait_rtcp(lesson.teacher, CC_RTCP_PSFB, CC_PSFB_PLI, asked + 1);
    guint16 keyframe = lesson.packets;
    send_picture(&lesson, KEYFRAME);
    send_layers(&lesson, 2);
    send_picture(&lesson, KEYFRAME);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 2);
    wait_count(newcomer, CC_MEDIA_AUDIO, lesson.voices - before);
    guint32 ssrc = peer_slot(newcomer, CC_MEDIA_VIDEO)->ssrc;
    g_assert_cmpuint(peer_count(newcomer, ssrc), ==, 2);
    g_assert_cmpuint(video_payload_id(&video_packet(newcomer, 0)->rtp), ==, keyframe);

    set_level(&lesson, 0);
    send_picture(&lesson, KEYFRAME);
    send_layers(&lesson, 2);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, 8);
    wait_count(newcomer, CC_MEDIA_AUDIO, lesson.voices - before);
    g_assert_cmpuint(peer_count(newcomer, ssrc), ==, 8);
    check_contiguous(newcomer);
    g_assert_cmpuint(newcomer->n_bad, ==, 0);
    lesson_end(&lesson);
}

/* Between the extremes each level concerns so many eighths of the receivers, and always the same.
 */
static void
test_shares(void)
{
    Lesson lesson;
    Peer *watchers[CC_SHED_SHARES];
    lesson_begin(&lesson);
    watchers[0] = lesson.watcher;
    for (guint i = 1; i < CC_SHED_SHARES; i++)
        watchers[i] = peer_connected(&lesson.test, CC_DIRECTION_WATCH, FALSE);
    send_picture(&lesson, KEYFRAME);
    packets_after_voice(&lesson);
    set_level(&lesson, 4);
    send_layers(&lesson, 4);
    packets_after_voice(&lesson);
    for (guint i = 0; i < CC_SHED_SHARES; i++)
        g_assert_cmpuint(packets_at(&lesson, watchers[i]), ==, i < 4 ? 6 : 10);
    g_assert_cmpuint(media_test_stats(&lesson.test)->drops[CC_DROP_SHED_LAYER], ==, 4 * 4);
    set_level(&lesson, CC_SHED_SHARES + 4);
    send_layers(&lesson, 4);
    packets_after_voice(&lesson);
    for (guint i = 0; i < CC_SHED_SHARES; i++) {
        g_assert_cmpuint(packets_at(&lesson, watchers[i]), ==, i < 4 ? 6 : 14);
        g_assert_cmpuint(check_contiguous(watchers[i]), ==, i < 4 ? 0 : 4);
        g_assert_cmpuint(watchers[i]->n_bad, ==, 0);
    }
    g_assert_cmpuint(media_test_stats(&lesson.test)->drops[CC_DROP_SHED_VIDEO], ==, 4 * 8);
    lesson_end(&lesson);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-shed/without-layers", test_without_layers);
    g_test_add_func("/media-shed/repair-behind-gaps", test_repair_behind_gaps);
    g_test_add_func("/media-shed/layers-come-back", test_layers_come_back);
    g_test_add_func("/media-shed/picture-is-finished", test_picture_is_finished);
    g_test_add_func("/media-shed/without-video", test_without_video);
    g_test_add_func("/media-shed/newcomer", test_newcomer);
    g_test_add_func("/media-shed/shares", test_shares);
    return g_test_run();
}
