#include "relay/control/health-watch.h"

#include <sys/resource.h>

#include "common/base/clock.h"
#include "common/base/random.h"
#include "relay/control/problem.h"

#define TICK_US (CC_HEALTH_TICK_S * (gint64)G_USEC_PER_SEC)
/* A page asks every tick, and more often in its first seconds. */
#define QUESTIONS_PER_S 5
#define QUESTIONS_AT_ONCE 60

/* Outlives the watch where the workers answer too late. */
typedef struct CcHealthQuestion {
    CcHealthWatch *watch; /* NULL: it is no more */
    guint32 tick;
} CcHealthQuestion;

static CcLinkValues
values_of(const CcParticipant *participant, const CcSessionStats *stats)
{
    CcLinkValues values = {.contact = CC_CONTACT_CONNECTING, .rtt_ms = -1};

    if (participant->lost_us != 0 || (stats != NULL && g_strcmp0(stats->link, "silent") == 0))
        values.contact = CC_CONTACT_LOST;
    else if (participant->connected)
        values.contact = CC_CONTACT_UP;
    if (stats == NULL)
        return values;
    values.tcp = g_strcmp0(stats->protocol, "tcp") == 0;
    values.voice = stats->audio_bps > 0;
    values.bps = stats->audio_bps + stats->video_bps;
    values.loss = stats->loss;
    values.rtt_ms = stats->rtt_ms;
    values.height = stats->video_height;
    values.queue_ms = stats->queue_ms;
    if (participant->seat != CC_SEAT_WATCHES) {
        values.picture = stats->video_bps > 0 ? CC_PICTURE_WHOLE : CC_PICTURE_NONE;
    } else {
        values.picture = stats->report.picture;
        values.reason = stats->report.reason;
        values.estimate_bps = stats->report.estimate_bps;
    }
    return values;
}

static void
see_room(CcHealthWatch *watch, guint32 tick, const CcRoom *room, GHashTable *by_session)
{
    cc_health_book_see_room(watch->book, tick, room->name, room->lesson,
                            room->lesson == CC_LESSON_ON || room->lesson == CC_LESSON_AWAY);
    for (guint i = 0; i < room->participants->len; i++) {
        const CcParticipant *participant = g_ptr_array_index(room->participants, i);
        CcLinkValues values =
            values_of(participant, g_hash_table_lookup(by_session, participant->session_id));
        CcHealthWho who = {.room = room->name,
                           .id = participant->id,
                           .role = cc_role_to_string(participant->role),
                           .name = participant->name,
                           .sends = participant->seat != CC_SEAT_WATCHES};
        cc_health_book_see_link(watch->book, tick, &who, &values);
    }
}

