/* The results as JSON. What is not plain from a member's name:
 *
 *   expected     packets published inside the window, for each receiver from the one on that made
 * its stream known; received: those that came, lost: those that had not come a second and more
 * after the window, also where the relay left them out on purpose remapped     how often a stream
 * went on with other numbers (relays do so after leaving out) forwarded    RTP datagrams that
 * arrived inside the window: what cpu.*us_per_packet divides by verified     decrypted and compared
 * byte by byte, from the first session on; damaged: not as sent latency_us   from before the
 * publisher's sendmmsg() to the kernel's stamp at the receiver memory       of the watched
 * processes: before the first session, with all publishers, with all receivers, at the end;
 * per_receiver_kib: from the second to the third moment joins        milliseconds from the POST to
 * the first packet of media gap_ms       the longest pause of a receiver who watched when the
 * window began, and of a publisher
 */
#include <errno.h>
#include <stdio.h>

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "tests/bench/load/clock.h"
#include "tests/bench/load/load.h"

#define BUSY_SHARE 0.9
#define LATE_SHARE 0.01

typedef struct {
    guint attempted, connected, watching, failed, refused_503;
    GArray *ms; /* double, sorted: POST to first media */
} Joins;

static void
add_int(JsonBuilder *json, const char *name, gint64 value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_int_value(json, value);
}

/* Three places are all that anything here is good for. */
static void
add_double(JsonBuilder *json, const char *name, double value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_double_value(json,
                                  (double)(gint64)(value * 1000 + (value < 0 ? -.5 : .5)) / 1000);
}

static void
begin_object(JsonBuilder *json, const char *name)
{
    json_builder_set_member_name(json, name);
    json_builder_begin_object(json);
}

static int
compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void
count_joins(const Load *self, guint first, guint end, Joins *joins)
{
    *joins = (Joins){.ms = g_array_new(FALSE, FALSE, sizeof(double))};
    for (guint i = first; i < MIN(end, self->n_receivers); i++) {
        const LoadReceiver *receiver = &self->receivers[i];
        gboolean watching = load_receiver_is_watching(receiver);
        joins->attempted++;
        joins->connected += receiver->session.state == LOAD_SESSION_CONNECTED;
        joins->watching += watching;
        if (receiver->session.http_status == 503)
            joins->refused_503++;
        else if (!watching || receiver->session.state == LOAD_SESSION_FAILED)
            joins->failed++;
        if (receiver->first_media_ns != 0 && receiver->session.asked_wall_ns != 0) {
            double ms = (double)(receiver->first_media_ns - receiver->session.asked_wall_ns) /
                        (double)LOAD_NS_PER_MS;
            g_array_append_val(joins->ms, ms);
        }
    }
    g_array_sort(joins->ms, compare_doubles);
}

static double
quantile(const GArray *sorted, double share)
{
    if (sorted->len == 0)
        return 0;
    guint i = (guint)(share * sorted->len);
    return g_array_index(sorted, double, MIN(i, sorted->len - 1));
}

static void
add_joins(JsonBuilder *json, const Load *self, guint first, guint end)
{
    Joins joins;
    count_joins(self, first, end, &joins);
    add_int(json, "attempted", joins.attempted);
    add_int(json, "connected", joins.connected);
    add_int(json, "watching", joins.watching);
    add_int(json, "failed", joins.failed);
    add_int(json, "refused_503", joins.refused_503);
    add_double(json, "p50_ms", quantile(joins.ms, 0.5));
    add_double(json, "p99_ms", quantile(joins.ms, 0.99));
    add_double(json, "max_ms", quantile(joins.ms, 1));
    g_array_unref(joins.ms);
}

static void
add_latency(JsonBuilder *json, const char *name, const LoadHistogram *histogram)
{
    begin_object(json, name);
    add_int(json, "p50", load_histogram_quantile(histogram, 0.5));
    add_int(json, "p90", load_histogram_quantile(histogram, 0.9));
    add_int(json, "p99", load_histogram_quantile(histogram, 0.99));
    add_int(json, "p999", load_histogram_quantile(histogram, 0.999));
    add_int(json, "max", histogram->max_us);
    json_builder_end_object(json);
}

