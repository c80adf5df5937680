/* What a sender report says: which moment of the sender's wall clock an RTP time is (RFC 3550
 * section 6.4.1). Pure. */
#pragma once

#include "common/wire/rtcp.h"

G_BEGIN_DECLS

typedef struct {
    gboolean known;
    guint64 ntp;
    guint32 rtp;
} CcSenderClock;

static inline void
cc_sender_clock_set(CcSenderClock *clock, const CcRtcpSenderInfo *info)
{
    *clock = (CcSenderClock){.known = info->ntp != 0, .ntp = info->ntp, .rtp = info->rtp};
}

/* Microseconds of the wall clock at @timestamp, which is near the report's. */
static inline gint64
cc_sender_clock_us(const CcSenderClock *clock, guint32 timestamp, guint rate)
{
    gint64 seconds = (gint64)(clock->ntp >> 32);
    gint64 fraction_us = (gint64)((clock->ntp & G_MAXUINT32) * G_USEC_PER_SEC >> 32);
    gint64 ahead = (gint32)(timestamp - clock->rtp);
    return seconds * G_USEC_PER_SEC + fraction_us + ahead * G_USEC_PER_SEC / (gint64)rate;
}

G_END_DECLS