static gint64
process_cpu_us(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static CcRelayCounters
count(const CcHealthWatch *watch, const CcWorkerStats *total)
{
    CcRelayCounters counters = {
        .at_us = cc_clock_now_us(),
        .cpu_us = process_cpu_us(),
        .bytes_in = total->bytes_in,
        .bytes_out = total->bytes_out,
        .receive_overflows = total->receive_overflows,
        .send_overflows = total->send_overflows,
    };

    memcpy(counters.drops, total->drops, sizeof(counters.drops));
    memcpy(counters.refusals, watch->control->refusals, sizeof(counters.refusals));
    return counters;
}

static CcRelayCounters
gain(const CcRelayCounters *from, const CcRelayCounters *to)
{
    CcRelayCounters gained = {
        .at_us = MAX(to->at_us - from->at_us, 1),
        .cpu_us = to->cpu_us - from->cpu_us,
        .bytes_in = to->bytes_in - from->bytes_in,
        .bytes_out = to->bytes_out - from->bytes_out,
        .receive_overflows = to->receive_overflows - from->receive_overflows,
        .send_overflows = to->send_overflows - from->send_overflows,
    };

    for (guint i = 0; i < CC_N_DROPS; i++)
        gained.drops[i] = to->drops[i] - from->drops[i];
    for (guint i = 0; i < CC_N_PROBLEMS; i++)
        gained.refusals[i] = to->refusals[i] - from->refusals[i];
    return gained;
}

static guint64
sum(const guint64 *values, guint n)
{
    guint64 all = 0;

    for (guint i = 0; i < n; i++)
        all += values[i];
    return all;
}

static CcRelayMoment
moment_of(const CcHealthWatch *watch, const CcRelayCounters *gained, guint n_links)
{
    CcRelayMoment moment = {
        .cpu = (guint16)MIN(gained->cpu_us * 100 / gained->at_us, G_MAXUINT16),
        .links = n_links,
        /* Bytes in a microsecond are thousands of kilobytes in a second. */
        .kbps_in = (guint32)(gained->bytes_in * 8000 / (guint64)gained->at_us),
        .kbps_out = (guint32)(gained->bytes_out * 8000 / (guint64)gained->at_us),
        .dropped = (guint32)sum(gained->drops, CC_N_DROPS),
        .overflows = (guint32)(gained->receive_overflows + gained->send_overflows),
        .refused = (guint32)sum(gained->refusals, CC_N_PROBLEMS),
    };

    for (guint i = 0; i < watch->n_workers; i++) {
        moment.load = MAX(moment.load, (guint8)(watch->loads[i] * 100 + 0.5));
        moment.shed_level = MAX(moment.shed_level, (guint8)watch->shed_levels[i]);
    }
    return moment;
}

void
cc_health_watch_minute(const CcHealthWatch *watch, CcRelayCounters *gained)
{
    guint back = MIN(watch->tick, CC_HEALTH_MINUTE);
    const CcRelayCounters *newest = &watch->counters[watch->tick % G_N_ELEMENTS(watch->counters)];

    *gained = gain(&watch->counters[(watch->tick - back) % G_N_ELEMENTS(watch->counters)], newest);
}

static CcJudgement
judge(const CcHealthWatch *watch)
{
    CcRelayCounters gained;
    CcRelayCase relay = {
        .load = watch->moment.load / 100.0,
        .max_load = watch->control->settings->max_load,
        .shed_level = watch->moment.shed_level,
        .unseen = cc_health_book_n_unseen(watch->book),
    };

    cc_health_watch_minute(watch, &gained);
    relay.receive_overflows = gained.receive_overflows;
    relay.send_overflows = gained.send_overflows + gained.drops[CC_DROP_SOCKET_FULL];
    relay.refused_full =
        gained.refusals[CC_PROBLEM_LIMIT_ROOMS] + gained.refusals[CC_PROBLEM_LIMIT_SESSIONS] +
        gained.refusals[CC_PROBLEM_LIMIT_OBSERVERS] + gained.refusals[CC_PROBLEM_OVERLOADED];
    relay.refused_tokens =
        gained.refusals[CC_PROBLEM_UNAUTHORIZED] + gained.refusals[CC_PROBLEM_FORBIDDEN];
    return cc_judge_relay(&relay);
}

/* Ticks that nobody asked in keep the counters of the one before. */
static void
take_relay(CcHealthWatch *watch, guint32 tick, const CcWorkerGroupStats *stats)
{
    const guint n = G_N_ELEMENTS(watch->counters);
    const CcRelayCounters *before = &watch->counters[watch->tick % n];
    CcRelayCounters now = count(watch, stats->total);
    CcRelayCounters gained = gain(before, &now);

    watch->n_workers = stats->workers->len;
    for (guint i = 0; i < watch->n_workers; i++) {
        const CcWorkerStats *worker = g_ptr_array_index(stats->workers, i);
        watch->loads[i] = worker->load;
        watch->shed_levels[i] = worker->shed_level;
    }
    for (guint32 missed = watch->tick + 1; missed < tick && missed <= watch->tick + n; missed++)
        watch->counters[missed % n] = *before;
    watch->counters[tick % n] = now;
    watch->tick = tick;
    watch->moment = moment_of(watch, &gained, stats->total->sessions->len);
    cc_series_put(watch->moments, tick, &watch->moment);
    watch->judgement = judge(watch);
}

static void
take(CcHealthWatch *watch, guint32 tick, const CcWorkerGroupStats *stats)
{
    g_autoptr(GPtrArray) rooms = cc_room_registry_list(watch->control->rooms);
    g_autoptr(GHashTable) by_session = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < stats->total->sessions->len; i++) {
        CcSessionStats *session = g_ptr_array_index(stats->total->sessions, i);
        g_hash_table_insert(by_session, session->session_id, session);
    }
    for (guint i = 0; i < rooms->len; i++)
        see_room(watch, tick, g_ptr_array_index(rooms, i), by_session);
    cc_health_book_close(watch->book, tick);
    take_relay(watch, tick, stats);
}

