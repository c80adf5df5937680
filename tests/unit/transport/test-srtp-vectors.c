/* The RFCs' own examples: RFC 3711 appendix B, RFC 7714 sections 16 and 17. */
#include "common/transport/srtp-cipher.h"
#include "common/transport/srtp-kdf.h"
#include "common/wire/bytes.h"
#include "tests/unit/transport/srtp-fixture.h"

static void
test_key_derivation(void)
{
    Packet key = fixture_hex("E1F97A0D3E018BE0D64FA32C06DE4139");
    Packet salt = fixture_hex("0EC675AD498AFEEBB6960B3AABE6");
    static const struct {
        guint label;
        const char *expected;
    } cases[] = {
        {CC_SRTP_LABEL_ENCRYPTION, "C61E7A93744F39EE10734AFE3FF7A087"},
        {CC_SRTP_LABEL_SALT, "30CBBC08863D8C85D49DB34A9AE1"},
        {CC_SRTP_LABEL_AUTHENTICATION,
         "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCEE049646C43D9327AD175578E"
         "F72270986371C10C9A369AC2F94A8C5FBCDDDC256D6E919A48B610EF17C2041E474035766B68642C59BBFC2F"
         "34DB60DBDFB2"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Packet expected = fixture_hex(cases[i].expected), derived = {.length = expected.length};
        g_assert_true(
            cc_srtp_derive(key.data, salt.data, cases[i].label, derived.data, derived.length));
        fixture_assert_equal(&derived, &expected);
    }
}

/* Zeros encrypted are the keystream. */
static void
test_aes_cm_keystream(void)
{
    Packet key = fixture_hex("2B7E151628AED2A6ABF7158809CF4F3C");
    Packet salt = fixture_hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD");
    Packet expected = fixture_hex("E03EAD0935C95E80E166B16DD92B4EB4"
                                  "D23513162B02D0F72A43A2FE4A5F97AB"
                                  "41E95B3BB0A2E8DD477901E4FCA894C0");
    CcSrtpKeys keys = {0};
    g_assert_true(cc_srtp_cm.init(&keys, key.data, (const guint8[20]){0}, salt.data));
    Packet packet = {.data = {0x80}, .length = 12 + expected.length};
    g_assert_true(
        cc_srtp_cm.protect_rtp(&keys, packet.data, &packet.length, 12, packet.data + 12, 0));
    g_assert_cmpmem(packet.data + 12, packet.length - 12 - 10, expected.data, expected.length);
    cc_srtp_keys_clear(&keys);
}

static CcSrtpKeys
rfc_7714_keys(void)
{
    Packet key = fixture_hex("000102030405060708090a0b0c0d0e0f");
    Packet salt = fixture_hex("517569642070726f2071756f");
    CcSrtpKeys keys = {0};
    g_assert_true(cc_srtp_gcm.init(&keys, key.data, NULL, salt.data));
    return keys;
}

static void
test_aes_gcm_rtp(void)
{
    Packet plain = fixture_hex("8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973"
                               "20646976 69736120 696e2070 61727465 73207472 6573");
    Packet sealed = fixture_hex("8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca"
                                "be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1"
                                "6a9152cf 765ee439 0cce");
    CcSrtpKeys keys = rfc_7714_keys();
    Packet packet = plain;
    g_assert_true(
        cc_srtp_gcm.protect_rtp(&keys, packet.data, &packet.length, 12, packet.data + 12, 0xf17b));
    fixture_assert_equal(&packet, &sealed);
    g_assert_true(cc_srtp_gcm.unprotect_rtp(&keys, packet.data, &packet.length, 12, 0xf17b));
    fixture_assert_equal(&packet, &plain);
    cc_srtp_keys_clear(&keys);
}

static void
test_aes_gcm_rtcp(void)
{
    Packet plain = fixture_hex("81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930"
                               "4c756e61 deadbeef deadbeef deadbeef deadbeef deadbeef");
    Packet sealed = fixture_hex("81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7"
                                "6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458"
                                "96cf4d2f c5abf872 45d9eade 800005d4");
    /* Section 17.3: authenticated, not encrypted. */
    Packet tagged = fixture_hex("81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930"
                                "4c756e61 deadbeef deadbeef deadbeef deadbeef deadbeef 841dd968"
                                "3dd78ec9 2ae58790 125f62b3 000005d4");
    CcSrtpKeys keys = rfc_7714_keys();
    Packet packet = plain;
    g_assert_true(cc_srtp_gcm.protect_rtcp(&keys, packet.data, &packet.length, 0x800005d4));
    fixture_assert_equal(&packet, &sealed);
    g_assert_true(cc_srtp_gcm.unprotect_rtcp(&keys, packet.data, &packet.length, 0x800005d4));
    fixture_assert_equal(&packet, &plain);
    g_assert_true(cc_srtp_gcm.unprotect_rtcp(&keys, tagged.data, &tagged.length, 0x000005d4));
    fixture_assert_equal(&tagged, &plain);
    cc_srtp_keys_clear(&keys);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/srtp/vectors/key-derivation", test_key_derivation);
    g_test_add_func("/srtp/vectors/aes-cm-keystream", test_aes_cm_keystream);
    g_test_add_func("/srtp/vectors/aes-gcm-rtp", test_aes_gcm_rtp);
    g_test_add_func("/srtp/vectors/aes-gcm-rtcp", test_aes_gcm_rtcp);
    return g_test_run();
}
