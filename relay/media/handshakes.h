/* Datagrams of handshakes under way, each of them up to a millisecond of work: kept until the
 * packets of those who watch are out, and then read a few milliseconds' worth a loop turn. So a
 * school that joins makes nobody's picture late. Belongs to the worker, its thread only. */
#pragma once

#include "relay/media/route.h"

G_BEGIN_DECLS

typedef struct CcWorker CcWorker;

/* All zero: empty. */
typedef struct {
    GQueue queue;
} CcHandshakes;

void cc_handshakes_clear(CcHandshakes *handshakes);

/* Copies it. FALSE if there are too many already: the peer will repeat it. @route: of UDP, as a TCP
 * connection may be gone when its turn comes. */
gboolean cc_handshakes_keep(CcHandshakes *handshakes, const CcRoute *route, const guint8 *data,
                            gsize length);

gboolean cc_handshakes_pending(const CcHandshakes *handshakes);

/* Reads what this turn has time for. */
void cc_handshakes_receive(CcWorker *worker);

G_END_DECLS
