/* The cheapest order of OpenSSL calls that we found for each profile (docs/performance.md).
 * SHA1_*() is deprecated, and faster than EVP_MAC, which allocates for each packet. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "floor-cipher.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

#define GCM_TAG 16
#define GCM_IV 12
#define CM_TAG 10
#define CM_IV 16

struct FloorCipher {
    FloorProfile profile;
    EVP_CIPHER_CTX *context;
    guint8 salt[CM_IV];   /* zeros behind its end */
    SHA_CTX inner, outer; /* CM: behind the two key blocks of RFC 2104 */
};

static void
start_hmac(SHA_CTX *sha, const guint8 *key, guint8 pad)
{
    guint8 block[SHA_CBLOCK];
    memset(block, pad, sizeof block);
    for (guint i = 0; i < FLOOR_AUTH_KEY; i++)
        block[i] ^= key[i];
    SHA1_Init(sha);
    SHA1_Update(sha, block, sizeof block);
}

FloorCipher *
floor_cipher_new(FloorProfile profile, const guint8 *key, const guint8 *salt,
                 const guint8 *auth_key)
{
    static const guint8 iv[CM_IV];
    FloorCipher *self = g_new0(FloorCipher, 1);
    memcpy(self->salt, salt, profile == FLOOR_GCM ? GCM_IV : FLOOR_SALT);
    start_hmac(&self->inner, auth_key, 0x36);
    start_hmac(&self->outer, auth_key, 0x5c);

    self->profile = profile;
    self->context = EVP_CIPHER_CTX_new();
    EVP_CIPHER *cipher =
        EVP_CIPHER_fetch(NULL, profile == FLOOR_GCM ? "AES-128-GCM" : "AES-128-CTR", NULL);
    if (!self->context || EVP_EncryptInit_ex2(self->context, cipher, key, iv, NULL) != 1)
        g_error("OpenSSL has no such cipher");
    EVP_CIPHER_free(cipher);
    return self;
}

void
floor_cipher_free(FloorCipher *cipher)
{
    if (!cipher)
        return;
    EVP_CIPHER_CTX_free(cipher->context);
    g_free(cipher);
}

gsize
floor_cipher_trailer(FloorProfile profile)
{
    return profile == FLOOR_GCM ? GCM_TAG : CM_TAG;
}

static inline void
write_u32(guint8 *out, guint32 value)
{
    value = GUINT32_TO_BE(value);
    memcpy(out, &value, sizeof value);
}

static inline void
exclusive_or(guint8 *iv, const guint8 *salt, guint length)
{
    for (guint i = 0; i < length; i++)
        iv[i] ^= salt[i];
}

/* RFC 7714 section 8.1; the associated data are the header. */
static gsize
protect_gcm(FloorCipher *self, guint8 *out, gsize header, const guint8 *payload, gsize length,
            guint32 roll_over)
{
    guint8 iv[GCM_IV] = {0};
    memcpy(iv + 2, out + 8, 4);
    write_u32(iv + 6, roll_over);
    memcpy(iv + 10, out + 2, 2);
    exclusive_or(iv, self->salt, GCM_IV);

    guint8 *text = out + header;
    int n;
    EVP_EncryptInit_ex2(self->context, NULL, NULL, iv, NULL);
    EVP_EncryptUpdate(self->context, NULL, &n, out, (int)header);
    EVP_EncryptUpdate(self->context, text, &n, payload, (int)length);
    EVP_EncryptFinal_ex(self->context, text + length, &n);
    EVP_CIPHER_CTX_ctrl(self->context, EVP_CTRL_AEAD_GET_TAG, GCM_TAG, text + length);
    return header + length + GCM_TAG;
}

/* RFC 2104. The roll-over counter is written behind the packet, where the tag will be, so that the
 * inner hash has one piece; the outer one is a single block, padded by hand. */
static void
append_hmac(const FloorCipher *self, guint8 *packet, gsize length, guint32 roll_over)
{
    guint8 block[SHA_CBLOCK] = {[SHA_DIGEST_LENGTH] = 0x80};
    write_u32(packet + length, roll_over);
    SHA_CTX sha = self->inner;
    SHA1_Update(&sha, packet, length + sizeof roll_over);
    SHA1_Final(block, &sha);

    write_u32(block + SHA_CBLOCK - 4, 8 * (SHA_CBLOCK + SHA_DIGEST_LENGTH));
    sha = self->outer;
    SHA1_Transform(&sha, block);
    guint32 digest[] = {GUINT32_TO_BE(sha.h0), GUINT32_TO_BE(sha.h1), GUINT32_TO_BE(sha.h2)};
    memcpy(packet + length, digest, CM_TAG);
}

/* RFC 3711 sections 4.1.1 and 4.2. */
static gsize
protect_cm(FloorCipher *self, guint8 *out, gsize header, const guint8 *payload, gsize length,
           guint32 roll_over)
{
    guint8 iv[CM_IV] = {0};
    memcpy(iv + 4, out + 8, 4);
    write_u32(iv + 8, roll_over);
    memcpy(iv + 12, out + 2, 2);
    exclusive_or(iv, self->salt, FLOOR_SALT);

    int n;
    EVP_EncryptInit_ex2(self->context, NULL, NULL, iv, NULL);
    EVP_EncryptUpdate(self->context, out + header, &n, payload, (int)length);
    append_hmac(self, out, header + length, roll_over);
    return header + length + CM_TAG;
}

gsize
floor_cipher_protect(FloorCipher *cipher, guint8 *out, gsize header, const guint8 *payload,
                     gsize length, guint32 roll_over)
{
    return cipher->profile == FLOOR_GCM
               ? protect_gcm(cipher, out, header, payload, length, roll_over)
               : protect_cm(cipher, out, header, payload, length, roll_over);
}
