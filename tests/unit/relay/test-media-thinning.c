/* Temporal layers that a receiver's target leaves out, in each codec: whole pictures, and without a
 * hole in what is left. */
#include "common/base/clock.h"
#include "common/wire/bytes.h"
#include "media-peer.h"
#include "relay/media/event-gate.h"
#include "relay/media/receiver.h"
#include "relay/media/worker-private.h"

#define PACKETS 2 /* a picture */

typedef struct {
    MediaTest test;
    CcCodec codec;
    Peer *teacher, *watcher;
    guint16 picture, voices;
    guint8 base; /* TL0PICIDX */
} Lesson;

static void
lesson_begin(Lesson *lesson, CcCodec codec)
{
    guint32 profile = codec == CC_CODEC_H264 ? 0x42e01f : 0;
    memset(lesson, 0, sizeof *lesson);
    lesson->codec = codec;
    media_test_init(&lesson->test);
    lesson->test.published_video = (CcSlotCodec){codec, VIDEO_PT, VIDEO_RTX_PT, profile};
    lesson->test.watched_video[0] = (CcSlotCodec){codec, WATCH_VIDEO_PT, WATCH_RTX_PT, profile};
    media_test_start(&lesson->test);
    lesson->teacher = peer_connected(&lesson->test, CC_DIRECTION_PUBLISH, FALSE);
    lesson->watcher = peer_connected(&lesson->test, CC_DIRECTION_WATCH, FALSE);
}

typedef struct {
    gboolean keyframe;
    guint8 tid;
    gboolean sync; /* VP8: Y, VP9: U */
} Picture;

static void
fill_payload(const Lesson *lesson, const Picture *picture, gboolean first, guint8 payload[40])
{
    guint16 id = 100 + lesson->picture;
    memset(payload, 0x11, 40);
    switch (lesson->codec) {
    case CC_CODEC_VP8:
        payload[0] = first ? 0x90 : 0x80;
        payload[1] = 0xe0; /* I, L, T */
        cc_write_u16(payload + 2, 0x8000 | id);
        payload[4] = lesson->base;
        payload[5] = (guint8)(picture->tid << 6 | (picture->sync ? 0x20 : 0));
        payload[6] = picture->keyframe ? 0x10 : 0x11;
        break;
    case CC_CODEC_VP9:
        payload[0] = 0xa0 | (first ? 0x08 : 0x04) | (picture->keyframe ? 0 : 0x40); /* I, L */
        cc_write_u16(payload + 1, 0x8000 | id);
        payload[3] = (guint8)(picture->tid << 5 | (picture->sync ? 0x10 : 0));
        payload[4] = lesson->base;
        break;
    default:
        payload[0] = (guint8)((picture->tid == 0 ? 0x60 : 0) | 28); /* FU-A */
        payload[1] = (guint8)((first ? 0x80 : 0x40) | (picture->keyframe ? 5 : 1));
        payload[2] = 0x88;
        break;
    }
    payload[39] = picture->tid;
}

static void
send_picture(Lesson *lesson, Picture picture)
{
    guint8 payload[40];
    lesson->base += picture.tid == 0 ? 1 : 0;
    for (guint i = 0; i < PACKETS; i++) {
        fill_payload(lesson, &picture, i == 0, payload);
        peer_send_rtp(lesson->teacher,
                      &(RtpToSend){.payload_type = VIDEO_PT,
                                   .sequence = (guint16)(65000 + lesson->picture * PACKETS + i),
                                   .timestamp = lesson->picture * 3600u,
                                   .ssrc = PUBLISHER_VIDEO,
                                   .mid = "1",
                                   .marker = i == PACKETS - 1,
                                   .payload = payload,
                                   .payload_length = sizeof payload});
    }
    lesson->picture++;
}

/* 0 2 1 2 … with nothing to come back by; H.264 knows two layers only. */
static void
send_cycles(Lesson *lesson, guint n, gboolean sync)
{
    static const guint8 tids[] = {0, 2, 1, 2};
    for (guint i = 0; i < n * G_N_ELEMENTS(tids); i++) {
        guint8 tid = tids[i % G_N_ELEMENTS(tids)];
        gboolean at_base = lesson->codec == CC_CODEC_VP9 ? tid == 0 : tid != 0;
        send_picture(lesson, (Picture){.tid = tid, .sync = sync && at_base});
    }
}

typedef struct {
    CcWorker *worker;
    const char *session;
    guint8 max_tid;
} LimitCall;