static void
on_stats(CcWorkerGroupStats *owned_stats, gpointer user_data)
{
    g_autoptr(CcWorkerGroupStats) stats = owned_stats;
    g_autofree CcHealthQuestion *question = user_data;

    if (question->watch == NULL)
        return;
    question->watch->question = NULL;
    take(question->watch, question->tick, stats);
}

void
cc_health_watch_look(CcHealthWatch *watch, guint32 tick)
{
    if (watch->question != NULL || tick <= watch->tick)
        return;
    watch->question = g_new0(CcHealthQuestion, 1);
    watch->question->watch = watch;
    watch->question->tick = tick;
    cc_worker_group_get_stats(watch->control->workers, on_stats, watch->question);
}

static void schedule(CcHealthWatch *watch, guint32 tick);

static gboolean
on_tick(gpointer user_data)
{
    CcHealthWatch *watch = user_data;
    guint32 tick = (guint32)((cc_clock_now_us() - watch->started_us) / TICK_US);

    cc_health_watch_look(watch, tick);
    schedule(watch, tick + 1);
    return G_SOURCE_REMOVE;
}

static void
schedule(CcHealthWatch *watch, guint32 tick)
{
    if (watch->timer != NULL) {
        g_source_destroy(watch->timer);
        g_source_unref(watch->timer);
    }
    watch->timer = g_timeout_source_new(0);
    g_source_set_ready_time(watch->timer, watch->started_us + tick * TICK_US);
    g_source_set_callback(watch->timer, on_tick, watch, NULL);
    g_source_attach(watch->timer, g_main_context_get_thread_default());
}

CcHealthWatch *
cc_health_watch_new(CcControl *control)
{
    CcHealthWatch *watch = g_new0(CcHealthWatch, 1);

    watch->control = control;
    watch->book = cc_health_book_new();
    watch->moments = cc_series_new(CC_HEALTH_TICKS, sizeof(CcRelayMoment));
    watch->limit = cc_rate_limit_new(QUESTIONS_PER_S, QUESTIONS_AT_ONCE);
    watch->boot = cc_random_name(64);
    watch->started_us = cc_clock_now_us();
    watch->started_real_us = g_get_real_time();
    watch->counters[0] = (CcRelayCounters){.at_us = watch->started_us, .cpu_us = process_cpu_us()};
    schedule(watch, 1);
    return watch;
}

void
cc_health_watch_free(CcHealthWatch *watch)
{
    if (watch == NULL)
        return;
    g_source_destroy(watch->timer);
    g_source_unref(watch->timer);
    if (watch->question != NULL)
        watch->question->watch = NULL;
    cc_health_book_free(watch->book);
    cc_series_free(watch->moments);
    cc_rate_limit_free(watch->limit);
    g_free(watch->boot);
    g_free(watch);
}

void
cc_health_watch_left(CcHealthWatch *watch, const CcRoomEvent *event)
{
    /* These did not want to. */
    if (g_str_equal(event->reason, "timed-out") || g_str_equal(event->reason, "dtls-failed"))
        return;
    cc_health_book_leave(watch->book, event->room->name, event->participant->id,
                         event->participant->seat != CC_SEAT_WATCHES);
}
