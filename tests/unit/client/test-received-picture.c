/* From packets to pictures, when packets are missing or come from long ago. */
#include "client/recv/picture.h"

#include <gst/app/app.h>
#include <string.h>

#include "client/recv/recv-offer.h"
#include "common/base/clock.h"
#include "common/wire/bytes.h"
#include "common/wire/rtp.h"

#define VP8 96
#define VP8_RTX 97
#define SSRC 0xb0
#define RTX_SSRC 0xb1
#define FRAME_US 40000
#define FRAME_TIME 3600 /* RTP time units */
#define WAIT_US (20 * G_USEC_PER_SEC)

typedef struct {
    CcRtpRoute route;
    CcPicture *picture;
    gint64 began_us; /* when number 0 arrived */
    GMutex lock;     /* guards what follows */
    GCond seen;
    gboolean large, small;
    gint keyframes_asked; /* atomic */
} Fixture;

static void
on_decoded(GstSample *sample, gpointer user_data)
{
    Fixture *f = user_data;
    int width = 0;
    gst_structure_get_int(gst_caps_get_structure(gst_sample_get_caps(sample), 0), "width", &width);
    g_mutex_lock(&f->lock);
    f->large |= width == 128;
    f->small |= width == 64;
    g_cond_signal(&f->seen);
    g_mutex_unlock(&f->lock);
}

static void
on_rtcp(const guint8 *packet, gsize length, gpointer user_data)
{
    CcRtcpPacket rtcp;
    CC_RTCP_FOREACH(packet, length, &rtcp)
        if (rtcp.type == CC_RTCP_PSFB && rtcp.count == CC_PSFB_PLI)
            g_atomic_int_inc(&((Fixture *)user_data)->keyframes_asked);
}

static gboolean
no_voice(gint64 *offset_us, gpointer user_data)
{
    return FALSE;
}

static void
setup(Fixture *f, gconstpointer data)
{
    static const CcPictureCallbacks callbacks = {
        .decoded = on_decoded, .rtcp = on_rtcp, .voice_offset = no_voice};
    g_autoptr(GError) error = NULL;
    g_autoptr(CcSdp) answer = cc_recv_offer(1, 1);
    g_autoptr(GstClock) clock = gst_system_clock_obtain();
    f->began_us = cc_clock_now_us() - 5 * G_USEC_PER_SEC;
    CcPictureOptions options = {
        .clock = clock,
        .base_time = (GstClockTime)(f->began_us - G_USEC_PER_SEC) * GST_USECOND,
    };
    cc_sdp_media_add_source(answer->media->pdata[1], SSRC, RTX_SSRC, "lesson");
    cc_rtp_route_init(&f->route, answer);
    f->picture = cc_picture_new(&f->route, &options, &callbacks, f, &error);
    g_assert_no_error(error);
}

static void
teardown(Fixture *f, gconstpointer data)
{
    cc_picture_free(f->picture);
}

/* A keyframe that fits into one packet. */
static GBytes *
encode(guint width)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *launch = g_strdup_printf(
        "videotestsrc num-buffers=1 pattern=black ! video/x-raw,width=%u,height=64 ! "
        "vp8enc deadline=1 ! appsink name=coded",
        width);
    g_autoptr(GstElement) pipeline = gst_parse_launch(launch, &error);
    g_assert_no_error(error);
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), "coded");
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(GST_APP_SINK(sink));
    gst_element_set_state(pipeline, GST_STATE_NULL);
    g_assert_nonnull(sample);
    GstBuffer *buffer = gst_sample_get_buffer(sample);
    gpointer bytes;
    gsize length;
    gst_buffer_extract_dup(buffer, 0, gst_buffer_get_size(buffer), &bytes, &length);
    return g_bytes_new_take(bytes, length);
}

/* A picture each 40 ms; one that is @repeated arrives as one that was asked for. */
static void
arrive(Fixture *f, guint number, GBytes *frame, gboolean repeated, gint64 arrival_us)
{
    guint8 packet[1400];
    gsize size;
    const guint8 *bytes = g_bytes_get_data(frame, &size);
    CcRtpWriteHeader header = {
        .marker = TRUE,
        .payload_type = repeated ? VP8_RTX : VP8,
        .sequence = (guint16)number,
        .timestamp = number * FRAME_TIME,
        .ssrc = repeated ? RTX_SSRC : SSRC,
    };
    gsize length = cc_rtp_write_header(packet, sizeof packet, &header);
    if (repeated) {
        cc_write_u16(packet + length, (guint16)number);
        length += 2;
    }
    packet[length++] = 0x10; /* VP8 payload descriptor: begins partition 0 */
    g_assert_cmpuint(length + size, <=, sizeof packet);
    memcpy(packet + length, bytes, size);
    cc_picture_rtp(f->picture, packet, length + size, arrival_us);
}

static gboolean
wait_for(Fixture *f, const gboolean *what)
{
    gint64 deadline_us = g_get_monotonic_time() + WAIT_US;
    g_mutex_lock(&f->lock);
    while (!*what && g_cond_wait_until(&f->seen, &f->lock, deadline_us))
        ;
    gboolean seen = *what;
    g_mutex_unlock(&f->lock);
    return seen;
}

/* After an outage of four seconds a keyframe arrives by itself, and behind it what the relay still
 * has of the outage: that must not make the jitter buffer throw the keyframe away. */
static void
test_repetitions_from_long_ago(Fixture *f, gconstpointer data)
{
    g_autoptr(GBytes) small = encode(64), large = encode(128);
    for (guint i = 0; i < 25; i++)
        arrive(f, i, small, FALSE, f->began_us + i * FRAME_US);
    g_assert_true(wait_for(f, &f->small));
    gint64 back_us = cc_clock_now_us();
    arrive(f, 125, large, FALSE, back_us);
    for (guint i = 40; i < 60; i++)
        arrive(f, i, small, TRUE, back_us);
    g_assert_true(wait_for(f, &f->large));
}

/* Packets that are missing before a whole keyframe make nobody wait or ask for another. */
static void
test_missing_before_keyframe(Fixture *f, gconstpointer data)
{
    g_autoptr(GBytes) small = encode(64), large = encode(128);
    gint64 now_us = cc_clock_now_us();
    for (guint i = 0; i < 5; i++)
        arrive(f, i, small, FALSE, now_us);
    arrive(f, 8, large, FALSE, now_us);
    g_assert_true(wait_for(f, &f->large));
    g_assert_cmpint(g_atomic_int_get(&f->keyframes_asked), ==, 0);
}

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_test_add("/received-picture/repetitions-from-long-ago", Fixture, NULL, setup,
               test_repetitions_from_long_ago, teardown);
    g_test_add("/received-picture/missing-before-keyframe", Fixture, NULL, setup,
               test_missing_before_keyframe, teardown);
    return g_test_run();
}
