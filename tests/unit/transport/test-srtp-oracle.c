/* Whatever we protect libsrtp must read, bit for bit, and the other way about. */
#include "common/wire/bytes.h"
#include "tests/unit/transport/srtp-fixture.h"

typedef struct {
    CcSrtp *ours;
    srtp_t theirs;
} Pair;

static Pair
pair_new(gconstpointer profile, gboolean theirs_inbound)
{
    CcSrtpProfile p = *(const CcSrtpProfile *)profile;
    return (Pair){fixture_ours(p), fixture_theirs(p, theirs_inbound)};
}

static void
pair_clear(Pair *pair)
{
    cc_srtp_free(pair->ours);
    srtp_dealloc(pair->theirs);
}

static void
ours_to_theirs(Pair *pair, Packet packet)
{
    Packet original = packet;
    g_assert_cmpint(cc_srtp_protect_rtp(pair->ours, packet.data, &packet.length), ==, CC_DROP_NONE);
    int length = (int)packet.length;
    g_assert_cmpint(srtp_unprotect(pair->theirs, packet.data, &length), ==, srtp_err_status_ok);
    packet.length = (gsize)length;
    fixture_assert_equal(&packet, &original);
}

static void
theirs_to_ours(Pair *pair, Packet packet)
{
    Packet original = packet;
    int length = (int)packet.length;
    g_assert_cmpint(srtp_protect(pair->theirs, packet.data, &length), ==, srtp_err_status_ok);
    packet.length = (gsize)length;
    g_assert_cmpint(cc_srtp_unprotect_rtp(pair->ours, packet.data, &packet.length), ==,
                    CC_DROP_NONE);
    fixture_assert_equal(&packet, &original);
}

typedef void (*Transfer)(Pair *, Packet);
static const Transfer transfers[] = {ours_to_theirs, theirs_to_ours};

static void
test_shapes(gconstpointer profile)
{
    for (guint way = 0; way < G_N_ELEMENTS(transfers); way++) {
        Pair pair = pair_new(profile, way == 0);
        guint16 sequence = 1000;
        for (guint csrcs = 0; csrcs <= 15; csrcs += 5) {
            for (guint extension = 0; extension <= 4; extension += 2) {
                for (gsize payload = 0; payload <= 1200; payload = payload * 2 + 1)
                    transfers[way](&pair, fixture_rtp(77, sequence++, csrcs, extension, payload));
            }
        }
        pair_clear(&pair);
    }
}

/* Two turns of the sequence number, on several streams with different starts. */
static void
test_roll_over(gconstpointer profile)
{
    for (guint way = 0; way < G_N_ELEMENTS(transfers); way++) {
        Pair pair = pair_new(profile, way == 0);
        for (guint step = 0; step < 160; step++) {
            for (guint32 ssrc = 1; ssrc <= 3; ssrc++)
                transfers[way](&pair, fixture_rtp(ssrc, (guint16)(step * 997 + ssrc), 0, 1, 40));
        }
        pair_clear(&pair);
    }
}

/* Loss and reordering within the window, across the wrap. */
static void
test_reordering(gconstpointer profile)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (guint way = 0; way < G_N_ELEMENTS(transfers); way++) {
        Pair pair = pair_new(profile, way == 0);
        transfers[way](&pair, fixture_rtp(5, 32000, 0, 0, 30));
        transfers[way](&pair, fixture_rtp(5, 64000, 0, 0, 30));
        for (guint32 base = 65000; base < 67000; base += 8) {
            guint order[8] = {0, 1, 2, 3, 4, 5, 6, 7};
            for (guint i = 7; i > 0; i--) {
                guint j = (guint)g_rand_int_range(random, 0, (gint32)i + 1), t = order[i];
                order[i] = order[j];
                order[j] = t;
            }
            for (guint i = 0; i < 6; i++)
                transfers[way](&pair, fixture_rtp(5, (guint16)(base + order[i]), 0, 0, 30));
        }
        pair_clear(&pair);
    }
}

