/* Forged, replayed, cut and flooded packets: dropped, and nothing remembered. */
#include "common/transport/srtp-streams.h"
#include "common/wire/bytes.h"
#include "tests/unit/transport/srtp-fixture.h"

static CcSrtpProfile
profile_of(gconstpointer data)
{
    return *(const CcSrtpProfile *)data;
}

static CcDrop
receive(CcSrtp *in, Packet packet)
{
    return cc_srtp_unprotect_rtp(in, packet.data, &packet.length);
}

static Packet
sealed_rtp(CcSrtp *out, guint32 ssrc, guint16 sequence)
{
    Packet packet = fixture_rtp(ssrc, sequence, 1, 2, 50);
    g_assert_cmpint(cc_srtp_protect_rtp(out, packet.data, &packet.length), ==, CC_DROP_NONE);
    return packet;
}

static void
test_bit_flips(gconstpointer data)
{
    g_autoptr(CcSrtp) out = fixture_ours(profile_of(data));
    g_autoptr(CcSrtp) in = fixture_ours(profile_of(data));
    Packet rtp = sealed_rtp(out, 1, 100), rtcp = fixture_rtcp(1, 60);
    g_assert_cmpint(cc_srtp_protect_rtcp(out, rtcp.data, &rtcp.length), ==, CC_DROP_NONE);
    for (gsize bit = 0; bit < rtp.length * 8; bit++) {
        Packet forged = rtp;
        forged.data[bit / 8] ^= (guint8)(1 << bit % 8);
        g_assert_cmpint(receive(in, forged), !=, CC_DROP_NONE);
    }
    for (gsize bit = 0; bit < rtcp.length * 8; bit++) {
        Packet forged = rtcp;
        forged.data[bit / 8] ^= (guint8)(1 << bit % 8);
        g_assert_cmpint(cc_srtp_unprotect_rtcp(in, forged.data, &forged.length), !=, CC_DROP_NONE);
    }
    /* None of it left a trace. */
    g_assert_cmpint(receive(in, rtp), ==, CC_DROP_NONE);
    g_assert_cmpint(cc_srtp_unprotect_rtcp(in, rtcp.data, &rtcp.length), ==, CC_DROP_NONE);
}

/* Each in a heap block of its very size, so that the sanitizer sees a read beyond. */
static void
test_truncation(gconstpointer data)
{
    g_autoptr(CcSrtp) out = fixture_ours(profile_of(data));
    g_autoptr(CcSrtp) in = fixture_ours(profile_of(data));
    Packet rtp = sealed_rtp(out, 1, 100), rtcp = fixture_rtcp(1, 60);
    g_assert_cmpint(cc_srtp_protect_rtcp(out, rtcp.data, &rtcp.length), ==, CC_DROP_NONE);
    for (gsize cut = 0; cut < rtp.length; cut++) {
        g_autofree guint8 *block = g_memdup2(rtp.data, cut);
        gsize length = cut;
        g_assert_cmpint(cc_srtp_unprotect_rtp(in, block, &length), !=, CC_DROP_NONE);
        length = cut;
        g_autofree guint8 *plain = g_memdup2(rtp.data, cut);
        if (cut < 12 + 4 + 4 + 8)
            g_assert_cmpint(cc_srtp_protect_rtp(in, plain, &length), ==, CC_DROP_RTP_MALFORMED);
    }
    for (gsize cut = 0; cut < rtcp.length; cut++) {
        g_autofree guint8 *block = g_memdup2(rtcp.data, cut);
        gsize length = cut;
        g_assert_cmpint(cc_srtp_unprotect_rtcp(in, block, &length), !=, CC_DROP_NONE);
    }
}

static void
test_replay(gconstpointer data)
{
    g_autoptr(CcSrtp) out = fixture_ours(profile_of(data));
    g_autoptr(CcSrtp) in = fixture_ours(profile_of(data));
    Packet packets[200];
    for (guint i = 0; i < 200; i++)
        packets[i] = sealed_rtp(out, 1, (guint16)(65400 - 0x8000 + i));
    /* Every second one first: the others still fit into the window's gaps, once. */
    for (guint i = 0; i < 200; i += 2)
        g_assert_cmpint(receive(in, packets[i]), ==, CC_DROP_NONE);
    for (guint i = 199; i > 198 - CC_SRTP_REPLAY_WINDOW + 1; i -= 2)
        g_assert_cmpint(receive(in, packets[i]), ==, CC_DROP_NONE);
    for (guint i = 0; i < 200; i++)
        g_assert_cmpint(receive(in, packets[i]), ==, CC_DROP_SRTP_REPLAY);

    Packet rtcp = fixture_rtcp(1, 40);
    g_assert_cmpint(cc_srtp_protect_rtcp(out, rtcp.data, &rtcp.length), ==, CC_DROP_NONE);
    Packet again = rtcp;
    g_assert_cmpint(cc_srtp_unprotect_rtcp(in, rtcp.data, &rtcp.length), ==, CC_DROP_NONE);
    g_assert_cmpint(cc_srtp_unprotect_rtcp(in, again.data, &again.length), ==, CC_DROP_SRTP_REPLAY);
}

