/* How loud the teacher's microphone is, on its way to the encoder. Main thread. */
#pragma once

#include "client/send/teacher-display.h"

G_BEGIN_DECLS

/* Passes sound through, and tells of it on the bus. NULL if GStreamer's "level" is not installed.
 * (transfer floating) */
GstElement *cc_sound_meter_new(void);
/* Passes such a message on; any other is ignored. */
void cc_sound_meter_message(GstMessage *message, CcTeacherDisplay *display);

G_END_DECLS
