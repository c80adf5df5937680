/* What was sent and what arrived of it, over the last seconds: rates on both sides of the link for
 * the same packets, and losses. Packets that no feedback told about (it gets lost as well) count as
 * sent, not as lost. Times in µs. A value; {0} is ready. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_DELIVERY_MARKS 32

typedef struct {
    guint32 sent, arrival;     /* µs, the low 32 bits: of the newest packet that arrived */
    guint32 bytes;             /* sent up to it, modulo 2^32 */
    guint32 reported, arrived; /* packets */
    guint32 reported_bytes, arrived_bytes; /* of them */
} CcDeliveryMark;

typedef struct {
    CcDeliveryMark marks[CC_DELIVERY_MARKS]; /* a ring */
    guint newest, n;
    CcDeliveryMark now; /* grows; becomes the next mark */
} CcDelivery;

typedef struct {
    double sent_bps, arriving_bps; /* all that was sent, by the clocks of sender and receiver */
    guint reported, arrived;       /* packets */
    double kept;                   /* 0..1, of the bytes that were told about; 1 if unknown */
    gint64 span_us;                /* by the receiver's clock */
} CcDeliveryView;

/* At the end of each feedback that brought something new. */
void cc_delivery_mark(CcDelivery *delivery);
/* The last @window_us and at least @min_reported packets, as far as there is memory. FALSE if
 * nothing is known. */
gboolean cc_delivery_view(const CcDelivery *delivery, gint64 window_us, guint min_reported,
                          CcDeliveryView *view);
/* Since @from, an earlier value of ->now. */
gboolean cc_delivery_since(const CcDelivery *delivery, const CcDeliveryMark *from,
                           CcDeliveryView *view);
/* TRUE if more than chance explains is lost of @n packets, where @random_loss (0..1) is usual and
 * its variance is @spread times that of single losses. */
gboolean cc_delivery_is_beyond_chance(double loss, double random_loss, double spread, guint n);
/* What arrives, random losses not taken off: those of a queue only, which are more than chance
 * makes of @random_loss (0..1) where its variance is @spread times that of single losses. */
double cc_delivery_carried_bps(const CcDeliveryView *view, double random_loss, double spread);
void cc_delivery_reset(CcDelivery *delivery);

G_END_DECLS
