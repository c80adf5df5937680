#include <string.h>

#include "client/recv/voice-buffer.h"
#include "common/wire/red.h"

#define FRAME 960
#define TOC 0x78 /* CELT, 20 ms, mono, one frame */
#define PT 111

typedef struct {
    CcVoiceBuffer buffer;
    CcVoiceArrived arrived;
    guint8 payload[1500];
} Fixture;

static void
setup(Fixture *f, gconstpointer data)
{
    cc_voice_buffer_init(&f->buffer);
}

/* A frame of three bytes that can be told from others by @mark. */
static gsize
write_frame(guint8 *out, guint8 mark)
{
    out[0] = TOC;
    out[1] = mark;
    out[2] = 0x55;
    return 3;
}

static gboolean
add_bytes(Fixture *f, guint32 timestamp, gsize length, gboolean red, gboolean rtx)
{
    /* The exact size, so that reading beyond it is noticed. */
    g_autofree guint8 *copy = g_memdup2(f->payload, MAX(length, 1));
    CcVoicePacket packet = {.timestamp = timestamp,
                            .payload = copy,
                            .length = length,
                            .red = red,
                            .opus_type = PT,
                            .retransmitted = rtx};
    return cc_voice_buffer_add(&f->buffer, &packet, &f->arrived);
}

static gboolean
add(Fixture *f, guint32 timestamp, guint8 mark)
{
    return add_bytes(f, timestamp, write_frame(f->payload, mark), FALSE, FALSE);
}

/* Frames marked @mark - @earlier … @mark. */
static gboolean
add_red(Fixture *f, guint32 timestamp, guint8 mark, guint earlier)
{
    guint8 frames[8][3];
    CcRedBlock blocks[8];
    for (guint i = 0; i <= earlier; i++) {
        guint back = earlier - i;
        write_frame(frames[i], (guint8)(mark - back));
        blocks[i] = (CcRedBlock){PT, (guint16)(back * FRAME), 3, frames[i]};
    }
    gsize length = cc_red_write(f->payload, sizeof f->payload, blocks, earlier + 1);
    return add_bytes(f, timestamp, length, TRUE, FALSE);
}

static guint8
mark_at(Fixture *f, gint64 time)
{
    const CcVoiceFrame *frame = cc_voice_buffer_at(&f->buffer, time);
    return frame != NULL ? frame->data[1] : 0;
}

static void
test_order(Fixture *f, gconstpointer data)
{
    g_assert_true(add(f, 5000, 1));
    g_assert_true(f->arrived.restarted);
    gint64 first = f->arrived.packet_time;
    g_assert_true(add(f, 5000 + 2 * FRAME, 3));
    g_assert_false(f->arrived.restarted);
    g_assert_true(add(f, 5000 + FRAME, 2));
    g_assert_true(add(f, 5000 + FRAME, 9)); /* a duplicate */
    g_assert_cmpuint(f->arrived.n, ==, 0);
    for (guint i = 0; i < 3; i++)
        g_assert_cmpuint(mark_at(f, first + i * FRAME), ==, i + 1);
    g_assert_cmpuint(mark_at(f, first + FRAME / 2), ==, 1);
    g_assert_null(cc_voice_buffer_at(&f->buffer, first + 3 * FRAME));
    g_assert_null(cc_voice_buffer_at(&f->buffer, first - FRAME));
    g_assert_true(cc_voice_buffer_from(&f->buffer, first - 5 * FRAME)->time == first);
    g_assert_null(cc_voice_buffer_from(&f->buffer, first + 3 * FRAME));
}

static void
test_red_fills_gaps(Fixture *f, gconstpointer data)
{
    add(f, 0, 1);
    gint64 first = f->arrived.packet_time;
    g_assert_true(add_red(f, 3 * FRAME, 4, 2)); /* 2 and 3 were lost */
    g_assert_cmpuint(f->arrived.n, ==, 3);
    for (guint i = 0; i < 4; i++)
        g_assert_cmpuint(mark_at(f, first + i * FRAME), ==, i + 1);
    g_assert_cmpuint(f->buffer.kept[CC_VOICE_PLAIN], ==, 2);
    g_assert_cmpuint(f->buffer.kept[CC_VOICE_RED], ==, 2);
    add_red(f, 4 * FRAME, 5, 2);
    g_assert_cmpuint(f->arrived.n, ==, 1); /* the others are there */
}

static void
test_merged(Fixture *f, gconstpointer data)
{
    guint8 frames[3][3];
    CcOpusPiece pieces[3];
    for (guint i = 0; i < 3; i++)
        pieces[i] = (CcOpusPiece){frames[i], write_frame(frames[i], (guint8)(i + 1))};
    gsize length = cc_opus_merge(f->payload, sizeof f->payload, pieces, 3);
    g_assert_true(add_bytes(f, 777, length, FALSE, FALSE));
    g_assert_cmpuint(f->arrived.samples, ==, 3 * FRAME);
    for (guint i = 0; i < 3; i++)
        g_assert_cmpuint(mark_at(f, f->arrived.packet_time + i * FRAME), ==, i + 1);
}