static gboolean
on_set_limit(gpointer user_data)
{
    LimitCall *call = user_data;
    CcMediaSession *session = g_hash_table_lookup(call->worker->sessions.by_id, call->session);
    CcTarget target = {.layer = CC_HIGHEST_LAYER, .max_tid = call->max_tid};
    for (guint i = 0; i < session->receiver->n_subscriptions; i++)
        cc_subscription_set_target(&session->receiver->subscriptions[i], &target,
                                   cc_clock_now_us());
    return G_SOURCE_REMOVE;
}

static void
set_max_tid(Lesson *lesson, guint8 max_tid)
{
    LimitCall call = {lesson->watcher->worker, lesson->watcher->setup->id, max_tid};
    cc_call_in_context(call.worker->context, on_set_limit, &call, NULL);
    media_test_stats(&lesson->test); /* asked for later, so it has been done */
}

/* How many packets have come of what has been sent so far, and of each layer since @from. */
static guint
count_layers(Lesson *lesson, guint from, guint counts[3])
{
    guint32 ssrc = peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->ssrc;
    send_audio(lesson->teacher, PUBLISHER_AUDIO, lesson->voices++);
    wait_count(lesson->watcher, CC_MEDIA_AUDIO, lesson->voices);
    guint n = peer_count(lesson->watcher, ssrc);
    counts[0] = counts[1] = counts[2] = 0;
    for (guint i = from; i < n; i++)
        counts[peer_packet(lesson->watcher, ssrc, i)->rtp.payload[39]]++;
    return n;
}

static void
check_stream(const Lesson *lesson)
{
    guint32 ssrc = peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->ssrc;
    CcPicture picture, before = {0};
    for (guint i = 0; i < peer_count(lesson->watcher, ssrc); i++) {
        const CcRtpHeader *rtp = &peer_packet(lesson->watcher, ssrc, i)->rtp;
        cc_picture_read(lesson->codec, rtp->payload, rtp->payload_length, &picture);
        if (i > 0) {
            const CcRtpHeader *last = &peer_packet(lesson->watcher, ssrc, i - 1)->rtp;
            g_assert_cmpuint(rtp->sequence, ==, (guint16)(last->sequence + 1));
            if (picture.numbered)
                g_assert_cmpuint(picture.picture_id, ==,
                                 before.picture_id + (picture.begins ? 1 : 0));
        }
        before = picture;
    }
}

/* Nothing but the lowest layer, then two, then all again where a picture allows it. */
static void
test_thinning(gconstpointer data)
{
    Lesson lesson;
    guint counts[3];
    gboolean two_only;
    lesson_begin(&lesson, (CcCodec)GPOINTER_TO_UINT(data));
    two_only = lesson.codec == CC_CODEC_H264;
    send_picture(&lesson, (Picture){.keyframe = TRUE});
    send_cycles(&lesson, 2, FALSE);
    guint n = count_layers(&lesson, 0, counts);
    g_assert_cmpuint(n, ==, 9 * PACKETS);

    set_max_tid(&lesson, 0);
    send_cycles(&lesson, 8, TRUE); /* more gaps than are remembered at a time */
    n = count_layers(&lesson, n, counts);
    g_assert_cmpuint(counts[0], ==, 8 * PACKETS);
    g_assert_cmpuint(counts[1] + counts[2], ==, 0);

    set_max_tid(&lesson, 1);
    if (!two_only) { /* whose upper layer needs no permission */
        send_cycles(&lesson, 2, FALSE);
        n = count_layers(&lesson, n, counts);
        g_assert_cmpuint(counts[1] + counts[2], ==, 0);
    }
    send_cycles(&lesson, 2, TRUE);
    n = count_layers(&lesson, n, counts);
    g_assert_cmpuint(counts[0], ==, 2 * PACKETS);
    g_assert_cmpuint(counts[1], ==, 2 * PACKETS);
    g_assert_cmpuint(counts[2], ==, two_only ? 4 * PACKETS : 0);

    set_max_tid(&lesson, CC_ALL_TEMPORAL_LAYERS);
    send_cycles(&lesson, 2, TRUE);
    n = count_layers(&lesson, n, counts);
    g_assert_cmpuint(counts[2], ==, 4 * PACKETS);
    check_stream(&lesson);
    g_assert_cmpuint(lesson.watcher->n_bad, ==, 0);
    media_test_clear(&lesson.test);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/media-thinning/vp8", GUINT_TO_POINTER(CC_CODEC_VP8), test_thinning);
    g_test_add_data_func("/media-thinning/vp9", GUINT_TO_POINTER(CC_CODEC_VP9), test_thinning);
    g_test_add_data_func("/media-thinning/h264", GUINT_TO_POINTER(CC_CODEC_H264), test_thinning);
    return g_test_run();
}
