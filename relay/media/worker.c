#define CC_LOG_AREA "media"

#include "relay/media/worker.h"

#include <errno.h>

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "relay/media/event-gate.h"
#include "relay/media/media-room.h"
#include "relay/media/room-link.h"
#include "relay/media/room-mirror.h"
#include "relay/media/tcp-port.h"
#include "relay/media/udp-port.h"
#include "relay/media/wants.h"
#include "relay/media/worker-ports.h"

/* Wakes up earlier than this after the last time are gathered into one. */
#define MIN_SLEEP_US 5000
/* Sessions that may do their work in one turn; then it is the packets' turn again. */
#define TICKS_PER_TURN 64
/* One bad moment of the machine's sheds no more than this, and is no reason to refuse anybody. */
#define HICCUP_LEVEL 2
#define DEFAULT_START_BPS 500000
#define DEFAULT_VOICE_BPS 12000
/* A worker with nothing to do has no turns: its last load says nothing after this. */
#define LOAD_VALID_S 3

typedef struct {
    GSource source;
    CcWorker *worker;
} WorkerSource;

void
cc_worker_emit(CcWorker *worker, const CcMediaSession *session, CcSessionEventKind kind,
               const char *reason)
{
    CcSessionEvent event = {.kind = kind,
                            .session_id = session->setup->id,
                            .room = session->setup->room,
                            .reason = reason};
    cc_event_gate_send(worker->events, &event);
}

void
cc_worker_emit_link(CcWorker *worker, const CcMediaSession *session, const CcLinkReport *link)
{
    CcSessionEvent event = {.kind = CC_SESSION_LINK,
                            .session_id = session->setup->id,
                            .room = session->setup->room,
                            .link = *link};
    cc_event_gate_send(worker->events, &event);
}

void
cc_worker_want_links(CcWorker *worker, gboolean wanted)
{
    g_atomic_int_set(&worker->links_wanted, wanted);
}

static void
remove_ended(CcWorker *self, gint64 now_us)
{
    for (guint i = 0; i < self->ended->len; i++) {
        CcMediaSession *session = self->ended->pdata[i];
        cc_worker_emit(self, session, CC_SESSION_ENDED, session->end_reason);
        cc_info("session %.6s… ends: %s", session->setup->id, session->end_reason);
        cc_media_session_say_goodbye(session);
        cc_worker_remember_totals(self, session, now_us);
        cc_session_table_remove(&self->sessions, session);
    }
    g_ptr_array_set_size(self->ended, 0);
}

static CcMediaSession *
session_of(CcSessionTimer *timer)
{
    return (CcMediaSession *)((char *)timer - G_STRUCT_OFFSET(CcMediaSession, timer));
}

/* FALSE if some are left that must not wait. */
static gboolean
tick_sessions(CcWorker *self, gint64 now_us)
{
    for (guint i = 0; i < TICKS_PER_TURN; i++) {
        CcSessionTimer *timer = cc_session_timers_take(&self->timers, now_us);
        if (!timer)
            return TRUE;
        CcMediaSession *session = session_of(timer);
        gint64 next_us = cc_media_session_tick(session, now_us);
        if (timer->place != 0) /* by what the tick has caused */
            next_us = MIN(next_us, timer->due_us);
        /* Not twice in a turn, whatever it asks for. */
        cc_session_timers_set(&self->timers, timer, MAX(next_us, now_us + 1));
    }
    return cc_session_timers_next_us(&self->timers) > now_us;
}

static void
forward_rooms(CcWorker *self)
{
    cc_room_links_publish(self);
    for (guint i = 0; i < self->rooms_due->len; i++)
        cc_media_room_forward(self->rooms_due->pdata[i]);
    g_ptr_array_set_size(self->rooms_due, 0);
}

void
cc_worker_end_turn(CcWorker *worker, gint64 now_us)
{
    CcWorker *self = worker;
    gint64 wake_us;
    gint64 sleep_us = tick_sessions(self, now_us) ? MIN_SLEEP_US : 0;
    remove_ended(self, now_us);
    gint64 wants_us = cc_wants_serve(self, now_us);
    cc_room_links_publish(self);
    cc_worker_ports_flush(self);
    wake_us = MIN(wants_us, cc_session_timers_next_us(&self->timers));
    wake_us = MIN(wake_us, cc_worker_ports_reports_us(self));
    if (cc_handshakes_pending(&self->handshakes))
        wake_us = sleep_us = 0;
    for (guint i = 0; i < self->tcp_ports->len; i++) {
        cc_tcp_port_flush(self->tcp_ports->pdata[i], now_us);
        wake_us = MIN(wake_us, cc_tcp_port_next_us(self->tcp_ports->pdata[i]));
    }
    if (wake_us == G_MAXINT64)
        g_source_set_ready_time(self->source, -1);
    else
        g_source_set_ready_time(self->source, MAX(wake_us, now_us + sleep_us));
}

