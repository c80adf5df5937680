/* Packets, keys and libsrtp sessions for the SRTP tests. */
#pragma once

#include <srtp2/srtp.h>

#include "common/transport/srtp.h"

#define FIXTURE_CAPACITY 2048

typedef struct {
    guint8 data[FIXTURE_CAPACITY];
    gsize length;
} Packet;

extern const CcSrtpProfile fixture_profiles[2];

/* The same keys for both, always. */
CcSrtp *fixture_ours(CcSrtpProfile profile);
srtp_t fixture_theirs(CcSrtpProfile profile, gboolean inbound);

/* @csrcs and an extension of @extension_words (0: none) before @payload_length patterned bytes. */
Packet fixture_rtp(guint32 ssrc, guint16 sequence, guint csrcs, guint extension_words,
                   gsize payload_length);
Packet fixture_rtcp(guint32 ssrc, gsize length);

void fixture_assert_equal(const Packet *a, const Packet *b);
/* Hexadecimal text, spaces ignored. */
Packet fixture_hex(const char *text);
