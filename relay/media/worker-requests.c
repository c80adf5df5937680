/* What the control thread asks of the worker, carried over to the worker's own thread. */
#define CC_LOG_AREA "media"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "relay/media/downlink.h"
#include "relay/media/event-gate.h"
#include "relay/media/media-room.h"
#include "relay/media/session-wake.h"
#include "relay/media/worker-ports.h"

/* A request of the control thread on its way to the worker's. */
typedef struct {
    CcWorker *worker;
    char *session_id, *room;
    CcStagePlaces places;
    guint bps;
    gboolean shown;
    char *local_ufrag, *local_pwd, *remote_ufrag, *remote_pwd;
    CcWorkerStatsFunc stats_func;
    CcWorkerStats *stats;
    gpointer stats_data;
    GMainContext *reply_context;
} Request;

static void
request_free(gpointer user_data)
{
    Request *request = user_data;
    g_free(request->session_id);
    g_free(request->room);
    cc_stage_places_clear(&request->places);
    g_free(request->local_ufrag);
    g_free(request->local_pwd);
    g_free(request->remote_ufrag);
    g_free(request->remote_pwd);
    cc_worker_stats_free(request->stats);
    g_clear_pointer(&request->reply_context, g_main_context_unref);
    g_free(request);
}

static void
call_worker(CcWorker *worker, GSourceFunc func, Request *request)
{
    request->worker = worker;
    cc_call_in_context(worker->context, func, request, request_free);
}

/* A session on its way to the worker. Whoever is told its ufrag may send a check at once, and the
 * worker reads what the sockets have before it hears of calls: so it can look for this itself. */
typedef struct Arrival {
    struct Arrival *next;
    CcSessionSetup *setup;
} Arrival;

/* What is there, in the order in which it came. */
static Arrival *
steal_arrivals(CcWorker *self)
{
    Arrival *from = g_atomic_pointer_exchange(&self->arrivals, NULL), *list = NULL;
    while (from) {
        Arrival *next = from->next;
        from->next = list;
        list = from;
        from = next;
    }
    return list;
}

static void
add_session(CcWorker *self, CcSessionSetup *setup, gint64 now_us)
{
    CcMediaSession *session = cc_media_session_new(self, setup, now_us);
    cc_media_session_wake_at(session, now_us);
    if (!cc_session_table_add(&self->sessions, session))
        cc_warning("a session with a known id or ufrag was not added");
}

gboolean
cc_worker_take_arrivals(CcWorker *worker, gint64 now_us)
{
    if (!g_atomic_pointer_get(&worker->arrivals))
        return FALSE;
    for (Arrival *arrival = steal_arrivals(worker), *next; arrival; arrival = next) {
        next = arrival->next;
        add_session(worker, arrival->setup, now_us);
        g_free(arrival);
    }
    return TRUE;
}

void
cc_worker_forget_arrivals(CcWorker *worker)
{
    for (Arrival *arrival = steal_arrivals(worker), *next; arrival; arrival = next) {
        next = arrival->next;
        cc_session_setup_free(arrival->setup);
        g_free(arrival);
    }
}

static gboolean
on_arrivals(gpointer user_data)
{
    Request *request = user_data;
    gint64 now_us = cc_clock_now_us();
    if (cc_worker_take_arrivals(request->worker, now_us))
        cc_worker_end_turn(request->worker, now_us);
    return G_SOURCE_REMOVE;
}

void
cc_worker_add_session(CcWorker *worker, CcSessionSetup *setup)
{
    Arrival *arrival = g_new0(Arrival, 1);
    arrival->setup = setup;
    do
        arrival->next = g_atomic_pointer_get(&worker->arrivals);
    while (!g_atomic_pointer_compare_and_exchange(&worker->arrivals, arrival->next, arrival));
    call_worker(worker, on_arrivals, g_new0(Request, 1));
}

