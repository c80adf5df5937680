/* The loudspeaker's own sound taken out of what the microphone beside it hears, with WebRTC's voice
 * processing (gstreamer1.0-plugins-bad). Both ends are in one process, in pipelines with the same
 * clock and base time. Main thread. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* TRUE if this machine has what it takes. */
gboolean cc_echo_is_available(void);

/* A bin for the loudspeaker's chain, behind the volume, which the canceller finds as @name.
 * (transfer floating) NULL if it is not available. */
GstElement *cc_echo_probe_new(const char *name);

/* A bin for the microphone's chain: S16LE at 48 kHz, one channel, without echo and noise.
 * @probe: the name of one that exists. (transfer floating) NULL if it is not available. */
GstElement *cc_echo_canceller_new(const char *probe);

G_END_DECLS
