/* SRTP's key derivation (RFC 3711 section 4.3, with no key derivation rate). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* RFC 3711 section 4.3.2; SRTCP's labels are these plus CC_SRTP_LABEL_RTCP. */
typedef enum {
    CC_SRTP_LABEL_ENCRYPTION = 0,
    CC_SRTP_LABEL_AUTHENTICATION = 1,
    CC_SRTP_LABEL_SALT = 2,
    CC_SRTP_LABEL_RTCP = 3,
} CcSrtpLabel;

/* Fills @out with the session key for @label, at most 128 bytes. @key: 16 bytes; @salt: 14 bytes
 * (a 12-byte one is padded with zeros behind it, RFC 7714 section 11). */
gboolean cc_srtp_derive(const guint8 *key, const guint8 *salt, guint label, guint8 *out,
                        gsize length);

G_END_DECLS
