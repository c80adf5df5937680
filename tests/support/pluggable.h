/* Cameras and microphones that a test plugs in and pulls out: GStreamer finds them like any other,
 * and they fail like a driver whose device has gone.
 *
 * Each is a file "camera-NAME" or "microphone-NAME" in the folder $CLASSCAST_TEST_DEVICES, and NAME
 * its id. Pulled out: the file is removed. What is written in it:
 *   a number   the camera's pictures are so bright (luma; else 200)
 *   silent     nothing comes, and no error
 *   broken     it opens, and then fails
 * A camera makes 25 pictures of 320x240 a second, a microphone a tone. Also a GStreamer plugin. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* @plugin: NULL for this process alone. */
gboolean cc_pluggable_register(GstPlugin *plugin);

G_END_DECLS
