/*   appsrc → convert → resample → volume → [echo probe] → audio sink, or fakesink sync=true     (one bin)
 *
 * For another sink the bin is stopped and started: a sink that failed has stopped the appsrc. */
#define CC_LOG_AREA "recv"
#include "client/recv/speaker.h"

#include <gst/app/app.h>
#include <gst/audio/streamvolume.h>

#include "client/elements/echo.h"
#include "client/recv/blind.h"
#include "client/recv/outputs.h"
#include "common/base/log.h"

#define OUTPUT_MARGIN (6 * GST_MSECOND) /* from here to the sink */
#define RETRY_S 10
#define QUIET 0.3 /* of the volume, beside an open microphone that would hear it */

struct CcSpeaker {
    GstElement *pipeline, *bin;
    GstElement *in, *volume, *sink; /* the bin's */
    GstElement *last;               /* what the sink is linked to */
    CcProbe *probe;
    char *device;
    gboolean silent, muted, quiet;
    double level; /* linear, as people have set it */
    guint retry_timer;
};

static gboolean on_retry(gpointer user_data);

/* The device, or silence that keeps time until the device is there. */
static GstElement *
make_sink(CcSpeaker *speaker)
{
    GstElement *sink = speaker->silent ? NULL : cc_output_audio_new(speaker->device);
    if (sink == NULL) {
        sink = cc_blind_speaker_new(speaker->probe);
        if (!speaker->silent && speaker->retry_timer == 0)
            speaker->retry_timer = g_timeout_add_seconds(RETRY_S, on_retry, speaker);
    }
    g_object_set(sink, "async", FALSE, NULL); /* sound may never come: nothing waits for it */
    return sink;
}

static void
use_sink(CcSpeaker *speaker, GstElement *sink)
{
    gst_element_set_locked_state(speaker->bin, TRUE);
    gst_element_set_state(speaker->bin, GST_STATE_NULL);
    gst_element_unlink(speaker->last, speaker->sink);
    gst_bin_remove(GST_BIN(speaker->bin), speaker->sink);
    speaker->sink = sink;
    gst_bin_add(GST_BIN(speaker->bin), sink);
    gst_element_link(speaker->last, sink);
    /* Stopping has forgotten it. */
    gst_element_set_base_time(speaker->bin, gst_element_get_base_time(speaker->pipeline));
    gst_element_set_locked_state(speaker->bin, FALSE);
    gst_element_sync_state_with_parent(speaker->bin);
}

static gboolean
on_retry(gpointer user_data)
{
    CcSpeaker *speaker = user_data;
    GstElement *sink = cc_output_audio_new(speaker->device);
    if (sink == NULL)
        return G_SOURCE_CONTINUE;
    speaker->retry_timer = 0;
    cc_info("the loudspeaker is there");
    g_object_set(sink, "async", FALSE, NULL);
    use_sink(speaker, sink);
    return G_SOURCE_REMOVE;
}

void
cc_speaker_set_device(CcSpeaker *speaker, const char *device)
{
    char *copy = g_strdup(device); /* it may be ours */
    g_free(speaker->device);
    speaker->device = copy;
    g_clear_handle_id(&speaker->retry_timer, g_source_remove);
    use_sink(speaker, make_sink(speaker));
    cc_info("loudspeaker: %s%s", device, speaker->retry_timer != 0 ? " (does not open)" : "");
}

const char *
cc_speaker_get_device(const CcSpeaker *speaker)
{
    return speaker->device;
}

gboolean
cc_speaker_take_error(CcSpeaker *speaker, GstObject *source)
{
    if (!gst_object_has_as_ancestor(source, GST_OBJECT(speaker->bin)))
        return FALSE;
    cc_warning_limited("the loudspeaker has failed; opening it again");
    use_sink(speaker, make_sink(speaker));
    return TRUE;
}

void
cc_speaker_push(CcSpeaker *speaker, GstSample *sample)
{
    gst_app_src_push_sample(GST_APP_SRC(speaker->in), sample);
}

static void
set_level(CcSpeaker *speaker)
{
    g_object_set(speaker->volume, "volume", speaker->level * (speaker->quiet ? QUIET : 1), "mute",
                 speaker->muted, NULL);
}

void
cc_speaker_set_volume(CcSpeaker *speaker, double volume, gboolean muted)
{
    speaker->level = gst_stream_volume_convert_volume(GST_STREAM_VOLUME_FORMAT_CUBIC,
                                                      GST_STREAM_VOLUME_FORMAT_LINEAR, volume);
    speaker->muted = muted;
    set_level(speaker);
}

void
cc_speaker_set_quiet(CcSpeaker *speaker, gboolean quiet)
{
    speaker->quiet = quiet;
    set_level(speaker);
}

/* Behind the volume, so that the canceller knows what is really heard. */
static GstElement *
make_last(const char *echo_probe)
{
    GstElement *probe = echo_probe != NULL ? cc_echo_probe_new(echo_probe) : NULL;
    return probe != NULL ? probe : gst_element_factory_make("identity", NULL);
}

CcSpeaker *
cc_speaker_new(GstElement *pipeline, const CcSpeakerOptions *options, GError **error)
{
    CcSpeaker *speaker = g_new0(CcSpeaker, 1);
    speaker->pipeline = pipeline;
    speaker->silent = options->silent;
    speaker->device = g_strdup(options->device);
    speaker->probe = options->probe;
    speaker->level = 1;
    speaker->bin = gst_bin_new("speaker");
    gst_bin_add(GST_BIN(pipeline), speaker->bin);
    speaker->in = cc_outputs_source_new(OUTPUT_MARGIN);
    speaker->volume = gst_element_factory_make("volume", NULL);
    speaker->last = make_last(options->echo_probe);
    speaker->sink = make_sink(speaker);
    if (speaker->retry_timer != 0)
        cc_warning("no sound device: nothing is heard here until there is one");
    GstElement *chain[] = {speaker->in,
                           gst_element_factory_make("audioconvert", NULL),
                           gst_element_factory_make("audioresample", NULL),
                           speaker->volume,
                           speaker->last,
                           speaker->sink};
    if (!cc_outputs_link(speaker->bin, chain, G_N_ELEMENTS(chain), error)) {
        cc_speaker_free(speaker);
        return NULL;
    }
    return speaker;
}

void
cc_speaker_free(CcSpeaker *speaker)
{
    if (speaker == NULL)
        return;
    g_clear_handle_id(&speaker->retry_timer, g_source_remove);
    g_free(speaker->device);
    g_free(speaker);
}
