#include "tests/unit/transport/srtp-fixture.h"

#include "common/wire/bytes.h"

const CcSrtpProfile fixture_profiles[2] = {CC_SRTP_AEAD_AES_128_GCM, CC_SRTP_AES128_CM_SHA1_80};

static const guint8 key_and_salt[CC_SRTP_KEY_LENGTH + CC_SRTP_MAX_SALT_LENGTH] =
    "0123456789abcdefSALTsaltSALTs";

CcSrtp *
fixture_ours(CcSrtpProfile profile)
{
    return cc_srtp_new(profile, key_and_salt, key_and_salt + CC_SRTP_KEY_LENGTH);
}

srtp_t
fixture_theirs(CcSrtpProfile profile, gboolean inbound)
{
    static gsize once;
    if (g_once_init_enter(&once)) {
        g_assert_cmpint(srtp_init(), ==, srtp_err_status_ok);
        g_once_init_leave(&once, 1);
    }
    guint8 key[sizeof key_and_salt];
    memcpy(key, key_and_salt, sizeof key);
    srtp_policy_t policy = {0};
    if (profile == CC_SRTP_AEAD_AES_128_GCM) {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    } else {
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    }
    policy.ssrc.type = inbound ? ssrc_any_inbound : ssrc_any_outbound;
    policy.key = key;
    policy.window_size = 128;
    policy.allow_repeat_tx = 1;
    srtp_t session = NULL;
    g_assert_cmpint(srtp_create(&session, &policy), ==, srtp_err_status_ok);
    return session;
}

Packet
fixture_rtp(guint32 ssrc, guint16 sequence, guint csrcs, guint extension_words,
            gsize payload_length)
{
    Packet packet = {0};
    guint8 *p = packet.data;
    p[0] = (guint8)(0x80 | csrcs | (extension_words > 0 ? 0x10 : 0));
    p[1] = 96;
    cc_write_u16(p + 2, sequence);
    cc_write_u32(p + 4, sequence * 3000u);
    cc_write_u32(p + 8, ssrc);
    gsize at = 12;
    for (guint i = 0; i < csrcs; i++, at += 4)
        cc_write_u32(p + at, 0xc0ffee00 + i);
    if (extension_words > 0) {
        cc_write_u16(p + at, 0xbede);
        cc_write_u16(p + at + 2, (guint16)extension_words);
        at += 4 + 4 * extension_words;
    }
    for (gsize i = 0; i < payload_length; i++)
        p[at + i] = (guint8)(i * 7 + sequence);
    packet.length = at + payload_length;
    return packet;
}

Packet
fixture_rtcp(guint32 ssrc, gsize length)
{
    Packet packet = {.length = length};
    packet.data[0] = 0x80;
    packet.data[1] = 200;
    cc_write_u16(packet.data + 2, (guint16)(length / 4 - 1));
    cc_write_u32(packet.data + 4, ssrc);
    for (gsize i = 8; i < length; i++)
        packet.data[i] = (guint8)(i * 5);
    return packet;
}

void
fixture_assert_equal(const Packet *a, const Packet *b)
{
    g_assert_cmpmem(a->data, a->length, b->data, b->length);
}

Packet
fixture_hex(const char *text)
{
    Packet packet = {0};
    int high = -1;
    for (; *text; text++) {
        int digit = g_ascii_xdigit_value(*text);
        if (digit < 0)
            continue;
        if (high < 0) {
            high = digit;
        } else {
            packet.data[packet.length++] = (guint8)(high << 4 | digit);
            high = -1;
        }
    }
    g_assert_cmpint(high, ==, -1);
    return packet;
}
