#include "common/wire/history.h"

#define MAX_AGE_US 1000000

typedef struct {
    CcPacketPool *pool;
    CcPacketHistory *history;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->pool = cc_packet_pool_new(64);
    fixture->history = cc_packet_history_new(16, MAX_AGE_US);
}

/* The pool refuses to go while a packet is out: this is also the leak test. */
static void
tear_down(Fixture *fixture, gconstpointer data)
{
    cc_packet_history_free(fixture->history);
    g_assert_cmpuint(cc_packet_pool_in_use(fixture->pool), ==, 0);
    cc_packet_pool_free(fixture->pool);
}

static gboolean
add(Fixture *fixture, guint16 sequence, gint64 arrival_us)
{
    CcPacket *packet = cc_packet_pool_take(fixture->pool);
    packet->rtp.sequence = sequence;
    packet->arrival_us = arrival_us;
    gboolean added = cc_packet_history_add(fixture->history, packet);
    cc_packet_unref(packet);
    return added;
}

static void
test_wraparound(Fixture *fixture, gconstpointer data)
{
    for (guint i = 0; i < 40; i++)
        g_assert_true(add(fixture, (guint16)(65520 + i), i));
    g_assert_cmpuint(cc_packet_pool_in_use(fixture->pool), ==, 16);
    for (guint i = 0; i < 40; i++) {
        guint16 sequence = (guint16)(65520 + i);
        CcPacket *packet = cc_packet_history_get(fixture->history, sequence, 100);
        if (i < 24) {
            g_assert_null(packet);
        } else {
            g_assert_nonnull(packet);
            g_assert_cmpuint(packet->rtp.sequence, ==, sequence);
        }
    }
}

/* What is too old to be given out goes back to the pool, also from between and after a leap. */
static void
test_expires(Fixture *fixture, gconstpointer data)
{
    for (guint i = 0; i < 10; i++)
        g_assert_true(add(fixture, (guint16)(65530 + i), 1000 * i));
    g_assert_true(add(fixture, 65528, 1)); /* late */
    g_assert_cmpuint(cc_packet_pool_in_use(fixture->pool), ==, 11);
    g_assert_true(add(fixture, 4, MAX_AGE_US + 4500));
    g_assert_cmpuint(cc_packet_pool_in_use(fixture->pool), ==, 6);
    g_assert_nonnull(cc_packet_history_get(fixture->history, 65535, MAX_AGE_US + 4600));
    g_assert_true(add(fixture, 20000, 5 * MAX_AGE_US));
    g_assert_cmpuint(cc_packet_pool_in_use(fixture->pool), ==, 1);
}

static void
test_repeated(Fixture *fixture, gconstpointer data)
{
    g_assert_true(add(fixture, 100, 1));
    CcPacket *first = cc_packet_history_get(fixture->history, 100, 2);
    g_assert_false(add(fixture, 100, 2));
    g_assert_true(cc_packet_history_get(fixture->history, 100, 2) == first);
}

/* A straggler does not push out the packet that took its place. */
static void
test_straggler(Fixture *fixture, gconstpointer data)
{
    g_assert_true(add(fixture, 116, 1));
    g_assert_false(add(fixture, 100, 2));
    g_assert_nonnull(cc_packet_history_get(fixture->history, 116, 2));
    g_assert_null(cc_packet_history_get(fixture->history, 100, 2));
    /* Late, but with its place free. */
    g_assert_true(add(fixture, 101, 3));
    g_assert_nonnull(cc_packet_history_get(fixture->history, 101, 3));
}

static void
test_age(Fixture *fixture, gconstpointer data)
{
    g_assert_true(add(fixture, 7, 0));
    g_assert_nonnull(cc_packet_history_get(fixture->history, 7, MAX_AGE_US));
    g_assert_null(cc_packet_history_get(fixture->history, 7, MAX_AGE_US + 1));
    /* Once it is of no use, the same number, or an older one, may come again. */
    g_assert_true(add(fixture, 7, MAX_AGE_US + 1));
    g_assert_true(add(fixture, (guint16)(7 - 16), 2 * MAX_AGE_US + 2));
}

static void
test_keep_longer(Fixture *fixture, gconstpointer data)
{
    cc_packet_history_keep_longer(fixture->history, 3 * MAX_AGE_US);
    cc_packet_history_keep_longer(fixture->history, MAX_AGE_US / 2);
    g_assert_true(add(fixture, 7, 0));
    g_assert_nonnull(cc_packet_history_get(fixture->history, 7, 3 * MAX_AGE_US));
    g_assert_null(cc_packet_history_get(fixture->history, 7, 3 * MAX_AGE_US + 1));
}

static void
test_clear(Fixture *fixture, gconstpointer data)
{
    g_assert_true(add(fixture, 1, 0));
    cc_packet_history_clear(fixture->history);
    g_assert_cmpuint(cc_packet_pool_in_use(fixture->pool), ==, 0);
    g_assert_null(cc_packet_history_get(fixture->history, 1, 0));
    cc_packet_history_free(NULL);
}

#define ADD(path, func) g_test_add(path, Fixture, NULL, set_up, func, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/wire/history/expires", test_expires);
    ADD("/wire/history/wraparound", test_wraparound);
    ADD("/wire/history/repeated", test_repeated);
    ADD("/wire/history/straggler", test_straggler);
    ADD("/wire/history/age", test_age);
    ADD("/wire/history/keep-longer", test_keep_longer);
    ADD("/wire/history/clear", test_clear);
    return g_test_run();
}
