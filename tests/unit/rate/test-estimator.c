#include "common/rate/estimator.h"

#include <string.h>

#include "common/wire/bytes.h"
#include "common/wire/transport-cc.h"

#define MS 1000
#define START_BPS 300000
#define MIN_BPS 20000
#define MAX_BPS 4000000
#define QUEUE_US (300 * MS)

/* A sender of @bytes each @step_us, a way of 50 ms each way, feedback each 100 ms; nothing is
 * lost, and nothing waits unless there is a @link_bps. */
typedef struct {
    CcEstimator estimator;
    CcTransportCcRecorder recorder;
    guint16 sequence;
    gint64 now_us, report_us, way_us;
    double link_bps;  /* with a queue of QUEUE_US; 0: any */
    gint64 free_us;   /* when the link has served all of it */
    gboolean cut;     /* nothing gets through */
    guint lose;       /* so many more packets, behind the link */
    gboolean mute;    /* it cannot send probes */
    gboolean flooded; /* with feedback, so that what is honest of it is not always heard */
    guint n_probes;
    guint8 data[1200];
} Path;

static Path *
path_new(void)
{
    Path *path = g_new0(Path, 1);
    cc_estimator_init(&path->estimator, START_BPS, MIN_BPS, MAX_BPS);
    cc_transport_cc_recorder_init(&path->recorder);
    path->sequence = 65500;
    path->now_us = path->report_us = 77 * G_USEC_PER_SEC;
    path->way_us = 50 * MS;
    return path;
}

static void
path_free(Path *path)
{
    cc_estimator_clear(&path->estimator);
    g_free(path);
}

static CcRtcpPacket
read_packet(Path *path, gsize length)
{
    CcRtcpPacket packet = {0};
    CC_RTCP_FOREACH(path->data, length, &packet) {
        return packet;
    }
    g_assert_not_reached();
}

static void
report(Path *path)
{
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, path->data, sizeof path->data);
    if (!cc_transport_cc_build(&path->recorder, &builder, 1, 2) || path->cut)
        return;
    CcRtcpPacket packet = read_packet(path, builder.length);
    CcDrop drop = cc_estimator_feedback(&path->estimator, &packet, path->now_us + 100 * MS);
    g_assert_true(drop == CC_DROP_NONE || (path->flooded && drop == CC_DROP_RTCP_ABSURD));
}

static void
send_one(Path *path, guint bytes, gboolean probe)
{
    gint64 out_us = path->now_us;
    gboolean overflows = path->link_bps > 0 && path->free_us - path->now_us > QUEUE_US;
    cc_estimator_sent(&path->estimator, path->sequence, bytes, path->now_us, probe);
    if (path->link_bps > 0 && !overflows) {
        gint64 takes_us = (gint64)(bytes * 8.0 * G_USEC_PER_SEC / path->link_bps);
        out_us = path->free_us = MAX(path->free_us, path->now_us) + takes_us;
    }
    if (!path->cut && !overflows && path->lose == 0)
        cc_transport_cc_record(&path->recorder, path->sequence, out_us + path->way_us);
    path->lose -= path->lose > 0;
    path->sequence++;
}

static void
run(Path *path, gint64 us, guint bytes, gint64 step_us)
{
    for (gint64 end_us = path->now_us + us; path->now_us < end_us; path->now_us += step_us) {
        send_one(path, bytes, FALSE);
        CcProbe probe;
        if (cc_estimator_probe(&path->estimator, path->now_us, &probe)) {
            path->n_probes++;
            guint each = probe.bytes / probe.n_packets + 1;
            for (guint i = 0; i < probe.n_packets && !path->mute; i++) {
                send_one(path, each, TRUE);
                path->now_us += (gint64)each * 8 * G_USEC_PER_SEC / probe.bps;
            }
        }
        if (path->now_us - path->report_us >= 100 * MS) {
            path->report_us = path->now_us;
            report(path);
        }
    }
}

