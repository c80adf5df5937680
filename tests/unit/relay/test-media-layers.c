/* Simulcast through the relay: which layer a receiver gets, and that it never notices that there
 * are several. */
#include "common/base/clock.h"
#include "common/wire/bytes.h"
#include "common/wire/vp8.h"
#include "media-peer.h"
#include "relay/media/event-gate.h"
#include "relay/media/receiver.h"
#include "relay/media/worker-private.h"

enum { HIGH, MIDDLE, LOW, N_LAYERS };

#define PICTURE_TICKS 3600u /* 25 a second */
#define PACKETS 2           /* a picture */

static const char *const rids[] = {"h", "m", "l"};
static const guint widths[] = {1280, 640, 320};

typedef struct {
    guint16 sequence;
    guint16 picture_id;
    guint8 tl0picidx;
} Layer;

/* A teacher whose layers have clocks and numbers of their own. */
typedef struct {
    MediaTest test;
    Peer *teacher, *watcher;
    Layer layers[N_LAYERS];
    guint32 picture; /* when it was taken, for all layers */
    guint16 voices;
} Lesson;

static guint32
layer_ssrc(guint layer)
{
    return PUBLISHER_VIDEO + 0x1000 * layer;
}

static guint32
layer_timestamp(const Lesson *lesson, guint layer)
{
    return lesson->picture * PICTURE_TICKS + 0x40000000u * layer;
}

static void
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

static void
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

static void
fill_payload(const Lesson *lesson, guint layer, guint index, gboolean keyframe, guint8 payload[40])
{
    const Layer *state = &lesson->layers[layer];
    memset(payload, 0, 40);
    payload[0] = index == 0 ? 0x90 : 0x80; /* X, S; partition 0 */
    payload[1] = 0xc0;                     /* I, L */
    cc_write_u16(payload + 2, 0x8000 | state->picture_id);
    payload[4] = state->tl0picidx;
    payload[5] = keyframe ? 0x10 : 0x11;
    if (keyframe && index == 0) {
        payload[8] = 0x9d, payload[9] = 0x01, payload[10] = 0x2a;
        payload[11] = (guint8)widths[layer], payload[12] = (guint8)(widths[layer] >> 8);
        payload[13] = (guint8)(widths[layer] / 2), payload[14] = (guint8)(widths[layer] / 2 >> 8);
    }
    cc_write_u32(payload + 36, packet_id(lesson, layer, index));
}

static void
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
                               .rid = rids[layer],
                               .marker = index == PACKETS - 1,
                               .payload = payload,
                               .payload_length = sizeof payload});
}

/* Takes a layer's numbers on to the next picture. */
static void
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

#define ALL_OF_THEM 7u

/* One picture in each layer of @layers; bits. @keyframes: in which it is one. */
static void
send_picture(Lesson *lesson, guint layers, guint keyframes)
{
    lesson->picture++;
    for (guint i = N_LAYERS; i > 0; i--) {
        if (layers & 1u << (i - 1))
            send_layer(lesson, i - 1, (keyframes & 1u << (i - 1)) != 0);
    }
}

static void
send_pictures(Lesson *lesson, guint n, guint layers)
{
    for (guint i = 0; i < n; i++)
        send_picture(lesson, layers, 0);
}

/* A voice packet overtakes nothing: once it is there, the pictures before it have come, if they
 * ever will. Returns the number of video packets. */
static guint
packets_after_voice(Lesson *lesson)
{
    send_audio(lesson->teacher, PUBLISHER_AUDIO, lesson->voices++);
    wait_count(lesson->watcher, CC_MEDIA_AUDIO, lesson->voices);
    return peer_count(lesson->watcher, peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->ssrc);
}

static const CcRtpHeader *
video_packet(const Lesson *lesson, guint index)
{
    return &peer_packet(lesson->watcher, peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->ssrc, index)
                ->rtp;
}

