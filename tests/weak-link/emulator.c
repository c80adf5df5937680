/* A weak link between two network namespaces: one TUN device in each, and this process carries
 * packets from one to the other as the conditions of each direction say.
 *
 *   link-emulator --near /run/netns/A --far /run/netns/B [--down CONDITIONS] [--up CONDITIONS]
 *                 [--seed N] [--statistics FILE]
 *
 * Both devices are called "weak". "down" is from near to far. Prints "ready", then reads commands
 * from standard input: "begin SECONDS" lets losses begin now and the schedules after that time; the
 * input's end is its own. Conditions: link-model.h. */
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/weak-link/departures.h"
#include "tests/weak-link/tally.h"
#include "tests/weak-link/tun.h"

#define DEVICE "weak"
#define MAX_PACKET 65536
#define BATCH 64 /* packets read before others get their turn */
#define STATISTICS_US 200000

typedef struct {
    int in, out;
    LinkConditions conditions;
    LinkModel *model;
    Departures departures;
    Tally tally;
} Direction;

typedef struct {
    Direction down, up;
    FILE *statistics;
    gint64 next_statistics_us;
} Emulator;

static void
carry(Direction *direction, const guint8 *packet, gsize length)
{
    gint64 now_us = g_get_monotonic_time();
    PacketFacts facts = packet_look(packet, length);
    LinkVerdict verdict = link_model_carry(direction->model, now_us, length, facts.is_udp);
    tally_add(&direction->tally, &facts, length, &verdict);
    for (guint i = 0; i < verdict.copies; i++)
        departures_add(&direction->departures, verdict.deliver_us[i], packet, length);
}

static void
receive(Direction *direction)
{
    static guint8 packet[MAX_PACKET];
    for (guint i = 0; i < BATCH; i++) {
        ssize_t length = read(direction->in, packet, sizeof packet);
        if (length <= 0)
            return;
        carry(direction, packet, (gsize)length);
    }
}

static void
deliver(Direction *direction)
{
    gint64 now_us = g_get_monotonic_time();
    const Departure *next;
    while ((next = departures_first(&direction->departures)) != NULL && next->at_us <= now_us) {
        /* A full device on the other side drops it, as it would drop any other. */
        if (write(direction->out, next->packet, next->length) < 0)
            direction->tally.fates[LINK_FATE_QUEUE]++;
        tally_left(&direction->tally, now_us - next->at_us);
        departures_remove_first(&direction->departures);
    }
}

static void
write_statistics(Emulator *emulator, gint64 now_us)
{
    Direction *directions[] = {&emulator->down, &emulator->up};
    for (guint i = 0; i < G_N_ELEMENTS(directions); i++) {
        Direction *direction = directions[i];
        gint64 time_us = link_model_time(direction->model, now_us);
        tally_write(&direction->tally, emulator->statistics, now_us, time_us,
                    rate_schedule_at(&direction->conditions.rate, MAX(time_us, 0)));
    }
    emulator->next_statistics_us = now_us + STATISTICS_US;
}

/* FALSE at the end of the input. */
static gboolean
obey(Emulator *emulator)
{
    char line[128];
    double seconds;
    if (fgets(line, sizeof line, stdin) == NULL)
        return FALSE;
    if (sscanf(line, "begin %lf", &seconds) == 1) {
        gint64 origin_us = g_get_monotonic_time() + (gint64)(seconds * G_USEC_PER_SEC);
        link_model_begin(emulator->down.model, origin_us);
        link_model_begin(emulator->up.model, origin_us);
        g_print("began origin_us=%" G_GINT64_FORMAT "\n", origin_us);
    } else {
        g_printerr("link-emulator: no such command: %s", line);
    }
    return TRUE;
}

static gint64
next_time(Emulator *emulator)
{
    gint64 time_us = emulator->next_statistics_us;
    const Departure *down = departures_first(&emulator->down.departures);
    const Departure *up = departures_first(&emulator->up.departures);
    if (down != NULL)
        time_us = MIN(time_us, down->at_us);
    if (up != NULL)
        time_us = MIN(time_us, up->at_us);
    return time_us;
}

