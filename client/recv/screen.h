/* The classroom's screen and loudspeaker: a window that is there from the start and stays, whatever
 * the connection does, with words on it while there is no lesson. Headless it decodes and keeps
 * time all the same and shows nothing.
 *
 * Main thread, except cc_screen_video(), cc_screen_audio() and cc_screen_set_voice_delay(): any
 * thread. */
#pragma once

#include <gst/gst.h>

#include "client/connection.h"
#include "client/deck/still.h"
#include "client/elements/devices.h"
#include "client/test-pattern/probe.h"
#include "client/ui/talk-words.h"
#include "client/window/view.h"
#include "common/base/slots.h"

G_BEGIN_DECLS

typedef struct CcScreen CcScreen;

typedef struct {
    const char *title;
    const char *school, *lesson; /* shown where there is room for names */
    gboolean plain;              /* the plain window, even if there is one with buttons */
    gboolean headless;           /* both of the following */
    gboolean blind;              /* no window */
    /* Where pictures are shown instead of in a window: adds to @pipeline what they are linked to
     * and @sink, which keeps their time. NULL, or returns NULL: there is no such place. */
    GstElement *(*add_place)(GstElement *pipeline, GstElement **sink, gpointer user_data);
    gboolean silent; /* no loudspeaker */
    gboolean fullscreen;
    gboolean mute;
    const char *audio_device; /* "auto" or a device name */
    const char *echo_probe;   /* by what a microphone's chain finds what is heard here; or NULL */
    GstClockTime base_time;   /* another screen's, to share its times; 0: its own */
    guint latency_ms;         /* the least playout delay */
    void (*closed)(gpointer user_data); /* the window was closed */
    void (*hand)(gpointer user_data);   /* the hand's key was pressed */
    void (*talk)(gpointer user_data);   /* the microphone's */
    /* Another camera or microphone was chosen; NULL: there is nothing to choose. */
    void (*device)(CcDeviceKind kind, const char *id, gpointer user_data);
    /* The next one, by its key: see cc_own_devices_press(). NULL: likewise. */
    void (*next_device)(char key, gpointer user_data);
    gpointer user_data;
} CcScreenOptions;

/* Without a display or a sound device it warns and goes on without. Error: CC_ERROR_MEDIA. */
CcScreen *cc_screen_new(const CcScreenOptions *options, GError **error);
void cc_screen_free(CcScreen *screen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcScreen, cc_screen_free)

/* What other pipelines take over, so that running times are the same. (transfer none) */
GstClock *cc_screen_clock(CcScreen *screen);
GstClockTime cc_screen_base_time(CcScreen *screen);

/* Raw S16LE whose PTS is the running time at which it is to be played. */
void cc_screen_audio(CcScreen *screen, GstSample *sample);
/* Raw I420 of a slot (common/base/slots.h, below CC_WATCHED_VIDEOS) whose PTS is the running time
 * at which it would be shown without any playout delay. Returns the delay (microseconds) that its
 * voice should have at least. */
gint64 cc_screen_video(CcScreen *screen, guint slot, GstSample *sample);
/* The playout delay of a voice, which its pictures follow as closely as they can. */
void cc_screen_set_voice_delay(CcScreen *screen, guint voice, gint64 delay_us);
/* Which of the stage's places are taken: a guest who was thanked is not looked at any longer. */
void cc_screen_set_guests(CcScreen *screen, const gboolean guests[CC_GUESTS]);
/* Another arrangement of what is seen; also by the window's key. */
void cc_screen_next_layout(CcScreen *screen);
/* See cc_speaker_set_device(). */
void cc_screen_set_speaker(CcScreen *screen, const char *device);
/* A microphone is open that would hear the loudspeaker. */
void cc_screen_set_quiet(CcScreen *screen, gboolean quiet);

/* A page of the slides, which the picture then stands small in a corner of; NULL: none any more. */
void cc_screen_set_page(CcScreen *screen, const CcDeckImage *page);
/* What is seen where @sample is the picture; any thread. (transfer full) */
GstSample *cc_screen_compose(CcScreen *screen, GstSample *sample);

/* How it goes, in words or colours beside the lesson or instead of it. @chat: what others have just
 * written; or NULL. */
void cc_screen_show(CcScreen *screen, CcConnectionState state, const CcLink *link,
                    gboolean hand_raised, const CcTalk *talk, const char *chat);
/* Cameras or microphones among which people choose. Strings live until the next call. */
void cc_screen_show_device(CcScreen *screen, CcDeviceKind kind, const CcViewDevices *devices);
/* Forgets the last picture: dark again behind the words. What arrived until now is not shown. */
void cc_screen_clear(CcScreen *screen);

typedef struct {
    guint64 rendered, dropped; /* pictures that came in time, or too late */
    guint delay_ms;            /* from arrival to screen and loudspeaker */
    CcProbeResult probe;       /* headless: of a test lesson, since the last call */
} CcScreenStats;
void cc_screen_take_stats(CcScreen *screen, CcScreenStats *stats);
/* TRUE once if pictures come so late that the receiver had better throw away what waits. */
gboolean cc_screen_take_hopeless(CcScreen *screen);

G_END_DECLS
