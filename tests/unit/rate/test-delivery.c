#include "common/rate/delivery.h"

#define MS 1000

/* Marks each 100 ms: @bytes sent, @packets told about, of them @arrived; the arrival clock runs
 * @stretch times as fast. */
static void
feed(CcDelivery *delivery, guint n, guint bytes, guint packets, guint arrived, double stretch)
{
    for (guint i = 0; i < n; i++) {
        delivery->now.sent += 100 * MS;
        delivery->now.arrival += (guint32)(100 * MS * stretch);
        delivery->now.bytes += bytes;
        delivery->now.reported += packets;
        delivery->now.arrived += arrived;
        cc_delivery_mark(delivery);
    }
}

static void
test_rates(void)
{
    CcDelivery delivery = {0};
    CcDeliveryView view;
    g_assert_false(cc_delivery_view(&delivery, 500 * MS, 1, &view));
    /* Across the wrap of all counters. */
    delivery.now = (CcDeliveryMark){G_MAXUINT32 - 250 * MS, G_MAXUINT32 - 50 * MS, G_MAXUINT32, 3,
                                    G_MAXUINT32};
    cc_delivery_mark(&delivery);
    feed(&delivery, 10, 12500, 10, 8, 2); /* 1 Mbit/s; half of it gets through in time */
    g_assert_true(cc_delivery_view(&delivery, 500 * MS, 1, &view));
    g_assert_cmpfloat_with_epsilon(view.sent_bps, 1e6, 1);
    g_assert_cmpfloat_with_epsilon(view.arriving_bps, 5e5, 1);
    g_assert_cmpuint(view.reported, ==, 30);
    g_assert_cmpuint(view.arrived, ==, 24);
    g_assert_cmpint(view.span_us, ==, 600 * MS);
    /* Longer, if there were too few packets. */
    g_assert_true(cc_delivery_view(&delivery, 500 * MS, 45, &view));
    g_assert_cmpuint(view.reported, ==, 50);
}

/* In bytes, for a queue may turn large packets away and let small ones pass. */
static void
test_kept(void)
{
    CcDelivery delivery = {0};
    CcDeliveryView view;
    cc_delivery_mark(&delivery);
    feed(&delivery, 4, 1000, 2, 1, 1);
    g_assert_true(cc_delivery_view(&delivery, 500 * MS, 1, &view));
    g_assert_cmpfloat(view.kept, ==, 1); /* nothing is known */
    delivery.now.reported_bytes += 4000;
    delivery.now.arrived_bytes += 1000;
    g_assert_true(cc_delivery_view(&delivery, 500 * MS, 1, &view));
    g_assert_cmpfloat(view.kept, ==, 0.25);
}

static void
test_carried(void)
{
    CcDeliveryView view = {.arriving_bps = 1e6, .reported = 20, .arrived = 14, .kept = 0.7};
    g_assert_cmpfloat(cc_delivery_carried_bps(&view, 0.3, 1), ==, 1e6);
    g_assert_cmpfloat(cc_delivery_carried_bps(&view, 0.2, 1), ==, 1e6); /* by chance */
    g_assert_cmpfloat_with_epsilon(cc_delivery_carried_bps(&view, 0, 1), 7e5, 1);
    g_assert_cmpfloat(cc_delivery_carried_bps(&view, 0, 8), ==, 1e6); /* a burst */
    view.arrived = 4;
    view.kept = 0.2;
    g_assert_cmpfloat_with_epsilon(cc_delivery_carried_bps(&view, 0.2, 1), 2.5e5, 1);
}

static void
test_bounded(void)
{
    CcDelivery delivery = {0};
    CcDeliveryView view;
    feed(&delivery, 1000, 1000, 1, 1, 1);
    g_assert_true(cc_delivery_view(&delivery, 3600 * (gint64)G_USEC_PER_SEC, 1, &view));
    g_assert_cmpuint(view.reported, ==, CC_DELIVERY_MARKS - 1);
    CcDeliveryMark before = delivery.now;
    delivery.now.arrival += 5 * MS; /* too close for a mark of its own */
    cc_delivery_mark(&delivery);
    g_assert_cmpuint(delivery.marks[delivery.newest].arrival, ==, before.arrival);
    cc_delivery_reset(&delivery);
    g_assert_false(cc_delivery_view(&delivery, 500 * MS, 1, &view));
}

/* No time has passed on one of the clocks, or it stepped back: nothing to tell. */
static void
test_no_time(void)
{
    CcDelivery delivery = {0};
    CcDeliveryView view;
    CcDeliveryMark from = delivery.now;
    g_assert_false(cc_delivery_since(&delivery, &from, &view));
    delivery.now.sent += 10 * MS;
    g_assert_false(cc_delivery_since(&delivery, &from, &view));
    delivery.now.arrival -= 10 * MS;
    g_assert_false(cc_delivery_since(&delivery, &from, &view));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/delivery/rates", test_rates);
    g_test_add_func("/rate/delivery/kept", test_kept);
    g_test_add_func("/rate/delivery/carried", test_carried);
    g_test_add_func("/rate/delivery/bounded", test_bounded);
    g_test_add_func("/rate/delivery/no-time", test_no_time);
    return g_test_run();
}
