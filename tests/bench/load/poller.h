/* All sockets behind one edge-triggered epoll, which is asked but never waited for: waking a
 * blocked reader would cost the sender 3 to 4 µs a packet. */
#pragma once

#include "tests/bench/load/session.h"

G_BEGIN_DECLS

typedef struct LoadPoller LoadPoller;

LoadPoller *load_poller_new(GError **error);
void load_poller_free(LoadPoller *poller);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LoadPoller, load_poller_free)

/* @session must outlive @poller. */
gboolean load_poller_add(LoadPoller *poller, LoadSession *session, GError **error);
/* Reads all that lies ready, and calls @between after each session: a crowd's handshakes may take
 * long. */
void load_poller_sweep(LoadPoller *poller, void (*between)(gpointer user_data), gpointer user_data);

typedef struct {
    guint64 datagrams, calls; /* of recvmmsg() */
} LoadPollerStats;
void load_poller_get_stats(const LoadPoller *poller, LoadPollerStats *stats);

G_END_DECLS
