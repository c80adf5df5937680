/* AEAD_AES_128_GCM for SRTP and SRTCP: RFC 7714. By GnuTLS, which takes a packet in one call and
 * half the time of OpenSSL 3.0's five (docs/performance.md). */
#include "common/transport/srtp-cipher.h"

#include "common/wire/bytes.h"
#include "common/wire/rtp.h"

#define TAG_LENGTH 16
#define IV_LENGTH 12

static gboolean
init(CcSrtpKeys *keys, const guint8 *key, const guint8 *auth_key, const guint8 *salt)
{
    memcpy(keys->key, key, sizeof keys->key);
    memcpy(keys->salt, salt, IV_LENGTH);
    return TRUE;
}

/* Section 8.1 with @high = ROC and sequence number, section 9.1 with @high = 0 and @low = index. */
static void
make_iv(const CcSrtpKeys *keys, const guint8 *ssrc, guint16 high, guint32 low, guint8 iv[IV_LENGTH])
{
    iv[0] = iv[1] = 0;
    memcpy(iv + 2, ssrc, 4);
    cc_write_u16(iv + 6, high);
    cc_write_u32(iv + 8, low);
    for (guint i = 0; i < IV_LENGTH; i++)
        iv[i] ^= keys->salt[i];
}

/* @sealed may be @text; the tag goes behind it. */
static gboolean
seal(CcSrtpKeys *keys, const guint8 *iv, const guint8 *associated, gsize associated_length,
     const guint8 *text, gsize length, guint8 *sealed)
{
    gsize sealed_length = length + TAG_LENGTH;
    return gnutls_aead_cipher_encrypt(cc_srtp_keys_aead(keys), iv, IV_LENGTH, associated,
                                      associated_length, TAG_LENGTH, text, length, sealed,
                                      &sealed_length) >= 0;
}

static gboolean
open_sealed(CcSrtpKeys *keys, const guint8 *iv, const guint8 *associated, gsize associated_length,
            guint8 *text, gsize length)
{
    gsize clear = length;
    return gnutls_aead_cipher_decrypt(cc_srtp_keys_aead(keys), iv, IV_LENGTH, associated,
                                      associated_length, TAG_LENGTH, text, length + TAG_LENGTH,
                                      text, &clear) >= 0;
}

static gboolean
protect_rtp(CcSrtpKeys *keys, guint8 *packet, gsize *length, gsize header, const guint8 *payload,
            guint64 index)
{
    guint8 iv[IV_LENGTH];
    make_iv(keys, packet + 8, (guint16)(index >> 32), (guint32)index, iv);
    if (!seal(keys, iv, packet, header, payload, *length - header, packet + header))
        return FALSE;
    *length += TAG_LENGTH;
    return TRUE;
}

static gboolean
unprotect_rtp(CcSrtpKeys *keys, guint8 *packet, gsize *length, gsize header, guint64 index)
{
    guint8 iv[IV_LENGTH];
    make_iv(keys, packet + 8, (guint16)(index >> 32), (guint32)index, iv);
    gsize text = *length - TAG_LENGTH - header;
    if (!open_sealed(keys, iv, packet, header, packet + header, text))
        return FALSE;
    *length = header + text;
    return TRUE;
}

/* The associated data of SRTCP are @length bytes of the packet and the word with the index, which
 * stands behind the tag. Returns their length. */
static gsize
gather_associated(guint8 *out, const guint8 *packet, gsize length, guint32 word)
{
    memcpy(out, packet, length);
    cc_write_u32(out + length, word);
    return length + CC_SRTCP_INDEX_WORD;
}

static gboolean
protect_rtcp(CcSrtpKeys *keys, guint8 *packet, gsize *length, guint32 word)
{
    guint8 iv[IV_LENGTH], associated[CC_SRTCP_HEADER + CC_SRTCP_INDEX_WORD];
    make_iv(keys, packet + 4, 0, word & ~CC_SRTCP_E_FLAG, iv);
    gsize n = gather_associated(associated, packet, CC_SRTCP_HEADER, word);
    guint8 *text = packet + CC_SRTCP_HEADER;
    if (!seal(keys, iv, associated, n, text, *length - CC_SRTCP_HEADER, text))
        return FALSE;
    cc_write_u32(packet + *length + TAG_LENGTH, word);
    *length += TAG_LENGTH + CC_SRTCP_INDEX_WORD;
    return TRUE;
}

static gboolean
unprotect_rtcp(CcSrtpKeys *keys, guint8 *packet, gsize *length, guint32 word)
{
    guint8 iv[IV_LENGTH], associated[CC_RTP_MAX_PACKET + CC_SRTCP_INDEX_WORD];
    make_iv(keys, packet + 4, 0, word & ~CC_SRTCP_E_FLAG, iv);
    gsize plain = *length - TAG_LENGTH - CC_SRTCP_INDEX_WORD;
    /* Without the E flag everything is associated data (section 9.3). */
    gsize clear = word & CC_SRTCP_E_FLAG ? CC_SRTCP_HEADER : plain;
    if (clear > CC_RTP_MAX_PACKET)
        return FALSE;
    gsize n = gather_associated(associated, packet, clear, word);
    if (!open_sealed(keys, iv, associated, n, packet + clear, plain - clear))
        return FALSE;
    *length = plain;
    return TRUE;
}

const CcSrtpCipher cc_srtp_gcm = {
    .profile = CC_SRTP_AEAD_AES_128_GCM,
    .name = "SRTP_AEAD_AES_128_GCM",
    .salt_length = IV_LENGTH,
    .rtp_trailer = TAG_LENGTH,
    .rtcp_trailer = TAG_LENGTH + CC_SRTCP_INDEX_WORD,
    .rtcp_word_from_end = CC_SRTCP_INDEX_WORD,
    .init = init,
    .protect_rtp = protect_rtp,
    .unprotect_rtp = unprotect_rtp,
    .protect_rtcp = protect_rtcp,
    .unprotect_rtcp = unprotect_rtcp,
};