/* Strangers' SSRCs cannot drive the real stream out of its place. */
static void
test_ssrc_flood(gconstpointer data)
{
    g_autoptr(CcSrtp) out = fixture_ours(profile_of(data));
    g_autoptr(CcSrtp) in = fixture_ours(profile_of(data));
    for (guint i = 0; i < 3; i++) /* so that ROC is 1, which only a remembered stream knows */
        g_assert_cmpint(receive(in, sealed_rtp(out, 42, (guint16)(i * 25000))), ==, CC_DROP_NONE);
    g_assert_cmpint(receive(in, sealed_rtp(out, 42, 10000)), ==, CC_DROP_NONE);
    for (guint32 ssrc = 1000; ssrc < 3000; ssrc++) {
        Packet forged = fixture_rtp(ssrc, 1, 0, 0, 60);
        g_assert_cmpint(receive(in, forged), ==, CC_DROP_SRTP_AUTHENTICATION);
    }
    g_assert_cmpint(receive(in, sealed_rtp(out, 42, 10001)), ==, CC_DROP_NONE);

    /* Authentic ones push out the least recently used alone. */
    for (guint32 ssrc = 1; ssrc < 3 * CC_SRTP_MAX_INBOUND; ssrc++) {
        if (ssrc == 42)
            continue;
        g_assert_cmpint(receive(in, sealed_rtp(out, ssrc, 7)), ==, CC_DROP_NONE);
        g_assert_cmpint(receive(in, sealed_rtp(out, 42, (guint16)(10001 + ssrc))), ==,
                        CC_DROP_NONE);
    }
}

/* Before a stream's first packet there is nothing: ROC cannot become -1. */
static void
test_before_the_beginning(gconstpointer data)
{
    g_autoptr(CcSrtp) out = fixture_ours(profile_of(data));
    g_autoptr(CcSrtp) in = fixture_ours(profile_of(data));
    g_assert_cmpint(receive(in, sealed_rtp(out, 1, 2)), ==, CC_DROP_NONE);
    Packet early = fixture_rtp(1, 65535, 0, 0, 20);
    g_assert_cmpint(cc_srtp_protect_rtp(out, early.data, &early.length), ==, CC_DROP_SRTP_REPLAY);
    g_assert_cmpint(receive(in, fixture_rtp(1, 65535, 0, 0, 60)), ==, CC_DROP_SRTP_REPLAY);
}

static void
test_malformed(gconstpointer data)
{
    g_autoptr(CcSrtp) in = fixture_ours(profile_of(data));
    Packet version = fixture_rtp(1, 1, 0, 0, 60);
    version.data[0] = 0x40;
    g_assert_cmpint(receive(in, version), ==, CC_DROP_RTP_MALFORMED);
    Packet extension = fixture_rtp(1, 1, 0, 1, 60);
    cc_write_u16(extension.data + 14, 0xffff);
    g_assert_cmpint(receive(in, extension), ==, CC_DROP_RTP_MALFORMED);
    Packet csrcs = fixture_rtp(1, 1, 0, 0, 40);
    csrcs.data[0] |= 15;
    g_assert_cmpint(receive(in, csrcs), ==, CC_DROP_RTP_MALFORMED);
    Packet rtcp = fixture_rtcp(1, 60);
    rtcp.data[0] = 0;
    g_assert_cmpint(cc_srtp_unprotect_rtcp(in, rtcp.data, &rtcp.length), ==,
                    CC_DROP_RTCP_MALFORMED);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    static const struct {
        const char *name;
        GTestDataFunc func;
    } tests[] = {{"bit-flips", test_bit_flips},
                 {"truncation", test_truncation},
                 {"replay", test_replay},
                 {"ssrc-flood", test_ssrc_flood},
                 {"before-the-beginning", test_before_the_beginning},
                 {"malformed", test_malformed}};
    for (guint i = 0; i < G_N_ELEMENTS(fixture_profiles); i++) {
        for (guint j = 0; j < G_N_ELEMENTS(tests); j++) {
            g_autofree char *path = g_strdup_printf(
                "/srtp/hostile/%s/%s", cc_srtp_profile_name(fixture_profiles[i]), tests[j].name);
            g_test_add_data_func(path, &fixture_profiles[i], tests[j].func);
        }
    }
    return g_test_run();
}
