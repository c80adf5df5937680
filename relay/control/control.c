#define CC_LOG_AREA "relay"

#include "relay/control/control.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "relay/control/chatting.h"
#include "relay/control/decks.h"
#include "relay/control/events.h"
#include "relay/control/exchange.h"
#include "relay/control/health-watch.h"
#include "relay/control/links.h"
#include "relay/control/metrics.h"
#include "relay/control/placement.h"
#include "relay/control/staging.h"

/* An address may be that of a whole school: everybody behind it may come back at once after a
 * failure. */
#define REQUESTS_AT_ONCE 5 /* times those a second */

void
cc_session_free(CcSession *session)
{
    if (session == NULL)
        return;
    g_free(session->id);
    g_free(session->etag);
    g_free(session->room);
    g_free(session->remote_ufrag);
    g_free(session->remote_pwd);
    g_clear_pointer(&session->fragment, cc_sdp_free);
    g_free(session);
}

static const char *
guest_name(const CcGuest *guest)
{
    return guest->id != NULL ? guest->id : "-";
}

static void
on_room_event(const CcRoomEvent *event, gpointer user_data)
{
    CcControl *control = user_data;

    switch (event->kind) {
    case CC_ROOM_LESSON:
        cc_info("lesson room=%s state=%s", event->room->name,
                cc_lesson_to_string(event->room->lesson));
        break;
    case CC_ROOM_JOINED:
        cc_info("joined room=%s participant=%s role=%s", event->room->name, event->participant->id,
                cc_role_to_string(event->participant->role));
        break;
    case CC_ROOM_LEFT:
        cc_info("left room=%s participant=%s reason=%s", event->room->name, event->participant->id,
                event->reason);
        cc_health_watch_left(control->health, event);
        break;
    case CC_ROOM_HAND:
        cc_info("hand room=%s participant=%s raised=%d", event->room->name, event->participant->id,
                event->participant->hand_us != 0);
        break;
    case CC_ROOM_READY:
        cc_info("ready room=%s participant=%s ready=%d", event->room->name, event->participant->id,
                event->participant->ready);
        break;
    case CC_ROOM_STAGE:
        cc_info("stage room=%s first=%s second=%s", event->room->name,
                guest_name(&event->room->guests[0]), guest_name(&event->room->guests[1]));
        break;
    case CC_ROOM_CHAT: /* what pupils write is nobody's business but the room's */
        cc_info("chat room=%s participant=%s", event->room->name, event->participant->id);
        break;
    case CC_ROOM_CHAT_RULES:
        cc_info("chat room=%s on=%d muted=%u", event->room->name, !event->room->chat.off,
                g_strv_length(event->room->chat.muted));
        break;
    }
    cc_events_room_event(control->events, event);
    cc_staging_room_event(control->staging, event);
    if (event->kind == CC_ROOM_LESSON && event->room->lesson == CC_LESSON_OVER)
        cc_decks_forget(control->decks, event->room->name);
}

CcControl *
cc_control_new(CcSettings *settings, CcWorkerGroup *workers, CcDtlsIdentity *identity, gboolean tcp)
{
    CcControl *control = g_new0(CcControl, 1);

    control->settings = settings;
    control->workers = workers;
    control->identity = identity;
    control->tcp = tcp;
    control->rooms = cc_room_registry_new(&settings->limits, on_room_event, control);
    control->sessions =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)cc_session_free);
    control->waiting = g_ptr_array_new();
    control->links = cc_links_new(control);
    control->events = cc_events_new(control);
    control->decks = cc_decks_new(control);
    control->metrics = cc_metrics_new();
    control->staging = cc_staging_new(control);
    control->chatting = cc_chatting_new(control);
    control->health = cc_health_watch_new(control);
    control->rate_limit = cc_rate_limit_new(settings->max_requests_per_s,
                                            settings->max_requests_per_s * REQUESTS_AT_ONCE);
    return control;
}

void
cc_control_free(CcControl *control)
{
    if (control == NULL)
        return;
    if (control->expiry != NULL) {
        g_source_destroy(control->expiry);
        g_source_unref(control->expiry);
    }
    for (guint i = 0; i < control->waiting->len; i++)
        ((CcExchange *)g_ptr_array_index(control->waiting, i))->control = NULL;
    g_ptr_array_unref(control->waiting);
    cc_staging_free(control->staging);
    cc_chatting_free(control->chatting);
    cc_decks_free(control->decks);
    cc_events_free(control->events);
    cc_links_free(control->links);
    cc_metrics_free(control->metrics);
    cc_health_watch_free(control->health);
    cc_rate_limit_free(control->rate_limit);
    cc_room_registry_free(control->rooms);
    g_hash_table_unref(control->sessions);
    cc_settings_free(control->settings);
    g_free(control);
}

