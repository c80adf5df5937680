#include "tests/weak-link/tally.h"

#include <inttypes.h>
#include <string.h>

#define QUEUE_STEP_US 5000

void
tally_init(Tally *tally, const char *direction)
{
    *tally = (Tally){.direction = direction};
    tally->queue_us = g_array_new(FALSE, FALSE, sizeof(gint64));
    tally->flows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

void
tally_clear(Tally *tally)
{
    g_clear_pointer(&tally->queue_us, g_array_unref);
    g_clear_pointer(&tally->flows, g_hash_table_unref);
}

static void
add_to_flow(Tally *tally, const PacketFacts *facts, gsize bytes)
{
    char name[16];
    g_snprintf(name, sizeof name, "%s-%u", facts->is_udp ? "udp" : "tcp", facts->port);
    guint64 *sum = g_hash_table_lookup(tally->flows, name);
    if (sum == NULL) {
        sum = g_new0(guint64, 1);
        g_hash_table_insert(tally->flows, g_strdup(name), sum);
    }
    *sum += bytes;
}

void
tally_add(Tally *tally, const PacketFacts *facts, gsize bytes, const LinkVerdict *verdict)
{
    TallyKind *kind =
        &tally->kinds[(guint)facts->kind + (facts->kind == PACKET_RTP ? facts->payload_type : 0u)];
    kind->packets++;
    kind->bytes += bytes;
    tally->fates[verdict->fate]++;
    if (verdict->fate != LINK_FATE_BLOCKED && verdict->fate != LINK_FATE_QUEUE) {
        g_array_append_val(tally->queue_us, verdict->queue_us);
        tally->passed_bytes += bytes;
    }
    if (verdict->fate != LINK_FATE_DELIVERED)
        return;
    kind->delivered_packets++;
    kind->delivered_bytes += bytes;
    kind->header_bytes += facts->header_bytes;
    if (facts->port != 0)
        add_to_flow(tally, facts, bytes);
}

void
tally_left(Tally *tally, gint64 late_us)
{
    tally->late += late_us > TALLY_LATE_US;
}

static int
compare(gconstpointer a, gconstpointer b)
{
    gint64 first = *(const gint64 *)a, second = *(const gint64 *)b;
    return (first > second) - (first < second);
}

static double
percentile_ms(GArray *sorted, guint percent)
{
    if (sorted->len == 0)
        return 0;
    return (double)g_array_index(sorted, gint64, (sorted->len - 1) * percent / 100) / 1000;
}

static void
write_kinds(const Tally *tally, FILE *file)
{
    static const char *const names[] = {"other", "tcp", "stun", "dtls", "rtcp"};
    const char *comma = "";
    for (guint i = 0; i < TALLY_KINDS; i++) {
        const TallyKind *kind = &tally->kinds[i];
        if (kind->packets == 0)
            continue;
        if (i < PACKET_RTP)
            fprintf(file, "%s\"%s\":", comma, names[i]);
        else
            fprintf(file, "%s\"rtp-%u\":", comma, i - PACKET_RTP);
        fprintf(file, "[%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "]",
                kind->packets, kind->bytes, kind->delivered_packets, kind->delivered_bytes,
                kind->header_bytes);
        comma = ",";
    }
}

static void
write_flows(const Tally *tally, FILE *file)
{
    GHashTableIter iter;
    gpointer name, sum;
    const char *comma = "";
    g_hash_table_iter_init(&iter, tally->flows);
    while (g_hash_table_iter_next(&iter, &name, &sum)) {
        fprintf(file, "%s\"%s\":%" PRIu64, comma, (const char *)name, *(const guint64 *)sum);
        comma = ",";
    }
}

/* Sorted; as [[from, packets], …] in steps of QUEUE_STEP_US, without empty ones. */
static void
write_waits(const Tally *tally, FILE *file)
{
    const char *comma = "";
    for (guint i = 0, n; i < tally->queue_us->len; i += n) {
        gint64 step = g_array_index(tally->queue_us, gint64, i) / QUEUE_STEP_US;
        for (n = 1; i + n < tally->queue_us->len; n++)
            if (g_array_index(tally->queue_us, gint64, i + n) / QUEUE_STEP_US != step)
                break;
        fprintf(file, "%s[%" PRIi64 ",%u]", comma, step * QUEUE_STEP_US / 1000, n);
        comma = ",";
    }
}

void
tally_write(Tally *tally, FILE *file, gint64 now_us, gint64 time_us, gint64 bits_per_s)
{
    g_array_sort(tally->queue_us, compare);
    fprintf(file, "{\"direction\":\"%s\",\"now_us\":%" PRIi64 ",\"time_s\":", tally->direction,
            now_us);
    if (time_us == G_MININT64)
        fputs("null", file);
    else
        fprintf(file, "%.3f", (double)time_us / G_USEC_PER_SEC);
    fprintf(file, ",\"rate_kbps\":%.1f,\"kinds\":{", (double)bits_per_s / 1000);
    write_kinds(tally, file);
    fputs("},\"fates\":{", file);
    for (guint i = 0; i < LINK_N_FATES; i++)
        fprintf(file, "%s\"%s\":%" PRIu64, i > 0 ? "," : "", link_fate_name((LinkFate)i),
                tally->fates[i]);
    fprintf(file,
            "},\"passed_bytes\":%" PRIu64 ",\"late\":%" PRIu64
            ",\"queue_ms\":{\"p50\":%.1f,\"p95\":%.1f,\"max\":%.1f},\"flows\":{",
            tally->passed_bytes, tally->late, percentile_ms(tally->queue_us, 50),
            percentile_ms(tally->queue_us, 95), percentile_ms(tally->queue_us, 100));
    write_flows(tally, file);
    fputs("},\"waits_ms\":[", file);
    write_waits(tally, file);
    fputs("]}\n", file);
    fflush(file);
    memset(tally->kinds, 0, sizeof tally->kinds);
    memset(tally->fates, 0, sizeof tally->fates);
    g_array_set_size(tally->queue_us, 0);
    g_hash_table_remove_all(tally->flows);
    tally->passed_bytes = tally->late = 0;
}
