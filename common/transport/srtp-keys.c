/* The ciphers behind the keys, made when the first packet comes: many a session never receives or
 * sends one of a kind. */
#include <openssl/crypto.h>

#include "common/transport/srtp-cipher.h"

/* SRTCP has its own as well: gnutls_aead_cipher_set_key() of GnuTLS 3.7 leaves a broken cipher. */
gnutls_aead_cipher_hd_t
cc_srtp_keys_aead(CcSrtpKeys *keys)
{
    gnutls_datum_t key = {keys->key, sizeof keys->key};
    if (!keys->aead && gnutls_aead_cipher_init(&keys->aead, GNUTLS_CIPHER_AES_128_GCM, &key) < 0)
        g_error("GnuTLS has no working AES-128-GCM");
    return keys->aead;
}

static EVP_CIPHER_CTX *
new_blocks(void)
{
    EVP_CIPHER_CTX *blocks = EVP_CIPHER_CTX_new();
    if (!blocks || EVP_EncryptInit_ex2(blocks, cc_srtp_fetch_aes(), NULL, NULL, NULL) != 1)
        g_error("OpenSSL has no working AES-128-ECB");
    return blocks;
}

EVP_CIPHER_CTX *
cc_srtp_keys_blocks(CcSrtpKeys *keys)
{
    static GPrivate shared = G_PRIVATE_INIT((GDestroyNotify)EVP_CIPHER_CTX_free);
    if (keys->blocks)
        return keys->blocks;
    EVP_CIPHER_CTX *blocks = keys->shares ? g_private_get(&shared) : NULL;
    if (!blocks)
        blocks = new_blocks();
    if (keys->shares)
        g_private_set(&shared, blocks);
    else
        keys->blocks = blocks;
    return EVP_EncryptInit_ex2(blocks, NULL, keys->key, NULL, NULL) == 1 ? blocks : NULL;
}

void
cc_srtp_keys_clear(CcSrtpKeys *keys)
{
    g_clear_pointer(&keys->aead, gnutls_aead_cipher_deinit);
    EVP_CIPHER_CTX_free(keys->blocks);
    OPENSSL_cleanse(keys, sizeof *keys);
}
