#include "common/transport/srtp.h"

#include <openssl/crypto.h>

#include "common/transport/srtp-cipher.h"
#include "common/transport/srtp-kdf.h"
#include "common/transport/srtp-streams.h"
#include "common/wire/bytes.h"
#include "common/wire/rtp.h"

#define MAX_RTCP_INDEX 0x7fffffffu
#define MAX_RTP_INDEX ((G_GUINT64_CONSTANT(1) << 48) - 1)

struct CcSrtp {
    const CcSrtpCipher *cipher;
    CcSrtpKeys rtp, rtcp;
    CcSrtpStreams streams;
};

static const CcSrtpCipher *
find_cipher(CcSrtpProfile profile)
{
    if (profile == CC_SRTP_AEAD_AES_128_GCM)
        return &cc_srtp_gcm;
    if (profile == CC_SRTP_AES128_CM_SHA1_80)
        return &cc_srtp_cm;
    return NULL;
}

const char *
cc_srtp_profile_name(CcSrtpProfile profile)
{
    const CcSrtpCipher *cipher = find_cipher(profile);
    g_return_val_if_fail(cipher, NULL);
    return cipher->name;
}

gsize
cc_srtp_profile_salt_length(CcSrtpProfile profile)
{
    const CcSrtpCipher *cipher = find_cipher(profile);
    g_return_val_if_fail(cipher, 0);
    return cipher->salt_length;
}

static gboolean
init_keys(const CcSrtpCipher *cipher, CcSrtpKeys *keys, const guint8 *master_key,
          const guint8 *master_salt, guint label)
{
    guint8 key[CC_SRTP_KEY_LENGTH], auth_key[CC_SRTP_AUTH_KEY_LENGTH];
    guint8 salt[CC_SRTP_MAX_SALT_LENGTH];
    gboolean ok = cc_srtp_derive(master_key, master_salt, label + CC_SRTP_LABEL_ENCRYPTION, key,
                                 sizeof key) &&
                  cc_srtp_derive(master_key, master_salt, label + CC_SRTP_LABEL_AUTHENTICATION,
                                 auth_key, sizeof auth_key) &&
                  cc_srtp_derive(master_key, master_salt, label + CC_SRTP_LABEL_SALT, salt,
                                 cipher->salt_length) &&
                  cipher->init(keys, key, auth_key, salt);
    OPENSSL_cleanse(key, sizeof key);
    OPENSSL_cleanse(auth_key, sizeof auth_key);
    OPENSSL_cleanse(salt, sizeof salt);
    return ok;
}

CcSrtp *
cc_srtp_new(CcSrtpProfile profile, const guint8 *key, const guint8 *salt)
{
    const CcSrtpCipher *cipher = find_cipher(profile);
    g_return_val_if_fail(cipher, NULL);

    guint8 padded_salt[CC_SRTP_MAX_SALT_LENGTH] = {0};
    memcpy(padded_salt, salt, cipher->salt_length);

    CcSrtp *srtp = g_new0(CcSrtp, 1);
    srtp->cipher = cipher;
    srtp->rtcp.shares = TRUE;
    if (!init_keys(cipher, &srtp->rtp, key, padded_salt, 0) ||
        !init_keys(cipher, &srtp->rtcp, key, padded_salt, CC_SRTP_LABEL_RTCP))
        g_error("OpenSSL has no working %s", cipher->name);
    OPENSSL_cleanse(padded_salt, sizeof padded_salt);
    return srtp;
}

void
cc_srtp_free(CcSrtp *srtp)
{
    if (!srtp)
        return;
    cc_srtp_keys_clear(&srtp->rtp);
    cc_srtp_keys_clear(&srtp->rtcp);
    cc_srtp_streams_clear(&srtp->streams);
    g_free(srtp);
}

/* The length of fixed header, CSRCs and extension: what stays in clear. 0 if it does not fit. */
static gsize
rtp_header_length(const guint8 *packet, gsize length)
{
    if (packet[0] >> 6 != 2)
        return 0;
    gsize header = CC_RTP_MIN_HEADER + 4 * (gsize)(packet[0] & 0x0f);
    if (packet[0] & 0x10) {
        if (header + 4 > length)
            return 0;
        header += 4 + 4 * (gsize)cc_read_u16(packet + header + 2);
    }
    return header <= length ? header : 0;
}

CcDrop
cc_srtp_protect_rtp(CcSrtp *srtp, guint8 *packet, gsize *length)
{
    gsize header = *length >= CC_RTP_MIN_HEADER ? rtp_header_length(packet, *length) : 0;
    if (header == 0)
        return CC_DROP_RTP_MALFORMED;

    guint32 ssrc = cc_read_u32(packet + 8);
    CcSrtpStream *stream = cc_srtp_streams_find(&srtp->streams, ssrc);
    if (!stream)
        stream = cc_srtp_streams_add(&srtp->streams, ssrc, 0);
    guint64 index;
    if (!cc_srtp_window_guess(&stream->rtp, cc_read_u16(packet + 2), &index))
        return CC_DROP_SRTP_REPLAY;
    if (!srtp->cipher->protect_rtp(&srtp->rtp, packet, length, header, packet + header, index))
        return CC_DROP_SRTP_AUTHENTICATION;
    cc_srtp_window_add(&stream->rtp, index);
    return CC_DROP_NONE;
}

