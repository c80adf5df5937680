#include "common/rate/voice-meter.h"

/* A second of @bps. */
static void
say(CcVoiceMeter *meter, guint bps, gint64 flood_us, gint64 *now_us)
{
    for (guint i = 0; i < 50; i++) {
        cc_voice_meter_look(meter, flood_us, *now_us);
        cc_voice_meter_sent(meter, bps / 8 / 50);
        *now_us += 20000;
    }
    cc_voice_meter_look(meter, flood_us, *now_us);
}

static void
test_measures(void)
{
    CcVoiceMeter meter = {0};
    gint64 now_us = 5 * G_USEC_PER_SEC;
    g_assert_cmpuint(meter.bps, ==, 0);
    say(&meter, 40000, 0, &now_us);
    g_assert_cmpuint(meter.bps, ==, 40000);
    say(&meter, 80000, 0, &now_us);
    g_assert_cmpuint(meter.bps, ==, 80000);
}

/* A pause is no end; after some seconds it is believed that less will do. */
static void
test_pauses(void)
{
    CcVoiceMeter meter = {0};
    gint64 now_us = 5 * G_USEC_PER_SEC;
    say(&meter, 40000, 0, &now_us);
    say(&meter, 0, 0, &now_us);
    g_assert_cmpuint(meter.bps, >=, 30000);
    say(&meter, 40000, 0, &now_us);
    g_assert_cmpuint(meter.bps, ==, 40000);
    for (guint i = 0; i < 4; i++)
        say(&meter, 16000, 0, &now_us);
    g_assert_cmpuint(meter.bps, ==, 16000);
}

/* What repairs a flood is not what the voice takes, known before or not. */
static void
test_flood(void)
{
    CcVoiceMeter meter = {0};
    gint64 now_us = 5 * G_USEC_PER_SEC;
    say(&meter, 150000, now_us + 300000, &now_us);
    g_assert_cmpuint(meter.bps, ==, 0);
    gint64 flood_us = now_us - 500000;
    say(&meter, 40000, flood_us, &now_us);
    g_assert_cmpuint(meter.bps, ==, 40000);
    say(&meter, 150000, now_us + 300000, &now_us);
    g_assert_cmpuint(meter.bps, ==, 40000);
    say(&meter, 50000, now_us - 300000, &now_us);
    g_assert_cmpuint(meter.bps, ==, 50000);
}

/* Voice of which only a flood was seen is there all the same: how much it takes is not known, but
 * whoever looks for more room for it must do so, also while it pauses. */
static void
test_heard(void)
{
    CcVoiceMeter meter = {0};
    gint64 now_us = 5 * G_USEC_PER_SEC;
    say(&meter, 0, 0, &now_us);
    g_assert_false(meter.heard);
    say(&meter, 35000, now_us + 800000, &now_us);
    say(&meter, 15000, now_us + 100000, &now_us);
    for (guint i = 0; i < 30; i++)
        say(&meter, 0, now_us - 2 * G_USEC_PER_SEC, &now_us);
    g_assert_cmpuint(meter.bps, ==, 0);
    g_assert_true(meter.heard);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/voice-meter/measures", test_measures);
    g_test_add_func("/rate/voice-meter/pauses", test_pauses);
    g_test_add_func("/rate/voice-meter/flood", test_flood);
    g_test_add_func("/rate/voice-meter/heard", test_heard);
    return g_test_run();
}