static guint
layer_at(const Lesson *lesson, guint index)
{
    return video_payload_id(video_packet(lesson, index)) >> 24;
}

/* Nothing that a receiver could notice: no hole and no repetition in the numbers of packets and
 * pictures, timestamps that go forward. */
static void
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

/* @rank: among the layers, from the smallest. */
static void
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

/* How often a layer has been asked for a keyframe. */
static guint
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

/* … once more. */
static void
wait_pli(Lesson *lesson, guint layer)
{
    PliWait wait = {lesson, layer, count_pli(lesson, layer)};
    media_test_wait(&lesson->test, has_pli, &wait);
}

/* A lesson at whose beginning the highest layer is watched. Returns how many packets have come. */
static guint
lesson_begin_high(Lesson *lesson)
{
    lesson_begin(lesson);
    send_picture(lesson, ALL_OF_THEM, ALL_OF_THEM);
    send_picture(lesson, ALL_OF_THEM, ALL_OF_THEM);
    guint n = packets_after_voice(lesson);
    g_assert_cmpuint(layer_at(lesson, n - 1), ==, HIGH);
    return n;
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

static void
ask_again(const Lesson *lesson, const guint16 *sequences, guint n)
{
    guint8 buffer[400];
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, buffer, 300);
    cc_rtcp_add_receiver_report(&builder, 1, NULL, 0);
    cc_rtcp_add_nack(&builder, 1, peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->ssrc, sequences, n);
    peer_send_rtcp(lesson->watcher, &builder);
}

static gboolean
has_three_repaired(gpointer user_data)
{
    const Peer *watcher = user_data;
    return peer_count(watcher, peer_slot(watcher, CC_MEDIA_VIDEO)->rtx_ssrc) >= 3;
}

/* Packets of the layer before are still found, and each is what it was. */
static void
test_repair_behind_switch(void)
{
    Lesson lesson;
    guint n = lesson_begin_high(&lesson);
    set_target(&lesson, CC_TARGET_MOVING, 0, 0);
    send_pictures(&lesson, 2, ALL_OF_THEM);
    send_picture(&lesson, 1u << LOW, 1u << LOW);
    send_pictures(&lesson, 2, ALL_OF_THEM);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n + 5 * PACKETS);
    guint asked[] = {n, n + 2 * PACKETS - 1, n + 2 * PACKETS};
    guint16 numbers[3];
    for (guint i = 0; i < 3; i++)
        numbers[i] = video_packet(&lesson, asked[i])->sequence;
    ask_again(&lesson, numbers, 3);
    media_test_wait(&lesson.test, has_three_repaired, lesson.watcher);
    for (guint i = 0; i < 3; i++) {
        guint32 ssrc = peer_slot(lesson.watcher, CC_MEDIA_VIDEO)->rtx_ssrc;
        const CcRtpHeader *again = &peer_packet(lesson.watcher, ssrc, i)->rtp;
        const CcRtpHeader *first = video_packet(&lesson, asked[i]);
        g_assert_cmpuint(cc_read_u16(again->payload), ==, first->sequence);
        g_assert_cmpuint(again->timestamp, ==, first->timestamp);
        g_assert_cmpmem(again->payload + 2, again->payload_length - 2, first->payload,
                        first->payload_length);
    }
    lesson_end(&lesson);
}

/* What was missing of the old layer when the new one began still finds its place. */
static void
test_late_packet_of_old_layer(void)
{
    Lesson lesson;
    guint n = lesson_begin_high(&lesson);
    set_target(&lesson, CC_TARGET_MOVING, 0, 0);
    lesson.picture++;
    send_packet(&lesson, HIGH, 1, FALSE);
    Lesson then = lesson;
    next_picture_of(&lesson, HIGH);
    send_picture(&lesson, 1u << LOW, 1u << LOW);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n + 1 + PACKETS);
    send_packet(&then, HIGH, 0, FALSE);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n + 2 + PACKETS);
    g_assert_cmpuint(video_packet(&lesson, n + 1 + PACKETS)->sequence + 1, ==,
                     video_packet(&lesson, n)->sequence);
    g_assert_cmpuint(video_packet(&lesson, n + 1 + PACKETS)->timestamp, ==,
                     video_packet(&lesson, n)->timestamp);
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