static void
add_latencies(JsonBuilder *json, const Load *self)
{
    g_autofree LoadHistogram *all = g_new0(LoadHistogram, 1);
    load_histogram_merge(all, &self->tally.latency[LOAD_AUDIO]);
    load_histogram_merge(all, &self->tally.latency[LOAD_VIDEO]);
    begin_object(json, "latency_us");
    add_latency(json, "all", all);
    add_latency(json, "audio", &self->tally.latency[LOAD_AUDIO]);
    add_latency(json, "video", &self->tally.latency[LOAD_VIDEO]);
    json_builder_end_object(json);
}

static void
add_packets(JsonBuilder *json, const Load *self, double seconds)
{
    static const char *const names[LOAD_N_KINDS] = {"audio", "video"};
    gint64 expected[LOAD_N_KINDS] = {0}, received[LOAD_N_KINDS] = {0};
    begin_object(json, "sent");
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++) {
        guint64 sent = 0;
        for (gint i = 0; i < self->options->rooms; i++)
            sent +=
                self->rooms[i].tracks[kind].measured_to - self->rooms[i].tracks[kind].measured_from;
        add_int(json, names[kind], (gint64)sent);
    }
    json_builder_end_object(json);
    for (guint i = 0; i < self->n_receivers; i++) {
        for (guint kind = 0; kind < LOAD_N_KINDS; kind++) {
            expected[kind] += (gint64)load_receiver_expected(&self->receivers[i], (LoadKind)kind);
            received[kind] += (gint64)self->receivers[i].streams[kind].in_window;
        }
    }
    gint64 lost_audio = expected[LOAD_AUDIO] - received[LOAD_AUDIO];
    gint64 lost_video = expected[LOAD_VIDEO] - received[LOAD_VIDEO];
    add_int(json, "expected", expected[LOAD_AUDIO] + expected[LOAD_VIDEO]);
    add_int(json, "received", received[LOAD_AUDIO] + received[LOAD_VIDEO]);
    add_int(json, "lost", lost_audio + lost_video);
    add_int(json, "lost_audio", lost_audio);
    add_int(json, "lost_video", lost_video);
    add_int(json, "duplicates", (gint64)self->tally.duplicates);
    add_int(json, "reordered", (gint64)self->tally.reordered);
    add_int(json, "verified", (gint64)self->tally.verified);
    add_int(json, "damaged", (gint64)self->tally.damaged);
    add_int(json, "undecryptable", (gint64)self->tally.undecryptable);
    add_int(json, "malformed", (gint64)self->tally.malformed);
    add_int(json, "repairs", (gint64)self->tally.repairs);
    add_int(json, "remapped", (gint64)self->tally.remapped);
    add_int(json, "forwarded", (gint64)self->tally.forwarded);
    add_int(json, "forwarded_bytes", (gint64)self->tally.forwarded_bytes);
    add_double(json, "forwarded_pps", (double)self->tally.forwarded / seconds);
}

static void
add_cpu(JsonBuilder *json, const Load *self, double seconds)
{
    const LoadCpu *from = &self->begin.watched, *to = &self->end.watched;
    double process = (double)(to->process_ns - from->process_ns);
    begin_object(json, "cpu");
    add_int(json, "process_ns", to->process_ns - from->process_ns);
    add_int(json, "core", load_watch_core(self->watched));
    add_int(json, "core_busy_ns", to->core_busy_ns - from->core_busy_ns);
    add_int(json, "core_softirq_ns", to->core_softirq_ns - from->core_softirq_ns);
    add_int(json, "core_steal_ns", to->core_steal_ns - from->core_steal_ns);
    add_int(json, "context_switches", to->switches - from->switches);
    add_double(json, "share", process / 1e9 / seconds);
    guint64 packets = MAX(self->tally.forwarded, 1);
    add_double(json, "us_per_packet", process / 1000 / (double)packets);
    add_double(json, "core_busy_us_per_packet",
               (double)(to->core_busy_ns - from->core_busy_ns) / 1000 / (double)packets);
    json_builder_end_object(json);
}

