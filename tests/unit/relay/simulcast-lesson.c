#include "simulcast-lesson.h"

#include "common/base/clock.h"
#include "common/wire/bytes.h"
#include "common/wire/vp8.h"
#include "relay/media/event-gate.h"
#include "relay/media/receiver.h"
#include "relay/media/worker-private.h"

const char *const simulcast_rids[] = {"h", "m", "l"};
static const guint widths[] = {1280, 640, 320};

guint32
layer_ssrc(guint layer)
{
    return PUBLISHER_VIDEO + 0x1000 * layer;
}

guint32
layer_timestamp(const Lesson *lesson, guint layer)
{
    return lesson->picture * PICTURE_TICKS + 0x40000000u * layer;
}

void
lesson_begin(Lesson *lesson)
{
    memset(lesson, 0, sizeof *lesson);
    media_test_init(&lesson->test);
    lesson->test.options.keyframe_interval_ms = 1;
    lesson->test.options.history_ms = 60000;
    lesson->test.published_layers = N_LAYERS;
    media_test_start(&lesson->test);
    lesson->teacher = peer_connected(&lesson->test, CC_DIRECTION_PUBLISH, FALSE);
    lesson->watcher = peer_connected(&lesson->test, CC_DIRECTION_WATCH, FALSE);
    for (guint i = 0; i < N_LAYERS; i++)
        lesson->layers[i] = (Layer){(guint16)(65530 + 1000 * i), (guint16)(200 * i + 3), 9};
}

void
lesson_end(Lesson *lesson)
{
    g_assert_cmpuint(lesson->watcher->n_bad, ==, 0);
    media_test_clear(&lesson->test);
}

/* The @index-th of a picture's packets; its id tells layer, picture and index. */
static guint32
packet_id(const Lesson *lesson, guint layer, guint index)
{
    return layer << 24 | lesson->picture << 8 | index;
}

void
fill_payload(const Lesson *lesson, guint layer, guint index, gboolean keyframe, guint8 payload[40])
{
    const Layer *state = &lesson->layers[layer];
    guint width = widths[layer] >> (layer == HIGH ? lesson->shrunk : 0);
    memset(payload, 0, 40);
    payload[0] = index == 0 ? 0x90 : 0x80; /* X, S; partition 0 */
    payload[1] = 0xc0;                     /* I, L */
    cc_write_u16(payload + 2, 0x8000 | state->picture_id);
    payload[4] = state->tl0picidx;
    payload[5] = keyframe ? 0x10 : 0x11;
    if (keyframe && index == 0) {
        payload[8] = 0x9d, payload[9] = 0x01, payload[10] = 0x2a;
        payload[11] = (guint8)width, payload[12] = (guint8)(width >> 8);
        payload[13] = (guint8)(width / 2), payload[14] = (guint8)(width / 2 >> 8);
    }
    cc_write_u32(payload + 36, packet_id(lesson, layer, index));
}

void
send_packet(Lesson *lesson, guint layer, guint index, gboolean keyframe)
{
    guint8 payload[40];
    fill_payload(lesson, layer, index, keyframe, payload);
    peer_send_rtp(lesson->teacher,
                  &(RtpToSend){.payload_type = VIDEO_PT,
                               .sequence = (guint16)(lesson->layers[layer].sequence + index),
                               .timestamp = layer_timestamp(lesson, layer),
                               .ssrc = layer_ssrc(layer),
                               .mid = "1",
                               .rid = simulcast_rids[layer],
                               .marker = index == PACKETS - 1,
                               .payload = payload,
                               .payload_length = sizeof payload});
}

void
next_picture_of(Lesson *lesson, guint layer)
{
    Layer *state = &lesson->layers[layer];
    state->sequence += PACKETS;
    state->picture_id = (state->picture_id + 1) & 0x7fff;
    state->tl0picidx++;
}

static void
send_layer(Lesson *lesson, guint layer, gboolean keyframe)
{
    for (guint i = 0; i < PACKETS; i++)
        send_packet(lesson, layer, i, keyframe);
    next_picture_of(lesson, layer);
}

void
send_picture(Lesson *lesson, guint layers, guint keyframes)
{
    lesson->picture++;
    for (guint i = N_LAYERS; i > 0; i--) {
        if (layers & 1u << (i - 1))
            send_layer(lesson, i - 1, (keyframes & 1u << (i - 1)) != 0);
    }
}

void
send_pictures(Lesson *lesson, guint n, guint layers)
{
    for (guint i = 0; i < n; i++)
        send_picture(lesson, layers, 0);
}

