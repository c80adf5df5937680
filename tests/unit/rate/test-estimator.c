#include "common/rate/estimator.h"

#include <string.h>

#include "common/wire/bytes.h"
#include "common/wire/transport-cc.h"

#define MS 1000
#define START_BPS 300000
#define MIN_BPS 20000
#define MAX_BPS 4000000

/* A sender of @bytes each @step_us, a way of 50 ms each way, feedback each 100 ms; nothing is
 * lost and nothing waits. */
typedef struct {
    CcEstimator estimator;
    CcTransportCcRecorder recorder;
    guint16 sequence;
    gint64 now_us, report_us;
    gboolean cut; /* nothing gets through */
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
    g_assert_cmpint(drop, ==, CC_DROP_NONE);
}

static void
send_one(Path *path, guint bytes, gboolean probe)
{
    cc_estimator_sent(&path->estimator, path->sequence, bytes, path->now_us, probe);
    if (!path->cut)
        cc_transport_cc_record(&path->recorder, path->sequence, path->now_us + 50 * MS);
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
            for (guint i = 0; i < probe.n_packets; i++) {
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
    g_test_add_func("/rate/estimator/probes-when-wanted", test_probes_when_wanted);
    g_test_add_func("/rate/estimator/outage", test_outage);
    g_test_add_func("/rate/estimator/clock-jump", test_clock_jump);
    g_test_add_func("/rate/estimator/memory", test_memory);
    g_test_add_func("/rate/estimator/hostile", test_hostile);
    g_test_add_func("/rate/estimator/untimely", test_untimely);
    g_test_add_func("/rate/estimator/reports", test_reports);
    return g_test_run();
}
