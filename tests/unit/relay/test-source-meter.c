/* What a stream's keyframes take of a link. */
#include "relay/media/source-meter.h"

#define SECOND G_USEC_PER_SEC

static void
add(CcSourceMeter *meter, gboolean keyframe, guint32 timestamp, gboolean last, gint64 now_us)
{
    CcPacket packet = {.length = 1200 - 52, .keyframe = keyframe};
    packet.rtp.timestamp = timestamp;
    packet.rtp.marker = last;
    cc_source_meter_add(meter, &packet, now_us);
}

static void
test_keyframe_gone(void)
{
    CcSourceMeter meter = {0};
    g_assert_cmpint(cc_source_meter_keyframe_gone_us(&meter, 96000), ==, 0);
    add(&meter, FALSE, 1, TRUE, SECOND);
    g_assert_cmpint(cc_source_meter_keyframe_gone_us(&meter, 96000), ==, 0);
    /* Ten packets of 1200 bytes: a second of 96 kbit/s. What has come so far counts. */
    for (guint i = 0; i < 10; i++)
        add(&meter, i == 0, 2, i == 9, 2 * SECOND + i);
    g_assert_cmpint(cc_source_meter_keyframe_gone_us(&meter, 96000), ==, 3 * SECOND);
    g_assert_cmpint(cc_source_meter_keyframe_gone_us(&meter, 960000), ==, 2 * SECOND + SECOND / 10);
    g_assert_cmpint(cc_source_meter_keyframe_gone_us(&meter, 1), ==, 5 * SECOND); /* bounded */
    /* The next one is thought to be as large until more is known. */
    add(&meter, FALSE, 3, TRUE, 6 * SECOND);
    add(&meter, TRUE, 4, FALSE, 7 * SECOND);
    g_assert_cmpint(cc_source_meter_keyframe_gone_us(&meter, 96000), ==, 8 * SECOND);
    cc_source_meter_restart(&meter);
    g_assert_cmpint(cc_source_meter_keyframe_gone_us(&meter, 96000), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/source-meter/keyframe-gone", test_keyframe_gone);
    return g_test_run();
}
