#include "tests/bench/load/options.h"

#include <gio/gio.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/types.h>

#include "tests/bench/load/pattern.h"

#define MAX_SESSIONS 60000 /* each has a port of one address */

static gboolean
fail(GError **error, const char *message)
{
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
    return FALSE;
}

static gboolean
read_peer(LoadOptions *options, GError **error)
{
    static const char *const names[] = {"classcast", "janus", "sink"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_strcmp0(options->peer_name, names[i]) == 0) {
            options->peer = (LoadPeer)i;
            if (options->peer == LOAD_PEER_SINK)
                return options->sink_target ? TRUE : fail(error, "a sink wants --sink-target");
            return options->url ? TRUE : fail(error, "--url is missing");
        }
    }
    return fail(error, "--peer is classcast, janus or sink");
}

/* Janus does not offer the loopback interface's address. What goes from one address of this machine
 * to another is loopback all the same. */
static gboolean
find_local_address(LoadOptions *options, GError **error)
{
    struct ifaddrs *all = NULL;
    options->local.s_addr = htonl(INADDR_LOOPBACK);
    if (options->peer != LOAD_PEER_JANUS)
        return TRUE;
    gboolean found = FALSE;
    getifaddrs(&all);
    for (struct ifaddrs *i = all; i && !found; i = i->ifa_next) {
        if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET || !(i->ifa_flags & IFF_UP) ||
            (i->ifa_flags & IFF_LOOPBACK))
            continue;
        options->local = ((struct sockaddr_in *)i->ifa_addr)->sin_addr;
        found = TRUE;
    }
    freeifaddrs(all);
    return found ? TRUE : fail(error, "Janus wants an IPv4 address other than 127.0.0.1");
}

static gboolean
read_profile(LoadOptions *options, GError **error)
{
    if (!options->profile_name)
        options->profile_name = g_strdup("gcm");
    if (g_strcmp0(options->profile_name, "gcm") == 0)
        options->profile = CC_SRTP_AEAD_AES_128_GCM;
    else if (g_strcmp0(options->profile_name, "cm") == 0)
        options->profile = CC_SRTP_AES128_CM_SHA1_80;
    else
        return fail(error, "--profile is gcm or cm");
    return TRUE;
}

static gboolean
read_churn(LoadOptions *options, const char *churn, GError **error)
{
    if (!churn)
        return TRUE;
    if (options->peer == LOAD_PEER_SINK)
        return fail(error, "a sink has no --churn");
    char *end;
    guint64 rate = g_ascii_strtoull(churn, &end, 10);
    double seconds = *end == ':' ? g_ascii_strtod(end + 1, &end) : 0;
    if (*end || rate < 1 || rate > 10000 || seconds <= 0 || seconds > options->seconds)
        return fail(error, "--churn is RATE:SECONDS, no longer than --seconds");
    options->churn_rate = (gint)rate;
    options->churn_s = seconds;
    return TRUE;
}

static gboolean
read_watched(LoadOptions *options, char **pids, GError **error)
{
    for (guint i = 0; pids && pids[i]; i++) {
        guint64 number;
        if (!g_ascii_string_to_unsigned(pids[i], 10, 1, G_MAXINT, &number, error))
            return FALSE;
        pid_t pid = (pid_t)number;
        g_array_append_val(options->watched, pid);
    }
    return TRUE;
}

static gboolean
check_numbers(const LoadOptions *options, GError **error)
{
    if (options->rooms < 1 || options->receivers < 1 || options->join_rate < 1 ||
        options->decrypt < 0)
        return fail(error, "--rooms, --receivers and --join-rate are at least 1");
    if (options->peer == LOAD_PEER_SINK && options->rooms != 1)
        return fail(error, "a sink has one room: every datagram goes to all");
    if (options->fps < 0 || options->fps > 200 || options->packets_per_frame < 1 ||
        options->packets_per_frame > LOAD_MAX_BURST || options->audio_rate < 0 ||
        options->audio_rate > 200 || options->fps + options->audio_rate == 0)
        return fail(error, "that is no pattern of packets");
    if (options->video_bytes < LOAD_MIN_PAYLOAD || options->video_bytes > LOAD_MAX_PAYLOAD ||
        options->audio_bytes < LOAD_MIN_PAYLOAD || options->audio_bytes > LOAD_MAX_PAYLOAD)
        return fail(error, "payloads have 48 to 1200 bytes");
    if (options->seconds <= 0 || options->seconds > 86400 || options->warmup_s < 0)
        return fail(error, "--seconds must be more than 0");
    if ((guint)options->rooms + (guint)options->receivers + load_options_churn(options) >
        MAX_SESSIONS)
        return fail(error, "there are not enough ports for so many sessions");
    return TRUE;
}

