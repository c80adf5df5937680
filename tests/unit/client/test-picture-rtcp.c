#include "client/recv/picture-rtcp.h"

#include "common/base/clock.h"

#define SSRC 0xabcdef

typedef struct {
    GMainLoop *loop;
    CcPictureRtcp *rtcp;
    guint keyframes;       /* questions for one, by themselves */
    guint keyframe_copies; /* beside questions for packets */
    guint16 sequence;
} Fixture;

static void
on_said(const guint8 *data, gsize length, gpointer user_data)
{
    Fixture *f = user_data;
    CcRtcpPacket packet;
    gboolean nack = FALSE, pli = FALSE;
    g_assert_cmpint(cc_rtcp_validate(data, length), ==, CC_DROP_NONE);
    CC_RTCP_FOREACH(data, length, &packet) {
        nack |= packet.type == CC_RTCP_RTPFB && packet.count == CC_RTPFB_NACK;
        pli |= packet.type == CC_RTCP_PSFB && packet.count == CC_PSFB_PLI;
    }
    f->keyframes += pli && !nack;
    f->keyframe_copies += pli && nack;
}

static void
setup(Fixture *f, gconstpointer data)
{
    f->loop = g_main_loop_new(NULL, FALSE);
    f->rtcp = cc_picture_rtcp_new(TRUE, on_said, f);
}

static void
teardown(Fixture *f, gconstpointer data)
{
    cc_picture_rtcp_free(f->rtcp);
    g_main_loop_unref(f->loop);
}

#define EACH 4    /* packets: one of them comes, one is repeated later, two never come */
#define BEHIND 15 /* of these fours */

static gboolean
on_packet(gpointer user_data)
{
    Fixture *f = user_data;
    guint16 repeated = (guint16)(f->sequence - BEHIND * EACH + 1);
    f->sequence += EACH;
    if (f->sequence > (BEHIND + 1) * EACH)
        cc_picture_rtcp_arrived(f->rtcp, SSRC, repeated, 0, TRUE, 1000, cc_clock_now_us());
    cc_picture_rtcp_arrived(f->rtcp, SSRC, f->sequence, f->sequence * 1000u, FALSE, 1000,
                            cc_clock_now_us());
    cc_picture_rtcp_ask_for_keyframe(f->rtcp);
    if (f->keyframe_copies > 0)
        g_main_loop_quit(f->loop);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_too_late(gpointer user_data)
{
    g_assert_not_reached(); /* no copy of a question for a keyframe */
    return G_SOURCE_REMOVE;
}

/* Where questions stay without an answer, one for a keyframe goes out in copies, beside others. */
static void
test_keyframe_copies(Fixture *f, gconstpointer data)
{
    guint packets = g_timeout_add(20, on_packet, f),
          watchdog = g_timeout_add(20000, on_too_late, f);
    g_main_loop_run(f->loop);
    g_assert_cmpuint(f->keyframes, >=, 1);
    g_source_remove(packets);
    g_source_remove(watchdog);
}

/* Nothing is missing: then one question is enough, however often somebody wants a keyframe. */
static void
test_one_question(Fixture *f, gconstpointer data)
{
    gint64 begun_us = cc_clock_now_us();
    for (guint i = 0; i < 20; i++) {
        cc_picture_rtcp_arrived(f->rtcp, SSRC, ++f->sequence, 1000, FALSE, 1000, cc_clock_now_us());
        cc_picture_rtcp_ask_for_keyframe(f->rtcp);
    }
    g_assert_cmpuint(f->keyframes, <=, 1 + (cc_clock_now_us() - begun_us) / 200000);
    g_assert_cmpuint(f->keyframes, >=, 1);
    g_assert_cmpuint(f->keyframe_copies, ==, 0);
}

#define ADD(path, func) g_test_add("/picture-rtcp/" path, Fixture, NULL, setup, func, teardown)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("keyframe-copies", test_keyframe_copies);
    ADD("one-question", test_one_question);
    return g_test_run();
}
