/* Which video and audio sinks this machine really has. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* For the window; NULL if there is no display. (transfer floating) */
GstElement *cc_output_video_new(void);
/* @device: "auto" or a device name of PulseAudio or ALSA. NULL if nothing opens. (transfer
 * floating) */
GstElement *cc_output_audio_new(const char *device);
/* Takes frames at their time and shows nothing. (transfer floating) */
GstElement *cc_output_none_new(void);

G_END_DECLS
