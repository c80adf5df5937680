/* Against RFC 6716 by hand; test-opus-oracle.c has libopus's opinion. */
#include "common/wire/opus.h"

#include <string.h>

#include "tests/unit/wire/hostile.h"

#define SILK_20 (9 << 3) /* wideband, 20 ms, mono */

static void
test_durations(void)
{
    static const guint by_configuration[32] = {
        480, 960, 1920, 2880, 480, 960, 1920, 2880, 480, 960, 1920, 2880, 480, 960, 480, 960,
        120, 240, 480,  960,  120, 240, 480,  960,  120, 240, 480,  960,  120, 240, 480, 960};
    for (guint i = 0; i < 32; i++) {
        guint8 packet[] = {(guint8)(i << 3), 1, 2};
        g_assert_cmpuint(cc_opus_duration(packet, sizeof packet), ==, by_configuration[i]);
        packet[0] |= 1;
        g_assert_cmpuint(cc_opus_duration(packet, sizeof packet), ==, 2 * by_configuration[i]);
    }
    g_assert_cmpuint(cc_opus_duration((const guint8 *)"", 0), ==, 0);
}

static void
test_codes(void)
{
    CcOpusPacket packet;
    static const guint8 equal[] = {SILK_20 | 1, 1, 2, 3, 4};
    g_assert_true(cc_opus_parse(equal, sizeof equal, &packet));
    g_assert_cmpuint(packet.toc, ==, SILK_20);
    g_assert_cmpuint(packet.n_frames, ==, 2);
    g_assert_cmpmem(packet.frames[1].data, packet.frames[1].length, equal + 3, 2);
    g_assert_false(cc_opus_parse(equal, sizeof equal - 1, &packet)); /* R3 */

    static const guint8 two[] = {SILK_20 | 2, 1, 9, 8, 7};
    g_assert_true(cc_opus_parse(two, sizeof two, &packet));
    g_assert_cmpmem(packet.frames[0].data, packet.frames[0].length, two + 2, 1);
    g_assert_cmpmem(packet.frames[1].data, packet.frames[1].length, two + 3, 2);
    g_assert_false(cc_opus_parse(two, 1, &packet)); /* R4 */
    g_assert_false(cc_opus_parse(two, 2, &packet));

    static const guint8 padded[] = {SILK_20 | 3, 0x40 | 3, 2, 1, 2, 3, 0, 0};
    g_assert_true(cc_opus_parse(padded, sizeof padded, &packet));
    g_assert_cmpuint(packet.n_frames, ==, 3);
    g_assert_cmpmem(packet.frames[2].data, packet.frames[2].length, padded + 5, 1);
    g_assert_false(cc_opus_parse(padded, 3, &packet));

    static const guint8 variable[] = {SILK_20 | 3, 0x80 | 3, 0, 2, 1, 2, 3};
    g_assert_true(cc_opus_parse(variable, sizeof variable, &packet));
    g_assert_cmpuint(packet.frames[0].length, ==, 0);
    g_assert_cmpmem(packet.frames[1].data, packet.frames[1].length, variable + 4, 2);
    g_assert_cmpmem(packet.frames[2].data, packet.frames[2].length, variable + 6, 1);

    static const guint8 none[] = {SILK_20 | 3, 0};
    static const guint8 seven[] = {SILK_20 | 3, 7, 1, 2, 3, 4, 5, 6, 7}; /* 140 ms: R5 */
    g_assert_false(cc_opus_parse(none, sizeof none, &packet));
    g_assert_false(cc_opus_parse(seven, sizeof seven, &packet));
}

static void
test_too_long(void)
{
    guint8 packet[1 + CC_OPUS_MAX_FRAME + 1] = {SILK_20};
    CcOpusPacket parsed;
    g_assert_true(cc_opus_parse(packet, sizeof packet - 1, &parsed));
    g_assert_false(cc_opus_parse(packet, sizeof packet, &parsed)); /* R2 */
}

static void
test_dtx(void)
{
    static const guint8 silence[] = {SILK_20}, little[] = {SILK_20, 1}, speech[] = {SILK_20, 1, 2};
    static const guint8 merged[] = {SILK_20 | 3, 3}, mixed[] = {SILK_20 | 3, 0x83, 0, 0, 5, 6};
    g_assert_true(cc_opus_is_dtx(silence, sizeof silence));
    g_assert_true(cc_opus_is_dtx(little, sizeof little));
    g_assert_true(cc_opus_is_dtx(merged, sizeof merged));
    g_assert_false(cc_opus_is_dtx(speech, sizeof speech));
    g_assert_false(cc_opus_is_dtx(mixed, sizeof mixed));
}