static void
add_memory(JsonBuilder *json, const Load *self)
{
    const struct {
        const char *name;
        const LoadMemory *memory;
    } moments[] = {{"before", &self->before},
                   {"published", &self->published},
                   {"joined", &self->joined},
                   {"end", &self->last}};
    begin_object(json, "memory");
    for (guint i = 0; i < G_N_ELEMENTS(moments); i++) {
        g_autofree char *rss = g_strdup_printf("rss_kib_%s", moments[i].name);
        g_autofree char *anonymous = g_strdup_printf("anon_kib_%s", moments[i].name);
        g_autofree char *threads = g_strdup_printf("threads_%s", moments[i].name);
        add_int(json, rss, moments[i].memory->rss_kib);
        add_int(json, anonymous, moments[i].memory->anonymous_kib);
        add_int(json, threads, moments[i].memory->threads);
    }
    double n = (double)self->options->receivers;
    add_double(json, "per_receiver_kib",
               (double)(self->joined.rss_kib - self->published.rss_kib) / n);
    add_double(json, "per_receiver_anon_kib",
               (double)(self->joined.anonymous_kib - self->published.anonymous_kib) / n);
    json_builder_end_object(json);
}

/* NULL if the generator was not what limited the result. */
static char *
find_limit(double share, gint64 overflows, gint64 ticks, gint64 late, gint64 not_sent)
{
    if (share > BUSY_SHARE)
        return g_strdup_printf("the generator used %.0f %% of its CPU", share * 100);
    if (overflows > 0)
        return g_strdup_printf("the generator's sockets dropped %" G_GINT64_FORMAT " datagrams",
                               overflows);
    if (not_sent > 0)
        return g_strdup_printf(
            "the kernel did not take %" G_GINT64_FORMAT " packets of the publishers", not_sent);
    if ((double)late > LATE_SHARE * (double)ticks)
        return g_strdup_printf("%" G_GINT64_FORMAT " of the generator's %" G_GINT64_FORMAT
                               " ticks began more than 5 ms late",
                               late, ticks);
    return NULL;
}

static void
add_generator(JsonBuilder *json, const Load *self, double seconds)
{
    const LoadSnapshot *from = &self->begin, *to = &self->end;
    double own = (double)(to->own_ns - from->own_ns), share = own / 1e9 / seconds;
    gint64 overflows = (gint64)(to->overflows - from->overflows);
    gint64 ticks = (gint64)(to->ticks - from->ticks);
    gint64 late = (gint64)(to->late_ticks - from->late_ticks);
    gint64 not_sent = (gint64)(to->not_sent - from->not_sent);
    guint64 datagrams = to->poller.datagrams - from->poller.datagrams;
    g_autofree char *why = find_limit(share, overflows, ticks, late, not_sent);
    guint64 keyframes = 0, retransmitted = 0;
    guint64 feedbacks = to->feedbacks - from->feedbacks;
    for (guint i = 0; i < self->n_publishers; i++) {
        keyframes += self->publishers[i].keyframes;
        retransmitted += self->publishers[i].retransmitted;
    }
    begin_object(json, "generator");
    add_double(json, "cpu_share", share);
    add_double(json, "us_per_packet", own / 1000 / (double)MAX(datagrams, 1));
    add_int(json, "datagrams", (gint64)datagrams);
    add_double(json, "datagrams_per_call",
               (double)datagrams / (double)MAX(to->poller.calls - from->poller.calls, 1));
    add_int(json, "socket_overflows", overflows);
    add_int(json, "packets_not_sent", not_sent);
    add_int(json, "ticks", ticks);
    add_int(json, "late_ticks", late);
    add_double(json, "latest_tick_ms", (double)to->latest_ns / (double)LOAD_NS_PER_MS);
    add_int(json, "keyframes", (gint64)keyframes);
    add_int(json, "retransmitted", (gint64)retransmitted);
    add_double(json, "feedbacks_per_receiver_s",
               (double)feedbacks / seconds / self->options->receivers);
    json_builder_set_member_name(json, "limited");
    json_builder_add_boolean_value(json, why != NULL);
    json_builder_set_member_name(json, "why");
    json_builder_add_string_value(json, why ? why : "");
    json_builder_end_object(json);
}