static void
test_grows_when_used(void)
{
    Path *path = path_new();
    const CcEstimate *result = &path->estimator.result;
    g_assert_cmpuint(result->estimate_bps, ==, START_BPS);
    g_assert_cmpint(result->state, ==, CC_LINK_STARTING);
    run(path, 3 * G_USEC_PER_SEC, 1200, 24 * MS); /* 400 kbit/s */
    g_assert_cmpuint(result->estimate_bps, >, 450000);
    g_assert_cmpuint(result->estimate_bps, <, 650000); /* what was tested, no more */
    g_assert_cmpint(result->state, ==, CC_LINK_CLEAR);
    g_assert_cmpint(result->rtt_us, >, 90 * MS);
    g_assert_cmpint(result->rtt_us, <, 210 * MS);
    g_assert_cmpint(result->queue_us, <, 5 * MS);
    g_assert_cmpfloat(result->loss, ==, 0);
    g_assert_cmpuint(result->sent_bps, >, 380000);
    g_assert_cmpuint(result->delivered_bps, >, 380000);
    g_assert_cmpuint(path->n_probes, ==, 0);
    path_free(path);
}

/* A link of 300 kbit/s that has been full. */
static Path *
path_full(void)
{
    Path *path = path_new();
    path->link_bps = 300000;
    run(path, 5 * G_USEC_PER_SEC, 600, 16 * MS);
    run(path, 500 * MS, 600, 13 * MS);
    run(path, 2 * G_USEC_PER_SEC, 600, 20 * MS);
    g_assert_cmpuint(path->estimator.result.estimate_bps, >, 240000);
    g_assert_cmpuint(path->estimator.result.estimate_bps, <, 360000);
    return path;
}

/* What is lost while a queue stands is not all the queue's: it carries what it always did. */
static void
test_burst_beside_queue(void)
{
    Path *path = path_full();
    const CcEstimate *result = &path->estimator.result;
    guint least_bps = G_MAXUINT;
    for (guint burst = 0; burst < 3; burst++) {
        path->lose = 7;
        for (guint i = 0; i < 10; i++) {
            run(path, 100 * MS, 600, 13 * MS);
            least_bps = MIN(least_bps, result->estimate_bps);
        }
        g_assert_cmpint(result->queue_us, >, 50 * MS);
        run(path, G_USEC_PER_SEC, 600, 24 * MS);
    }
    g_assert_cmpuint(least_bps, >, 200000);
    g_assert_cmpint(result->flood_us, ==, 0);
    path_free(path);
}

/* A queue that holds what comes is none; one that is sent three times what it can carry drops it.
 */
static void
test_overflow(void)
{
    Path *path = path_full();
    const CcEstimate *result = &path->estimator.result;
    run(path, 700 * MS, 600, 13 * MS);
    g_assert_cmpint(result->queue_us, >, 100 * MS);
    g_assert_cmpint(result->flood_us, ==, 0);
    run(path, 2 * G_USEC_PER_SEC, 600, 24 * MS);
    run(path, 700 * MS, 600, 5 * MS);
    g_assert_cmpint(result->flood_us, >, path->now_us - G_USEC_PER_SEC);
    g_assert_cmpuint(result->estimate_bps, <, 360000);
    path_free(path);
}

/* Into a queue that has filled up since it was asked for a probe goes as quickly as it is sent,
 * what of it is turned away left out: that has not been carried. */
static void
test_probe_into_full_queue(void)
{
    Path *path = path_new();
    CcProbe probe;
    path->link_bps = 128000;
    run(path, 500 * MS, 150, 20 * MS);
    cc_estimator_want(&path->estimator, 900000);
    g_assert_true(cc_estimator_probe(&path->estimator, path->now_us, &probe));
    for (guint i = 0; i < 6; i++)
        send_one(path, 800, FALSE);
    for (guint bytes = 0; bytes < probe.bytes; bytes += 150) {
        send_one(path, 150, TRUE);
        path->now_us += 150ll * 8 * G_USEC_PER_SEC / probe.bps;
    }
    for (guint i = 0; i < 20; i++) {
        run(path, 100 * MS, 150, 20 * MS);
        g_assert_cmpuint(path->estimator.result.estimate_bps, <=, START_BPS);
    }
    path_free(path);
}