void
cc_control_set_settings(CcControl *control, CcSettings *settings)
{
    cc_settings_free(control->settings);
    control->settings = settings;
    cc_room_registry_set_limits(control->rooms, &settings->limits);
    cc_decks_reload(control->decks);
    cc_control_schedule_expiry(control);
}

guint
cc_control_choose_worker(const CcControl *control, const char *room, CcSessionDirection direction)
{
    const CcRoom *known = cc_room_registry_lookup(control->rooms, room);
    CcPlacement workers = {.n_workers = cc_worker_group_size(control->workers),
                           .load = control->load};

    for (guint i = 0; i < workers.n_workers; i++)
        if (cc_worker_load(cc_control_worker(control, i)) > control->settings->max_load)
            workers.busy |= (guint64)1 << i;
    if (known == NULL)
        return cc_placement_least(&workers);
    /* A teacher always goes to where the room's packets come together. */
    if (direction == CC_DIRECTION_PUBLISH)
        return known->home;
    return cc_placement_receiver(&workers, known->on_worker, known->home);
}

CcWorker *
cc_control_worker(const CcControl *control, guint index)
{
    return cc_worker_group_get(control->workers, index);
}

static void
forget_session(CcControl *control, CcSession *session)
{
    control->load[session->worker]--;
    cc_links_forget(control->links, session->id);
    g_hash_table_remove(control->sessions, session->id);
}

static gboolean
on_expiry(gpointer user_data)
{
    CcControl *control = user_data;

    g_clear_pointer(&control->expiry, g_source_unref);
    cc_room_registry_expire(control->rooms, cc_clock_now_us());
    cc_control_schedule_expiry(control);
    return G_SOURCE_REMOVE;
}

void
cc_control_schedule_expiry(CcControl *control)
{
    gint64 expiry_us = cc_room_registry_next_expiry_us(control->rooms);

    if (control->expiry != NULL) {
        g_source_destroy(control->expiry);
        g_clear_pointer(&control->expiry, g_source_unref);
    }
    if (expiry_us < 0)
        return;
    control->expiry = g_timeout_source_new(0);
    g_source_set_ready_time(control->expiry, expiry_us);
    g_source_set_callback(control->expiry, on_expiry, control, NULL);
    g_source_attach(control->expiry, g_main_context_get_thread_default());
}

void
cc_control_session_event(CcControl *control, const CcSessionEvent *event)
{
    gint64 now_us = cc_clock_now_us();
    CcSession *session = cc_control_find_session(control, event->session_id);

    if (session == NULL)
        return; /* ended meanwhile */

    switch (event->kind) {
    case CC_SESSION_CONNECTED:
        cc_room_registry_connected(control->rooms, event->session_id, now_us);
        break;
    case CC_SESSION_MEDIA:
        cc_room_registry_media(control->rooms, event->session_id);
        break;
    case CC_SESSION_SILENT:
        cc_room_registry_silent(control->rooms, event->session_id, now_us);
        break;
    case CC_SESSION_LOST:
        cc_links_forget(control->links, event->session_id);
        cc_room_registry_lost(control->rooms, event->session_id, event->reason, now_us);
        break;
    case CC_SESSION_LINK:
        cc_links_report(control->links, event->session_id, &event->link);
        return;
    case CC_SESSION_ENDED:
        cc_room_registry_leave(control->rooms, event->session_id,
                               event->reason != NULL ? event->reason : "ended", FALSE, now_us);
        forget_session(control, session);
        break;
    }
    cc_control_schedule_expiry(control);
}

void
cc_control_add_session(CcControl *control, CcSession *session)
{
    control->load[session->worker]++;
    g_hash_table_insert(control->sessions, session->id, session);
}

CcSession *
cc_control_find_session(CcControl *control, const char *session_id)
{
    return g_hash_table_lookup(control->sessions, session_id);
}

void
cc_control_end_session(CcControl *control, const char *session_id, const char *reason,
                       gboolean deliberate)
{
    CcSession *session = cc_control_find_session(control, session_id);

    if (session == NULL)
        return;
    cc_worker_remove_session(cc_control_worker(control, session->worker), session_id);
    cc_room_registry_leave(control->rooms, session_id, reason, deliberate, cc_clock_now_us());
    forget_session(control, session);
    cc_control_schedule_expiry(control);
}
