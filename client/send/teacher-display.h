/* The teacher's window with buttons (client/window): herself, whom she has called on, and what she
 * does. Main thread. */
#pragma once

#include <gst/gst.h>

#include "client/connection.h"
#include "client/elements/devices.h"
#include "client/send/uplink.h"
#include "client/window/window-process.h"

G_BEGIN_DECLS

typedef struct CcTeacherDisplay CcTeacherDisplay;

typedef struct {
    const char *school, *lesson;
    CcWindowActions actions;
    /* Another camera, microphone or loudspeaker. */
    void (*device)(CcDeviceKind kind, const char *id, gpointer user_data);
    gpointer user_data; /* of both */
} CcTeacherDisplayOptions;

/* NULL if there is no such window here: @error says why. */
CcTeacherDisplay *cc_teacher_display_new(const CcTeacherDisplayOptions *options, GError **error);
/* When the pipeline with its pictures has stopped. */
void cc_teacher_display_free(CcTeacherDisplay *display);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcTeacherDisplay, cc_teacher_display_free)

/* Adds to @bin what shows her own picture, once. Returns what is linked to (transfer none), or
 * NULL. */
GstElement *cc_teacher_display_add_preview(CcTeacherDisplay *display, GstElement *bin);

/* Adds to @pipeline what shows the guests' pictures, until cc_teacher_display_remove_guests().
 * Returns what is linked to, and the @sink that keeps their time (transfer none), or NULL. */
GstElement *cc_teacher_display_add_guests(CcTeacherDisplay *display, GstElement *pipeline,
                                          GstElement **sink);

/* When that pipeline has stopped. */
void cc_teacher_display_remove_guests(CcTeacherDisplay *display);

/* NULL instead of a display is let pass by the following, so that callers need not ask. */
void cc_teacher_display_connection(CcTeacherDisplay *display, CcConnectionState state,
                                   const char *message);
/* Her camera, microphone or loudspeaker, and what else there is. Strings live until the next call.
 */
void cc_teacher_display_device(CcTeacherDisplay *display, CcDeviceKind kind,
                               const CcViewDevices *devices);
/* @own: the teacher herself, or NULL; @wish: who may write, as she has said. */
void cc_teacher_display_room(CcTeacherDisplay *display, const CcRoomState *room,
                             const CcParticipant *own, const CcChatWish *wish);
/* What she wrote in the window is on its way to @room (NULL: to nobody). */
void cc_teacher_display_wrote(CcTeacherDisplay *display, guint number, const CcRoomState *room);
/* A page of the slides is on, from 0; @blank: it would be, but is hidden. */
void cc_teacher_display_page(CcTeacherDisplay *display, guint page, guint n_pages, gboolean blank);
/* Once a second. */
void cc_teacher_display_stats(CcTeacherDisplay *display, const CcUplinkStats *stats);
/* Ten times a second: her microphone, in decibels below full scale. */
void cc_teacher_display_level(CcTeacherDisplay *display, double level_db, double peak_db);

G_END_DECLS