static void
add_gaps(JsonBuilder *json, const Load *self)
{
    gint64 sent_ns = 0;
    for (gint i = 0; i < self->options->rooms; i++)
        sent_ns = MAX(sent_ns, self->rooms[i].longest_gap_ns);
    begin_object(json, "gap_ms");
    add_double(json, "max", (double)self->tally.longest_gap_ns / (double)LOAD_NS_PER_MS);
    add_double(json, "sent_max", (double)sent_ns / (double)LOAD_NS_PER_MS);
    json_builder_end_object(json);
}

static void
add_sessions(JsonBuilder *json, const Load *self)
{
    guint initial = (guint)self->options->receivers;
    begin_object(json, "joins");
    add_joins(json, self, 0, initial);
    add_int(json, "asked_again_429", self->signalling ? (gint64)self->signalling->asked_again : 0);
    json_builder_end_object(json);
    if (self->options->churn_rate == 0)
        return;
    begin_object(json, "churn");
    add_int(json, "rate", self->options->churn_rate);
    add_double(json, "seconds", self->options->churn_s);
    add_joins(json, self, initial, G_MAXUINT);
    json_builder_end_object(json);
}

static JsonNode *
build(const Load *self)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    double seconds = (double)(self->end.watched.wall_ns - self->begin.watched.wall_ns) / 1e9;
    guint connected = 0;
    for (guint i = 0; i < MIN(self->n_receivers, (guint)self->options->receivers); i++)
        connected += self->receivers[i].session.state == LOAD_SESSION_CONNECTED;
    json_builder_begin_object(json);
    json_builder_set_member_name(json, "peer");
    json_builder_add_string_value(json, self->options->peer_name);
    json_builder_set_member_name(json, "profile");
    json_builder_add_string_value(json, self->options->profile_name);
    add_int(json, "rooms", self->options->rooms);
    add_int(json, "receivers", self->options->receivers);
    add_int(json, "connected", connected);
    add_double(json, "seconds", seconds);
    add_double(json, "offered_pps",
               load_options_packet_rate(self->options) * self->options->receivers);
    add_packets(json, self, seconds);
    add_cpu(json, self, seconds);
    add_memory(json, self);
    add_latencies(json, self);
    add_sessions(json, self);
    add_gaps(json, self);
    add_generator(json, self, seconds);
    json_builder_end_object(json);
    return json_builder_get_root(json);
}

/* Into the file that is there, which may be a device: json_generator_to_file() would put another in
 * its place. */
static gboolean
write_file(JsonGenerator *generator, const char *path, GError **error)
{
    g_autofree char *text = json_generator_to_data(generator, NULL);
    FILE *file = fopen(path, "w");
    gboolean ok = file && fputs(text, file) >= 0;
    if (file && fclose(file) != 0)
        ok = FALSE;
    if (!ok)
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s: %s", path,
                    g_strerror(errno));
    return ok;
}

gboolean
load_report(const Load *load, GError **error)
{
    g_autoptr(JsonGenerator) generator = json_generator_new();
    g_autoptr(JsonNode) root = build(load);
    json_generator_set_root(generator, root);
    json_generator_set_pretty(generator, TRUE);
    if (g_strcmp0(load->options->json, "-") != 0)
        return write_file(generator, load->options->json, error);
    g_autofree char *text = json_generator_to_data(generator, NULL);
    g_print("%s\n", text);
    return TRUE;
}
