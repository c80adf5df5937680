/* The loop: one tick a millisecond, in which everybody who is due has a turn. */
#include "tests/bench/load/clock.h"
#include "tests/bench/load/feedback.h"
#include "tests/bench/load/load.h"

#define TICK_NS LOAD_NS_PER_MS
#define LATE_NS (5 * LOAD_NS_PER_MS)
#define PENDING_NS (5 * LOAD_NS_PER_MS)
#define LONGEST_TICK_NS (100 * LOAD_NS_PER_MS) /* joins do not pile up behind a stall */

static void
wait_for_tick(Load *self)
{
    gint64 now_ns = load_now_ns();
    if (now_ns < self->next_tick_ns) {
        struct timespec until = {.tv_sec = self->next_tick_ns / LOAD_NS_PER_SEC,
                                 .tv_nsec = self->next_tick_ns % LOAD_NS_PER_SEC};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        now_ns = load_now_ns();
    }
    gint64 late_ns = self->next_tick_ns != 0 ? now_ns - self->next_tick_ns : 0;
    self->now.ticks++;
    self->now.late_ticks += late_ns > LATE_NS;
    if (self->measuring)
        self->now.latest_ns = MAX(self->now.latest_ns, late_ns);
    /* One stall counts once. */
    self->next_tick_ns = MAX(self->next_tick_ns + TICK_NS, now_ns - now_ns % TICK_NS + TICK_NS);
}

/* What is due is sent on time, whatever else takes long: a late publisher would be a gap at all
 * receivers. Called often; does something once a tick. */
static void
publish_due(gpointer user_data)
{
    Load *self = user_data;
    gint64 now_ns = load_now_ns();
    if (now_ns < self->publish_ns)
        return;
    self->publish_ns = now_ns + TICK_NS / 2;
    for (guint i = 0; i < self->n_publishers; i++)
        load_publisher_tick(&self->publishers[i], now_ns, self->measuring);
}

static void
join_publisher(Load *self)
{
    g_autoptr(GError) error = NULL;
    LoadPublisher *publisher = load_add_publisher(self, &error);
    LoadSession *session = &self->publishers[self->n_publishers - 1].session;
    g_ptr_array_add(self->pending, session);
    if (publisher)
        self->signalling->class->publish(self->signalling, publisher);
    else
        load_session_fail(session, 0, error->message);
}

static void
join_receiver(Load *self)
{
    g_autoptr(GError) error = NULL;
    LoadReceiver *receiver = load_add_receiver(self, &error);
    LoadSession *session = &self->receivers[self->n_receivers - 1].session;
    g_ptr_array_add(self->pending, session);
    if (receiver)
        self->signalling->class->watch(self->signalling, receiver);
    else
        load_session_fail(session, 0, error->message);
}

static void
join_who_is_due(Load *self, gint64 now_ns)
{
    LoadJoins *joins = &self->joins;
    while (self->n_publishers + self->n_receivers < joins->target && joins->due_ns <= now_ns) {
        if (self->n_publishers < (guint)self->options->rooms)
            join_publisher(self);
        else
            join_receiver(self);
        publish_due(self);
        joins->due_ns = MAX(joins->due_ns, now_ns - LONGEST_TICK_NS) + joins->interval_ns;
    }
}

static void
move_pending(Load *self, gint64 now_ns)
{
    if (now_ns < self->pending_due_ns)
        return;
    self->pending_due_ns = now_ns + PENDING_NS;
    for (guint i = self->pending->len; i-- > 0;) {
        LoadSession *session = self->pending->pdata[i];
        load_session_tick(session, now_ns);
        if (session->state >= LOAD_SESSION_CONNECTED)
            g_ptr_array_remove_index_fast(self->pending, i);
        publish_due(self);
    }
}

static void
give_turn(Load *self, guint i)
{
    gboolean publishes = i < self->n_publishers;
    LoadSession *session =
        publishes ? &self->publishers[i].session : &self->receivers[i - self->n_publishers].session;
    if (session->state != LOAD_SESSION_CONNECTED || !session->outbound)
        return;
    load_session_second(session);
    if (publishes)
        load_publisher_second(&self->publishers[i]);
    else
        load_receiver_second(&self->receivers[i - self->n_publishers]);
}

/* Everybody once a second, a few in each tick. */
static void
give_turns(Load *self, gint64 elapsed_ns)
{
    guint n = self->n_publishers + self->n_receivers;
    self->duties += (double)n * (double)elapsed_ns / (double)LOAD_NS_PER_SEC;
    self->duties = MIN(self->duties, n);
    for (; self->duties >= 1; self->duties--)
        give_turn(self, self->cursor++ % n);
}

gboolean
load_run(Load *load, gint64 until_ns, LoadCondition done)
{
    gint64 now_ns = load_now_ns(), last_ns = now_ns;
    while (now_ns < until_ns) {
        if (done && done(load))
            return TRUE;
        wait_for_tick(load);
        now_ns = load_now_ns();
        publish_due(load);
        load_poller_sweep(load->poller, publish_due, load);
        load_feedback_send_due(load->wheel, load_wall_ns());
        join_who_is_due(load, now_ns);
        while (g_main_context_iteration(NULL, FALSE))
            publish_due(load);
        move_pending(load, now_ns);
        give_turns(load, now_ns - last_ns);
        last_ns = now_ns;
    }
    return done && done(load);
}