/* Keyframes and nothing else; they are asked for when they are due. */
static void
test_stills(void)
{
    Lesson lesson;
    guint n = lesson_begin_high(&lesson);
    set_target(&lesson, CC_TARGET_STILLS, 0, 1);
    wait_pli(&lesson, LOW);
    for (guint i = 0; i < 3; i++) {
        send_pictures(&lesson, 3, ALL_OF_THEM);
        g_assert_cmpuint(packets_after_voice(&lesson), ==, n);
        guint asked = count_pli(&lesson, LOW);
        while (count_pli(&lesson, LOW) == asked) { /* waits are bounded by the test's timeout */
            send_pictures(&lesson, 1, ALL_OF_THEM);
            media_test_turn(&lesson.test, 2);
        }
        send_picture(&lesson, ALL_OF_THEM, 1u << LOW);
        g_assert_cmpuint(packets_after_voice(&lesson), ==, n + PACKETS);
        g_assert_cmpuint(layer_at(&lesson, n), ==, LOW);
        n += PACKETS;
    }
    send_pictures(&lesson, 1, ALL_OF_THEM); /* which the next one refers to */
    packets_after_voice(&lesson);
    set_target(&lesson, CC_TARGET_MOVING, 0, 0);
    send_pictures(&lesson, 1, ALL_OF_THEM);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n);
    send_picture(&lesson, ALL_OF_THEM, 1u << LOW);
    send_pictures(&lesson, 2, ALL_OF_THEM);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n + 3 * PACKETS);
    check_stream(&lesson);
    lesson_end(&lesson);
}

/* No picture at all, and back. */
static void
test_nothing(void)
{
    Lesson lesson;
    guint n = lesson_begin_high(&lesson);
    set_target(&lesson, CC_TARGET_NOTHING, 0, 0);
    send_picture(&lesson, ALL_OF_THEM, ALL_OF_THEM);
    send_pictures(&lesson, 3, ALL_OF_THEM);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n);
    set_target(&lesson, CC_TARGET_MOVING, 2, 0);
    send_pictures(&lesson, 1, ALL_OF_THEM);
    wait_pli(&lesson, HIGH);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n);
    send_picture(&lesson, ALL_OF_THEM, 1u << HIGH);
    send_pictures(&lesson, 2, ALL_OF_THEM);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n + 3 * PACKETS);
    check_stream(&lesson);
    lesson_end(&lesson);
}

/* The newest limit that the publisher was told of a layer; -1: none yet. */
static gint64
limit_of(const Lesson *lesson, guint layer)
{
    gint64 limit = -1;
    for (guint i = 0; i < lesson->teacher->rtcp->len; i++) {
        const Received *received = lesson->teacher->rtcp->pdata[i];
        CcRtcpPacket packet;
        CC_RTCP_FOREACH(received->data, received->length, &packet) {
            CcRtcpTmmbr entry;
            for (guint k = 0; cc_rtcp_read_tmmbr(&packet, k, &entry); k++) {
                if (entry.ssrc == layer_ssrc(layer))
                    limit = (gint64)MIN(entry.bitrate_bps, G_MAXINT64);
            }
        }
    }
    return limit;
}

typedef struct {
    Lesson *lesson;
    guint wanted; /* bits: layers that are, the others are not */
} LimitWait;

static gboolean
has_limits(gpointer user_data)
{
    LimitWait *wait = user_data;
    for (guint i = 0; i < N_LAYERS; i++) {
        gint64 limit = limit_of(wait->lesson, i);
        if (wait->wanted & 1u << i ? limit <= 0 : limit != 0)
            return FALSE;
    }
    return TRUE;
}

