#include "common/base/error.h"

#include <sysexits.h>

G_DEFINE_QUARK(cc - error - quark, cc_error)

int
cc_error_exit_code(const GError *error)
{
    if (!error)
        return EX_OK;
    if (error->domain != CC_ERROR)
        return EX_SOFTWARE;
    switch ((CcError)error->code) {
    case CC_ERROR_USAGE:
        return EX_USAGE;
    case CC_ERROR_CONFIG:
        return EX_CONFIG;
    case CC_ERROR_UNAUTHORIZED:
    case CC_ERROR_FORBIDDEN:
        return EX_NOPERM;
    case CC_ERROR_NOT_FOUND:
    case CC_ERROR_NO_DEVICE:
        return EX_NOINPUT;
    case CC_ERROR_CONFLICT:
    case CC_ERROR_LIMIT:
        return EX_TEMPFAIL;
    case CC_ERROR_NETWORK:
        return EX_UNAVAILABLE;
    case CC_ERROR_NOT_SDP:
    case CC_ERROR_NO_BUNDLE:
    case CC_ERROR_NO_FINGERPRINT:
    case CC_ERROR_NO_ICE:
    case CC_ERROR_NO_CODEC:
    case CC_ERROR_BAD_OFFER:
    case CC_ERROR_PROTOCOL:
        return EX_PROTOCOL;
    case CC_ERROR_MEDIA:
    case CC_ERROR_FAILED:
        break;
    }
    return EX_SOFTWARE;
}
