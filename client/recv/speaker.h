/* The classroom's loudspeaker: a device that may be changed during the lesson, and that may go away
 * and come back. Main thread, except cc_speaker_push(): any thread. */
#pragma once

#include <gst/gst.h>

#include "client/test-pattern/probe.h"

G_BEGIN_DECLS

typedef struct CcSpeaker CcSpeaker;

typedef struct {
    gboolean silent;        /* keeps time only */
    const char *device;     /* "auto", or a device of PulseAudio or ALSA */
    const char *echo_probe; /* by what a microphone's chain finds what is heard here; or NULL */
    CcProbe *probe;         /* outlives */
} CcSpeakerOptions;

/* Adds itself to @pipeline. Without any device it warns and is silent. Error: CC_ERROR_MEDIA. */
CcSpeaker *cc_speaker_new(GstElement *pipeline, const CcSpeakerOptions *options, GError **error);
/* When the pipeline has stopped. */
void cc_speaker_free(CcSpeaker *speaker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcSpeaker, cc_speaker_free)

/* Raw S16LE whose PTS is the running time at which it is to be played. */
void cc_speaker_push(CcSpeaker *speaker, GstSample *sample);
/* @volume: 0..1, as people hear it. */
void cc_speaker_set_volume(CcSpeaker *speaker, double volume, gboolean muted);
/* A microphone is open that would hear it. */
void cc_speaker_set_quiet(CcSpeaker *speaker, gboolean quiet);
/* Goes on with another one; one that does not open is tried again from time to time. */
void cc_speaker_set_device(CcSpeaker *speaker, const char *device);
const char *cc_speaker_get_device(const CcSpeaker *speaker);
/* @source of an error message: TRUE if it is the loudspeaker's, which then looks for a device. */
gboolean cc_speaker_take_error(CcSpeaker *speaker, GstObject *source);

G_END_DECLS
