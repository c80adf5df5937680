/* Which video and audio sinks this machine really has, and how they are fed. */
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

/* An appsrc for what has its time, @latency before which it may come here. (transfer floating) */
GstElement *cc_outputs_source_new(GstClockTime latency);
/* Puts @chain into @pipeline and links it. A NULL in it is an element that is not installed.
 * Error: CC_ERROR_MEDIA. */
gboolean cc_outputs_link(GstElement *pipeline, GstElement **chain, guint n, GError **error);

G_END_DECLS