static void
run(Emulator *emulator)
{
    struct pollfd polled[] = {{.fd = emulator->down.in, .events = POLLIN},
                              {.fd = emulator->up.in, .events = POLLIN},
                              {.fd = STDIN_FILENO, .events = POLLIN}};
    for (;;) {
        gint64 wait_us = MAX(next_time(emulator) - g_get_monotonic_time(), 0);
        struct timespec wait = {wait_us / G_USEC_PER_SEC, wait_us % G_USEC_PER_SEC * 1000};
        if (ppoll(polled, G_N_ELEMENTS(polled), &wait, NULL) < 0)
            return;
        receive(&emulator->down);
        receive(&emulator->up);
        deliver(&emulator->down);
        deliver(&emulator->up);
        if (g_get_monotonic_time() >= emulator->next_statistics_us)
            write_statistics(emulator, g_get_monotonic_time());
        if (polled[2].revents != 0 && !obey(emulator))
            return;
    }
}

typedef struct {
    char *near, *far, *device, *down, *up, *statistics;
    gint seed;
} Options;

static gboolean
parse_options(Options *options, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"near", 0, 0, G_OPTION_ARG_FILENAME, &options->near, "namespace of one end", "PATH"},
        {"far", 0, 0, G_OPTION_ARG_FILENAME, &options->far, "namespace of the other", "PATH"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &options->device, "what it is called at both ends", "NAME"},
        {"down", 0, 0, G_OPTION_ARG_STRING, &options->down, "near to far", "CONDITIONS"},
        {"up", 0, 0, G_OPTION_ARG_STRING, &options->up, "far to near", "CONDITIONS"},
        {"seed", 0, 0, G_OPTION_ARG_INT, &options->seed, "of all dice", "N"},
        {"statistics", 0, 0, G_OPTION_ARG_FILENAME, &options->statistics, "JSON lines", "FILE"},
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return FALSE;
    if (*argc != 1 || options->near == NULL || options->far == NULL) {
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                            "--near and --far are needed, and nothing but options");
        return FALSE;
    }
    return TRUE;
}

static gboolean
open_direction(Direction *direction, const char *name, const char *conditions, guint32 seed,
               GError **error)
{
    link_conditions_init(&direction->conditions);
    departures_init(&direction->departures);
    tally_init(&direction->tally, name);
    if (!link_conditions_parse(&direction->conditions, conditions != NULL ? conditions : "", error))
        return FALSE;
    direction->model = link_model_new(&direction->conditions, seed);
    return TRUE;
}

static void
close_direction(Direction *direction)
{
    link_model_free(direction->model);
    link_conditions_clear(&direction->conditions);
    departures_clear(&direction->departures);
    tally_clear(&direction->tally);
}

static gboolean
open_emulator(Emulator *emulator, const Options *options, GError **error)
{
    guint32 seed = (guint32)options->seed;
    if (!open_direction(&emulator->down, "down", options->down, seed * 2, error) ||
        !open_direction(&emulator->up, "up", options->up, seed * 2 + 1, error))
        return FALSE;
    const char *path = options->statistics != NULL ? options->statistics : "/dev/null";
    emulator->statistics = fopen(path, "we");
    if (emulator->statistics == NULL) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "cannot write %s", path);
        return FALSE;
    }
    const char *device = options->device != NULL ? options->device : DEVICE;
    int near = tun_open(options->near, device, error);
    int far = near >= 0 ? tun_open(options->far, device, error) : -1;
    emulator->down.in = emulator->up.out = near;
    emulator->down.out = emulator->up.in = far;
    return far >= 0;
}

int
main(int argc, char **argv)
{
    Options options = {.seed = 1};
    Emulator emulator = {0};
    g_autoptr(GError) error = NULL;
    setvbuf(stdin, NULL, _IONBF, 0); /* poll must see what is there */
    if (!parse_options(&options, &argc, &argv, &error) ||
        !open_emulator(&emulator, &options, &error)) {
        g_printerr("link-emulator: %s\n", error->message);
        return 1;
    }
    g_print("ready\n");
    run(&emulator);
    write_statistics(&emulator, g_get_monotonic_time());
    fclose(emulator.statistics);
    close(emulator.down.in);
    close(emulator.up.in);
    close_direction(&emulator.down);
    close_direction(&emulator.up);
    g_free(options.near);
    g_free(options.far);
    g_free(options.device);
    g_free(options.down);
    g_free(options.up);
    g_free(options.statistics);
    return 0;
}
