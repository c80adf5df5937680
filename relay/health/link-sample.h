/* How one link was doing at one moment, in ten bytes, so that an hour of thousands of them fits
 * into a small server's memory; and what a minute of such moments comes to. Values. */
#pragma once

#include "relay/health/series.h"
#include "relay/media/link-report.h"

G_BEGIN_DECLS

#define CC_HEALTH_TICK_S 5
#define CC_HEALTH_TICKS 720 /* an hour */
#define CC_HEALTH_WINDOW 12 /* a minute: what a judgement looks at */

/* What became of the connection; while it is up, what there is to see is a CcPictureState. */
typedef enum { CC_CONTACT_CONNECTING, CC_CONTACT_UP, CC_CONTACT_LOST } CcContact;

/* As it is measured. */
typedef struct {
    CcContact contact;
    CcPictureState picture; /* of a publisher: whole, or none */
    CcLinkReason reason;
    gboolean tcp;
    gboolean voice;     /* some flows */
    guint bps;          /* that flow: from a publisher, to a receiver */
    guint estimate_bps; /* that the way is thought to take; 0: unknown */
    double loss;        /* 0..1 */
    int rtt_ms;         /* -1: unknown */
    guint queue_ms;     /* standing in the link's queue */
    guint height;       /* of the picture, in lines; 0: none or unknown */
} CcLinkValues;

/* The same with less precision. What is too large becomes the largest that fits. */
typedef struct {
    guint16 kbps, estimate_kbps;
    guint16 rtt_ms; /* G_MAXUINT16: unknown */
    guint8 loss;    /* in half percents */
    guint8 queue;   /* in 10 ms */
    guint8 height;  /* in 8 lines */
    guint8 state : 3;
    guint8 reason : 2;
    guint8 tcp : 1;
    guint8 voice : 1;
} CcLinkSample;

CcLinkSample cc_link_sample_pack(const CcLinkValues *values);
void cc_link_sample_unpack(const CcLinkSample *sample, CcLinkValues *values);

/* What the last minute comes to. Means are of the moments in which the connection was up. */
typedef struct {
    CcLinkValues newest;
    guint n;            /* moments that are known */
    guint n_up;         /* of them with the connection up */
    guint n_connecting; /* in a row, up to the newest one */
    guint n_voice;
    guint n_pictures[CC_PICTURE_PAUSED + 1];
    guint n_reasons[CC_LINK_REASON_RELAY + 1];
    double loss;
    guint rtt_ms, queue_ms; /* 0: unknown, none */
    guint estimate_kbps;    /* 0: unknown */
} CcLinkSummary;

/* Of the CC_HEALTH_WINDOW moments up to @tick in a series of CcLinkSample. FALSE if @tick itself
 * has none. */
gboolean cc_link_summarize(const CcSeries *samples, guint32 tick, CcLinkSummary *summary);

/* The newest moment with the minute's means in place of numbers that jump: what a line shows. */
CcLinkSample cc_link_summary_sample(const CcLinkSummary *summary);

/* TRUE if people would see the difference: another word, or a number that has moved by a sixth. */
gboolean cc_link_sample_differs(const CcLinkSample *a, const CcLinkSample *b);

G_END_DECLS
