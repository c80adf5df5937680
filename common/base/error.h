/* The project's one GError domain. The code says what kind of trouble it is, so that the relay can
 * choose an HTTP status and the command line an exit code; the message says it to a person. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_ERROR (cc_error_quark())
GQuark cc_error_quark(void);

typedef enum {
    CC_ERROR_FAILED,         /* anything else */
    CC_ERROR_USAGE,          /* the command line is wrong */
    CC_ERROR_CONFIG,         /* the configuration is wrong; the message names file, line and key */
    CC_ERROR_NOT_SDP,        /* SDP: not parseable as RFC 8866 */
    CC_ERROR_NO_BUNDLE,      /* SDP: m-lines are not bundled (RFC 9143) */
    CC_ERROR_NO_FINGERPRINT, /* SDP: no usable DTLS fingerprint (RFC 8122) */
    CC_ERROR_NO_ICE,         /* SDP: no ICE credentials (RFC 8839) */
    CC_ERROR_NO_CODEC,       /* SDP: no codec in common */
    CC_ERROR_BAD_OFFER,      /* SDP: well formed but not usable here (direction, setup, limits) */
    CC_ERROR_UNAUTHORIZED,   /* no token, or a bad or expired one (401) */
    CC_ERROR_FORBIDDEN,      /* a good token for something else (403) */
    CC_ERROR_NOT_FOUND,
    CC_ERROR_CONFLICT, /* somebody else teaches in this room (409) */
    CC_ERROR_LIMIT,    /* a configured limit is reached (503) */
    CC_ERROR_NETWORK,  /* the other side cannot be reached, or stopped answering */
    CC_ERROR_PROTOCOL, /* the other side answered something that the protocol forbids */
    CC_ERROR_NO_DEVICE,
    CC_ERROR_MEDIA, /* GStreamer: a missing element, a broken file, a failed pipeline */
} CcError;

/* The sysexits code for @error: 0 for NULL, EX_USAGE, EX_CONFIG, EX_NOPERM, EX_UNAVAILABLE, ... */
int cc_error_exit_code(const GError *error);

G_END_DECLS
