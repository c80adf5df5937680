#include "client/send/outgoing.h"

#include <string.h>

#include "client/send/encoder.h"
#include "common/base/clock.h"
#include "common/wire/rtp.h"
#include "common/wire/transport-cc.h"

#define VOICE 0x1001
#define VIDEO 0x2002
#define RTX 0x3003
#define SCREEN 0x4004
#define PAYLOAD 1100
#define PATIENCE_US (10 * G_USEC_PER_SEC)

typedef struct {
    CcUplink *uplink;
    CcOutgoing *outgoing;
    GMutex lock;
    GCond changed;
    GArray *ssrcs; /* guint32, in the order of leaving */
    guint overflows;
} Fixture;

static void
on_send(const guint8 *packet, gsize length, gboolean video, gpointer user_data)
{
    Fixture *fixture = user_data;
    CcRtpHeader rtp;
    g_assert_cmpint(cc_rtp_parse(packet, length, &rtp), ==, CC_DROP_NONE);
    g_mutex_lock(&fixture->lock);
    g_array_append_val(fixture->ssrcs, rtp.ssrc);
    g_cond_signal(&fixture->changed);
    g_mutex_unlock(&fixture->lock);
}

static void
on_overflow(gpointer user_data)
{
    ((Fixture *)user_data)->overflows++;
}

static void
negotiate(Fixture *fixture, gboolean feedback)
{
    g_autoptr(CcSdp) answer = cc_sdp_new();
    cc_sdp_media_add_codec(cc_sdp_add_media(answer, CC_MEDIA_AUDIO, "0"), 111, "opus", 48000, 2,
                           NULL);
    CcSdpMedia *video = cc_sdp_add_media(answer, CC_MEDIA_VIDEO, "1");
    cc_sdp_media_add_codec(video, 96, "VP8", 90000, 1, NULL);
    cc_sdp_media_add_codec(video, 97, "rtx", 90000, 1, "apt=96");
    CcSdpMedia *screen = cc_sdp_add_media(answer, CC_MEDIA_VIDEO, "2");
    cc_sdp_media_add_codec(screen, 98, "VP9", 90000, 1, NULL);
    for (guint i = 1; i < answer->media->len && feedback; i++)
        cc_sdp_media_add_extension(answer->media->pdata[i], 5, CC_SDP_EXT_TRANSPORT_CC);
    cc_uplink_negotiated(fixture->uplink, answer);
    cc_outgoing_begin_session(fixture->outgoing);
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    static const CcUplinkStreams streams = {VOICE, {VIDEO, [CC_SEND_SCREEN] = SCREEN}, {RTX}, {"h"}};
    fixture->uplink = cc_uplink_new(&streams);
    fixture->ssrcs = g_array_new(FALSE, FALSE, sizeof(guint32));
    fixture->outgoing =
        cc_outgoing_new(fixture->uplink, 2000000,
                        &(CcOutgoingCallbacks){.send = on_send, .overflow = on_overflow}, fixture);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    cc_outgoing_free(fixture->outgoing);
    cc_uplink_free(fixture->uplink);
    g_array_unref(fixture->ssrcs);
}

static void
push(Fixture *fixture, guint8 payload_type, guint32 ssrc, guint16 sequence)
{
    guint8 packet[CC_RTP_MAX_PACKET] = {0};
    CcRtpWriteHeader header = {.payload_type = payload_type, .sequence = sequence, .ssrc = ssrc};
    gsize length = cc_rtp_write_header(packet, sizeof packet, &header);
    cc_outgoing_push(fixture->outgoing, packet, length + PAYLOAD);
}

static guint
n_sent(Fixture *fixture)
{
    g_mutex_lock(&fixture->lock);
    guint n = fixture->ssrcs->len;
    g_mutex_unlock(&fixture->lock);
    return n;
}

static void
wait_for(Fixture *fixture, guint n)
{
    gint64 deadline_us = g_get_monotonic_time() + PATIENCE_US;
    g_mutex_lock(&fixture->lock);
    while (fixture->ssrcs->len < n)
        g_assert_true(g_cond_wait_until(&fixture->changed, &fixture->lock, deadline_us));
    g_mutex_unlock(&fixture->lock);
}

/* Nothing is known of the link: everything that is not a flood passes through at once. */
static void
test_without_feedback(Fixture *fixture, gconstpointer data)
{
    negotiate(fixture, FALSE);
    for (guint16 i = 0; i < 8; i++) {
        push(fixture, CC_SEND_PT_VIDEO, VIDEO, i);
        g_assert_cmpuint(n_sent(fixture), ==, i + 1);
    }
    g_assert_cmpint(cc_outgoing_picture_bps(fixture->outgoing), ==, -1);
}

