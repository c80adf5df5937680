/* AES_CM_128_HMAC_SHA1_80 for SRTP and SRTCP: RFC 3711 sections 4.1.1 and 4.2.1.
 *
 * The HMAC uses SHA1_*() of libcrypto, from the states behind the two key blocks on: 40 bytes a
 * key, so that they stay in the cache. OpenSSL's EVP_MAC does the same with two allocations a
 * packet and takes a tenth longer.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "common/transport/srtp-cipher.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "common/wire/bytes.h"

#define TAG_LENGTH 10
#define BLOCK_LENGTH 16
#define MAX_BLOCKS 128 /* more than any packet has */

const EVP_CIPHER *
cc_srtp_fetch_aes(void)
{
    static EVP_CIPHER *cipher;
    static gsize once;
    if (g_once_init_enter(&once)) {
        cipher = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
        g_once_init_leave(&once, 1);
    }
    return cipher;
}

static void
keep_state(guint32 state[5], const SHA_CTX *sha)
{
    const guint32 words[5] = {sha->h0, sha->h1, sha->h2, sha->h3, sha->h4};
    memcpy(state, words, sizeof words);
}

/* Goes on where one block has been hashed. */
static void
resume(SHA_CTX *sha, const guint32 state[5])
{
    sha->h0 = state[0];
    sha->h1 = state[1];
    sha->h2 = state[2];
    sha->h3 = state[3];
    sha->h4 = state[4];
    sha->Nl = 8 * SHA_CBLOCK;
    sha->Nh = 0;
    sha->num = 0;
}

static void
start_block(guint32 state[5], const guint8 *key, guint8 pad)
{
    SHA_CTX sha;
    guint8 block[SHA_CBLOCK];
    memset(block, pad, sizeof block);
    for (guint i = 0; i < CC_SRTP_AUTH_KEY_LENGTH; i++)
        block[i] ^= key[i];
    SHA1_Init(&sha);
    SHA1_Transform(&sha, block);
    keep_state(state, &sha);
    OPENSSL_cleanse(block, sizeof block);
    OPENSSL_cleanse(&sha, sizeof sha);
}

/* HMAC-SHA1 (RFC 2104) over two pieces. The outer hash is one block, padded by hand: a twentieth
 * less time than by SHA1_Final(). */
static void
authenticate(const CcSrtpHmac *hmac, const guint8 *data, gsize length, const guint8 *more,
             gsize more_length, guint8 tag[TAG_LENGTH])
{
    SHA_CTX sha;
    guint8 block[SHA_CBLOCK] = {[SHA_DIGEST_LENGTH] = 0x80};
    resume(&sha, hmac->inner);
    SHA1_Update(&sha, data, length);
    if (more_length > 0)
        SHA1_Update(&sha, more, more_length);
    SHA1_Final(block, &sha);

    cc_write_u32(block + SHA_CBLOCK - 4, 8 * (SHA_CBLOCK + SHA_DIGEST_LENGTH));
    resume(&sha, hmac->outer);
    SHA1_Transform(&sha, block);
    guint8 digest[12];
    cc_write_u32(digest, sha.h0);
    cc_write_u32(digest + 4, sha.h1);
    cc_write_u32(digest + 8, sha.h2);
    memcpy(tag, digest, TAG_LENGTH);
}

static gboolean
init(CcSrtpKeys *keys, const guint8 *key, const guint8 *auth_key, const guint8 *salt)
{
    memcpy(keys->key, key, sizeof keys->key);
    memcpy(keys->salt, salt, CC_SRTP_MAX_SALT_LENGTH);
    start_block(keys->hmac.inner, auth_key, 0x36);
    start_block(keys->hmac.outer, auth_key, 0x5c);
    return cc_srtp_fetch_aes() != NULL;
}

/* By words, for a compiler that must reckon with @out being @text would go byte by byte. */
static void
exclusive_or(guint8 *out, const guint8 *text, const guint8 *stream, gsize length)
{
    gsize i = 0;
    for (; i + 16 <= length; i += 16) {
        guint64 a[2], b[2];
        memcpy(a, text + i, sizeof a);
        memcpy(b, stream + i, sizeof b);
        a[0] ^= b[0];
        a[1] ^= b[1];
        memcpy(out + i, a, sizeof a);
    }
    for (; i < length; i++)
        out[i] = text[i] ^ stream[i];
}

/* Counter mode (section 4.1.1), which is its own inverse: the counter blocks are written out and
 * encrypted by one call. OpenSSL's own counter mode wants an IV for each packet, and to set one
 * takes as long as to encrypt 1000 bytes. */