static gboolean
parse(LoadOptions *o, int argc, char **argv, GError **error)
{
    g_autofree char *churn = NULL;
    g_auto(GStrv) pids = NULL;
    const GOptionEntry entries[] = {
        {"peer", 0, 0, G_OPTION_ARG_STRING, &o->peer_name, "classcast, janus or sink", "PEER"},
        {"url", 0, 0, G_OPTION_ARG_STRING, &o->url, "http://127.0.0.1:PORT of the peer", "URL"},
        {"token", 0, 0, G_OPTION_ARG_STRING, &o->token, "access token", "TOKEN"},
        {"rooms", 0, 0, G_OPTION_ARG_INT, &o->rooms, "one publisher each (1)", "R"},
        {"receivers", 0, 0, G_OPTION_ARG_INT, &o->receivers, "in all rooms together (1)", "N"},
        {"profile", 0, 0, G_OPTION_ARG_STRING, &o->profile_name, "gcm (default) or cm", "NAME"},
        {"fps", 0, 0, G_OPTION_ARG_INT, &o->fps, "frames a second (25), 0: no video", "N"},
        {"packets-per-frame", 0, 0, G_OPTION_ARG_INT, &o->packets_per_frame, "(3)", "N"},
        {"video-bytes", 0, 0, G_OPTION_ARG_INT, &o->video_bytes, "RTP payload (1000)", "BYTES"},
        {"audio-rate", 0, 0, G_OPTION_ARG_INT, &o->audio_rate, "packets a second (50)", "N"},
        {"audio-bytes", 0, 0, G_OPTION_ARG_INT, &o->audio_bytes, "RTP payload (120)", "BYTES"},
        {"join-rate", 0, 0, G_OPTION_ARG_INT, &o->join_rate, "sessions a second (100)", "J"},
        {"no-feedback", 0, 0, G_OPTION_ARG_NONE, &o->no_feedback, "no transport-wide feedback",
         NULL},
        {"warmup", 0, 0, G_OPTION_ARG_DOUBLE, &o->warmup_s, "before measuring (2)", "S"},
        {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &o->seconds, "to measure (10)", "S"},
        {"watch-pid", 0, 0, G_OPTION_ARG_STRING_ARRAY, &pids, "whose CPU and memory", "PID"},
        {"decrypt", 0, 0, G_OPTION_ARG_INT, &o->decrypt, "receivers that decrypt all (3)", "K"},
        {"churn", 0, 0, G_OPTION_ARG_STRING, &churn, "more receivers while measuring", "RATE:S"},
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &o->json, "results, - for stdout", "FILE"},
        {"sink-target", 0, 0, G_OPTION_ARG_STRING, &o->sink_target, "where a sink sends", "ADDR"},
        {"sink-file", 0, 0, G_OPTION_ARG_FILENAME, &o->sink_file, "a sink's ports", "FILE"},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("– lessons for measuring a relay");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, error))
        return FALSE;
    if (argc > 1)
        return fail(error, "there are only options");
    return read_peer(o, error) && find_local_address(o, error) && read_profile(o, error) &&
           read_watched(o, pids, error) && read_churn(o, churn, error) && check_numbers(o, error);
}

LoadOptions *
load_options_parse(int argc, char **argv, GError **error)
{
    g_autoptr(LoadOptions) options = g_new0(LoadOptions, 1);
    options->rooms = options->receivers = 1;
    options->fps = 25;
    options->packets_per_frame = 3;
    options->video_bytes = 1000;
    options->audio_rate = 50;
    options->audio_bytes = 120;
    options->join_rate = 100;
    options->warmup_s = 2;
    options->seconds = 10;
    options->decrypt = 3;
    options->watched = g_array_new(FALSE, FALSE, sizeof(pid_t));
    return parse(options, argc, argv, error) ? g_steal_pointer(&options) : NULL;
}

void
load_options_free(LoadOptions *options)
{
    if (!options)
        return;
    g_free(options->peer_name);
    g_free(options->url);
    g_free(options->token);
    g_free(options->json);
    g_free(options->sink_target);
    g_free(options->sink_file);
    g_free(options->profile_name);
    g_array_unref(options->watched);
    g_free(options);
}

guint
load_options_churn(const LoadOptions *options)
{
    return (guint)(options->churn_rate * options->churn_s + 0.5);
}

double
load_options_packet_rate(const LoadOptions *options)
{
    return options->fps * options->packets_per_frame + options->audio_rate;
}
