#include "client/recv/picture-flow.h"
#include "client/recv/recv-offer.h"
#include "client/recv/rtp-route.h"
#include "common/wire/rtp.h"

static void
init_route(CcRtpRoute *route, gboolean with_ssrcs)
{
    g_autoptr(CcSdp) answer = cc_recv_offer(2, 3); /* the relay answers with the offer's numbers */
    if (with_ssrcs) {
        cc_sdp_media_add_source(answer->media->pdata[0], 0xa0, 0, "lesson");
        cc_sdp_media_add_source(answer->media->pdata[1], 0xa2, 0, "guest");
        cc_sdp_media_add_source(answer->media->pdata[2], 0xb0, 0xb1, "lesson");
        cc_sdp_media_add_source(answer->media->pdata[4], 0xb4, 0xb5, "guest");
    }
    cc_rtp_route_init(route, answer);
}

/* "a0": the first audio slot; "v1": the second of video; "-": nowhere. */
static const char *
name(const CcRouteStream *stream)
{
    static char text[8];
    if (stream == NULL)
        return "-";
    g_snprintf(text, sizeof text, "%c%u", stream->kind == CC_MEDIA_AUDIO ? 'a' : 'v', stream->slot);
    return text;
}

static const char *
route_packet(const CcRtpRoute *route, guint8 payload_type, guint32 ssrc, const char *mid)
{
    guint8 packet[64];
    CcRtpWriteHeader header = {
        .payload_type = payload_type,
        .ssrc = ssrc,
        .mid = mid,
        .mid_id = mid != NULL ? 1 : 0,
        .mid_length = mid != NULL ? 1 : 0,
    };
    gsize length = cc_rtp_write_header(packet, sizeof packet, &header);
    return name(cc_rtp_route_packet(route, packet, length));
}

static void
test_order(void)
{
    CcRtpRoute route;
    init_route(&route, TRUE);
    g_assert_cmpstr(route_packet(&route, 111, 0xa0, NULL), ==, "a0");
    g_assert_cmpstr(route_packet(&route, 111, 0xa2, NULL), ==, "a1");
    g_assert_cmpstr(route_packet(&route, 96, 0xb0, NULL), ==, "v0");
    g_assert_cmpstr(route_packet(&route, 97, 0xb1, NULL), ==, "v0");
    g_assert_cmpstr(route_packet(&route, 97, 0xb5, NULL), ==, "v2");
    g_assert_cmpstr(route_packet(&route, 98, 0xdead, "3"), ==, "v1");   /* by MID */
    g_assert_cmpstr(route_packet(&route, 100, 0xdead, NULL), ==, "v0"); /* by format */
    /* Contradictions and strangers go nowhere. */
    g_assert_cmpstr(route_packet(&route, 96, 0xa0, NULL), ==, "-");
    g_assert_cmpstr(route_packet(&route, 111, 0xdead, "3"), ==, "-");
    g_assert_cmpstr(route_packet(&route, 55, 0xb0, NULL), ==, "-");
    g_assert_null(cc_rtp_route_packet(&route, (const guint8 *)"\x80", 1));
    g_assert_cmpstr(name(cc_rtp_route_ssrc(&route, 0xb5)), ==, "v2");
    g_assert_null(cc_rtp_route_ssrc(&route, 0));
}

/* As many as a teacher has, all with the same formats. */
static void
test_many(void)
{
    CcRtpRoute route;
    g_autoptr(CcSdp) answer = cc_recv_offer(CC_WATCHED_AUDIOS, CC_TEACHER_WATCHED_VIDEOS);
    cc_sdp_media_add_source(answer->media->pdata[12], 0xf0, 0xf1, "grid");
    cc_rtp_route_init(&route, answer);
    g_assert_cmpstr(route_packet(&route, 96, 0xf0, NULL), ==, "v9");
    g_assert_cmpint(cc_rtp_route_format(&route, 100)->codec, ==, CC_CODEC_VP9);
    g_assert_cmpint(cc_rtp_route_format(&route, 111)->codec, ==, CC_CODEC_OPUS);
}

static void
test_formats(void)
{
    CcRtpRoute route;
    init_route(&route, FALSE);
    g_assert_cmpint(cc_rtp_route_format(&route, 98)->codec, ==, CC_CODEC_H264);
    g_assert_cmpuint(cc_rtp_route_format(&route, 99)->apt, ==, 98);
    g_assert_cmpint(cc_rtp_route_format(&route, 99)->codec, ==, CC_CODEC_NONE);
    g_assert_null(cc_rtp_route_format(&route, 5));
    g_assert_null(cc_rtp_route_ssrc(&route, 0));
}

static void
test_rejected_line(void)
{
    CcRtpRoute route;
    g_autoptr(CcSdp) answer = cc_recv_offer(1, 1);
    ((CcSdpMedia *)answer->media->pdata[1])->port = 0;
    cc_rtp_route_init(&route, answer);
    g_assert_cmpstr(route_packet(&route, 96, 1, NULL), ==, "-");
    g_assert_cmpstr(route_packet(&route, 111, 1, NULL), ==, "a0");
}

static void
test_picture_flow(void)
{
    CcPictureFlow flow = {0};
    gint64 now_us = G_USEC_PER_SEC;
    for (guint i = 0; i < 100; i++, now_us += 40000)
        cc_picture_flow_add(&flow, now_us);
    g_assert_cmpuint(flow.freezes, ==, 0);
    now_us += 100000; /* 140 ms since the last: not yet a freeze */
    cc_picture_flow_add(&flow, now_us);
    g_assert_cmpuint(flow.freezes, ==, 0);
    now_us += 1000000;
    g_assert_cmpint(cc_picture_flow_add(&flow, now_us), ==, 1000000);
    g_assert_cmpuint(flow.freezes, ==, 1);
    g_assert_cmpint(ABS(flow.frozen_us - 955000), <, 10000);
    g_assert_cmpuint(flow.pictures, ==, 102);
}

static void
test_slow_picture_flow(void)
{
    CcPictureFlow flow = {0};
    gint64 now_us = G_USEC_PER_SEC;
    for (guint i = 0; i < 50; i++, now_us += 200000) /* slides: 5 a second */
        cc_picture_flow_add(&flow, now_us);
    now_us += 250000;
    cc_picture_flow_add(&flow, now_us);
    g_assert_cmpuint(flow.freezes, ==, 0);
    now_us += 501000;
    cc_picture_flow_add(&flow, now_us);
    g_assert_cmpuint(flow.freezes, ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recv/route/order", test_order);
    g_test_add_func("/recv/route/many", test_many);
    g_test_add_func("/recv/route/formats", test_formats);
    g_test_add_func("/recv/route/rejected-line", test_rejected_line);
    g_test_add_func("/recv/picture-flow/freeze", test_picture_flow);
    g_test_add_func("/recv/picture-flow/slow", test_slow_picture_flow);
    return g_test_run();
}