static gboolean
apply_keystream(CcSrtpKeys *keys, const guint8 *ssrc, guint64 index, const guint8 *text,
                gsize length, guint8 *out)
{
    guint8 prefix[BLOCK_LENGTH] = {0}, stream[MAX_BLOCKS * BLOCK_LENGTH];
    gsize n_blocks = (length + BLOCK_LENGTH - 1) / BLOCK_LENGTH;
    if (n_blocks > MAX_BLOCKS)
        return FALSE;
    memcpy(prefix, keys->salt, CC_SRTP_MAX_SALT_LENGTH);
    for (guint i = 0; i < 4; i++)
        prefix[4 + i] ^= ssrc[i];
    for (guint i = 0; i < 6; i++)
        prefix[8 + i] ^= (guint8)(index >> (40 - 8 * i));
    for (gsize i = 0; i < n_blocks; i++) {
        memcpy(stream + i * BLOCK_LENGTH, prefix, BLOCK_LENGTH);
        cc_write_u16(stream + (i + 1) * BLOCK_LENGTH - 2, (guint16)i);
    }

    int n;
    EVP_CIPHER_CTX *blocks = cc_srtp_keys_blocks(keys);
    if (!blocks ||
        EVP_EncryptUpdate(blocks, stream, &n, stream, (int)(n_blocks * BLOCK_LENGTH)) != 1)
        return FALSE;
    exclusive_or(out, text, stream, length);
    return TRUE;
}

/* The roll-over counter stands behind the packet while the hash is made, where the tag will be: one
 * piece to hash. */
static gboolean
protect_rtp(CcSrtpKeys *keys, guint8 *packet, gsize *length, gsize header, const guint8 *payload,
            guint64 index)
{
    if (!apply_keystream(keys, packet + 8, index, payload, *length - header, packet + header))
        return FALSE;
    guint8 *tag = packet + *length;
    cc_write_u32(tag, (guint32)(index >> 16));
    authenticate(&keys->hmac, packet, *length + 4, NULL, 0, tag);
    *length += TAG_LENGTH;
    return TRUE;
}

static gboolean
unprotect_rtp(CcSrtpKeys *keys, guint8 *packet, gsize *length, gsize header, guint64 index)
{
    gsize plain = *length - TAG_LENGTH;
    guint8 roll_over[4], tag[TAG_LENGTH];
    cc_write_u32(roll_over, (guint32)(index >> 16));
    authenticate(&keys->hmac, packet, plain, roll_over, sizeof roll_over, tag);
    if (CRYPTO_memcmp(packet + plain, tag, TAG_LENGTH) != 0)
        return FALSE;
    *length = plain;
    guint8 *text = packet + header;
    return apply_keystream(keys, packet + 8, index, text, plain - header, text);
}

static gboolean
protect_rtcp(CcSrtpKeys *keys, guint8 *packet, gsize *length, guint32 word)
{
    guint8 *text = packet + CC_SRTCP_HEADER;
    if (!apply_keystream(keys, packet + 4, word & ~CC_SRTCP_E_FLAG, text, *length - CC_SRTCP_HEADER,
                         text))
        return FALSE;
    guint8 *index_word = packet + *length;
    cc_write_u32(index_word, word);
    authenticate(&keys->hmac, packet, *length, index_word, CC_SRTCP_INDEX_WORD,
                 index_word + CC_SRTCP_INDEX_WORD);
    *length += CC_SRTCP_INDEX_WORD + TAG_LENGTH;
    return TRUE;
}

static gboolean
unprotect_rtcp(CcSrtpKeys *keys, guint8 *packet, gsize *length, guint32 word)
{
    gsize plain = *length - TAG_LENGTH - CC_SRTCP_INDEX_WORD;
    guint8 tag[TAG_LENGTH];
    authenticate(&keys->hmac, packet, plain, packet + plain, CC_SRTCP_INDEX_WORD, tag);
    if (CRYPTO_memcmp(packet + plain + CC_SRTCP_INDEX_WORD, tag, TAG_LENGTH) != 0)
        return FALSE;
    *length = plain;
    guint8 *text = packet + CC_SRTCP_HEADER;
    return !(word & CC_SRTCP_E_FLAG) || apply_keystream(keys, packet + 4, word & ~CC_SRTCP_E_FLAG,
                                                        text, plain - CC_SRTCP_HEADER, text);
}

const CcSrtpCipher cc_srtp_cm = {
    .profile = CC_SRTP_AES128_CM_SHA1_80,
    .name = "SRTP_AES128_CM_SHA1_80",
    .salt_length = CC_SRTP_MAX_SALT_LENGTH,
    .rtp_trailer = TAG_LENGTH,
    .rtcp_trailer = CC_SRTCP_INDEX_WORD + TAG_LENGTH,
    .rtcp_word_from_end = CC_SRTCP_INDEX_WORD + TAG_LENGTH,
    .init = init,
    .protect_rtp = protect_rtp,
    .unprotect_rtp = unprotect_rtp,
    .protect_rtcp = protect_rtcp,
    .unprotect_rtcp = unprotect_rtcp,
};