/* Nor is it a loss that repairs have to be reckoned with for. */
static void
test_loss_of_a_flood(void)
{
    Path *path = path_full();
    run(path, 700 * MS, 600, 5 * MS);
    run(path, 500 * MS, 600, 40 * MS);
    g_assert_cmpint(path->estimator.result.flood_us, >, 0);
    g_assert_cmpfloat(path->estimator.result.loss, <, 0.02);
    path_free(path);
}

/* Where losses begin less is sent for a moment, said to be on purpose, and as much as before once
 * they have stayed. */
static void
test_losses(void)
{
    Path *path = path_new();
    const CcEstimate *result = &path->estimator.result;
    run(path, 3 * G_USEC_PER_SEC, 600, 16 * MS);
    guint before_bps = result->estimate_bps, n_testing = 0;
    g_assert_false(result->testing);
    for (guint i = 0; i < 200; i++) {
        path->lose = 1;
        run(path, 80 * MS, 600, result->testing ? 20 * MS : 16 * MS);
        n_testing += result->testing;
        g_assert_true(!result->testing || result->estimate_bps < before_bps);
    }
    g_assert_cmpuint(n_testing, >, 0);
    g_assert_cmpuint(n_testing, <, 100);
    g_assert_false(result->testing);
    g_assert_cmpuint(result->estimate_bps, >=, before_bps * 9 / 10);
    path_free(path);
}

/* A way that stands still for a moment, then lets all go at once, has not become narrower: not even
 * for somebody of whom little arrived meanwhile. */
static void
test_hiccups(void)
{
    Path *path = path_new();
    run(path, 3 * G_USEC_PER_SEC, 1200, 24 * MS);
    run(path, 2 * G_USEC_PER_SEC, 200, 20 * MS);
    guint before_bps = path->estimator.result.estimate_bps;
    for (guint i = 0; i < 5; i++) {
        gint64 until_us = path->now_us + 250 * MS;
        for (; path->now_us < until_us; path->now_us += 20 * MS) {
            path->way_us = 50 * MS + until_us - path->now_us;
            run(path, 1, 200, 20 * MS);
            path->now_us -= 20 * MS;
        }
        path->way_us = 50 * MS;
        run(path, 2 * G_USEC_PER_SEC, 200, 20 * MS);
        g_assert_cmpuint(path->estimator.result.estimate_bps, >=, before_bps * 95 / 100);
    }
    path_free(path);
}

/* Little is sent: nothing changes, unless more is wanted; then probes tell. */
static void
test_probes_when_wanted(void)
{
    Path *path = path_new();
    const CcEstimate *result = &path->estimator.result;
    run(path, 10 * G_USEC_PER_SEC, 200, 20 * MS); /* 80 kbit/s */
    g_assert_cmpuint(result->estimate_bps, ==, START_BPS);
    g_assert_cmpuint(path->n_probes, ==, 0);
    cc_estimator_want(&path->estimator, 1200000);
    run(path, 5 * G_USEC_PER_SEC, 200, 20 * MS);
    g_assert_cmpuint(result->estimate_bps, >=, 1150000);
    g_assert_cmpuint(result->estimate_bps, <, 1400000);
    guint n_probes = path->n_probes;
    run(path, 10 * G_USEC_PER_SEC, 200, 20 * MS);
    g_assert_cmpuint(path->n_probes, <=, n_probes + 1);
    g_assert_cmpuint(result->estimate_bps, >=, 1150000);
    path_free(path);
}

/* Without padding a wish is granted step by step, for trying is all that tells; and no more. */
static void
test_climbs_without_probes(void)
{
    Path *path = path_new();
    const CcEstimate *result = &path->estimator.result;
    path->mute = TRUE;
    cc_estimator_want(&path->estimator, 600000);
    run(path, 4 * G_USEC_PER_SEC, 200, 20 * MS);
    g_assert_cmpuint(result->estimate_bps, <=, START_BPS * 13 / 10);
    run(path, 26 * G_USEC_PER_SEC, 200, 20 * MS);
    g_assert_cmpuint(result->estimate_bps, >=, 600000);
    g_assert_cmpuint(result->estimate_bps, <, 800000);
    path_free(path);
}

