/* A room of one teacher and classrooms that all have their cameras on, for script/bench --classes.
 *
 *   class-load URL CLASSROOMS SECONDS RELAY_PID
 *
 * Says "signed-in" once all sessions are connected; reads the numbers of two classrooms, whom the
 * caller has put on the stage by then; measures; and prints a line of JSON:
 *
 *   forwarded     packets that the relay sent inside the window; published: those that came to it
 *   lost_voice, lost_video   of the teacher and of the guests, which everybody else was to have,
 * with how many that were; lost_grid: holes in what the teacher had of the others */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "tests/bench/load/class.h"
#include "tests/bench/load/clock.h"
#include "tests/bench/load/feedback.h"

#define TICK_NS LOAD_NS_PER_MS
#define CONNECT_NS (20 * LOAD_NS_PER_SEC)
#define WARMUP_NS (8 * LOAD_NS_PER_SEC) /* links are known by then */
#define STRAGGLERS_NS LOAD_NS_PER_SEC

static void
on_connected(LoadSession *session, gint64 now_ns)
{
}

static void
on_rtp(LoadSession *session, guint8 *packet, gsize have, gsize length, gint64 arrival_ns)
{
    if (have == length)
        class_watcher_take((ClassWatcher *)session, packet, length, arrival_ns);
}

static void
on_rtcp(LoadSession *session, const guint8 *packet, gsize length, gint64 arrival_ns)
{
}

static const LoadSessionCallbacks watching = {on_connected, on_rtp, on_rtcp};

/* Camera of 650 kbit/s; those of classrooms have 80, as recv's have. */
static void
init_options(Class *class)
{
    class->teacher = (LoadOptions){.local.s_addr = htonl(INADDR_LOOPBACK),
                                   .rooms = (gint) class->n,
                                   .profile = CC_SRTP_AEAD_AES_128_GCM,
                                   .fps = 25,
                                   .packets_per_frame = 3,
                                   .video_bytes = 1000,
                                   .audio_rate = 50,
                                   .audio_bytes = 80};
    class->classroom = class->teacher;
    class->classroom.fps = 15;
    class->classroom.packets_per_frame = 1;
    class->classroom.video_bytes = 600;
}

static gboolean
init_member(Class *class, guint i, GError **error)
{
    const LoadOptions *options = i == 0 ? &class->teacher : &class->classroom;
    ClassWatcher *watcher = &class->watchers[i];
    load_room_init(&class->rooms[i], i, options);
    watcher->class = class;
    return load_receiver_init(&watcher->receiver, &class->rooms[i], NULL, class->wheel, options,
                              class->identity, error) &&
           (watcher->receiver.session.callbacks = &watching) &&
           load_poller_add(class->poller, &watcher->receiver.session, error) &&
           load_publisher_init(&class->publishers[i], &class->rooms[i], options, class->identity,
                               error) &&
           load_poller_add(class->poller, &class->publishers[i].session, error);
}

static gboolean
init(Class *class, GError **error)
{
    const CcSrtpProfile profiles[] = {CC_SRTP_AEAD_AES_128_GCM, 0};
    init_options(class);
    class->wheel = load_feedback_wheel_new();
    class->poller = load_poller_new(error);
    class->identity = cc_dtls_identity_new(profiles, error);
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++)
        class->latency[kind] = g_new0(LoadHistogram, 1);
    for (guint i = 0; class->identity && class->poller && i < class->n; i++) {
        if (!init_member(class, i, error))
            return FALSE;
    }
    return class->identity && class->poller;
}

static void
publish_due(gpointer user_data)
{
    Class *class = user_data;
    for (guint i = 0; i < class->n; i++)
        load_publisher_tick(&class->publishers[i], load_now_ns(), class->measuring);
}

/* What a member's two sessions do by time. */
static void
give_turn(Class *class, guint i, gint64 now_ns)
{
    LoadSession *sessions[] = {&class->watchers[i].receiver.session, &class->publishers[i].session};
    for (guint k = 0; k < G_N_ELEMENTS(sessions); k++) {
        if (sessions[k]->state != LOAD_SESSION_CONNECTED)
            load_session_tick(sessions[k], now_ns);
        else
            load_session_second(sessions[k]);
    }
    load_publisher_second(&class->publishers[i]);
}

static gboolean
is_connected(const Class *class)
{
    for (guint i = 0; i < class->n; i++) {
        if (class->watchers[i].receiver.session.state != LOAD_SESSION_CONNECTED ||
            class->publishers[i].session.state != LOAD_SESSION_CONNECTED)
            return FALSE;
    }
    return TRUE;
}

/* One tick a millisecond; everybody has a turn once a second, and while connecting five times. */
static gboolean
run(Class *class, gint64 length_ns, gboolean until_connected)
{
    gint64 now_ns = load_now_ns(), end_ns = now_ns + length_ns;
    for (guint tick = 0; now_ns < end_ns; tick++) {
        if (until_connected && is_connected(class))
            return TRUE;
        struct timespec pause = {.tv_nsec = TICK_NS - now_ns % TICK_NS};
        nanosleep(&pause, NULL);
        now_ns = load_now_ns();
        publish_due(class);
        load_poller_sweep(class->poller, publish_due, class);
        load_feedback_send_due(class->wheel, load_wall_ns());
        guint beat = until_connected ? 200 : 1000;
        for (guint i = tick % beat; i < class->n; i += beat)
            give_turn(class, i, now_ns);
    }
    return is_connected(class);
}

