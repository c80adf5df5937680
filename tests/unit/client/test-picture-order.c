#include "client/recv/picture-order.h"

#define MS G_GINT64_CONSTANT(1000)
#define WAIT_US (300 * MS)
#define BEGIN_US (1000 * G_USEC_PER_SEC)
#define FRAME_US (40 * MS)
#define EACH 3 /* packets of a picture */
#define FIRST 65500

/* A picture of three packets each 40 ms; its number is that of its first packet, divided. */
typedef struct {
    CcPictureOrder *order;
    gint64 now_us;
    GHashTable *keyframes; /* by picture */
    GArray *out;           /* packets that were handed out, counted from the first */
    guint16 number;        /* that the next one must have */
    gboolean any;
} Fixture;

static guint n_items;

static void
free_item(gpointer item)
{
    n_items--;
    g_free(item);
}

static void
setup(Fixture *f, gconstpointer data)
{
    f->order = cc_picture_order_new(free_item);
    f->out = g_array_new(FALSE, FALSE, sizeof(guint));
    f->keyframes = g_hash_table_new(NULL, NULL);
    f->now_us = BEGIN_US;
    n_items = 0;
    g_hash_table_add(f->keyframes, GUINT_TO_POINTER(0));
    cc_picture_order_set_wait(f->order, WAIT_US, 0);
}

static void
teardown(Fixture *f, gconstpointer data)
{
    cc_picture_order_free(f->order);
    g_assert_cmpuint(n_items, ==, 0);
    g_array_unref(f->out);
    g_hash_table_unref(f->keyframes);
}

/* Packet @n, at the present moment. */
static void
arrive(Fixture *f, guint n)
{
    guint picture = n / EACH;
    guint *item = g_new(guint, 1);
    CcPicturePiece piece = {
        .sequence = (guint16)(FIRST + n),
        .timestamp = 4294960000u + picture * 3600,
        .keyframe = n % EACH == 0 && g_hash_table_contains(f->keyframes, GUINT_TO_POINTER(picture)),
        .last = n % EACH == EACH - 1,
    };
    *item = n;
    n_items++;
    cc_picture_order_add(f->order, &piece, item, f->now_us);
}

/* What is due is taken; new numbers have no holes. */
static void
take(Fixture *f)
{
    guint *item;
    guint16 number;
    while ((item = cc_picture_order_take(f->order, f->now_us, &number))) {
        if (f->any)
            g_assert_cmpuint(number, ==, f->number);
        f->number = (guint16)(number + 1);
        f->any = TRUE;
        g_array_append_val(f->out, *item);
        free_item(item);
    }
}

/* Whole pictures, each when it is sent; @lost ones do not come. */
static void
play(Fixture *f, guint from, guint until, guint lost, guint n_lost)
{
    for (guint picture = from; picture < until; picture++) {
        for (guint n = picture * EACH; n < (picture + 1) * EACH; n++)
            if (n < lost || n >= lost + n_lost)
                arrive(f, n);
        take(f);
        f->now_us += FRAME_US;
    }
}

static guint
last_out(Fixture *f)
{
    g_assert_cmpuint(f->out->len, >, 0);
    return g_array_index(f->out, guint, f->out->len - 1);
}

static void
test_whole_pictures(Fixture *f, gconstpointer data)
{
    arrive(f, 0);
    arrive(f, 1);
    take(f);
    g_assert_cmpuint(f->out->len, ==, 0);
    g_assert_cmpint(cc_picture_order_next_us(f->order), ==, G_MAXINT64);
    arrive(f, 2);
    take(f);
    g_assert_cmpuint(f->out->len, ==, 3);
    arrive(f, 4); /* overtaken */
    arrive(f, 3);
    arrive(f, 3); /* a copy */
    arrive(f, 0); /* another, too late */
    arrive(f, 5);
    take(f);
    g_assert_cmpuint(f->out->len, ==, 6);
    for (guint i = 0; i < 6; i++)
        g_assert_cmpuint(g_array_index(f->out, guint, i), ==, i);
    g_assert_false(cc_picture_order_wants_keyframe(f->order));
}

