/* Several slots' pictures as one, where more than one is to be seen: painted when one of them is
 * due, in a thread of its own, which rests while there is nothing to paint. Any thread. */
#pragma once

#include <gst/gst.h>

#include "client/ui/layout.h"

G_BEGIN_DECLS

typedef struct CcCollage CcCollage;

/* @sample: I420, to be shown at once. From the collage's thread. */
typedef void (*CcCollageFunc)(GstSample *sample, gpointer user_data);

/* Running times are of @clock since @base_time. */
CcCollage *cc_collage_new(GstClock *clock, GstClockTime base_time, CcCollageFunc painted,
                          gpointer user_data);
void cc_collage_free(CcCollage *collage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcCollage, cc_collage_free)

/* How those with a picture are arranged; @present as in cc_layout_arrange(). Slots that are not
 * forget theirs. */
void cc_collage_arrange(CcCollage *collage, CcLayout layout,
                        const gboolean present[CC_WATCHED_VIDEOS]);
/* @sample: I420 whose PTS is the running time at which it is due. */
void cc_collage_put(CcCollage *collage, guint slot, GstSample *sample);

G_END_DECLS
