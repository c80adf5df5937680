/* Whose datagram is it? RFC 7983, updated by RFC 9443: told by the first byte. */
#pragma once

#include <glib.h>

#include "common/wire/link-check.h"

typedef enum {
    CC_DATAGRAM_UNKNOWN,
    CC_DATAGRAM_STUN,
    CC_DATAGRAM_DTLS,
    CC_DATAGRAM_RTP,
    CC_DATAGRAM_LINK_CHECK, /* our own */
} CcDatagramKind;

static inline CcDatagramKind
cc_datagram_classify(const guint8 *data, gsize length)
{
    if (length == 0)
        return CC_DATAGRAM_UNKNOWN;
    if (data[0] <= 3)
        return CC_DATAGRAM_STUN;
    if (data[0] == CC_LINK_CHECK_BYTE)
        return CC_DATAGRAM_LINK_CHECK;
    if (data[0] >= 20 && data[0] <= 63)
        return CC_DATAGRAM_DTLS;
    if (data[0] >= 128 && data[0] <= 191)
        return CC_DATAGRAM_RTP;
    return CC_DATAGRAM_UNKNOWN;
}
