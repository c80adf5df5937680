/* Leaves pictures out ahead of everything that costs time, so that no more than so many a second
 * are scaled and coded, evenly. The pictures' caps stay as they are: with each change of those an
 * encoder begins anew, with a keyframe. Pure; the caller locks. Times in µs of the pictures' own
 * clock. A value; {0} lets all pass. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    guint framerate; /* at most; 0: all. May be set at any time */
    gint64 due_us;   /* when the next one should come */
    gboolean started;
} CcPicturePace;

/* FALSE if the picture of @now_us is to be left out. */
gboolean cc_picture_pace_passes(CcPicturePace *pace, gint64 now_us);

G_END_DECLS