static void
test_late(Fixture *f, gconstpointer data)
{
    add(f, 0, 1);
    gint64 first = f->arrived.packet_time;
    cc_voice_buffer_played(&f->buffer, first + 3 * FRAME);
    g_assert_null(cc_voice_buffer_at(&f->buffer, first));
    add(f, 2 * FRAME, 3);
    g_assert_cmpuint(f->arrived.n, ==, 1); /* tells how late */
    g_assert_cmpuint(f->buffer.late, ==, 1);
    g_assert_null(cc_voice_buffer_at(&f->buffer, first + 2 * FRAME));
    add(f, 2 * FRAME, 3);
    add(f, 0, 1);
    g_assert_cmpuint(f->buffer.late, ==, 1); /* once is enough; what was played is not late */
    add_red(f, 3 * FRAME, 4, 2);
    g_assert_cmpuint(f->arrived.n, ==, 2); /* the primary, and frame 2 too late */
    g_assert_true(cc_voice_buffer_had(&f->buffer, first + FRAME));
    g_assert_false(cc_voice_buffer_had(&f->buffer, first + 9 * FRAME));
}

static void
test_wraps_and_jumps(Fixture *f, gconstpointer data)
{
    add(f, 0xffffffff - FRAME / 2, 1);
    gint64 first = f->arrived.packet_time;
    add(f, FRAME - FRAME / 2 - 1, 2);
    g_assert_false(f->arrived.restarted);
    g_assert_cmpuint(mark_at(f, first + FRAME), ==, 2);
    add(f, 0x70000000, 3);
    g_assert_true(f->arrived.restarted);
    g_assert_cmpuint(f->buffer.n, ==, 1);
    add(f, 0x10000000, 4);
    g_assert_true(f->arrived.restarted);
}

static void
test_dtx(Fixture *f, gconstpointer data)
{
    f->payload[0] = TOC;
    g_assert_true(add_bytes(f, 0, 1, FALSE, FALSE));
    const CcVoiceFrame *frame = cc_voice_buffer_at(&f->buffer, f->arrived.packet_time);
    g_assert_nonnull(frame);
    g_assert_true(frame->dtx);
    add(f, FRAME, 1);
    g_assert_false(cc_voice_buffer_at(&f->buffer, f->arrived.packet_time)->dtx);
}

/* More than there is room for: the oldest go. */
static void
test_full(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 2 * CC_VOICE_BUFFER_FRAMES; i++)
        g_assert_true(add(f, i * FRAME, (guint8)i));
    g_assert_cmpuint(f->buffer.n, ==, CC_VOICE_BUFFER_FRAMES);
    gint64 newest = f->arrived.packet_time;
    g_assert_cmpuint(mark_at(f, newest), ==, (guint8)(2 * CC_VOICE_BUFFER_FRAMES - 1));
    gint64 oldest = newest - (CC_VOICE_BUFFER_FRAMES - 1) * (gint64)FRAME;
    g_assert_true(cc_voice_buffer_from(&f->buffer, 0)->time == oldest);
    add(f, 3 * FRAME, 3); /* older than all: no room */
    g_assert_cmpuint(f->buffer.n, ==, CC_VOICE_BUFFER_FRAMES);
}

static void
check_order(Fixture *f)
{
    gboolean used[CC_VOICE_BUFFER_FRAMES] = {FALSE};
    for (guint i = 0; i < CC_VOICE_BUFFER_FRAMES; i++) {
        g_assert_false(used[f->buffer.order[i]]);
        used[f->buffer.order[i]] = TRUE;
    }
    for (guint i = 1; i < f->buffer.n; i++)
        g_assert_true(f->buffer.frames[f->buffer.order[i - 1]].time <
                      f->buffer.frames[f->buffer.order[i]].time);
}

/* Anything at all, with and without a grain of sense. */
static void
test_hostile(Fixture *f, gconstpointer data)
{
    GRand *random = g_rand_new_with_seed(42);
    guint good = 0;
    for (guint i = 0; i < 20000; i++) {
        gsize length = (gsize)g_rand_int_range(random, 0, 300);
        for (gsize k = 0; k < length; k++)
            f->payload[k] = (guint8)g_rand_int(random);
        gboolean red = g_rand_boolean(random);
        if (red && length > 8 && g_rand_boolean(random)) {
            f->payload[0] = 0x80 | PT;
            f->payload[4] = PT;
        }
        guint32 timestamp = g_rand_int_range(random, 0, 100) == 0
                                ? g_rand_int(random)
                                : (guint32)g_rand_int_range(random, 0, 500000);
        good += add_bytes(f, timestamp, length, red, g_rand_boolean(random));
        if (i % 7 == 0)
            cc_voice_buffer_played(&f->buffer,
                                   f->buffer.newest_time - g_rand_int_range(random, 0, 100000));
        check_order(f);
    }
    g_assert_cmpuint(good, >, 100);
    g_assert_cmpuint(f->buffer.malformed, >, 100);
    g_rand_free(random);
}

#define ADD(path, func) g_test_add("/voice-buffer/" path, Fixture, NULL, setup, func, NULL)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("order", test_order);
    ADD("red-fills-gaps", test_red_fills_gaps);
    ADD("merged", test_merged);
    ADD("late", test_late);
    ADD("wraps-and-jumps", test_wraps_and_jumps);
    ADD("dtx", test_dtx);
    ADD("full", test_full);
    ADD("hostile", test_hostile);
    return g_test_run();
}
