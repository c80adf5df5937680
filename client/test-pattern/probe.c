#include "client/test-pattern/probe.h"

#include <stdlib.h>

#include "client/test-pattern/test-pattern.h"

#define LOUD 3000       /* of 32767: the beep, not its coding noise */
#define QUIET_US 300000 /* before an onset */
#define PAIR_US 400000  /* flash and beep this near belong together */

struct CcProbe {
    GMutex lock;
    GArray *ages_ms, *offsets_ms; /* int */
    gboolean white;
    gint64 flash_us, beep_us; /* newest onsets; 0: none, or paired */
    gint64 loud_us;           /* newest loud sample */
};

CcProbe *
cc_probe_new(void)
{
    CcProbe *probe = g_new0(CcProbe, 1);
    g_mutex_init(&probe->lock);
    probe->ages_ms = g_array_new(FALSE, FALSE, sizeof(int));
    probe->offsets_ms = g_array_new(FALSE, FALSE, sizeof(int));
    return probe;
}

void
cc_probe_free(CcProbe *probe)
{
    if (probe == NULL)
        return;
    g_array_unref(probe->ages_ms);
    g_array_unref(probe->offsets_ms);
    g_mutex_clear(&probe->lock);
    g_free(probe);
}

static void
pair(CcProbe *probe)
{
    if (probe->flash_us == 0 || probe->beep_us == 0)
        return;
    gint64 apart_us = probe->flash_us - probe->beep_us;
    if (apart_us > PAIR_US) {
        probe->beep_us = 0;
    } else if (apart_us < -PAIR_US) {
        probe->flash_us = 0;
    } else {
        int offset_ms = (int)(apart_us / 1000);
        g_array_append_val(probe->offsets_ms, offset_ms);
        probe->flash_us = probe->beep_us = 0;
    }
}

void
cc_probe_picture(CcProbe *probe, const GstVideoFrame *frame, gint64 now_us)
{
    guint32 code;
    if (!cc_test_pattern_read_time(frame, &code))
        return;
    int age_ms = (int)((guint32)(now_us / 1000) - code);
    if (age_ms < 0 || age_ms > CC_PROBE_MAX_AGE_MS)
        return;
    gboolean white = cc_test_pattern_read_flash(frame);
    g_mutex_lock(&probe->lock);
    g_array_append_val(probe->ages_ms, age_ms);
    if (white && !probe->white) {
        probe->flash_us = now_us;
        pair(probe);
    }
    probe->white = white;
    g_mutex_unlock(&probe->lock);
}

void
cc_probe_sound(CcProbe *probe, const gint16 *samples, gsize n_frames, guint channels, guint rate,
               gint64 now_us)
{
    g_mutex_lock(&probe->lock);
    for (gsize i = 0; i < n_frames; i++) {
        if (abs(samples[i * channels]) < LOUD)
            continue;
        gint64 time_us = now_us + (gint64)(i * G_USEC_PER_SEC / rate);
        if (time_us - probe->loud_us > QUIET_US) {
            probe->beep_us = time_us;
            pair(probe);
        }
        probe->loud_us = time_us;
    }
    g_mutex_unlock(&probe->lock);
}

static int
compare_ints(gconstpointer a, gconstpointer b)
{
    return *(const int *)a - *(const int *)b;
}

static int
median(GArray *values, int none)
{
    if (values->len == 0)
        return none;
    g_array_sort(values, compare_ints);
    return g_array_index(values, int, values->len / 2);
}

void
cc_probe_take(CcProbe *probe, CcProbeResult *result)
{
    g_mutex_lock(&probe->lock);
    *result = (CcProbeResult){
        .pictures = probe->ages_ms->len,
        .age_ms = median(probe->ages_ms, -1),
        .seconds = probe->offsets_ms->len,
        .offset_ms = median(probe->offsets_ms, 0),
    };
    g_array_set_size(probe->ages_ms, 0);
    g_array_set_size(probe->offsets_ms, 0);
    g_mutex_unlock(&probe->lock);
}