typedef struct {
    guint64 expected, lost;
} Loss;

static gboolean
is_for_all(const Class *class, guint publisher)
{
    return publisher == 0 || publisher == class->on_stage[0] || publisher == class->on_stage[1];
}

static void
add_loss(const Class *class, guint watcher, guint publisher, LoadKind kind, Loss *all, Loss *grid)
{
    const LoadTrack *track = &class->rooms[publisher].tracks[kind];
    const ClassRun *run = &class->watchers[watcher].runs[publisher][kind];
    if (watcher == publisher)
        return;
    if (is_for_all(class, publisher)) {
        all->expected += track->measured_to - track->measured_from;
        all->lost += track->measured_to - track->measured_from - run->n;
    } else if (run->n > 0) { /* classrooms come and go by turns: within one */
        grid->expected += run->last - run->first + 1;
        grid->lost += run->last - run->first + 1 - run->n;
    }
}

static guint64
published(const Class *class)
{
    guint64 n = 0;
    for (guint i = 0; i < class->n; i++)
        for (guint kind = 0; kind < LOAD_N_KINDS; kind++)
            n += class->rooms[i].tracks[kind].measured_to -
                 class->rooms[i].tracks[kind].measured_from;
    return n;
}

static void
report(const Class *class, double relay_s, double seconds)
{
    Loss all[LOAD_N_KINDS] = {0}, grid = {0};
    g_autofree LoadHistogram *latency = g_new0(LoadHistogram, 1);
    for (guint watcher = 0; watcher < class->n; watcher++)
        for (guint publisher = 0; publisher < class->n; publisher++)
            for (guint kind = 0; kind < LOAD_N_KINDS; kind++)
                add_loss(class, watcher, publisher, (LoadKind)kind, &all[kind], &grid);
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++)
        load_histogram_merge(latency, class->latency[kind]);
    printf("{\"seconds\": %.2f, \"relay_cpu\": %.4f, \"forwarded\": %" G_GUINT64_FORMAT
           ", \"published\": %" G_GUINT64_FORMAT ", \"damaged\": %" G_GUINT64_FORMAT
           ", \"expected_voice\": %" G_GUINT64_FORMAT ", \"lost_voice\": %" G_GUINT64_FORMAT
           ", \"expected_video\": %" G_GUINT64_FORMAT ", \"lost_video\": %" G_GUINT64_FORMAT
           ", \"expected_grid\": %" G_GUINT64_FORMAT ", \"lost_grid\": %" G_GUINT64_FORMAT
           ", \"p50_us\": %" G_GINT64_FORMAT ", \"p99_us\": %" G_GINT64_FORMAT "}\n",
           seconds, relay_s / seconds, class->forwarded, published(class), class->damaged,
           all[LOAD_AUDIO].expected, all[LOAD_AUDIO].lost, all[LOAD_VIDEO].expected,
           all[LOAD_VIDEO].lost, grid.expected, grid.lost, load_histogram_quantile(latency, 0.5),
           load_histogram_quantile(latency, 0.99));
}

static void
measure(Class *class, double seconds, GArray *pids)
{
    LoadCpu before, after;
    for (guint i = 0; i < class->n; i++)
        load_room_begin_window(&class->rooms[i]);
    class->measuring = TRUE;
    load_watch_cpu(pids, &before);
    run(class, (gint64)(seconds * (double)LOAD_NS_PER_SEC), FALSE);
    load_watch_cpu(pids, &after);
    class->measuring = FALSE;
    for (guint i = 0; i < class->n; i++)
        load_room_end_window(&class->rooms[i]);
    run(class, STRAGGLERS_NS, FALSE);
    report(class, (double)(after.process_ns - before.process_ns) / 1e9,
           (double)(after.wall_ns - before.wall_ns) / 1e9);
}

static int
fail(const char *problem)
{
    g_printerr("class-load: %s\n", problem);
    return EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) pids = g_array_new(FALSE, FALSE, sizeof(pid_t));
    if (argc != 5)
        return fail("URL CLASSROOMS SECONDS RELAY_PID");
    Class *class = g_new0(Class, 1); /* until the end */
    pid_t pid = (pid_t)atoi(argv[4]);
    class->url = argv[1];
    class->n = (guint)atoi(argv[2]) + 1;
    double seconds = g_ascii_strtod(argv[3], NULL);
    if (class->n < 3 || class->n > CLASS_MAX || seconds <= 0)
        return fail("2 to 63 classrooms, and some seconds");
    g_array_append_val(pids, pid);
    prctl(PR_SET_TIMERSLACK, 1000ul, 0ul, 0ul, 0ul);
    if (!init(class, &error) || !class_sign_in(class, &error))
        return fail(error->message);
    if (!run(class, CONNECT_NS, TRUE))
        return fail("not all sessions are connected");
    printf("signed-in\n");
    fflush(stdout);
    if (scanf("%u %u", &class->on_stage[0], &class->on_stage[1]) != 2)
        return fail("who is on the stage?");
    run(class, WARMUP_NS, FALSE);
    measure(class, seconds, pids);
    return EXIT_SUCCESS;
}