CcDrop
cc_srtp_seal_rtp(CcSrtp *srtp, guint8 *packet, gsize *length, gsize header, const guint8 *payload,
                 guint64 index)
{
    g_return_val_if_fail(header >= CC_RTP_MIN_HEADER && header <= *length, CC_DROP_RTP_MALFORMED);
    if (index > MAX_RTP_INDEX)
        return CC_DROP_SRTP_REPLAY;
    return srtp->cipher->protect_rtp(&srtp->rtp, packet, length, header,
                                     payload ? payload : packet + header, index)
               ? CC_DROP_NONE
               : CC_DROP_SRTP_AUTHENTICATION;
}

CcDrop
cc_srtp_protect_rtcp(CcSrtp *srtp, guint8 *packet, gsize *length)
{
    if (*length < CC_SRTCP_HEADER || packet[0] >> 6 != 2)
        return CC_DROP_RTCP_MALFORMED;

    guint32 ssrc = cc_read_u32(packet + 4);
    CcSrtpStream *stream = cc_srtp_streams_find(&srtp->streams, ssrc);
    if (!stream)
        stream = cc_srtp_streams_add(&srtp->streams, ssrc, 0);
    guint64 index = stream->rtcp.started ? stream->rtcp.highest + 1 : 0;
    if (index > MAX_RTCP_INDEX)
        return CC_DROP_SRTP_REPLAY;
    if (!srtp->cipher->protect_rtcp(&srtp->rtcp, packet, length, CC_SRTCP_E_FLAG | (guint32)index))
        return CC_DROP_SRTP_AUTHENTICATION;
    cc_srtp_window_add(&stream->rtcp, index);
    return CC_DROP_NONE;
}

/* Only authentic packets come here, so a flood of made-up SSRCs drives nobody out. */
static CcSrtpStream *
touch_inbound(CcSrtp *srtp, CcSrtpStream *stream, guint32 ssrc)
{
    if (!stream)
        return cc_srtp_streams_add(&srtp->streams, ssrc, CC_SRTP_MAX_INBOUND);
    stream->used = ++srtp->streams.clock;
    return stream;
}

CcDrop
cc_srtp_unprotect_rtp(CcSrtp *srtp, guint8 *packet, gsize *length)
{
    if (*length < CC_RTP_MIN_HEADER + srtp->cipher->rtp_trailer)
        return CC_DROP_SRTP_TOO_SHORT;
    gsize header = rtp_header_length(packet, *length - srtp->cipher->rtp_trailer);
    if (header == 0)
        return CC_DROP_RTP_MALFORMED;

    static const CcSrtpWindow fresh;
    guint32 ssrc = cc_read_u32(packet + 8);
    CcSrtpStream *stream = cc_srtp_streams_find(&srtp->streams, ssrc);
    const CcSrtpWindow *window = stream ? &stream->rtp : &fresh;
    guint64 index;
    if (!cc_srtp_window_guess(window, cc_read_u16(packet + 2), &index) ||
        !cc_srtp_window_is_new(window, index))
        return CC_DROP_SRTP_REPLAY;
    if (!srtp->cipher->unprotect_rtp(&srtp->rtp, packet, length, header, index))
        return CC_DROP_SRTP_AUTHENTICATION;
    cc_srtp_window_add(&touch_inbound(srtp, stream, ssrc)->rtp, index);
    return CC_DROP_NONE;
}

CcDrop
cc_srtp_unprotect_rtcp(CcSrtp *srtp, guint8 *packet, gsize *length)
{
    if (*length < CC_SRTCP_HEADER + srtp->cipher->rtcp_trailer)
        return CC_DROP_SRTP_TOO_SHORT;
    if (packet[0] >> 6 != 2)
        return CC_DROP_RTCP_MALFORMED;

    static const CcSrtpWindow fresh;
    guint32 word = cc_read_u32(packet + *length - srtp->cipher->rtcp_word_from_end);
    guint32 index = word & ~CC_SRTCP_E_FLAG;
    guint32 ssrc = cc_read_u32(packet + 4);
    CcSrtpStream *stream = cc_srtp_streams_find(&srtp->streams, ssrc);
    if (!cc_srtp_window_is_new(stream ? &stream->rtcp : &fresh, index))
        return CC_DROP_SRTP_REPLAY;
    if (!srtp->cipher->unprotect_rtcp(&srtp->rtcp, packet, length, word))
        return CC_DROP_SRTP_AUTHENTICATION;
    cc_srtp_window_add(&touch_inbound(srtp, stream, ssrc)->rtcp, index);
    return CC_DROP_NONE;
}

void
cc_srtp_prefetch_rtcp(const CcSrtp *srtp)
{
    __builtin_prefetch(srtp->rtcp.aead);
    __builtin_prefetch(srtp->streams.ssrcs);
    __builtin_prefetch(srtp->streams.streams);
}
