/* AEAD_AES_128_GCM for SRTP and SRTCP: RFC 7714. */
#include "common/transport/srtp-cipher.h"

#include "common/wire/bytes.h"

#define TAG_LENGTH 16
#define IV_LENGTH 12

/* Once for the process. */
static const EVP_CIPHER *
fetch_aes_gcm(void)
{
    static EVP_CIPHER *cipher;
    static gsize once;
    if (g_once_init_enter(&once)) {
        cipher = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
        g_once_init_leave(&once, 1);
    }
    return cipher;
}

static gboolean
init(CcSrtpKeys *keys, const guint8 *key, const guint8 *auth_key, const guint8 *salt)
{
    memcpy(keys->key, key, sizeof keys->key);
    memcpy(keys->salt, salt, IV_LENGTH);
    return fetch_aes_gcm() != NULL;
}

static EVP_CIPHER_CTX *
context_of(CcSrtpKeys *keys)
{
    static GPrivate shared = G_PRIVATE_INIT((GDestroyNotify)EVP_CIPHER_CTX_free);
    return keys->context ? keys->context : cc_srtp_keys_open(keys, fetch_aes_gcm(), &shared);
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

/* Associated data come in up to two pieces; @more may be empty. */
typedef struct {
    const guint8 *data;
    gsize length;
    const guint8 *more;
    gsize more_length;
} Associated;

static gboolean
add_associated(EVP_CIPHER_CTX *cipher, const Associated *associated)
{
    int n;
    return EVP_CipherUpdate(cipher, NULL, &n, associated->data, (int)associated->length) == 1 &&
           (associated->more_length == 0 || EVP_CipherUpdate(cipher, NULL, &n, associated->more,
                                                             (int)associated->more_length) == 1);
}

static gboolean
seal(CcSrtpKeys *keys, const guint8 *iv, const Associated *associated, guint8 *text, gsize length)
{
    int n;
    EVP_CIPHER_CTX *context = context_of(keys);
    return context && EVP_EncryptInit_ex2(context, NULL, NULL, iv, NULL) == 1 &&
           add_associated(context, associated) &&
           EVP_EncryptUpdate(context, text, &n, text, (int)length) == 1 &&
           EVP_EncryptFinal_ex(context, text + length, &n) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_LENGTH, text + length) == 1;
}

static gboolean
open_sealed(CcSrtpKeys *keys, const guint8 *iv, const Associated *associated, guint8 *text,
            gsize length)
{
    int n;
    EVP_CIPHER_CTX *context = context_of(keys);
    return context && EVP_DecryptInit_ex2(context, NULL, NULL, iv, NULL) == 1 &&
           add_associated(context, associated) &&
           EVP_DecryptUpdate(context, text, &n, text, (int)length) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_LENGTH, text + length) == 1 &&
           EVP_DecryptFinal_ex(context, text + length, &n) == 1;
}

static gboolean
protect_rtp(CcSrtpKeys *keys, guint8 *packet, gsize *length, gsize header, guint64 index)
{
    guint8 iv[IV_LENGTH];
    make_iv(keys, packet + 8, (guint16)(index >> 32), (guint32)index, iv);
    if (!seal(keys, iv, &(Associated){packet, header}, packet + header, *length - header))
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
    if (!open_sealed(keys, iv, &(Associated){packet, header}, packet + header, text))
        return FALSE;
    *length = header + text;
    return TRUE;
}

static gboolean
protect_rtcp(CcSrtpKeys *keys, guint8 *packet, gsize *length, guint32 word)
{
    guint8 iv[IV_LENGTH], trailer[CC_SRTCP_INDEX_WORD];
    make_iv(keys, packet + 4, 0, word & ~CC_SRTCP_E_FLAG, iv);
    cc_write_u32(trailer, word);
    if (!seal(keys, iv, &(Associated){packet, CC_SRTCP_HEADER, trailer, CC_SRTCP_INDEX_WORD},
              packet + CC_SRTCP_HEADER, *length - CC_SRTCP_HEADER))
        return FALSE;
    memcpy(packet + *length + TAG_LENGTH, trailer, CC_SRTCP_INDEX_WORD);
    *length += TAG_LENGTH + CC_SRTCP_INDEX_WORD;
    return TRUE;
}

static gboolean
unprotect_rtcp(CcSrtpKeys *keys, guint8 *packet, gsize *length, guint32 word)
{
    guint8 iv[IV_LENGTH], trailer[CC_SRTCP_INDEX_WORD];
    make_iv(keys, packet + 4, 0, word & ~CC_SRTCP_E_FLAG, iv);
    cc_write_u32(trailer, word);
    gsize plain = *length - TAG_LENGTH - CC_SRTCP_INDEX_WORD;
    /* Without the E flag everything is associated data (section 9.3). */
    gsize clear = word & CC_SRTCP_E_FLAG ? CC_SRTCP_HEADER : plain;
    if (!open_sealed(keys, iv, &(Associated){packet, clear, trailer, CC_SRTCP_INDEX_WORD},
                     packet + clear, plain - clear))
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
