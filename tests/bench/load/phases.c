/* What happens in which order: publishers, receivers, warm-up, window, stragglers. */
#include <gio/gio.h>
#include <sys/prctl.h>

#include "tests/bench/load/clock.h"
#include "tests/bench/load/feedback.h"
#include "tests/bench/load/load.h"

#define PATIENCE_NS (20 * LOAD_NS_PER_SEC) /* for the last of those who join */
#define STRAGGLERS_NS (300 * LOAD_NS_PER_MS)
#define LATE_STRAGGLERS_NS LOAD_NS_PER_SEC /* if something is still missing */
#define CHURN_PATIENCE_NS (5 * LOAD_NS_PER_SEC)

static gboolean
publishers_are_settled(Load *self)
{
    return self->n_publishers == (guint)self->options->rooms && self->pending->len == 0;
}

static gboolean
receivers_are_settled(Load *self)
{
    if (self->n_publishers + self->n_receivers < self->joins.target || self->pending->len > 0)
        return FALSE;
    for (guint i = 0; i < self->n_receivers; i++) {
        const LoadReceiver *receiver = &self->receivers[i];
        if (receiver->session.state == LOAD_SESSION_CONNECTED &&
            !load_receiver_is_watching(receiver))
            return FALSE;
    }
    return TRUE;
}

/* Asks for @n more sessions; waits for them if there is a condition. */
static gboolean
join(Load *self, guint n, gint rate, LoadCondition settled)
{
    self->joins.target += n;
    self->joins.due_ns = load_now_ns();
    self->joins.interval_ns = LOAD_NS_PER_SEC / rate;
    gint64 until_ns = self->joins.due_ns + n * self->joins.interval_ns + PATIENCE_NS;
    return !settled || load_run(self, until_ns, settled);
}

static const char *
describe_problem(const LoadSession *session)
{
    if (session->state == LOAD_SESSION_FAILED)
        return session->problem ? session->problem : "refused";
    static const char *const states[] = {"no answer to the offer", "no answer to ICE checks",
                                         "no answer to DTLS", "no media"};
    return states[session->state];
}

static gboolean
start_publishers(Load *self, GError **error)
{
    if (self->options->peer == LOAD_PEER_SINK)
        return load_sink_prepare(self, error);
    load_watch_memory(self->watched, &self->before);
    join(self, (guint)self->options->rooms, self->options->join_rate, publishers_are_settled);
    for (guint i = 0; i < self->n_publishers; i++) {
        const LoadSession *session = &self->publishers[i].session;
        if (session->state == LOAD_SESSION_CONNECTED)
            continue;
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "publisher %u is not connected: %s", i,
                    describe_problem(session));
        return FALSE;
    }
    load_watch_memory(self->watched, &self->published);
    return TRUE;
}

static void
start_receivers(Load *self)
{
    if (self->options->peer == LOAD_PEER_SINK)
        load_run(self, load_now_ns() + PATIENCE_NS, receivers_are_settled);
    else
        join(self, (guint)self->options->receivers, self->options->join_rate,
             receivers_are_settled);
    load_watch_memory(self->watched, &self->joined);
    for (guint i = 0, said = 0; i < self->n_receivers && said < 3; i++) {
        if (load_receiver_is_watching(&self->receivers[i]))
            continue;
        g_printerr("lesson-load: receiver %u: %s\n", i,
                   describe_problem(&self->receivers[i].session));
        said++;
    }
}

static void
take_snapshot(Load *self, LoadSnapshot *snapshot)
{
    load_watch_cpu(self->watched, &self->now.watched);
    self->now.own_ns = load_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    load_poller_get_stats(self->poller, &self->now.poller);
    self->now.feedbacks = load_feedback_count(self->wheel);
    self->now.overflows = self->now.not_sent = 0;
    for (guint i = 0; i < self->n_receivers; i++)
        self->now.overflows += load_session_overflows(&self->receivers[i].session);
    for (guint i = 0; i < self->n_publishers; i++) {
        self->now.overflows += load_session_overflows(&self->publishers[i].session);
        self->now.not_sent += self->publishers[i].not_sent;
    }
    *snapshot = self->now;
}

static gboolean
nothing_is_missing(Load *self)
{
    for (guint i = 0; i < self->n_receivers; i++) {
        for (guint kind = 0; kind < LOAD_N_KINDS; kind++) {
            const LoadReceiver *receiver = &self->receivers[i];
            if (load_receiver_expected(receiver, (LoadKind)kind) !=
                receiver->streams[kind].in_window)
                return FALSE;
        }
    }
    return TRUE;
}

static void
measure(Load *self)
{
    take_snapshot(self, &self->begin);
    self->measuring = TRUE;
    for (gint i = 0; i < self->options->rooms; i++)
        load_room_begin_window(&self->rooms[i]);
    for (guint i = 0; i < self->n_receivers; i++)
        load_receiver_begin_window(&self->receivers[i]);
    self->tally.from_ns = load_wall_ns();
    if (self->options->churn_rate > 0)
        join(self, load_options_churn(self->options), self->options->churn_rate, NULL);
    load_run(self, load_now_ns() + (gint64)(self->options->seconds * (double)LOAD_NS_PER_SEC),
             NULL);
    self->tally.to_ns = load_wall_ns();
    for (gint i = 0; i < self->options->rooms; i++)
        load_room_end_window(&self->rooms[i]);
    self->measuring = FALSE;
    take_snapshot(self, &self->end);
}

gboolean
load_measure(Load *load, GError **error)
{
    const LoadOptions *options = load->options;
    prctl(PR_SET_TIMERSLACK, 1000ul, 0ul, 0ul, 0ul);
    g_printerr("lesson-load: %s, %d rooms, %d receivers\n", options->peer_name, options->rooms,
               options->receivers);
    if (!start_publishers(load, error))
        return FALSE;
    start_receivers(load);
    g_printerr("lesson-load: joined; warming up for %.1f s\n", options->warmup_s);
    load_run(load, load_now_ns() + (gint64)(options->warmup_s * (double)LOAD_NS_PER_SEC), NULL);
    g_printerr("lesson-load: measuring for %.1f s\n", options->seconds);
    measure(load);
    load_run(load, load_now_ns() + STRAGGLERS_NS, NULL);
    load_run(load, load_now_ns() + LATE_STRAGGLERS_NS, nothing_is_missing);
    if (options->churn_rate > 0)
        load_run(load, load_now_ns() + CHURN_PATIENCE_NS, receivers_are_settled);
    load_watch_memory(load->watched, &load->last);
    return TRUE;
}
