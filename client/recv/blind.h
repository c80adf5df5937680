/* Screen and loudspeaker for where there are none: they keep time as real ones do, and let a probe
 * see what would be shown and heard at the moment when it would. */
#pragma once

#include <gst/gst.h>

#include "client/test-pattern/probe.h"

G_BEGIN_DECLS

/* (transfer floating); @probe must live longer. */
GstElement *cc_blind_screen_new(CcProbe *probe);
GstElement *cc_blind_speaker_new(CcProbe *probe);

G_END_DECLS