/* Overload: looks at how the turn went. */
static void
weigh_turn(CcWorker *self, gint64 begin_us)
{
    guint64 overflows = self->receive_overflows + self->send_overflows;
    guint before = self->shedder.level;
    gint64 now_us = cc_clock_now_us();
    if (cc_shedder_turn(&self->shedder, begin_us, now_us, cc_worker_cpu_us(), self->delay_us,
                        overflows - self->overflows)) {
        if (self->shedder.level > before)
            cc_warning_limited("overloaded (%.0f %% busy): leaving out some video, step %u of %u",
                               self->shedder.load * 100, self->shedder.level, CC_SHED_MAX_LEVEL);
        else if (self->shedder.level == 0)
            cc_info("no longer overloaded: everybody gets everything again");
    }
    self->overflows = overflows;
    double load = self->shedder.level > HICCUP_LEVEL ? 1 : self->shedder.load;
    g_atomic_int_set(&self->load_permille, (gint)(load * 1000));
    g_atomic_int_set(&self->load_seconds, (gint)(now_us / G_USEC_PER_SEC));
}

double
cc_worker_load(const CcWorker *worker)
{
    gint age = (gint)(cc_clock_now_us() / G_USEC_PER_SEC) - g_atomic_int_get(&worker->load_seconds);
    return age > LOAD_VALID_S ? 0 : g_atomic_int_get(&worker->load_permille) / 1000.0;
}

/* Ahead of poll(): from here on other workers must wake us, and what they wrote before is ready. */
static gboolean
on_prepare(GSource *source, int *timeout_ms)
{
    CcWorker *self = ((WorkerSource *)source)->worker;
    *timeout_ms = -1;
    if (self->n_rings_in == 0)
        return FALSE;
    cc_ring_bell_sleep(&self->bell);
    return cc_room_mirrors_pending(self);
}

static gboolean
on_check(GSource *source)
{
    CcWorker *self = ((WorkerSource *)source)->worker;
    cc_ring_bell_awake(&self->bell);
    return cc_room_mirrors_pending(self) || cc_worker_ports_have_reports(self);
}

