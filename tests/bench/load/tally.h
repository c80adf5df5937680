/* What all receivers of a measurement have seen together. */
#pragma once

#include "tests/bench/load/histogram.h"
#include "tests/bench/load/pattern.h"

G_BEGIN_DECLS

typedef struct {
    /* The window, wall clock: [from, to). to is G_MAXINT64 while it is open, from before it. */
    gint64 from_ns, to_ns;
    LoadHistogram latency[LOAD_N_KINDS]; /* of packets published inside the window */
    guint64 duplicates, reordered;       /* of those */
    guint64 forwarded;                   /* RTP datagrams that arrived inside the window */
    guint64 forwarded_bytes;             /* of their UDP payload */
    gint64 longest_gap_ns;     /* between two of one receiver who was there at its begin */
    guint64 verified, damaged; /* decrypted packets; damaged: not what was sent */
    guint64 undecryptable, malformed;
    guint64 repairs;  /* retransmissions and padding, ever: not looked into */
    guint64 remapped; /* streams whose numbers or SSRC changed while they were received */
} LoadTally;

G_END_DECLS
