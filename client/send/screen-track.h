/* The screen's way into the lesson: looks at it some times a second, codes what screen-plan.h says,
 * and makes RTP packets of it. Main thread; it codes in a thread of its own. */
#pragma once

#include <gst/gst.h>

#include "client/send/layer.h"

G_BEGIN_DECLS

typedef struct CcScreenTrack CcScreenTrack;

/* Its packets carry @ssrc. Errors: as of cc_screen_capture_new(), CC_ERROR_MEDIA. */
CcScreenTrack *cc_screen_track_new(const CcScreenSettings *settings, guint32 ssrc, GError **error);
/* After the pipeline with its bin has stopped. */
void cc_screen_track_free(CcScreenTrack *track);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcScreenTrack, cc_screen_track_free)

/* Its element: RTP out of "src". (transfer floating, the first time) */
GstElement *cc_screen_track_get_bin(CcScreenTrack *track);

gboolean cc_screen_track_start(CcScreenTrack *track, GError **error);
/* Before the pipeline stops. */
void cc_screen_track_stop(CcScreenTrack *track);

/* From now on it may take @wire_bps with all headers: 0 ends sending, -1 is what is configured. */
void cc_screen_track_set_rate(CcScreenTrack *track, gint64 wire_bps, gint64 now_us);
void cc_screen_track_request_keyframe(CcScreenTrack *track);
/* What it takes at the moment, with headers: 0 while nothing moves. @urgent: people wait for it,
 * because what has changed cannot be read yet. */
guint cc_screen_track_busy_bps(CcScreenTrack *track, gboolean *urgent);
void cc_screen_track_get_status(CcScreenTrack *track, CcLayerStatus *status);

G_END_DECLS