/* One loop turn: all that the sockets and the rings have, in one go, at one time. */
static gboolean
on_dispatch(GSource *source, GSourceFunc callback, gpointer user_data)
{
    CcWorker *self = ((WorkerSource *)source)->worker;
    gint64 now_us = self->now_us = cc_clock_now_us();
    self->delay_us = -1;
    cc_worker_ports_receive(self, now_us);
    if (g_source_query_unix_fd(source, self->bell_tag))
        cc_ring_bell_hush(&self->bell);
    cc_room_mirrors_receive(self, now_us);
    forward_rooms(self);
    cc_worker_ports_flush(self); /* what is to be forwarded goes first */
    cc_worker_ports_receive_gathered(self, now_us);
    if (cc_handshakes_pending(&self->handshakes))
        cc_handshakes_receive(self);
    cc_worker_end_turn(self, now_us);
    weigh_turn(self, now_us);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {
    .prepare = on_prepare, .check = on_check, .dispatch = on_dispatch};

static gpointer
run(gpointer user_data)
{
    CcWorker *self = user_data;
    g_main_context_push_thread_default(self->context);
    while (!self->stopping)
        g_main_context_iteration(self->context, TRUE);
    g_main_context_pop_thread_default(self->context);
    return NULL;
}

static gboolean
open_bell(CcWorker *self, GError **error)
{
    if (!cc_ring_bell_init(&self->bell)) {
        g_set_error(error, CC_ERROR, CC_ERROR_NETWORK, "eventfd: %s", g_strerror(errno));
        return FALSE;
    }
    self->bell_tag = g_source_add_unix_fd(self->source, self->bell.fd, G_IO_IN);
    return TRUE;
}

/* Those that were left to other workers, which did not come to say that they need them no more. */
static void
forget_rooms(CcWorker *self)
{
    GHashTableIter iter;
    gpointer value;
    for (;;) {
        g_hash_table_iter_init(&iter, self->rooms);
        if (!g_hash_table_iter_next(&iter, NULL, &value))
            return;
        g_ptr_array_set_size(((CcMediaRoom *)value)->links, 0);
        cc_media_room_close(value);
    }
}

static void
free_everything(CcWorker *self)
{
    cc_session_table_clear(&self->sessions);
    cc_worker_forget_arrivals(self);
    cc_handshakes_clear(&self->handshakes);
    forget_rooms(self);
    cc_worker_ports_unbind(self);
    g_ptr_array_unref(self->udp_ports);
    g_ptr_array_unref(self->udp_tags);
    g_ptr_array_unref(self->report_polls);
    g_ptr_array_unref(self->tcp_ports);
    g_ptr_array_unref(self->rooms_due);
    g_ptr_array_unref(self->rooms_wanting);
    g_ptr_array_unref(self->ended);
    cc_session_timers_clear(&self->timers);
    g_hash_table_unref(self->paths);
    g_hash_table_unref(self->rooms);
    g_hash_table_unref(self->mirrors);
    g_ptr_array_unref(self->rings_out);
    for (guint i = 0; i < self->n_rings_in; i++)
        cc_packet_ring_free(self->rings_in[i]);
    cc_ring_bell_clear(&self->bell);
    cc_packet_pool_free(self->pool);
    g_source_destroy(self->source);
    g_source_unref(self->source);
    g_main_context_unref(self->context);
    cc_event_gate_close(self->events);
    g_free(self);
}

CcWorker *
cc_worker_new(const CcWorkerOptions *options, GError **error)
{
    CcWorker *self = g_new0(CcWorker, 1);
    self->options = *options;
    self->options.listen_addresses = NULL; /* the caller's */
    if (self->options.start_bps == 0) {
        self->options.start_bps = DEFAULT_START_BPS;
        self->options.ladder = cc_ladder_defaults;
    }
    if (self->options.voice_bps == 0)
        self->options.voice_bps = DEFAULT_VOICE_BPS;
    self->identity = options->identity;
    self->events = cc_event_gate_new(options->session_event, options->user_data);
    self->udp_ports = g_ptr_array_new_with_free_func((GDestroyNotify)cc_udp_port_free);
    self->udp_tags = g_ptr_array_new();
    self->report_polls = g_ptr_array_new_with_free_func(g_free);
    self->tcp_ports = g_ptr_array_new_with_free_func((GDestroyNotify)cc_tcp_port_free);
    self->rooms_due = g_ptr_array_new();
    self->rooms_wanting = g_ptr_array_new();
    self->ended = g_ptr_array_new();
    cc_session_table_init(&self->sessions);
    self->paths = g_hash_table_new(cc_address_hash, cc_address_equal);
    self->rooms = g_hash_table_new(g_str_hash, g_str_equal);
    self->mirrors = g_hash_table_new(NULL, NULL);
    self->rings_out = g_ptr_array_new();
    self->pool = cc_packet_pool_new(options->max_packets);
    self->context = g_main_context_new();
    self->source = g_source_new(&source_funcs, sizeof(WorkerSource));
    ((WorkerSource *)self->source)->worker = self;
    g_source_set_name(self->source, "media worker");
    g_source_set_ready_time(self->source, -1);
    if (!open_bell(self, error) || !cc_worker_ports_bind(self, options, error)) {
        free_everything(self);
        return NULL;
    }
    g_source_attach(self->source, self->context);
    g_autofree char *name = g_strdup_printf("media %u", options->index);
    self->thread = g_thread_new(name, run, self);
    return self;
}

guint16
cc_worker_port(const CcWorker *worker)
{
    return worker->port;
}

static gboolean
on_stop(gpointer user_data)
{
    CcWorker *self = user_data;
    GHashTableIter iter;
    gpointer session;
    g_hash_table_iter_init(&iter, self->sessions.by_id);
    while (g_hash_table_iter_next(&iter, NULL, &session))
        cc_media_session_say_goodbye(session);
    cc_worker_end_turn(self, cc_clock_now_us());
    self->stopping = TRUE;
    return G_SOURCE_REMOVE;
}

void
cc_worker_stop(CcWorker *worker)
{
    if (!worker->thread)
        return;
    cc_call_in_context(worker->context, on_stop, worker, NULL);
    g_thread_join(g_steal_pointer(&worker->thread));
    cc_session_table_clear(&worker->sessions);
}

void
cc_worker_free(CcWorker *worker)
{
    if (!worker)
        return;
    cc_worker_stop(worker);
    free_everything(worker);
}
