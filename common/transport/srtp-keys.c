/* The cipher contexts behind the keys. OpenSSL's take 1.2 KiB each, so a session keeps only what
 * its media need; SRTCP, a packet a second or so, borrows one from its thread. */
#include <openssl/crypto.h>

#include "common/transport/srtp-cipher.h"

static EVP_CIPHER_CTX *
new_context(const EVP_CIPHER *cipher)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (!context || EVP_EncryptInit_ex2(context, cipher, NULL, NULL, NULL) != 1)
        g_error("OpenSSL has no working AES-128");
    return context;
}

EVP_CIPHER_CTX *
cc_srtp_keys_open(CcSrtpKeys *keys, const EVP_CIPHER *cipher, GPrivate *shared)
{
    EVP_CIPHER_CTX *context = keys->shares ? g_private_get(shared) : NULL;
    if (!context)
        context = new_context(cipher);
    if (keys->shares)
        g_private_set(shared, context);
    else
        keys->context = context;
    return EVP_EncryptInit_ex2(context, NULL, keys->key, NULL, NULL) == 1 ? context : NULL;
}

void
cc_srtp_keys_clear(CcSrtpKeys *keys)
{
    EVP_CIPHER_CTX_free(keys->context);
    cc_srtp_hmac_free(keys->hmac);
    OPENSSL_cleanse(keys, sizeof *keys);
}
