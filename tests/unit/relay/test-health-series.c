/* A ring of records by tick, and a link's moment in ten bytes. */
#include "relay/health/health-link.h"

static guint
value_at(const CcSeries *series, guint32 tick)
{
    const guint *value = cc_series_get(series, tick);
    return value != NULL ? *value : G_MAXUINT;
}

static void
put(CcSeries *series, guint32 tick, guint value)
{
    cc_series_put(series, tick, &value);
}

static void
test_ring(void)
{
    g_autoptr(CcSeries) series = cc_series_new(10, sizeof(guint));

    g_assert_null(cc_series_get(series, 0));
    for (guint32 tick = 7; tick < 40; tick++)
        put(series, tick, tick * 3);
    g_assert_cmpuint(value_at(series, 39), ==, 117);
    g_assert_cmpuint(value_at(series, 30), ==, 90);
    g_assert_null(cc_series_get(series, 29)); /* too long ago */
    g_assert_null(cc_series_get(series, 40)); /* not yet */
}

static void
test_gaps(void)
{
    g_autoptr(CcSeries) series = cc_series_new(10, sizeof(guint));

    put(series, 1, 1);
    put(series, 4, 4);
    g_assert_null(cc_series_get(series, 2));
    g_assert_null(cc_series_get(series, 3));
    g_assert_cmpuint(value_at(series, 1), ==, 1);
    put(series, 4, 5); /* again */
    put(series, 2, 2); /* too late */
    g_assert_cmpuint(value_at(series, 4), ==, 5);
    g_assert_null(cc_series_get(series, 2));
    /* A gap that is longer than all that is remembered. */
    put(series, 4 + 25, 6);
    for (guint32 tick = 20; tick < 29; tick++)
        g_assert_null(cc_series_get(series, tick));
    g_assert_cmpuint(value_at(series, 29), ==, 6);
    put(series, G_MAXUINT32, 7);
    g_assert_cmpuint(value_at(series, G_MAXUINT32), ==, 7);
    g_assert_null(cc_series_get(series, 29));
}

/* What docs/architecture.md says of the memory that a school and a room take. */
static void
test_size(void)
{
    g_assert_cmpuint(cc_series_bytes(CC_HEALTH_TICKS, sizeof(CcLinkSample)), <, 7500);
    g_assert_cmpuint(sizeof(CcHealthLink), <, 400);
    g_assert_cmpuint(sizeof(CcRoomMoment), ==, 28);
    g_assert_cmpuint(cc_series_bytes(CC_HEALTH_TICKS, sizeof(CcRoomMoment)) + sizeof(CcHealthRoom),
                     <, 21 * 1024 + 512);
    g_assert_cmpuint(CC_HEALTH_TICKS * CC_HEALTH_TICK_S, ==, 3600);
}

static void
test_sample(void)
{
    CcLinkValues values = {.contact = CC_CONTACT_UP,
                           .picture = CC_PICTURE_STILLS,
                           .reason = CC_LINK_REASON_LOSS,
                           .tcp = TRUE,
                           .voice = TRUE,
                           .bps = 90400,
                           .estimate_bps = 120000,
                           .loss = 0.125,
                           .rtt_ms = 310,
                           .queue_ms = 120,
                           .height = 360};
    CcLinkSample sample = cc_link_sample_pack(&values);
    CcLinkValues back;

    cc_link_sample_unpack(&sample, &back);
    g_assert_cmpint(back.contact, ==, CC_CONTACT_UP);
    g_assert_cmpint(back.picture, ==, CC_PICTURE_STILLS);
    g_assert_cmpint(back.reason, ==, CC_LINK_REASON_LOSS);
    g_assert_true(back.tcp && back.voice);
    g_assert_cmpuint(back.bps, ==, 90000);
    g_assert_cmpuint(back.estimate_bps, ==, 120000);
    g_assert_cmpfloat(back.loss, ==, 0.125);
    g_assert_cmpint(back.rtt_ms, ==, 310);
    g_assert_cmpuint(back.queue_ms, ==, 120);
    g_assert_cmpuint(back.height, ==, 360);
}

/* Nothing wraps around, and what is unknown stays so. */
static void
test_extremes(void)
{
    CcLinkValues values = {.contact = CC_CONTACT_LOST,
                           .bps = G_MAXUINT,
                           .estimate_bps = 0,
                           .loss = 7,
                           .rtt_ms = -1,
                           .queue_ms = G_MAXUINT,
                           .height = 4320};
    CcLinkSample sample = cc_link_sample_pack(&values);
    CcLinkValues back;

    cc_link_sample_unpack(&sample, &back);
    g_assert_cmpint(back.contact, ==, CC_CONTACT_LOST);
    g_assert_cmpuint(back.bps, ==, G_MAXUINT16 * 1000u);
    g_assert_cmpuint(back.estimate_bps, ==, 0);
    g_assert_cmpfloat(back.loss, ==, 1);
    g_assert_cmpint(back.rtt_ms, ==, -1);
    g_assert_cmpuint(back.queue_ms, ==, 2550);
    g_assert_cmpuint(back.height, ==, 2040);
    values.rtt_ms = G_MAXINT;
    values.contact = CC_CONTACT_CONNECTING;
    sample = cc_link_sample_pack(&values);
    cc_link_sample_unpack(&sample, &back);
    g_assert_cmpint(back.rtt_ms, ==, G_MAXUINT16 - 1);
    g_assert_cmpint(back.contact, ==, CC_CONTACT_CONNECTING);
}

static void
test_summary(void)
{
    g_autoptr(CcSeries) series = cc_series_new(CC_HEALTH_TICKS, sizeof(CcLinkSample));
    CcLinkSummary summary;

    g_assert_false(cc_link_summarize(series, 3, &summary));
    for (guint32 tick = 1; tick <= 30; tick++) {
        CcLinkValues values = {.contact = tick < 29 ? CC_CONTACT_UP : CC_CONTACT_CONNECTING,
                               .picture = CC_PICTURE_PAUSED,
                               .loss = tick < 10 ? 1 : 0.1,
                               .estimate_bps = tick % 2 ? 100000 : 0,
                               .rtt_ms = tick % 2 ? 300 : -1,
                               .voice = TRUE};
        CcLinkSample sample = cc_link_sample_pack(&values);
        cc_series_put(series, tick, &sample);
    }
    g_assert_true(cc_link_summarize(series, 30, &summary));
    g_assert_cmpuint(summary.n, ==, CC_HEALTH_WINDOW);
    g_assert_cmpuint(summary.n_up, ==, CC_HEALTH_WINDOW - 2);
    g_assert_cmpuint(summary.n_connecting, ==, 2);
    g_assert_cmpuint(summary.n_pictures[CC_PICTURE_PAUSED], ==, CC_HEALTH_WINDOW - 2);
    g_assert_cmpfloat_with_epsilon(summary.loss, 0.1, 1e-9);
    g_assert_cmpuint(summary.rtt_ms, ==, 300);
    g_assert_cmpuint(summary.estimate_kbps, ==, 100);
    g_assert_false(cc_link_summarize(series, 31, &summary));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay/health/series/ring", test_ring);
    g_test_add_func("/relay/health/series/gaps", test_gaps);
    g_test_add_func("/relay/health/series/size", test_size);
    g_test_add_func("/relay/health/sample/precision", test_sample);
    g_test_add_func("/relay/health/sample/extremes", test_extremes);
    g_test_add_func("/relay/health/sample/summary", test_summary);
    return g_test_run();
}