guint
packets_after_voice(Lesson *lesson)
{
    send_audio(lesson->teacher, PUBLISHER_AUDIO, lesson->voices++);
    wait_count(lesson->watcher, CC_MEDIA_AUDIO, lesson->voices);
    return peer_count(lesson->watcher, peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->ssrc);
}

const CcRtpHeader *
video_packet(const Lesson *lesson, guint index)
{
    return &peer_packet(lesson->watcher, peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->ssrc, index)
                ->rtp;
}

guint
layer_at(const Lesson *lesson, guint index)
{
    return video_payload_id(video_packet(lesson, index)) >> 24;
}

void
check_stream(const Lesson *lesson)
{
    CcVp8Descriptor vp8, before = {0};
    guint n = peer_count(lesson->watcher, peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->ssrc);
    for (guint i = 0; i < n; i++) {
        const CcRtpHeader *rtp = video_packet(lesson, i);
        g_assert_true(cc_vp8_parse(rtp->payload, rtp->payload_length, &vp8));
        if (i > 0) {
            const CcRtpHeader *last = video_packet(lesson, i - 1);
            gint32 passed = (gint32)(rtp->timestamp - last->timestamp);
            guint16 next_picture = (before.picture_id + (vp8.start ? 1 : 0)) & 0x7fff;
            guint8 next_base = (guint8)(before.tl0picidx + (vp8.start ? 1 : 0));
            g_assert_cmpuint(rtp->sequence, ==, (guint16)(last->sequence + 1));
            g_assert_cmpuint(vp8.picture_id, ==, next_picture);
            g_assert_cmpuint(vp8.tl0picidx, ==, next_base);
            g_assert_true(vp8.start ? passed > 0 : passed == 0);
        }
        before = vp8;
    }
}

typedef struct {
    CcWorker *worker;
    const char *session;
    CcTarget target;
} TargetCall;

static gboolean
on_set_target(gpointer user_data)
{
    TargetCall *call = user_data;
    CcMediaSession *session = g_hash_table_lookup(call->worker->sessions.by_id, call->session);
    CcReceiver *receiver = session->receiver;
    for (guint i = 0; i < receiver->n_subscriptions; i++) {
        if (receiver->subscriptions[i].slot->kind == CC_MEDIA_VIDEO)
            cc_subscription_set_target(&receiver->subscriptions[i], &call->target,
                                       cc_clock_now_us());
    }
    cc_worker_end_turn(call->worker, cc_clock_now_us());
    return G_SOURCE_REMOVE;
}

void
set_target(Lesson *lesson, CcTargetKind kind, guint8 rank, guint still_interval_ms)
{
    TargetCall call = {lesson->watcher->worker,
                       lesson->watcher->setup->id,
                       {.kind = kind,
                        .layer = rank,
                        .max_tid = CC_ALL_TEMPORAL_LAYERS,
                        .still_interval_ms = still_interval_ms}};
    cc_call_in_context(call.worker->context, on_set_target, &call, NULL);
    media_test_stats(&lesson->test); /* asked for later, so it has been done */
}

guint
count_pli(const Lesson *lesson, guint layer)
{
    guint32 sender_ssrc, media_ssrc;
    const guint8 *fci;
    gsize fci_length;
    guint n = 0;
    for (guint i = 0; i < lesson->teacher->rtcp->len; i++) {
        const Received *received = lesson->teacher->rtcp->pdata[i];
        CcRtcpPacket packet;
        CC_RTCP_FOREACH(received->data, received->length, &packet) {
            if (packet.type == CC_RTCP_PSFB && packet.count == CC_PSFB_PLI &&
                cc_rtcp_read_feedback(&packet, &sender_ssrc, &media_ssrc, &fci, &fci_length) &&
                media_ssrc == layer_ssrc(layer))
                n++;
        }
    }
    return n;
}

typedef struct {
    Lesson *lesson;
    guint layer, count;
} PliWait;

static gboolean
has_pli(gpointer user_data)
{
    PliWait *wait = user_data;
    return count_pli(wait->lesson, wait->layer) > wait->count;
}

void
wait_pli(Lesson *lesson, guint layer)
{
    PliWait wait = {lesson, layer, count_pli(lesson, layer)};
    media_test_wait(&lesson->test, has_pli, &wait);
}

guint
lesson_begin_high(Lesson *lesson)
{
    lesson_begin(lesson);
    send_picture(lesson, ALL_OF_THEM, ALL_OF_THEM);
    send_picture(lesson, ALL_OF_THEM, ALL_OF_THEM);
    guint n = packets_after_voice(lesson);
    g_assert_cmpuint(layer_at(lesson, n - 1), ==, HIGH);
    return n;
}
