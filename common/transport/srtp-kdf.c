#include "common/transport/srtp-kdf.h"

#include <openssl/evp.h>

#include "common/transport/srtp-cipher.h"

gboolean
cc_srtp_derive(const guint8 *key, const guint8 *salt, guint label, guint8 *out, gsize length)
{
    static const guint8 zeros[128];
    g_return_val_if_fail(length <= sizeof zeros, FALSE);

    guint8 iv[16] = {0};
    memcpy(iv, salt, 14);
    iv[7] ^= (guint8)label;

    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int written = 0;
    gboolean ok = context &&
                  EVP_EncryptInit_ex2(context, EVP_aes_128_ctr(), key, iv, NULL) == 1 &&
                  EVP_EncryptUpdate(context, out, &written, zeros, (int)length) == 1;
    EVP_CIPHER_CTX_free(context);
    return ok;
}
