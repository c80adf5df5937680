#include "client/send/temporal-layers.h"

#define PERIOD 4
#define ALONE "no-ref-golden+no-ref-alt+no-upd-golden+no-upd-alt" /* refers to layer 0, is it */
#define NOT_KEPT "no-upd-last+no-upd-golden+no-upd-alt+no-upd-entropy"

/* The last picture of layer 0 is in LAST, that of layer 1 in GOLDEN; layer 2 is kept nowhere.
 * Cumulative shares: what a receiver of the lower layers alone needs of the bitrate. */
typedef struct {
    int layer[PERIOD];
    const char *flags[PERIOD];
    gboolean sync[PERIOD];
    int decimator[CC_MAX_TEMPORAL_LAYERS];
    guint percent[CC_MAX_TEMPORAL_LAYERS];
} Pattern;

static const Pattern two_layers = {
    .layer = {0, 1, 0, 1},
    .flags = {ALONE, NOT_KEPT "+no-ref-golden+no-ref-alt", ALONE,
              NOT_KEPT "+no-ref-golden+no-ref-alt"},
    .sync = {FALSE, TRUE, FALSE, TRUE},
    .decimator = {2, 1},
    .percent = {60, 100},
};

static const Pattern three_layers = {
    .layer = {0, 2, 1, 2},
    .flags = {ALONE, NOT_KEPT "+no-ref-golden+no-ref-alt",
              "no-ref-golden+no-ref-alt+no-upd-last+no-upd-alt", NOT_KEPT "+no-ref-alt"},
    .sync = {FALSE, TRUE, TRUE, FALSE},
    .decimator = {4, 2, 1},
    .percent = {40, 60, 100},
};

static const Pattern *
find_pattern(guint n_layers)
{
    return n_layers == 2 ? &two_layers : &three_layers;
}

G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* GValueArray is what vp8enc takes */

    static void
    set_numbers(GstElement *encoder, const char *property, const int *numbers, guint n)
{
    GValueArray *array = g_value_array_new(n);
    g_auto(GValue) value = G_VALUE_INIT;
    g_value_init(&value, G_TYPE_INT);
    for (guint i = 0; i < n; i++) {
        g_value_set_int(&value, numbers[i]);
        g_value_array_append(array, &value);
    }
    g_object_set(encoder, property, array, NULL);
    g_value_array_free(array);
}

G_GNUC_END_IGNORE_DEPRECATIONS

/* The type of the elements of the GstValueArray property @name. */
static GType
element_type(GstElement *encoder, const char *name)
{
    GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(encoder), name);
    return GST_PARAM_SPEC_ARRAY_LIST(spec)->element_spec->value_type;
}

static void
set_array(GstElement *encoder, const char *name, const Pattern *pattern, gboolean flags)
{
    g_auto(GValue) array = G_VALUE_INIT;
    gst_value_array_init(&array, PERIOD);
    for (guint i = 0; i < PERIOD; i++) {
        GValue value = G_VALUE_INIT;
        g_value_init(&value, flags ? element_type(encoder, name) : G_TYPE_BOOLEAN);
        if (flags)
            gst_value_deserialize(&value, pattern->flags[i]);
        else
            g_value_set_boolean(&value, pattern->sync[i]);
        gst_value_array_append_and_take_value(&array, &value);
    }
    g_object_set_property(G_OBJECT(encoder), name, &array);
}

void
cc_temporal_layers_set_up(GstElement *encoder, guint n_layers)
{
    const Pattern *pattern = find_pattern(n_layers);
    g_object_set(encoder, "temporal-scalability-number-layers", (int)n_layers,
                 "temporal-scalability-periodicity", PERIOD, NULL);
    set_numbers(encoder, "temporal-scalability-layer-id", pattern->layer, PERIOD);
    set_numbers(encoder, "temporal-scalability-rate-decimator", pattern->decimator, n_layers);
    set_array(encoder, "temporal-scalability-layer-flags", pattern, TRUE);
    set_array(encoder, "temporal-scalability-layer-sync-flags", pattern, FALSE);
}

void
cc_temporal_layers_set_bitrate(GstElement *encoder, guint n_layers, guint bitrate_bps)
{
    const Pattern *pattern = find_pattern(n_layers);
    int bitrates[CC_MAX_TEMPORAL_LAYERS];
    for (guint i = 0; i < n_layers; i++)
        bitrates[i] = (int)((guint64)bitrate_bps * pattern->percent[i] / 100);
    set_numbers(encoder, "temporal-scalability-target-bitrate", bitrates, n_layers);
}
