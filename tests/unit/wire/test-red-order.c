/* Which numbers the earlier blocks of redundant audio had: in steady speech, with longer packets in
 * between, around pauses, and from a sender who says nonsense. */
#include "common/wire/red-order.h"

#include <string.h>

#define FRAME 960

/* Packets from 0 on, @lengths frames each; those in @lost (bits) do not arrive. */
typedef struct {
    CcRedOrder order;
    guint16 first;
    guint32 times[64];
    guint lengths[64];
    guint n;
} Stream;

static void
send(Stream *stream, guint frames, guint pause, gboolean lost)
{
    guint i = stream->n++;
    stream->times[i] =
        i > 0 ? stream->times[i - 1] + (stream->lengths[i - 1] + pause) * FRAME : 0xfffff000;
    stream->lengths[i] = frames;
    if (!lost)
        cc_red_order_add(&stream->order, (guint16)(stream->first + i), stream->times[i],
                         frames * FRAME);
}

/* What packet @index is said to be by @carrier; -1: nothing. */
static int
find(const Stream *stream, guint carrier, guint index)
{
    guint16 sequence;
    if (!cc_red_order_find(&stream->order, (guint16)(stream->first + carrier),
                           stream->times[carrier], stream->times[index],
                           stream->lengths[index] * FRAME, &sequence))
        return -1;
    return (guint16)(sequence - stream->first);
}

static void
test_steady(void)
{
    for (guint n_lost = 1; n_lost < 6; n_lost++) {
        Stream stream = {.first = 65530};
        for (guint i = 0; i < 5; i++)
            send(&stream, 1, 0, FALSE);
        for (guint i = 0; i < n_lost; i++)
            send(&stream, 1, 0, TRUE);
        send(&stream, 1, 0, TRUE); /* the carrier, not known yet */
        for (guint i = 5; i < 5 + n_lost; i++)
            g_assert_cmpint(find(&stream, 5 + n_lost, i), ==, i);
        g_assert_cmpint(find(&stream, 5 + n_lost, 3), ==, -1); /* that is there */
    }
}

/* Longer packets, and a pause: what is certain is found, what is not is left alone. */
static void
test_uneven(void)
{
    Stream stream = {.first = 100};
    send(&stream, 1, 0, FALSE);
    send(&stream, 3, 0, TRUE);
    send(&stream, 1, 0, TRUE);
    send(&stream, 1, 0, TRUE);
    g_assert_cmpint(find(&stream, 3, 1), ==, 1);
    g_assert_cmpint(find(&stream, 3, 2), ==, 2);

    stream = (Stream){.first = 100};
    send(&stream, 1, 0, FALSE);
    send(&stream, 1, 10, TRUE);
    send(&stream, 1, 7, TRUE);
    g_assert_cmpint(find(&stream, 2, 1), ==, 1); /* the only one that is missing */

    stream = (Stream){.first = 100};
    send(&stream, 1, 0, FALSE);
    send(&stream, 1, 10, TRUE);
    send(&stream, 1, 7, TRUE);
    send(&stream, 1, 2, TRUE);
    g_assert_cmpint(find(&stream, 3, 1), ==, -1);
    g_assert_cmpint(find(&stream, 3, 2), ==, -1);
}

/* Before anything is known, and from a sender who lies: nothing, or a number just before the
 * carrier's that nobody has. */
static void
test_hostile(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    CcRedOrder order = {0};
    guint16 sequence;
    g_assert_false(cc_red_order_find(&order, 5, 5 * FRAME, 4 * FRAME, FRAME, &sequence));
    for (guint i = 0; i < 200000; i++) {
        guint16 carrier = (guint16)g_rand_int(random);
        guint32 now = g_rand_int(random);
        guint32 then = now - (guint32)g_rand_int_range(random, 0, 20000);
        guint samples = (guint)g_rand_int_range(random, 0, 7000);
        if (i % 3 == 0)
            memset(&order, (int)g_rand_int_range(random, 0, 2) * 0xff, sizeof order);
        for (guint k = 0; k < 6; k++)
            cc_red_order_add(&order, (guint16)(carrier - g_rand_int_range(random, 1, 80)),
                             now - (guint32)g_rand_int_range(random, -9000, 60000),
                             (guint)g_rand_int_range(random, 0, 70000));
        if (!cc_red_order_find(&order, carrier, now, then, samples, &sequence))
            continue;
        guint back = (guint16)(carrier - sequence);
        guint at = sequence % CC_RED_ORDER_KEPT;
        g_assert_cmpuint(back, >=, 1);
        g_assert_cmpuint(back, <, CC_RED_ORDER_KEPT);
        g_assert_false(order.kept[at].known && order.kept[at].sequence == sequence);
    }
}

/* Times as far apart as they can be: sums of distances are reckoned without wrapping. */
static void
test_far_apart(void)
{
    const guint32 then = 5 * FRAME;
    guint16 sequence;
    for (guint32 far = G_MAXINT32 - 2; far <= (guint32)G_MAXINT32 + 2; far++) {
        CcRedOrder order = {0};
        cc_red_order_add(&order, 96, then - far, FRAME);
        cc_red_order_add(&order, 99, then + far, FRAME);
        for (guint samples = 1; samples < 8; samples++)
            g_assert_false(cc_red_order_find(&order, 100, then + FRAME, then, samples, &sequence));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/red-order/steady", test_steady);
    g_test_add_func("/wire/red-order/uneven", test_uneven);
    g_test_add_func("/wire/red-order/hostile", test_hostile);
    g_test_add_func("/wire/red-order/far-apart", test_far_apart);
    return g_test_run();
}