static void
test_repaired(Fixture *f, gconstpointer data)
{
    play(f, 0, 5, 4, 1);
    g_assert_cmpuint(last_out(f), ==, 2);
    g_assert_cmpint(cc_picture_order_next_us(f->order), >, f->now_us);
    arrive(f, 4);
    take(f);
    g_assert_cmpuint(last_out(f), ==, 14);
    g_assert_false(cc_picture_order_wants_keyframe(f->order));
}

/* It comes in time or not at all: then a keyframe is asked for, and nothing shown before it. */
static void
test_given_up(Fixture *f, gconstpointer data)
{
    play(f, 0, 2, 4, 1);
    gint64 due_us = cc_picture_order_next_us(f->order);
    g_assert_cmpint(due_us, ==, f->now_us - FRAME_US + WAIT_US);
    f->now_us = due_us - 1;
    take(f);
    g_assert_false(cc_picture_order_wants_keyframe(f->order));
    f->now_us = due_us;
    take(f);
    g_assert_true(cc_picture_order_wants_keyframe(f->order));
    g_assert_false(cc_picture_order_wants_keyframe(f->order));
    g_hash_table_add(f->keyframes, GUINT_TO_POINTER(6));
    play(f, 2, 6, 0, 0);
    g_assert_cmpuint(f->out->len, ==, 3);
    g_assert_true(cc_picture_order_wants_keyframe(f->order));
    play(f, 6, 8, 0, 0);
    g_assert_cmpuint(g_array_index(f->out, guint, 3), ==, 18);
    g_assert_cmpuint(last_out(f), ==, 23);
    g_assert_false(cc_picture_order_wants_keyframe(f->order));
}

/* Nothing before a whole keyframe is waited or asked for, once that is to be seen. */
static void
test_keyframe(Fixture *f, gconstpointer data)
{
    g_hash_table_add(f->keyframes, GUINT_TO_POINTER(4));
    play(f, 0, 4, 4, 1);
    g_assert_cmpuint(last_out(f), ==, 2);
    arrive(f, 12);
    arrive(f, 14);
    take(f);
    g_assert_cmpuint(last_out(f), ==, 2);
    arrive(f, 13); /* repaired, or late: now it is whole */
    take(f);
    g_assert_cmpuint(f->out->len, ==, 6);
    g_assert_cmpuint(last_out(f), ==, 14);
    g_assert_cmpuint(cc_picture_order_next(f->order), ==, (guint16)(FIRST + 15));
    g_assert_false(cc_picture_order_wants_keyframe(f->order));
    arrive(f, 4); /* too late */
    play(f, 5, 6, 0, 0);
    g_assert_cmpuint(f->out->len, ==, 9);
}

/* It is not to be seen yet: what comes meanwhile is seen as well. */
static void
test_keyframe_early(Fixture *f, gconstpointer data)
{
    cc_picture_order_set_wait(f->order, WAIT_US, 150 * MS);
    g_hash_table_add(f->keyframes, GUINT_TO_POINTER(2));
    play(f, 0, 3, 4, 1);
    g_assert_cmpuint(last_out(f), ==, 2);
    g_assert_cmpint(cc_picture_order_next_us(f->order), ==, BEGIN_US + 2 * FRAME_US + 150 * MS);
    arrive(f, 4);
    take(f);
    g_assert_cmpuint(f->out->len, ==, 9);
    g_hash_table_add(f->keyframes, GUINT_TO_POINTER(4));
    play(f, 3, 5, 10, 1);
    f->now_us = cc_picture_order_next_us(f->order);
    g_assert_cmpint(f->now_us, ==, BEGIN_US + 4 * FRAME_US + 150 * MS);
    take(f);
    g_assert_cmpuint(f->out->len, ==, 12);
    g_assert_cmpuint(last_out(f), ==, 14);
}

