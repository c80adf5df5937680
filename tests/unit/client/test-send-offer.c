#include "client/send/send-offer.h"

#include <string.h>

#include "client/send/encoder.h"
#include "client/send/uplink.h"
#include "common/wire/rtp.h"

#define VOICE 0x1001
#define CAMERA 0x2002
#define SCREEN 0x3003
#define SCREEN_RTX 0x3004

static const CcSendSettings settings = {
    .video_codec = CC_CODEC_VP8,
    .layers = {{"h", 1280, 720, 25, 900000}},
    .n_layers = 1,
};

static CcSdp *
offer(gboolean screen)
{
    CcRtpSenderIds ids = {.audio_ssrc = VOICE, .video_ssrc = {CAMERA}, .cname = "teacher"};
    ids.video_ssrc[CC_SEND_SCREEN] = screen ? SCREEN : 0;
    ids.rtx_ssrc[CC_SEND_SCREEN] = screen ? SCREEN_RTX : 0;
    return cc_send_offer(&settings, &ids);
}

/* The camera comes first, the screen second: by that the relay knows them. Numbers of codecs are
 * not used twice. */
static void
test_two_pictures(void)
{
    g_autoptr(CcSdp) with = offer(TRUE), without = offer(FALSE);
    g_assert_cmpuint(without->media->len, ==, 2);
    g_assert_cmpuint(with->media->len, ==, 3);
    const CcSdpMedia *camera = with->media->pdata[1], *screen = with->media->pdata[2];
    g_assert_cmpint(screen->kind, ==, CC_MEDIA_VIDEO);
    g_assert_cmpstr(camera->mid, !=, screen->mid);
    g_assert_cmpstr(camera->track_id, !=, screen->track_id);
    g_assert_cmphex(((const CcSdpSource *)camera->sources->pdata[0])->ssrc, ==, CAMERA);
    g_assert_cmphex(((const CcSdpSource *)screen->sources->pdata[0])->ssrc, ==, SCREEN);
    const CcSdpCodec *vp9 = screen->codecs->pdata[0];
    g_assert_cmpstr(vp9->name, ==, "VP9");
    g_assert_true(cc_sdp_codec_has_feedback(vp9, "ccm tmmbr"));
    for (guint i = 0; i < camera->codecs->len; i++)
        for (guint k = 0; k < screen->codecs->len; k++)
            g_assert_cmpuint(((const CcSdpCodec *)camera->codecs->pdata[i])->payload_type, !=,
                             ((const CcSdpCodec *)screen->codecs->pdata[k])->payload_type);
}

static gboolean
goes_out(CcUplink *uplink, guint32 ssrc, guint8 payload_type, const char *mid)
{
    guint8 packet[100] = {0}, out[CC_RTP_MAX_PACKET], length;
    CcRtpHeader rtp;
    CcRtpWriteHeader header = {.payload_type = payload_type, .ssrc = ssrc};
    gsize size = cc_rtp_write_header(packet, sizeof packet, &header) + 20;
    size = cc_uplink_rewrite(uplink, packet, size, out, sizeof out, NULL);
    if (size == 0)
        return FALSE;
    g_assert_cmpint(cc_rtp_parse(out, size, &rtp), ==, CC_DROP_NONE);
    const guint8 *name = cc_rtp_find_extension(&rtp, 1, &length);
    g_assert_cmpmem(name, length, mid, strlen(mid));
    return TRUE;
}

/* The answer's m-lines stand in the offer's order; each stream goes by its own. */
static void
test_answered(void)
{
    static const CcUplinkStreams streams = {
        VOICE, {CAMERA, [CC_SEND_SCREEN] = SCREEN}, {[CC_SEND_SCREEN] = SCREEN_RTX}, {"h"}};
    g_autoptr(CcUplink) uplink = cc_uplink_new(&streams);
    g_autoptr(CcSdp) answer = offer(TRUE);
    CcSdpMedia *camera = answer->media->pdata[1], *screen = answer->media->pdata[2];

    for (guint i = 0; i < answer->media->len; i++)
        ((CcSdpMedia *)answer->media->pdata[i])->port = 9;
    cc_uplink_negotiated(uplink, answer);
    g_assert_true(goes_out(uplink, CAMERA, CC_SEND_PT_VIDEO, "1"));
    g_assert_true(goes_out(uplink, SCREEN, CC_SEND_PT_SCREEN, "2"));
    g_assert_true(goes_out(uplink, SCREEN_RTX, CC_SEND_PT_SCREEN_RTX, "2"));
    g_assert_true(cc_uplink_takes(uplink, CC_SEND_SCREEN));
    g_assert_cmpint(cc_uplink_wanted_bps(uplink, CC_SEND_SCREEN), ==, -1);

    screen->port = 0; /* a server that knows of one picture alone */
    cc_uplink_negotiated(uplink, answer);
    g_assert_false(goes_out(uplink, SCREEN, CC_SEND_PT_SCREEN, "2"));
    g_assert_false(cc_uplink_takes(uplink, CC_SEND_SCREEN));
    g_assert_cmpint(cc_uplink_wanted_bps(uplink, CC_SEND_SCREEN), ==, 0);

    screen->port = 9;
    camera->port = 0; /* the screen does not take its place */
    cc_uplink_negotiated(uplink, answer);
    g_assert_false(goes_out(uplink, CAMERA, CC_SEND_PT_VIDEO, "1"));
    g_assert_true(goes_out(uplink, SCREEN, CC_SEND_PT_SCREEN, "2"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/send-offer/two-pictures", test_two_pictures);
    g_test_add_func("/send-offer/answered", test_answered);
    return g_test_run();
}