static void
test_outage(void)
{
    Path *path = path_new();
    const CcEstimate *result = &path->estimator.result;
    run(path, 3 * G_USEC_PER_SEC, 1200, 24 * MS);
    guint before_bps = result->estimate_bps;
    path->cut = TRUE;
    run(path, 10 * G_USEC_PER_SEC, 1200, 24 * MS);
    g_assert_cmpint(result->state, ==, CC_LINK_SILENT);
    g_assert_cmpuint(result->estimate_bps, <, before_bps);
    g_assert_cmpuint(result->estimate_bps, >, before_bps / 4);
    path->cut = FALSE;
    run(path, 1 * G_USEC_PER_SEC, 1200, 24 * MS);
    g_assert_cmpint(result->state, ==, CC_LINK_CLEAR);
    g_assert_cmpuint(result->estimate_bps, >, before_bps / 4 * 3);
    g_assert_cmpfloat(result->loss, <, 0.05); /* what was lost in it is the outage's */
    path_free(path);
}

/* A part of a second without a way, and then there is a longer one. */
static Path *
move(gboolean told)
{
    Path *path = path_new();
    run(path, 3 * G_USEC_PER_SEC, 1200, 24 * MS);
    path->cut = TRUE;
    run(path, 300 * MS, 1200, 24 * MS);
    path->cut = FALSE;
    path->way_us += 40 * MS;
    if (told)
        cc_estimator_moved(&path->estimator, path->now_us);
    run(path, 400 * MS, 1200, 24 * MS);
    return path;
}

static void
test_moved(void)
{
    Path *path = move(TRUE), *untold = move(FALSE);
    const CcEstimate *result = &path->estimator.result, *other = &untold->estimator.result;
    g_assert_cmpfloat(result->loss, ==, 0);
    g_assert_cmpint(result->state, ==, CC_LINK_CLEAR);
    g_assert_cmpint(result->queue_us, <, 5 * MS);
    g_assert_cmpuint(result->estimate_bps, >, 450000);
    g_assert_cmpint(result->full_us, ==, 0);
    g_assert_cmpfloat(other->loss, >, 0.05);
    g_assert_cmpint(other->full_us, >, 0);
    g_assert_cmpuint(result->estimate_bps, >=, other->estimate_bps);
    path_free(path);
    path_free(untold);
}

/* Two clocks: one starts anew and jumps. */
static void
test_clock_jump(void)
{
    Path *path = path_new();
    run(path, 3 * G_USEC_PER_SEC, 1200, 24 * MS);
    guint before_bps = path->estimator.result.estimate_bps;
    cc_transport_cc_recorder_init(&path->recorder);
    path->now_us += 60 * G_USEC_PER_SEC;
    path->report_us = path->now_us;
    run(path, 3 * G_USEC_PER_SEC, 1200, 24 * MS);
    g_assert_cmpuint(path->estimator.result.estimate_bps, >, before_bps / 2);
    g_assert_cmpint(path->estimator.result.queue_us, <, 20 * MS);
    path_free(path);
}

static void
test_memory(void)
{
    Path *path = path_new();
    g_assert_cmpuint(sizeof(CcEstimator), <=, 4096);
    g_assert_null(path->estimator.record.packets);
    path->cut = TRUE;
    run(path, 30 * G_USEC_PER_SEC, 1200, 5 * MS);
    gsize all = sizeof(CcEstimator) + path->estimator.record.capacity * sizeof(CcSentPacket);
    g_assert_cmpuint(all, <=, 8192);
    path_free(path);
}

static void
assert_sane(const Path *path)
{
    const CcEstimate *result = &path->estimator.result;
    g_assert_cmpuint(result->estimate_bps, >=, MIN_BPS);
    g_assert_cmpuint(result->estimate_bps, <=, MAX_BPS);
    g_assert_cmpuint(result->pacing_bps, >=, MIN_BPS);
    g_assert_cmpuint(result->pacing_bps, <=, MAX_BPS);
    g_assert_cmpfloat(result->loss, >=, 0);
    g_assert_cmpfloat(result->loss, <=, 1);
    g_assert_cmpfloat(result->random_loss, >=, 0);
    g_assert_cmpfloat(result->random_loss, <=, 1);
    g_assert_cmpint(result->rtt_us, >=, 0);
    g_assert_cmpint(result->queue_us, >=, 0);
}

