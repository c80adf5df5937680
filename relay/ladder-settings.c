#include "relay/ladder-settings.h"

static const char *const names[CC_N_RUNGS] = {
    [CC_RUNG_VOICE] = "voice", [CC_RUNG_SLIDES] = "slides", [CC_RUNG_PUPIL] = "pupil",
    [CC_RUNG_FACE] = "face",   [CC_RUNG_HD] = "hd",
};

static guint
get_bps(const CcConfig *config, const char *key)
{
    return (guint)cc_config_get_int(config, "ladder", key) * 1000;
}

static CcRung
rung_of(const char *name)
{
    for (guint i = 0; i < CC_N_RUNGS; i++)
        if (g_str_equal(names[i], name))
            return (CcRung)i;
    g_return_val_if_reached(CC_RUNG_VOICE);
}

CcLadderSettings
cc_ladder_settings(const CcConfig *config)
{
    const char *const *order = cc_config_get_list(config, "ladder", "order");
    CcLadderSettings settings = {
        .floor_bps = {[CC_RUNG_SLIDES] = get_bps(config, "slides-floor-kbps"),
                      [CC_RUNG_PUPIL] = get_bps(config, "pupil-floor-kbps"),
                      [CC_RUNG_FACE] = get_bps(config, "face-floor-kbps")},
        .hd_bps = get_bps(config, "hd-kbps"),
    };

    for (guint i = 0; i < CC_N_RUNGS && order[i] != NULL; i++)
        settings.order[i] = rung_of(order[i]);
    return settings;
}

guint
cc_ladder_start_bps(const CcConfig *config)
{
    return get_bps(config, "start-kbps");
}
