/* Which packets of the picture to ask for again (RFC 4585 generic NACK), and for how long it pays
 * to wait for them: as many questions as leave next to nothing missing at the present loss, within
 * bounds. What is told in between is gathered, so that questions take a small share of what arrives
 * (as RFC 4585 section 3.4 and RFC 8888 section 6 want it).
 *
 * Pure: time is an argument. */
#pragma once

#include "client/recv/answer-time.h"
#include "common/rate/loss-list.h"

G_BEGIN_DECLS

#define CC_PICTURE_REPAIR_MIN_US 150000
#define CC_PICTURE_REPAIR_MAX_US 1500000 /* and a round trip */
#define CC_PICTURE_REPAIR_SHARE_PERCENT 5

typedef struct {
    CcLossList losses;
    CcAnswerTime answers;
    double loss;         /* 0..1 of packets, of the last few hundred */
    gint64 may_us;       /* no question before */
    double bytes_second; /* that arrive */
    gint64 counted_us;   /* since when there are counted_bytes; 0: never */
    guint counted_bytes;
} CcPictureRepair;

void cc_picture_repair_init(CcPictureRepair *repair);
/* A packet came, with @bytes on the wire. TRUE: so many are missing that a keyframe is the better
 * question. */
gboolean cc_picture_repair_arrived(CcPictureRepair *repair, guint16 sequence, gboolean repeated,
                                   guint bytes, gint64 now_us);
/* What to ask for now, in one message. */
guint cc_picture_repair_due(CcPictureRepair *repair, gint64 now_us, guint16 *sequences,
                            guint max_sequences);
/* When cc_picture_repair_due() next has something to say; G_MAXINT64 if never. */
gint64 cc_picture_repair_next_us(const CcPictureRepair *repair);
/* How long a missing packet is worth waiting for. */
gint64 cc_picture_repair_wait_us(const CcPictureRepair *repair);

G_END_DECLS
