/* The classroom's window with buttons (client/window), and what people change in it. Main thread.
 */
#pragma once

#include <gst/gst.h>

#include "client/connection.h"
#include "client/elements/devices.h"
#include "client/recv/speaker.h"
#include "client/window/window-process.h"

G_BEGIN_DECLS

typedef struct CcClassroomDisplay CcClassroomDisplay;

typedef struct {
    const char *school, *lesson;
    gboolean fullscreen, mute;
    CcWindowActions actions;
    /* Another camera or microphone; NULL: there is nothing to choose. */
    void (*device)(CcDeviceKind kind, const char *id, gpointer user_data);
    gpointer user_data; /* of both */
} CcClassroomDisplayOptions;

/* Adds the picture's way to @pipeline. @speaker outlives. NULL if there is no such window here:
 * @error says why, and the plain one is there instead. */
CcClassroomDisplay *cc_classroom_display_new(const CcClassroomDisplayOptions *options,
                                             GstElement *pipeline, CcSpeaker *speaker,
                                             GError **error);
/* When the pipeline has stopped. */
void cc_classroom_display_free(CcClassroomDisplay *display);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcClassroomDisplay, cc_classroom_display_free)

/* What pictures are linked to, and the sink that keeps their time. (transfer none) */
GstElement *cc_classroom_display_head(CcClassroomDisplay *display);
GstElement *cc_classroom_display_sink(CcClassroomDisplay *display);
void cc_classroom_display_show(CcClassroomDisplay *display, CcConnectionState state,
                               const CcLink *link, gboolean hand_raised, const CcTalk *talk,
                               const char *chat);
/* See cc_screen_show_device(). */
void cc_classroom_display_show_device(CcClassroomDisplay *display, CcDeviceKind kind,
                                      const CcViewDevices *devices);
/* More than one picture is to be seen. */
void cc_classroom_display_set_several(CcClassroomDisplay *display, gboolean several);

G_END_DECLS