static gboolean
on_remove_session(gpointer user_data)
{
    Request *request = user_data;
    CcWorker *self = request->worker;
    CcMediaSession *session = cc_session_table_find_id(&self->sessions, request->session_id);
    if (session) {
        cc_media_session_say_goodbye(session);
        cc_worker_remember_totals(self, session, cc_clock_now_us());
        cc_session_table_remove(&self->sessions, session);
        cc_worker_end_turn(self, cc_clock_now_us());
    }
    return G_SOURCE_REMOVE;
}

void
cc_worker_remove_session(CcWorker *worker, const char *session_id)
{
    Request *request = g_new0(Request, 1);
    request->session_id = g_strdup(session_id);
    call_worker(worker, on_remove_session, request);
}

static gboolean
on_set_stage(gpointer user_data)
{
    Request *request = user_data;
    CcMediaRoom *room = g_hash_table_lookup(request->worker->rooms, request->room);
    if (room) {
        cc_media_room_set_places(room, &request->places);
        cc_worker_end_turn(request->worker, cc_clock_now_us());
    }
    return G_SOURCE_REMOVE;
}

void
cc_worker_set_stage(CcWorker *worker, const char *room, const CcStagePlaces *places)
{
    Request *request = g_new0(Request, 1);
    request->room = g_strdup(room);
    cc_stage_places_set(&request->places, places);
    call_worker(worker, on_set_stage, request);
}

static gboolean
on_set_page_rate(gpointer user_data)
{
    Request *request = user_data;
    CcMediaSession *session =
        cc_session_table_find_id(&request->worker->sessions, request->session_id);
    if (session && session->downlink) {
        cc_downlink_set_page_rate(session->downlink, request->bps, request->shown,
                                  cc_clock_now_us());
        cc_worker_end_turn(request->worker, cc_clock_now_us());
    }
    return G_SOURCE_REMOVE;
}

void
cc_worker_set_page_rate(CcWorker *worker, const char *session_id, guint bps, gboolean shown)
{
    Request *request = g_new0(Request, 1);
    request->session_id = g_strdup(session_id);
    request->bps = bps;
    request->shown = shown;
    call_worker(worker, on_set_page_rate, request);
}

static gboolean
on_restart_ice(gpointer user_data)
{
    Request *request = user_data;
    CcMediaSession *session =
        cc_session_table_find_id(&request->worker->sessions, request->session_id);
    if (session)
        cc_media_session_restart_ice(session, request->local_ufrag, request->local_pwd,
                                     request->remote_ufrag, request->remote_pwd);
    return G_SOURCE_REMOVE;
}

void
cc_worker_restart_ice(CcWorker *worker, const char *session_id, const char *local_ufrag,
                      const char *local_pwd, const char *remote_ufrag, const char *remote_pwd)
{
    Request *request = g_new0(Request, 1);
    request->session_id = g_strdup(session_id);
    request->local_ufrag = g_strdup(local_ufrag);
    request->local_pwd = g_strdup(local_pwd);
    request->remote_ufrag = g_strdup(remote_ufrag);
    request->remote_pwd = g_strdup(remote_pwd);
    call_worker(worker, on_restart_ice, request);
}

static gboolean
on_stats_collected(gpointer user_data)
{
    Request *request = user_data;
    request->stats_func(g_steal_pointer(&request->stats), request->stats_data);
    return G_SOURCE_REMOVE;
}

static gboolean
on_get_stats(gpointer user_data)
{
    Request *request = user_data;
    Request *reply = g_new0(Request, 1);
    reply->stats_func = request->stats_func;
    reply->stats_data = request->stats_data;
    CcWorker *worker = request->worker;
    gint64 now_us = worker->now_us = cc_clock_now_us();
    cc_worker_ports_receive_reports(worker, now_us);
    reply->stats = cc_worker_collect_stats(worker, now_us);
    cc_worker_end_turn(worker, now_us);
    cc_call_in_context(request->reply_context, on_stats_collected, reply, request_free);
    return G_SOURCE_REMOVE;
}

void
cc_worker_get_stats(CcWorker *worker, CcWorkerStatsFunc func, gpointer user_data)
{
    Request *request = g_new0(Request, 1);
    request->stats_func = func;
    request->stats_data = user_data;
    request->reply_context = g_main_context_ref_thread_default();
    call_worker(worker, on_get_stats, request);
}