/* Once something was given up anything before a keyframe is in vain. */
static void
test_keyframe_after_break(Fixture *f, gconstpointer data)
{
    cc_picture_order_set_wait(f->order, WAIT_US, 10 * G_USEC_PER_SEC);
    play(f, 0, 2, 4, 1);
    f->now_us = cc_picture_order_next_us(f->order);
    take(f);
    g_hash_table_add(f->keyframes, GUINT_TO_POINTER(4));
    play(f, 2, 5, 7, 1);
    g_assert_cmpuint(last_out(f), ==, 14);
}

/* The sender begins anew, or another does. */
static void
test_restart(Fixture *f, gconstpointer data)
{
    play(f, 0, 3, 7, 1);
    f->any = FALSE;
    g_hash_table_add(f->keyframes, GUINT_TO_POINTER(5000));
    play(f, 5000, 5002, 0, 0);
    g_assert_cmpuint(last_out(f), ==, 15005);
    f->any = FALSE;
    cc_picture_order_restart(f->order);
    g_hash_table_add(f->keyframes, GUINT_TO_POINTER(4990));
    play(f, 4990, 4992, 0, 0);
    g_assert_cmpuint(last_out(f), ==, 14975);
}

/* Losses, disorder and copies of all kinds: whole pictures come out, in order, and each but a
 * keyframe right behind the one before it. */
static void
test_sweep(Fixture *f, gconstpointer data)
{
    enum { N = 6000 };
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    gint64 *at_us = g_new(gint64, N);
    for (guint i = 0; i < N; i++) {
        double fate = g_rand_double(random);
        at_us[i] = BEGIN_US + (i / EACH) * FRAME_US + i % EACH;
        if (fate < 0.1)
            at_us[i] += g_rand_int_range(random, 0, fate < 0.02 ? 600000 : 250000);
        if (i % (EACH * 25) == 0)
            g_hash_table_add(f->keyframes, GUINT_TO_POINTER(i / EACH));
    }
    for (; f->now_us < BEGIN_US + (N / EACH + 20) * FRAME_US; f->now_us += MS) {
        for (guint i = 0; i < N; i++) {
            if (at_us[i] < f->now_us && at_us[i] >= f->now_us - MS)
                arrive(f, i);
            if (i > 50 && at_us[i - 50] < f->now_us && at_us[i - 50] >= f->now_us - MS)
                arrive(f, i - 50);
        }
        take(f);
    }
    g_free(at_us);
    g_assert_cmpuint(f->out->len % EACH, ==, 0);
    g_assert_cmpuint(f->out->len, >, N / 2);
    for (guint i = 0; i < f->out->len; i += EACH) {
        guint first = g_array_index(f->out, guint, i);
        guint before = i > 0 ? g_array_index(f->out, guint, i - EACH) : 0;
        g_assert_cmpuint(first % EACH, ==, 0);
        for (guint k = 1; k < EACH; k++)
            g_assert_cmpuint(g_array_index(f->out, guint, i + k), ==, first + k);
        if (g_hash_table_contains(f->keyframes, GUINT_TO_POINTER(first / EACH)))
            g_assert_true(i == 0 || first > before);
        else
            g_assert_cmpuint(first, ==, before + EACH);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/picture-order/" name, Fixture, NULL, setup, func, teardown)
    ADD("whole-pictures", test_whole_pictures);
    ADD("repaired", test_repaired);
    ADD("given-up", test_given_up);
    ADD("keyframe", test_keyframe);
    ADD("keyframe-early", test_keyframe_early);
    ADD("keyframe-after-break", test_keyframe_after_break);
    ADD("restart", test_restart);
    ADD("sweep", test_sweep);
    return g_test_run();
}
