/* An estimator and what follows from it, given answers of any content at any time: what it says
 * stays within its bounds, and no probe is longer than what it was asked for. Each step: a byte of
 * what to do, one of how much, two of how many ms later. */
#include "common/rate/estimator.h"
#include "common/rate/loss-pattern.h"
#include "common/rate/pacer.h"
#include "common/wire/bytes.h"

#define MIN_BPS 10000
#define MAX_BPS 20000000
#define WANTED_BPS 3000000
#define STEP 4

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

typedef struct {
    CcEstimator estimator;
    CcPacer pacer;
    guint16 sequence;
    gint64 now_us;
} Path;

static void
check(Path *path)
{
    const CcEstimate *result = &path->estimator.result;
    g_assert_true(result->estimate_bps >= MIN_BPS && result->estimate_bps <= MAX_BPS);
    g_assert_true(result->pacing_bps >= MIN_BPS && result->pacing_bps <= MAX_BPS);
    g_assert_true(result->loss >= 0 && result->loss <= 1);
    g_assert_true(result->random_loss >= 0 && result->random_loss <= 1);
    g_assert_true(result->rtt_us >= 0 && result->queue_us >= 0);
    cc_pacer_set(&path->pacer, result->pacing_bps, 125, 40000, path->now_us);
    gint64 wait_us = cc_pacer_next_us(&path->pacer, path->now_us) - path->now_us;
    g_assert_true(wait_us >= 0 && wait_us <= 2 * G_USEC_PER_SEC);
    CcProbe probe;
    if (!cc_estimator_probe(&path->estimator, path->now_us, &probe))
        return;
    g_assert_cmpuint(probe.bps, <=, WANTED_BPS * 3 / 2);
    g_assert_cmpuint(probe.bytes, <=, WANTED_BPS * 3 / 2 / 8);
}

static void
send(Path *path, guint n, gboolean probe)
{
    for (guint i = 0; i < n; i++) {
        guint bytes = 60 + i * 37 % 1200;
        cc_estimator_sent(&path->estimator, path->sequence++, bytes, path->now_us, probe);
        cc_pacer_sent(&path->pacer, bytes, path->now_us);
    }
}

/* With a base near what was sent, or an honest message would be a rare thing. */
static void
answer(Path *path, const guint8 *data, gsize length, guint back)
{
    guint8 body[256] = {0};
    length = MIN(length, sizeof body);
    memcpy(body, data, length);
    if (back < 255)
        cc_write_u16(body + 8, (guint16)(path->sequence - back));
    CcRtcpPacket packet = {.type = CC_RTCP_RTPFB,
                           .count = CC_RTPFB_TRANSPORT_CC,
                           .body = body,
                           .body_length = MAX(length, 16) & ~(gsize)3};
    cc_estimator_feedback(&path->estimator, &packet, path->now_us);
}

static gsize
step(Path *path, const guint8 *data, gsize size)
{
    guint much = data[1];
    gsize length = MIN(much, size - STEP);
    path->now_us += (gint64)cc_read_u16(data + 2) * 1000;
    switch (data[0] % 6) {
    case 0:
        send(path, much, FALSE);
        return STEP;
    case 1:
        send(path, much % 16, TRUE);
        return STEP;
    case 2:
        answer(path, data + STEP, length, data[0]);
        return STEP + length;
    case 3:
        cc_estimator_report(&path->estimator, much / 200.0, (gint64)much * much * 100,
                            path->now_us);
        return STEP;
    case 4:
        cc_estimator_remb(&path->estimator, (guint64)much << (data[0] / 6), path->now_us);
        return STEP;
    default:
        cc_estimator_want(&path->estimator, much * (WANTED_BPS / 255));
        return STEP;
    }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    Path path = {.now_us = 1000 * G_USEC_PER_SEC};
    CcLossPattern pattern;
    cc_estimator_init(&path.estimator, 400000, MIN_BPS, MAX_BPS);
    cc_estimator_want(&path.estimator, WANTED_BPS);
    for (gsize at = 0; at + STEP <= size;) {
        at += step(&path, data + at, size - at);
        check(&path);
    }
    cc_loss_pattern_read(&path.estimator.record, path.estimator.forgive_us, path.now_us, &pattern);
    g_assert_true(pattern.loss >= 0 && pattern.loss <= 1);
    g_assert_true(pattern.burst_us >= 0);
    cc_estimator_clear(&path.estimator);
    return 0;
}
