/* How much a link carries one way, found out by sending at five rates, each three times the one
 * before, for half a second each, until packets come out more slowly than they went in. What then
 * comes out is what it carries. Losses alone do not make it stop, unless far more is lost than
 * before. Pure: told the time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    guint kbps;        /* on the wire; 0: nothing came through */
    gboolean at_least; /* the link was never full */
    gboolean no_large; /* small packets came through, of the large ones none */
} CcRampResult;

typedef struct {
    guint limit_kbps;
    double usual_loss; /* 0..1, both ways together */
    guint usual_ms;    /* longest usual round trip */

    guint step;
    gboolean begun, finished;
    gint64 began_us, ended_us; /* of the step's sending; 0: not yet */
    double credit;             /* bytes that may be sent */
    gint64 credited_us;
    guint32 first_number; /* of the step */
    guint sent, arrived;
    guint32 sent_first_us, sent_last_us, arrived_first_us, arrived_last_us; /* of what arrived */
    gint64 heard_us;
    CcRampResult result;
} CcRamp;

/* Rates above @limit_kbps are not tried. @usual_loss, @usual_ms: of the link when it is empty. */
void cc_ramp_init(CcRamp *ramp, guint limit_kbps, double usual_loss, guint usual_ms);

/* How many packets of @size bytes (without IP and UDP) may be sent now, the next of which will have
 * @next_number. Also moves on from one rate to the next; 0 for ever once it is finished. */
guint cc_ramp_due(CcRamp *ramp, gint64 now_us, guint32 next_number, gsize *size);
void cc_ramp_sent(CcRamp *ramp, guint n);

/* @n more packets have arrived, the last one with @number; @sent_us and @arrived_us: of that, each
 * by any clock of its own that wraps around at 32 bits. @now_us: when it became known. */
void cc_ramp_arrived(CcRamp *ramp, guint32 number, guint n, guint32 sent_us, guint32 arrived_us,
                     gint64 now_us);

G_END_DECLS