/* Messages of nothing but dice, and honest ones with some bytes changed. */
static void
test_hostile(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    for (guint round = 0; round < 40; round++) {
        Path *path = path_new();
        path->flooded = TRUE;
        cc_estimator_want(&path->estimator, 2000000);
        for (guint i = 0; i < 200; i++) {
            run(path, 100 * MS, 1000, 10 * MS);
            CcRtcpBuilder builder;
            cc_rtcp_builder_init(&builder, path->data, sizeof path->data);
            if (round % 2 == 0 || !cc_transport_cc_build(&path->recorder, &builder, 1, 2)) {
                guint8 *body = cc_rtcp_builder_append(&builder, CC_RTCP_RTPFB,
                                                      CC_RTPFB_TRANSPORT_CC, 4 + 4 * (i % 60));
                for (guint n = 0; n < 4 + 4 * (i % 60); n++)
                    body[n] = (guint8)g_rand_int(random);
            }
            for (guint n = g_rand_int_range(random, 0, 6); n > 0 && builder.length > 12; n--)
                path->data[g_rand_int_range(random, 12, (gint32)builder.length)] =
                    (guint8)g_rand_int(random);
            CcRtcpPacket packet = read_packet(path, builder.length);
            cc_estimator_feedback(&path->estimator, &packet, path->now_us);
            assert_sane(path);
        }
        path_free(path);
    }
}

/* Feedback that comes before anything was sent, twice, or about what never was. */
static void
test_untimely(void)
{
    Path *path = path_new();
    CcRtcpBuilder builder;
    cc_transport_cc_record(&path->recorder, 5, 1000 * MS);
    cc_rtcp_builder_init(&builder, path->data, sizeof path->data);
    g_assert_true(cc_transport_cc_build(&path->recorder, &builder, 1, 2));
    CcRtcpPacket packet = read_packet(path, builder.length);
    cc_estimator_feedback(&path->estimator, &packet, path->now_us);
    g_assert_cmpint(path->estimator.result.state, ==, CC_LINK_STARTING);
    g_assert_cmpuint(path->estimator.result.estimate_bps, ==, START_BPS);

    run(path, 1 * G_USEC_PER_SEC, 1200, 24 * MS);
    CcEstimate before = path->estimator.result;
    cc_estimator_feedback(&path->estimator, &packet, path->now_us);
    g_assert_cmpuint(path->estimator.result.estimate_bps, ==, before.estimate_bps);
    path_free(path);
}

/* A message about @n_status packets of which the last one arrived, in as few bytes as it takes. */
static CcDrop
tell(Path *path, guint16 base, guint n_status, guint32 reference)
{
    guint8 body[24] = {0};
    cc_write_u16(body + 8, base);
    cc_write_u16(body + 10, (guint16)n_status);
    cc_write_u24(body + 12, reference);
    cc_write_u16(body + 16, (guint16)(n_status - 1)); /* a run of those that did not arrive */
    cc_write_u16(body + 18, 1 << 13 | 1);
    CcRtcpPacket packet = {.type = CC_RTCP_RTPFB,
                           .count = CC_RTPFB_TRANSPORT_CC,
                           .body = body,
                           .body_length = sizeof body};
    return cc_estimator_feedback(&path->estimator, &packet, path->now_us);
}

/* Of thousands of packets in a few bytes, again and again: most of it is not even read. Who tells
 * of as many as there are is always heard. */
static void
test_flood(void)
{
    Path *path = path_new();
    guint n_read = 0;
    run(path, 1 * G_USEC_PER_SEC, 100, MS / 5);
    for (guint i = 0; i < 1000; i++, path->now_us += MS)
        n_read += tell(path, path->sequence, 8000, 0) == CC_DROP_NONE;
    g_assert_cmpuint(n_read, >=, 2);
    g_assert_cmpuint(n_read, <=, 4);
    path->now_us += G_USEC_PER_SEC;
    path->report_us = path->now_us;
    run(path, 1 * G_USEC_PER_SEC, 100, MS / 5);
    path_free(path);
}