/* A large picture is spread; a word passes by it, and so does repair, but nothing is lost. */
static void
test_voice_passes_pictures(Fixture *fixture, gconstpointer data)
{
    negotiate(fixture, TRUE);
    for (guint16 i = 0; i < 40; i++)
        push(fixture, CC_SEND_PT_VIDEO, VIDEO, i);
    guint before = n_sent(fixture);
    g_assert_cmpuint(before, <, 40);
    push(fixture, CC_SEND_PT_RTX, RTX, 0);
    push(fixture, CC_SEND_PT_AUDIO, VOICE, 0);
    gint64 begun_us = g_get_monotonic_time();
    wait_for(fixture, 42);
    const guint32 *ssrcs = (const guint32 *)fixture->ssrcs->data;
    guint voice = 0, repair = 0;
    for (guint i = 0; i < 42; i++) {
        voice = ssrcs[i] == VOICE ? i : voice;
        repair = ssrcs[i] == RTX ? i : repair;
    }
    g_assert_cmpuint(ssrcs[41], ==, VIDEO);
    g_assert_cmpuint(voice, <, 41);
    g_assert_cmpuint(repair, <, 41);
    /* 40 packets at 400 kbit/s and 130 %, less the first burst */
    g_assert_cmpint(g_get_monotonic_time() - begun_us, >, 50000);
    g_assert_cmpuint(fixture->overflows, ==, 0);
}

/* What has changed on the screen passes what waits of the camera, in its order. */
static void
test_screen_passes_camera(Fixture *fixture, gconstpointer data)
{
    negotiate(fixture, TRUE);
    for (guint16 i = 0; i < 40; i++)
        push(fixture, CC_SEND_PT_VIDEO, VIDEO, i);
    g_assert_cmpuint(n_sent(fixture), <, 30);
    for (guint16 i = 0; i < 5; i++)
        push(fixture, CC_SEND_PT_SCREEN, SCREEN, i);
    wait_for(fixture, 45);
    const guint32 *ssrcs = (const guint32 *)fixture->ssrcs->data;
    guint behind = 0;
    for (guint i = 45; ssrcs[i - 1] != SCREEN; i--)
        behind++;
    g_assert_cmpuint(behind, >, 5);
}

/* What would wait for seconds is thrown away, and said. */
static void
test_overflow(Fixture *fixture, gconstpointer data)
{
    negotiate(fixture, TRUE);
    for (guint16 i = 0; i < 600; i++)
        push(fixture, CC_SEND_PT_VIDEO, VIDEO, i);
    g_assert_cmpuint(fixture->overflows, >=, 1);
    g_assert_cmpuint(n_sent(fixture), <, 400);
}

static void
test_nonsense(Fixture *fixture, gconstpointer data)
{
    static const guint8 bytes[40] = {0x80, 0xff, 0xff};
    negotiate(fixture, TRUE);
    for (gsize length = 0; length < sizeof bytes; length++) {
        cc_outgoing_push(fixture->outgoing, bytes, length);
        cc_outgoing_rtcp(fixture->outgoing, bytes, length);
    }
    g_assert_cmpuint(n_sent(fixture), ==, 0);
}

/* Feedback that all has arrived, of a session that could send more: the link is tested with packets
 * that went out before. */
static void
test_probing(Fixture *fixture, gconstpointer data)
{
    CcTransportCcRecorder recorder;
    guint8 rtcp[1000];
    negotiate(fixture, TRUE);
    cc_outgoing_want(fixture->outgoing, 2000000);
    cc_transport_cc_recorder_init(&recorder);
    guint repaired = 0;
    for (guint16 i = 0; i < 2000 && repaired == 0; i++) {
        g_usleep(10000); /* the pace of a lesson */
        push(fixture, CC_SEND_PT_VIDEO, VIDEO, i);
        wait_for(fixture, i + 1u);
        guint n = n_sent(fixture);
        cc_transport_cc_record(&recorder, (guint16)(n - 1), cc_clock_now_us());
        CcRtcpBuilder builder;
        cc_rtcp_builder_init(&builder, rtcp, sizeof rtcp);
        if (i % 4 == 3 && cc_transport_cc_build(&recorder, &builder, 1, VIDEO))
            cc_outgoing_rtcp(fixture->outgoing, rtcp, builder.length);
        g_mutex_lock(&fixture->lock);
        for (guint k = 0; k < fixture->ssrcs->len; k++)
            repaired += g_array_index(fixture->ssrcs, guint32, k) == RTX;
        g_mutex_unlock(&fixture->lock);
    }
    g_assert_cmpuint(repaired, >, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    static const struct {
        const char *path;
        void (*func)(Fixture *, gconstpointer);
    } tests[] = {
        {"/outgoing/without-feedback", test_without_feedback},
        {"/outgoing/voice-passes-pictures", test_voice_passes_pictures},
        {"/outgoing/screen-passes-camera", test_screen_passes_camera},
        {"/outgoing/overflow", test_overflow},
        {"/outgoing/nonsense", test_nonsense},
        {"/outgoing/probing", test_probing},
    };
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, NULL, set_up, tests[i].func, tear_down);
    return g_test_run();
}
