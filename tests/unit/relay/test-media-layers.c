/* Simulcast through the relay: which layer a receiver gets, and that it never notices that there
 * are several. */
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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-layers/highest-layer", test_highest_layer);
    return g_test_run();
}