/* A clock that leaps as far as it can, always in the same direction. */
static void
test_leaping_clock(void)
{
    Path *path = path_new();
    guint32 reference = 0;
    run(path, 1 * G_USEC_PER_SEC, 1200, 24 * MS);
    for (guint i = 0; i < 5000; i++, path->now_us += MS, reference += 1 << 23)
        g_assert_cmpint(tell(path, path->sequence - 1, 2, reference & 0xffffff), ==, CC_DROP_NONE);
    g_assert_cmpint(ABS(path->estimator.reference_us), <, 2 * ((gint64)64000 << 24));
    path_free(path);
}

static void
test_reports(void)
{
    CcEstimator estimator;
    gint64 now_us = 1000 * MS;
    cc_estimator_init(&estimator, START_BPS, MIN_BPS, MAX_BPS);
    for (guint i = 0; i < 10; i++, now_us += G_USEC_PER_SEC) {
        for (guint p = 0; p < 40; p++)
            cc_estimator_sent_plain(&estimator, 1200, now_us + p * 25 * MS);
        cc_estimator_report(&estimator, 0.01, 80 * MS, now_us + 999 * MS);
    }
    g_assert_cmpuint(estimator.result.estimate_bps, >, START_BPS);
    g_assert_cmpint(estimator.result.rtt_us, >, 0);
    guint before_bps = estimator.result.estimate_bps;
    for (guint i = 0; i < 3; i++, now_us += G_USEC_PER_SEC) {
        for (guint p = 0; p < 40; p++)
            cc_estimator_sent_plain(&estimator, 1200, now_us + p * 25 * MS);
        cc_estimator_report(&estimator, 0.4, 380 * MS, now_us + 999 * MS);
    }
    g_assert_cmpuint(estimator.result.estimate_bps, <, before_bps * 3 / 4);
    cc_estimator_remb(&estimator, 123456, now_us);
    g_assert_cmpuint(estimator.result.estimate_bps, ==, 123456);
    cc_estimator_remb(&estimator, G_MAXUINT64, now_us);
    g_assert_cmpuint(estimator.result.estimate_bps, ==, MAX_BPS);
    cc_estimator_remb(&estimator, 0, now_us);
    g_assert_cmpuint(estimator.result.estimate_bps, ==, MIN_BPS);
    cc_estimator_report(&estimator, 7.5, -5, now_us);
    g_assert_cmpfloat(estimator.result.loss, <=, 1);
    cc_estimator_clear(&estimator);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/estimator/grows-when-used", test_grows_when_used);
    g_test_add_func("/rate/estimator/burst-beside-queue", test_burst_beside_queue);
    g_test_add_func("/rate/estimator/overflow", test_overflow);
    g_test_add_func("/rate/estimator/probe-into-full-queue", test_probe_into_full_queue);
    g_test_add_func("/rate/estimator/loss-of-a-flood", test_loss_of_a_flood);
    g_test_add_func("/rate/estimator/losses", test_losses);
    g_test_add_func("/rate/estimator/hiccups", test_hiccups);
    g_test_add_func("/rate/estimator/probes-when-wanted", test_probes_when_wanted);
    g_test_add_func("/rate/estimator/climbs-without-probes", test_climbs_without_probes);
    g_test_add_func("/rate/estimator/outage", test_outage);
    g_test_add_func("/rate/estimator/moved", test_moved);
    g_test_add_func("/rate/estimator/clock-jump", test_clock_jump);
    g_test_add_func("/rate/estimator/memory", test_memory);
    g_test_add_func("/rate/estimator/hostile", test_hostile);
    g_test_add_func("/rate/estimator/untimely", test_untimely);
    g_test_add_func("/rate/estimator/flood", test_flood);
    g_test_add_func("/rate/estimator/leaping-clock", test_leaping_clock);
    g_test_add_func("/rate/estimator/reports", test_reports);
    return g_test_run();
}