static void
test_rtcp(gconstpointer profile)
{
    Pair out = pair_new(profile, TRUE), in = pair_new(profile, FALSE);
    for (gsize size = 8; size <= 1208; size += 60) {
        Packet packet = fixture_rtcp(9, size), original = packet;
        g_assert_cmpint(cc_srtp_protect_rtcp(out.ours, packet.data, &packet.length), ==,
                        CC_DROP_NONE);
        int length = (int)packet.length;
        g_assert_cmpint(srtp_unprotect_rtcp(out.theirs, packet.data, &length), ==,
                        srtp_err_status_ok);
        packet.length = (gsize)length;
        fixture_assert_equal(&packet, &original);

        g_assert_cmpint(srtp_protect_rtcp(in.theirs, packet.data, &length), ==, srtp_err_status_ok);
        packet.length = (gsize)length;
        g_assert_cmpint(cc_srtp_unprotect_rtcp(in.ours, packet.data, &packet.length), ==,
                        CC_DROP_NONE);
        fixture_assert_equal(&packet, &original);
    }
    pair_clear(&out);
    pair_clear(&in);
}

/* A retransmission of the very same packet is the very same ciphertext. */
static void
test_repeat_is_identical(gconstpointer profile)
{
    g_autoptr(CcSrtp) ours = fixture_ours(*(const CcSrtpProfile *)profile);
    Packet first = fixture_rtp(3, 500, 0, 0, 100), again = first;
    g_assert_cmpint(cc_srtp_protect_rtp(ours, first.data, &first.length), ==, CC_DROP_NONE);
    for (guint16 i = 501; i < 560; i++) {
        Packet other = fixture_rtp(3, i, 0, 0, 100);
        g_assert_cmpint(cc_srtp_protect_rtp(ours, other.data, &other.length), ==, CC_DROP_NONE);
    }
    g_assert_cmpint(cc_srtp_protect_rtp(ours, again.data, &again.length), ==, CC_DROP_NONE);
    fixture_assert_equal(&first, &again);
}

/* A payload of any length is encrypted from where it is, unchanged there, to behind the header. */
static void
test_seal_from_elsewhere(gconstpointer profile)
{
    Pair pair = pair_new(profile, TRUE);
    const gsize header = 12;
    for (gsize length = 0; length <= 1200; length += length < 40 ? 1 : 97) {
        guint16 sequence = (guint16)(700 + length);
        Packet original = fixture_rtp(77, sequence, 0, 0, length), packet = original;
        memset(packet.data + header, 0xee, length);
        g_assert_cmpint(cc_srtp_seal_rtp(pair.ours, packet.data, &packet.length, header,
                                         original.data + header, sequence),
                        ==, CC_DROP_NONE);
        int sealed = (int)packet.length;
        g_assert_cmpint(srtp_unprotect(pair.theirs, packet.data, &sealed), ==, srtp_err_status_ok);
        packet.length = (gsize)sealed;
        fixture_assert_equal(&packet, &original);
    }
    pair_clear(&pair);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(fixture_profiles); i++) {
        static const struct {
            const char *name;
            GTestDataFunc func;
        } tests[] = {{"shapes", test_shapes},
                     {"roll-over", test_roll_over},
                     {"reordering", test_reordering},
                     {"rtcp", test_rtcp},
                     {"seal-from-elsewhere", test_seal_from_elsewhere},
                     {"repeat-is-identical", test_repeat_is_identical}};
        for (guint j = 0; j < G_N_ELEMENTS(tests); j++) {
            g_autofree char *path = g_strdup_printf(
                "/srtp/oracle/%s/%s", cc_srtp_profile_name(fixture_profiles[i]), tests[j].name);
            g_test_add_data_func(path, &fixture_profiles[i], tests[j].func);
        }
    }
    return g_test_run();
}
