/* Measures a received test lesson where it is rendered: how old a picture is on the screen, and by
 * how much picture and sound are apart. Fed with what a sink renders and when. Any thread. */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

#define CC_PROBE_MAX_AGE_MS 10000 /* anything older is no time code of ours */

typedef struct {
    guint pictures; /* whose time code could be read */
    int age_ms;     /* median from capture to rendering; -1: none read */
    guint seconds;  /* whole seconds with both flash and beep */
    int offset_ms;  /* median of flash − beep: positive if the picture is late */
} CcProbeResult;

typedef struct CcProbe CcProbe;

CcProbe *cc_probe_new(void);
void cc_probe_free(CcProbe *probe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcProbe, cc_probe_free)

/* @now_us: CLOCK_MONOTONIC at rendering. */
void cc_probe_picture(CcProbe *probe, const GstVideoFrame *frame, gint64 now_us);
/* S16 at @rate, the first sample of which is rendered at @now_us. */
void cc_probe_sound(CcProbe *probe, const gint16 *samples, gsize n_frames, guint channels,
                    guint rate, gint64 now_us);
/* Since the last call. */
void cc_probe_take(CcProbe *probe, CcProbeResult *result);

G_END_DECLS