static gsize
merge(guint8 *out, gsize capacity, const char *const *texts, guint n)
{
    CcOpusPiece pieces[8];
    for (guint i = 0; i < n; i++)
        pieces[i] = (CcOpusPiece){(const guint8 *)texts[i], strlen(texts[i])};
    return cc_opus_merge(out, capacity, pieces, n);
}

static void
test_merge(void)
{
    guint8 out[64];
    const char *one[] = {"Habc"}; /* 'H' is SILK_20 */
    g_assert_cmpmem(out, merge(out, sizeof out, one, 1), "Habc", 4);
    const char *equal[] = {"Habc", "Hdef"};
    g_assert_cmpmem(out, merge(out, sizeof out, equal, 2), "Iabcdef", 7);
    const char *two[] = {"Hab", "Hcdef"};
    g_assert_cmpmem(out, merge(out, sizeof out, two, 2), "J\2abcdef", 8);
    const char *three[] = {"Hab", "Hcdef", "H"};
    g_assert_cmpmem(out, merge(out, sizeof out, three, 3), "K\x83\2\4abcdef", 10);
    g_assert_cmpuint(merge(out, 9, three, 3), ==, 0);
    g_assert_cmpuint(merge(out, 10, three, 3), ==, 10);
    /* A merged one, and one more. */
    const char *again[] = {"Iabcd", "Hefg"};
    g_assert_cmpmem(out, merge(out, sizeof out, again, 2), "K\x83\2\2abcdefg", 11);

    const char *stereo[] = {"Habc", "Labc"}, *other[] = {"Habc", "Pabc"};
    const char *long_ones[] = {"Habc", "Kabc", "Habc", "Habc", "Habc", "Habc", "Habc"};
    g_assert_cmpuint(merge(out, sizeof out, stereo, 2), ==, 0);
    g_assert_cmpuint(merge(out, sizeof out, other, 2), ==, 0);
    g_assert_cmpuint(merge(out, sizeof out, long_ones, 7), ==, 0);
    g_assert_cmpuint(merge(out, sizeof out, long_ones, 0), ==, 0);
}

static void
test_write_frame(void)
{
    CcOpusPacket packet;
    guint8 out[8];
    g_assert_true(cc_opus_parse((const guint8 *)"J\2abcde", 7, &packet));
    g_assert_cmpmem(out, cc_opus_write_frame(out, 4, &packet, 1), "Hcde", 4);
    g_assert_cmpuint(cc_opus_write_frame(out, 3, &packet, 1), ==, 0);
    g_assert_cmpuint(cc_opus_write_frame(out, 8, &packet, 2), ==, 0);
}

static void
check_hostile(const guint8 *data, gsize length)
{
    CcOpusPacket packet;
    guint8 out[2000];
    cc_opus_is_dtx(data, length);
    cc_opus_has_fec(data, length);
    if (!cc_opus_parse(data, length, &packet))
        return;
    g_assert_cmpuint(packet.n_frames * packet.frame_samples, <=, CC_OPUS_MAX_DURATION);
    for (guint i = 0; i < packet.n_frames; i++)
        g_assert_cmpuint(cc_opus_write_frame(out, sizeof out, &packet, i), ==,
                         1u + packet.frames[i].length);
    g_assert_cmpuint(cc_opus_merge(out, sizeof out, &(CcOpusPiece){data, length}, 1), >, 0);
}

static void
test_hostile(void)
{
    static const guint8 variable[] = {SILK_20 | 3, 0xc3, 3, 4, 2, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0};
    static const guint8 many[] = {0xe3, 24, 1,  2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
                                  12,   13, 14, 1, 2, 3, 4, 5, 6, 7, 8, 9,  10};
    hostile_all(check_hostile, variable, sizeof variable);
    hostile_all(check_hostile, many, sizeof many);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/opus/durations", test_durations);
    g_test_add_func("/wire/opus/codes", test_codes);
    g_test_add_func("/wire/opus/too-long", test_too_long);
    g_test_add_func("/wire/opus/dtx", test_dtx);
    g_test_add_func("/wire/opus/merge", test_merge);
    g_test_add_func("/wire/opus/write-frame", test_write_frame);
    g_test_add_func("/wire/opus/hostile", test_hostile);
    return g_test_run();
}
