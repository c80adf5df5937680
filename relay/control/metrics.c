#include "relay/control/metrics.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "relay/control/events.h"

struct CcMetrics {
    CcSessionTotals totals[2]; /* by CcSessionDirection, as shown last */
};

CcMetrics *
cc_metrics_new(void)
{
    return g_new0(CcMetrics, 1);
}

void
cc_metrics_free(CcMetrics *metrics)
{
    g_free(metrics);
}

/* A packet that was lost may turn up after all; a counter must not go back. */
static void
collect(CcMetrics *metrics, const CcWorkerStats *stats)
{
    for (guint i = 0; i < G_N_ELEMENTS(metrics->totals); i++) {
        guint64 lost = metrics->totals[i].packets_lost;

        metrics->totals[i] = stats->totals[i];
        metrics->totals[i].packets_lost = MAX(lost, stats->totals[i].packets_lost);
    }
}

static void
head(GString *out, const char *name, const char *type, const char *help)
{
    g_string_append_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
plain(GString *out, const char *name, const char *type, const char *help, guint64 value)
{
    head(out, name, type, help);
    g_string_append_printf(out, "%s %" G_GUINT64_FORMAT "\n", name, value);
}

static void
labelled(GString *out, const char *name, const char *label, const char *label_value, guint64 value)
{
    g_string_append_printf(out, "%s{%s=\"%s\"} %" G_GUINT64_FORMAT "\n", name, label, label_value,
                           value);
}

static guint64
resident_bytes(void)
{
    unsigned long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (file == NULL)
        return 0;
    if (fscanf(file, "%lu %lu", &size, &resident) != 2)
        resident = 0;
    fclose(file);
    return (guint64)resident * (guint64)sysconf(_SC_PAGESIZE);
}

static void
describe_process(GString *out)
{
    struct rusage usage;
    double cpu_s;
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    getrusage(RUSAGE_SELF, &usage);
    cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
            (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / G_USEC_PER_SEC;
    head(out, "process_cpu_seconds_total", "counter", "CPU time used, in seconds.");
    g_string_append_printf(out, "process_cpu_seconds_total %s\n",
                           g_ascii_formatd(text, sizeof(text), "%.3f", cpu_s));
    plain(out, "process_resident_memory_bytes", "gauge", "Memory in use, in bytes.",
          resident_bytes());
}

static void
describe_rooms(GString *out, const CcControl *control, const CcWorkerStats *stats)
{
    g_autoptr(GPtrArray) rooms = cc_room_registry_list(control->rooms);
    guint lessons[CC_LESSON_OVER + 1] = {0};
    guint sessions[2][2] = {{0}};

    for (guint i = 0; i < rooms->len; i++)
        lessons[((const CcRoom *)g_ptr_array_index(rooms, i))->lesson]++;
    for (guint i = 0; i < stats->sessions->len; i++) {
        const CcSessionStats *session = g_ptr_array_index(stats->sessions, i);
        sessions[session->direction][session->connected ? 1 : 0]++;
    }
    head(out, "classcast_rooms", "gauge", "Rooms by the state of their lesson.");
    for (guint i = 0; i < G_N_ELEMENTS(lessons); i++)
        labelled(out, "classcast_rooms", "lesson", cc_lesson_to_string((CcLesson)i), lessons[i]);
    head(out, "classcast_sessions", "gauge", "Media sessions by kind and state.");
    for (guint direction = 0; direction < 2; direction++)
        for (guint connected = 0; connected < 2; connected++)
            g_string_append_printf(out, "classcast_sessions{kind=\"%s\",state=\"%s\"} %u\n",
                                   direction == CC_DIRECTION_PUBLISH ? "publish" : "watch",
                                   connected ? "connected" : "connecting",
                                   sessions[direction][connected]);
    plain(out, "classcast_observers", "gauge", "WebSockets that listen to rooms' events.",
          cc_events_n_observers(control->events));
}

/* What classrooms have to do without. */
static void
describe_pictures(GString *out, const CcWorkerStats *stats)
{
    guint pictures[CC_PICTURE_PAUSED + 1] = {0};
    guint reasons[CC_LINK_REASON_RELAY + 1] = {0};
    guint tcp = 0;

    for (guint i = 0; i < stats->sessions->len; i++) {
        const CcSessionStats *session = g_ptr_array_index(stats->sessions, i);
        if (session->direction != CC_DIRECTION_WATCH || !session->connected)
            continue;
        pictures[session->report.picture]++;
        reasons[session->report.reason]++;
        tcp += session->report.tcp;
    }
    head(out, "classcast_pictures", "gauge", "Receivers by what they get of the picture.");
    for (guint i = 0; i < G_N_ELEMENTS(pictures); i++)
        labelled(out, "classcast_pictures", "picture", cc_picture_state_name((CcPictureState)i),
                 pictures[i]);
    head(out, "classcast_given_up", "gauge",
         "Receivers that get less than there is, by the reason.");
    for (guint i = CC_LINK_REASON_RATE; i < G_N_ELEMENTS(reasons); i++)
        labelled(out, "classcast_given_up", "reason", cc_link_reason_name((CcLinkReason)i),
                 reasons[i]);
    plain(out, "classcast_receivers_by_tcp", "gauge", "Receivers whose media go by TCP.", tcp);
}

static void
describe_refusals(GString *out, const CcControl *control)
{
    head(out, "classcast_http_refused_total", "counter", "HTTP requests refused, by problem code.");
    for (guint i = 0; i < CC_N_PROBLEMS; i++)
        labelled(out, "classcast_http_refused_total", "code", cc_problem_code((CcProblem)i),
                 control->refusals[i]);
}

static void
describe_packets(GString *out, const CcWorkerStats *stats)
{
    head(out, "classcast_dropped_total", "counter", "Datagrams and packets dropped, by reason.");
    for (guint i = CC_DROP_NONE + 1; i < CC_N_DROPS; i++)
        labelled(out, "classcast_dropped_total", "reason", cc_drop_name((CcDrop)i),
                 stats->drops[i]);
    head(out, "classcast_datagrams_total", "counter", "Datagrams and TCP frames.");
    labelled(out, "classcast_datagrams_total", "direction", "in", stats->datagrams_in);
    labelled(out, "classcast_datagrams_total", "direction", "out", stats->datagrams_out);
    head(out, "classcast_bytes_total", "counter", "Bytes in datagrams and TCP frames.");
    labelled(out, "classcast_bytes_total", "direction", "in", stats->bytes_in);
    labelled(out, "classcast_bytes_total", "direction", "out", stats->bytes_out);
    plain(out, "classcast_receive_overflows_total", "counter",
          "Datagrams that the kernel dropped because the socket's buffer was full.",
          stats->receive_overflows);
    plain(out, "classcast_send_overflows_total", "counter",
          "Datagrams that the kernel did not take because the socket's buffer was full.",
          stats->send_overflows);
    plain(out, "classcast_sends_total", "counter",
          "Sends of one or more datagrams to one receiver at once.", stats->sends);
    plain(out, "classcast_packets_in_use", "gauge", "Packets of the pools in use.",
          stats->packets_in_use);
}

/* One family with a line for each worker. */
static void
by_worker(GString *out, const CcWorkerGroupStats *stats, const char *name, const char *type,
          const char *help, guint64 (*value)(const CcWorkerStats *stats))
{
    head(out, name, type, help);
    for (guint i = 0; i < stats->workers->len; i++) {
        char index[12];

        g_snprintf(index, sizeof(index), "%u", i);
        labelled(out, name, "worker", index, value(g_ptr_array_index(stats->workers, i)));
    }
}

static guint64
n_sessions(const CcWorkerStats *stats)
{
    return stats->sessions->len;
}

static guint64
datagrams_in(const CcWorkerStats *stats)
{
    return stats->datagrams_in;
}

static guint64
datagrams_out(const CcWorkerStats *stats)
{
    return stats->datagrams_out;
}

static guint64
n_drops(const CcWorkerStats *stats)
{
    guint64 sum = 0;

    for (guint i = CC_DROP_NONE + 1; i < CC_N_DROPS; i++)
        sum += stats->drops[i];
    return sum;
}

static guint64
overflows(const CcWorkerStats *stats)
{
    return stats->receive_overflows;
}

static guint64
shed_level(const CcWorkerStats *stats)
{
    return stats->shed_level;
}

/* How the work is spread. What there is of each reason is in the sums above. */
static void
describe_workers(GString *out, const CcWorkerGroupStats *stats)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    head(out, "classcast_worker_cpu_seconds_total", "counter", "CPU time that each worker used.");
    for (guint i = 0; i < stats->workers->len; i++) {
        const CcWorkerStats *worker = g_ptr_array_index(stats->workers, i);
        g_string_append_printf(
            out, "classcast_worker_cpu_seconds_total{worker=\"%u\"} %s\n", i,
            g_ascii_formatd(text, sizeof(text), "%.3f", (double)worker->cpu_us / G_USEC_PER_SEC));
    }
    by_worker(out, stats, "classcast_worker_sessions", "gauge", "Media sessions of each worker.",
              n_sessions);
    by_worker(out, stats, "classcast_worker_datagrams_in_total", "counter",
              "Datagrams and TCP frames that came to each worker.", datagrams_in);
    by_worker(out, stats, "classcast_worker_datagrams_out_total", "counter",
              "Datagrams and TCP frames that each worker sent.", datagrams_out);
    by_worker(out, stats, "classcast_worker_dropped_total", "counter",
              "Datagrams and packets that each worker dropped.", n_drops);
    by_worker(out, stats, "classcast_worker_receive_overflows_total", "counter",
              "Datagrams for each worker that the kernel dropped.", overflows);
    by_worker(
        out, stats, "classcast_worker_shed_level", "gauge",
        "How much each worker leaves out because of overload: 0 nothing, 1 to 8 upper temporal "
        "layers, 9 to 16 video, of so many eighths of the receivers.",
        shed_level);
    head(out, "classcast_worker_load", "gauge",
         "Share of the time that each worker works, 0 to 1.");
    for (guint i = 0; i < stats->workers->len; i++) {
        const CcWorkerStats *worker = g_ptr_array_index(stats->workers, i);
        g_string_append_printf(out, "classcast_worker_load{worker=\"%u\"} %s\n", i,
                               g_ascii_formatd(text, sizeof(text), "%.3f", worker->load));
    }
}

static void
by_kind(GString *out, const char *name, const char *help, guint64 publish, guint64 watch)
{
    head(out, name, "counter", help);
    labelled(out, name, "kind", "publish", publish);
    labelled(out, name, "kind", "watch", watch);
}

static void
describe_media(GString *out, const CcMetrics *metrics)
{
    const CcSessionTotals *publish = &metrics->totals[CC_DIRECTION_PUBLISH];
    const CcSessionTotals *watch = &metrics->totals[CC_DIRECTION_WATCH];

    by_kind(out, "classcast_rtp_packets_total",
            "RTP packets received from publishers and sent to receivers.", publish->packets,
            watch->packets);
    by_kind(out, "classcast_rtp_packets_lost_total",
            "RTP packets lost from publishers, and reported as lost by receivers.",
            publish->packets_lost, watch->packets_lost);
    by_kind(out, "classcast_rtp_retransmitted_total",
            "RTP packets recovered from publishers and sent again to receivers.",
            publish->retransmitted, watch->retransmitted);
    by_kind(out, "classcast_nacks_total",
            "Packets asked for again: of publishers by the relay, of the relay by receivers.",
            publish->nacks, watch->nacks);
    by_kind(out, "classcast_keyframe_requests_total",
            "Keyframe requests: to publishers, and from receivers.", publish->keyframe_requests,
            watch->keyframe_requests);
}

/* Nobody is named here, so receivers are counted. */
static void
describe_links(GString *out, const CcWorkerStats *stats)
{
    static const char *const states[] = {"starting", "clear", "full", "contested", "silent"};
    static const guint bounds[] = {32, 64, 128, 256, 512, 1024, 2048, 4096};
    guint n_states[G_N_ELEMENTS(states)] = {0}, n_below[G_N_ELEMENTS(bounds)] = {0};

    for (guint i = 0; i < stats->sessions->len; i++) {
        const CcSessionStats *session = g_ptr_array_index(stats->sessions, i);
        for (guint k = 0; session->link && k < G_N_ELEMENTS(states); k++)
            n_states[k] += g_str_equal(session->link, states[k]);
        for (guint k = 0; session->link && k < G_N_ELEMENTS(bounds); k++)
            n_below[k] += session->estimate_bps <= bounds[k] * 1000;
    }
    head(out, "classcast_receiver_links", "gauge", "Receivers by what is known of their links.");
    for (guint i = 0; i < G_N_ELEMENTS(states); i++)
        labelled(out, "classcast_receiver_links", "state", states[i], n_states[i]);
    head(out, "classcast_receivers_up_to", "gauge",
         "Receivers whose links are estimated to take at most so many bit/s on the wire.");
    for (guint i = 0; i < G_N_ELEMENTS(bounds); i++) {
        char bound[16];
        g_snprintf(bound, sizeof(bound), "%u", bounds[i] * 1000);
        labelled(out, "classcast_receivers_up_to", "bps", bound, n_below[i]);
    }
}

char *
cc_metrics_describe(CcMetrics *metrics, const CcControl *control, const CcWorkerGroupStats *stats)
{
    GString *out = g_string_new(NULL);

    collect(metrics, stats->total);
    describe_process(out);
    describe_rooms(out, control, stats->total);
    describe_pictures(out, stats->total);
    describe_refusals(out, control);
    describe_packets(out, stats->total);
    describe_workers(out, stats);
    describe_media(out, metrics);
    describe_links(out, stats->total);
    return g_string_free(out, FALSE);
}
