/* The whole generator: rooms, their sessions, the loop that moves them, and what is measured. One
 * thread. The loop sleeps until the next millisecond, then does all that is due. */
#pragma once

#include "tests/bench/load/poller.h"
#include "tests/bench/load/signalling.h"
#include "tests/bench/load/watch.h"

G_BEGIN_DECLS

typedef struct {
    LoadCpu watched;
    gint64 own_ns; /* CPU of this process */
    guint64 overflows, ticks, late_ticks, not_sent;
    gint64 latest_ns; /* the latest tick's lateness */
    LoadPollerStats poller;
    guint64 feedbacks; /* transport-wide, of all receivers */
} LoadSnapshot;

/* Sessions that are asked for at a steady rate. */
typedef struct {
    guint target; /* how many there shall be in all */
    gint64 due_ns, interval_ns;
} LoadJoins;

typedef struct {
    const LoadOptions *options;
    GArray *watched; /* pid_t */
    CcDtlsIdentity *identity;
    LoadPoller *poller;
    LoadSignalling *signalling; /* NULL for a sink */
    LoadRoom *rooms;
    LoadPublisher *publishers; /* by room */
    LoadReceiver *receivers;   /* room for the churn's, too */
    guint n_publishers, n_receivers;
    LoadJoins joins;
    GPtrArray *pending; /* LoadSession * that are not connected yet */
    LoadTally tally;
    LoadFeedbackWheel *wheel;
    gboolean measuring;
    LoadSnapshot now, begin, end; /* of the window */
    LoadMemory before, published, joined, last;
    gint64 next_tick_ns, publish_ns, pending_due_ns;
    double duties; /* share of a session's turn that is left over */
    guint cursor;  /* whose turn it is */
} Load;

/* @options must outlive it. */
Load *load_new(const LoadOptions *options, GError **error);
void load_free(Load *load);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Load, load_free)

/* All phases one after the other; human-readable progress on stderr. */
gboolean load_measure(Load *load, GError **error);

/* Prepares a sink: its sockets, its sinks' file, the order to begin (see sink.c). */
gboolean load_sink_prepare(Load *load, GError **error);

/* A receiver of its room with a socket that is polled; joins nothing. */
LoadReceiver *load_add_receiver(Load *load, GError **error);
/* The same for the next room's publisher. */
LoadPublisher *load_add_publisher(Load *load, GError **error);

/* Runs the loop until @done, or @until_ns. TRUE if @done. */
typedef gboolean (*LoadCondition)(Load *load);
gboolean load_run(Load *load, gint64 until_ns, LoadCondition done);

/* The results as JSON, to the file that the options name. */
gboolean load_report(const Load *load, GError **error);

G_END_DECLS
