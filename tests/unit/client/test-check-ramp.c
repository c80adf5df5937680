/* Links of a few sizes, simulated packet by packet: a queue of 300 ms behind a rate, a delay,
 * losses. */
#include "client/check/ramp.h"

#define TURN_US 10000
#define QUEUE_US 300000
#define IP_UDP 28

typedef struct {
    guint32 number;
    gint64 sent_us, arrives_us;
} Packet;

typedef struct {
    guint kbps, delay_ms;
    double loss;
    gsize largest; /* that comes through */
} Link;

static CcRampResult
run(const Link *link, guint limit_kbps, gint64 *took_us)
{
    g_autoptr(GArray) on_the_way = g_array_new(FALSE, FALSE, sizeof(Packet));
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    gint64 now_us = G_MAXUINT32 - 2000000u, began_us = now_us, free_us = now_us; /* clocks wrap */
    guint32 number = 0;
    CcRamp ramp;
    cc_ramp_init(&ramp, limit_kbps, link->loss, link->delay_ms);
    for (; !ramp.finished; now_us += TURN_US) {
        gsize size;
        guint due = cc_ramp_due(&ramp, now_us, number, &size);
        for (guint i = 0; i < due; i++, number++) {
            cc_ramp_sent(&ramp, 1);
            if (size > link->largest || free_us - now_us > QUEUE_US)
                continue;
            free_us = MAX(free_us, now_us) + (gint64)(size + IP_UDP) * 8000 / link->kbps;
            Packet packet = {number, now_us, free_us + link->delay_ms * (gint64)1000};
            if (g_rand_double(random) >= link->loss)
                g_array_append_val(on_the_way, packet);
        }
        while (on_the_way->len > 0 && g_array_index(on_the_way, Packet, 0).arrives_us <= now_us) {
            Packet packet = g_array_index(on_the_way, Packet, 0);
            g_array_remove_index(on_the_way, 0);
            cc_ramp_arrived(&ramp, packet.number, 1, (guint32)packet.sent_us,
                            (guint32)packet.arrives_us, now_us);
        }
        g_assert_cmpint(now_us - began_us, <, 15 * G_USEC_PER_SEC);
    }
    *took_us = now_us - began_us;
    return ramp.result;
}

static void
test_links(void)
{
    static const guint rates[] = {24, 50, 64, 128, 300, 500, 1000, 2000};
    for (guint i = 0; i < G_N_ELEMENTS(rates); i++)
        for (guint delay_ms = 5; delay_ms <= 605; delay_ms += 300) {
            gint64 took_us;
            CcRampResult result = run(&(Link){rates[i], delay_ms, 0, 1500}, 4000, &took_us);
            g_test_message("%u kbit/s, %u ms: %u in %d ms", rates[i], delay_ms, result.kbps,
                           (int)(took_us / 1000));
            g_assert_false(result.at_least);
            g_assert_cmpuint(result.kbps, >=, rates[i] * 8 / 10);
            g_assert_cmpuint(result.kbps, <=, rates[i] * 11 / 10);
            g_assert_cmpint(took_us, <, 8 * G_USEC_PER_SEC);
        }
}

static void
test_wide(void)
{
    gint64 took_us;
    CcRampResult result = run(&(Link){50000, 20, 0, 1500}, 4000, &took_us);
    g_assert_true(result.at_least);
    g_assert_cmpuint(result.kbps, ==, 2592);
    /* While a lesson is on, less is tried. */
    result = run(&(Link){50000, 20, 0, 1500}, 300, &took_us);
    g_assert_true(result.at_least);
    g_assert_cmpuint(result.kbps, ==, 288);
}

/* Losses are no sign of a full link; what arrives is what counts. */
static void
test_lossy(void)
{
    gint64 took_us;
    CcRampResult result = run(&(Link){500, 100, 0.3, 1500}, 4000, &took_us);
    g_assert_cmpuint(result.kbps, >=, 200);
    g_assert_cmpuint(result.kbps, <=, 550);
}

static void
test_nothing_comes(void)
{
    gint64 took_us;
    CcRampResult result = run(&(Link){500, 100, 0, 0}, 4000, &took_us);
    g_assert_cmpuint(result.kbps, ==, 0);
    g_assert_false(result.no_large);
}

static void
test_large_packets_do_not_pass(void)
{
    gint64 took_us;
    CcRampResult result = run(&(Link){5000, 20, 0, 900}, 4000, &took_us);
    g_assert_true(result.no_large);
    g_assert_cmpuint(result.kbps, ==, 96);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/check-ramp/links", test_links);
    g_test_add_func("/check-ramp/wide", test_wide);
    g_test_add_func("/check-ramp/lossy", test_lossy);
    g_test_add_func("/check-ramp/nothing-comes", test_nothing_comes);
    g_test_add_func("/check-ramp/large-packets-do-not-pass", test_large_packets_do_not_pass);
    return g_test_run();
}
