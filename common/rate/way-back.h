/* How much of what the receiver says is lost on its way back: by the numbers of its feedback
 * messages. A value; {0} is ready. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    gboolean started;
    guint8 number; /* of the newest message */
    guint n;       /* messages, lost ones included */
    double loss;
} CcWayBack;

/* A message has come, with its number in a count that wraps. */
void cc_way_back_heard(CcWayBack *way, guint8 number);
/* 0..1 of messages; @unknown while too few have come. */
double cc_way_back_loss(const CcWayBack *way, double unknown);

G_END_DECLS
