/* The section [ladder] as the packet path has it. */
#include "relay/ladder-settings.h"

static CcConfig *
load(const char *key, const char *value)
{
    const CcConfigOverride overrides[] = {{key, value, "test"}, {NULL, NULL, NULL}};
    g_autoptr(GError) error = NULL;
    CcConfig *config = cc_config_load(NULL, overrides, &error);

    g_assert_no_error(error);
    return config;
}

/* What the configuration says by default is what code without one takes. */
static void
test_defaults(void)
{
    g_autoptr(CcConfig) config = cc_config_new_default();
    CcLadderSettings settings = cc_ladder_settings(config);

    for (guint i = 0; i < CC_N_RUNGS; i++) {
        g_assert_cmpint(settings.order[i], ==, cc_ladder_defaults.order[i]);
        g_assert_cmpuint(settings.floor_bps[i], ==, cc_ladder_defaults.floor_bps[i]);
    }
    g_assert_cmpuint(settings.hd_bps, ==, cc_ladder_defaults.hd_bps);
    g_assert_cmpuint(cc_ladder_start_bps(config), ==, 250000);
}

static void
test_order(void)
{
    static const CcRung expected[] = {CC_RUNG_VOICE, CC_RUNG_FACE, CC_RUNG_PUPIL, CC_RUNG_SLIDES,
                                      CC_RUNG_HD};
    g_autoptr(CcConfig) config = load("ladder.order", "voice;face;pupil;slides;hd");
    CcLadderSettings settings = cc_ladder_settings(config);

    for (guint i = 0; i < CC_N_RUNGS; i++)
        g_assert_cmpint(settings.order[i], ==, expected[i]);
}

static void
test_rates(void)
{
    g_autoptr(CcConfig) face = load("ladder.face-floor-kbps", "75");
    g_autoptr(CcConfig) hd = load("ladder.hd-kbps", "800");
    g_autoptr(CcConfig) start = load("ladder.start-kbps", "64");

    g_assert_cmpuint(cc_ladder_settings(face).floor_bps[CC_RUNG_FACE], ==, 75000);
    g_assert_cmpuint(cc_ladder_settings(hd).hd_bps, ==, 800000);
    g_assert_cmpuint(cc_ladder_start_bps(start), ==, 64000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ladder-settings/defaults", test_defaults);
    g_test_add_func("/ladder-settings/order", test_order);
    g_test_add_func("/ladder-settings/rates", test_rates);
    return g_test_run();
}