static void
wait_limits(Lesson *lesson, guint wanted)
{
    LimitWait wait = {lesson, wanted};
    media_test_wait(&lesson->test, has_limits, &wait);
}

/* Layers that nobody watches need not be encoded; who wants one again gets it at once. */
static void
test_publisher_is_told(void)
{
    Lesson lesson;
    lesson_begin_high(&lesson);
    wait_limits(&lesson, 1u << HIGH);
    set_target(&lesson, CC_TARGET_MOVING, 0, 0);
    wait_limits(&lesson, 1u << HIGH | 1u << LOW); /* what it gets, until it gets what it wants */
    send_picture(&lesson, ALL_OF_THEM, 1u << LOW);
    packets_after_voice(&lesson);
    wait_limits(&lesson, 1u << LOW);
    set_target(&lesson, CC_TARGET_NOTHING, 0, 0);
    wait_limits(&lesson, 0);
    set_target(&lesson, CC_TARGET_MOVING, 1, 0);
    wait_limits(&lesson, 1u << MIDDLE | 1u << LOW);
    lesson_end(&lesson);
}

static void
send_rtx(Lesson *lesson, guint layer, gboolean repaired, guint16 original)
{
    guint8 payload[42] = {0};
    cc_write_u16(payload, original);
    fill_payload(lesson, layer, 0, FALSE, payload + 2);
    peer_send_rtp(lesson->teacher, &(RtpToSend){.payload_type = VIDEO_RTX_PT,
                                                .sequence = (guint16)(original + 7),
                                                .timestamp = layer_timestamp(lesson, layer),
                                                .ssrc = layer_ssrc(layer) + 1,
                                                .mid = "1",
                                                .rid = repaired ? NULL : rids[layer],
                                                .repaired_rid = repaired ? rids[layer] : NULL,
                                                .marker = TRUE,
                                                .payload = payload,
                                                .payload_length = sizeof payload});
}

/* Retransmissions name their layer by the repaired RID (RFC 8852) or, as those of GStreamer, by the
 * plain one; a probe may come ahead of the layer's first packet. */
static void
test_repaired_layers(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    send_rtx(&lesson, HIGH, TRUE, 1); /* a probe */
    media_test_wait_drop(&lesson.test, CC_DROP_RTP_TOO_OLD, 1);
    send_picture(&lesson, ALL_OF_THEM, ALL_OF_THEM);
    send_picture(&lesson, ALL_OF_THEM, ALL_OF_THEM);
    guint n = packets_after_voice(&lesson);
    g_assert_cmpuint(layer_at(&lesson, n - 1), ==, HIGH);
    for (guint i = 0; i < 2; i++) {
        guint16 lost = lesson.layers[HIGH].sequence;
        lesson.picture++;
        send_packet(&lesson, HIGH, 1, FALSE);
        send_rtx(&lesson, HIGH, i == 0, lost);
        next_picture_of(&lesson, HIGH);
        g_assert_cmpuint(packets_after_voice(&lesson), ==, n + 2 * (i + 1));
        g_assert_cmpuint(video_packet(&lesson, n + 2 * i + 1)->sequence + 1, ==,
                         video_packet(&lesson, n + 2 * i)->sequence);
    }
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
    g_test_add_func("/media-layers/repair-behind-switch", test_repair_behind_switch);
    g_test_add_func("/media-layers/late-packet-of-old-layer", test_late_packet_of_old_layer);
    g_test_add_func("/media-layers/layer-dies", test_layer_dies);
    g_test_add_func("/media-layers/stills", test_stills);
    g_test_add_func("/media-layers/nothing", test_nothing);
    g_test_add_func("/media-layers/publisher-is-told", test_publisher_is_told);
    g_test_add_func("/media-layers/repaired-layers", test_repaired_layers);
    g_test_add_func("/media-layers/unknown-layer", test_unknown_layer);
    g_test_add_func("/media-layers/lose-each", test_lose_each);
    return g_test_run();
}
