/* How a teacher hears and sees the classrooms that she has called on: a session that watches,
 * beside the one that she publishes with. Voices go to her loudspeaker; pictures, while somebody is
 * on the stage, into her window or one of their own, or to whoever shows them. Main thread. */
#pragma once

#include <gst/gst.h>

#include "client/connection.h"

G_BEGIN_DECLS

#define CC_HEARING_ECHO_PROBE "loudspeaker" /* as a microphone's chain finds it */

typedef struct CcHearing CcHearing;

typedef struct {
    const CcConfig *config;
    const char *room;
    gboolean microphone; /* of hers, which would hear the loudspeaker: that is there from now on */
    gboolean window;     /* guests' pictures are shown, if there is a display */
    /* Where: as in CcScreenOptions, while somebody is on the stage. NULL: in a window of their own.
     */
    GstElement *(*add_place)(GstElement *pipeline, GstElement **sink, gpointer user_data);
    void (*remove_place)(gpointer user_data); /* that pipeline has stopped */
    /* Takes all pictures: slots 2 to 9 of common/base/slots.h, the grid included, I420, with the
     * running time (cc_hearing_base_time()) at which it would be shown without any delay. Returns
     * the delay in microseconds that its voice should have. From GStreamer's threads. NULL: nobody
     * does, and the grid is not asked for. */
    gint64 (*picture)(guint slot, GstSample *sample, gpointer user_data);
    gpointer user_data;
} CcHearingOptions;

/* Loudspeaker and session are there as soon as somebody can be called on. */
CcHearing *cc_hearing_new(const CcHearingOptions *options, GError **error);
void cc_hearing_free(CcHearing *hearing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcHearing, cc_hearing_free)

/* @beside: the session that publishes; it lives longer. */
void cc_hearing_set_beside(CcHearing *hearing, CcConnection *beside);
/* Says goodbye to the relay, at most for a second. */
void cc_hearing_stop(CcHearing *hearing, GSourceOnceFunc done, gpointer user_data);
/* Another loudspeaker: see cc_speaker_set_device(). */
void cc_hearing_set_speaker(CcHearing *hearing, const char *device);
/* Guests' pictures in another arrangement. */
void cc_hearing_next_layout(CcHearing *hearing);
/* The room has changed. */
void cc_hearing_see(CcHearing *hearing, const CcRoomState *room);
/* The session that publishes has come back. */
void cc_hearing_hurry(CcHearing *hearing);
/* To be called once a second. */
void cc_hearing_tick(CcHearing *hearing);

/* Of the loudspeaker's running times, nanoseconds; with ->microphone. */
guint64 cc_hearing_base_time(CcHearing *hearing);

G_END_DECLS
