/* A file as the lesson. It is decoded by a pipeline of its own, so that the one that encodes never
 * seeks, stops or starts again, and its timestamps run on over the loops:
 *
 *   uridecodebin3 ! appsink(picture)        appsrc ! clocksync ! queue(video)
 *                 ! appsink(sound)    →     appsrc ! audioconvert ! audiobuffersplit ! clocksync
 *                                             ! audioresample ! audiorate (audio)
 *
 * The appsrcs hold half a second ahead and so bridge the seek back to the beginning. */
#define CC_LOG_AREA "send"
#include "client/send/source.h"

#include <gst/app/app.h>
#include <gst/pbutils/pbutils.h>

#include "common/base/error.h"
#include "common/base/log.h"

#define AHEAD (500 * GST_MSECOND)
#define LEAD (100 * GST_MSECOND) /* from the first decoded buffer to its place in time */
/* As a microphone gives it: a decoder may give a tenth of a second at once, for which the other end
 * would have to wait as if it were the network's jitter. */
#define PIECES "output-buffer-duration=1/100 alignment-threshold=10000000 discont-wait=0"
#define TOO_LATE (1 * GST_SECOND) /* behind real time (the machine slept): jump forward */

typedef struct {
    struct Player *player;
    GstElement *sink; /* decoder's end */
    GstElement *src;  /* encoder's beginning */
    GstClockTime end; /* of what this loop has played so far, in file time */
    gboolean ended;
} Track;

typedef struct Player {
    GstElement *decoder;
    GstElement *bin; /* not owned */
    Track video, audio;
    gboolean loop;
    guint bus_watch;
    GMutex lock; /* guards what follows and the tracks' end and ended */
    gboolean started;
    GstClockTimeDiff offset; /* from file time to the sending pipeline's running time */
} Player;

static GstClockTime
running_time(Player *player)
{
    g_autoptr(GstClock) clock = gst_element_get_clock(player->bin);
    if (clock == NULL)
        return 0;
    GstClockTime now = gst_clock_get_time(clock), base = gst_element_get_base_time(player->bin);
    return now > base ? now - base : 0;
}

/* Places @time in the sending pipeline's running time; both tracks share one offset. */
static GstClockTime
place(Player *player, GstClockTime time)
{
    g_mutex_lock(&player->lock);
    GstClockTime now = running_time(player);
    GstClockTimeDiff placed = (GstClockTimeDiff)time + player->offset;
    if (!player->started || placed + (GstClockTimeDiff)TOO_LATE < (GstClockTimeDiff)now) {
        player->offset = (GstClockTimeDiff)(now + LEAD) - (GstClockTimeDiff)time;
        player->started = TRUE;
        placed = (GstClockTimeDiff)time + player->offset;
    }
    g_mutex_unlock(&player->lock);
    return (GstClockTime)MAX(placed, 0);
}

static GstFlowReturn
on_sample(GstAppSink *sink, gpointer user_data)
{
    Track *track = user_data;
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);
    if (sample == NULL)
        return GST_FLOW_EOS;
    GstBuffer *decoded = gst_sample_get_buffer(sample);
    GstClockTime time = gst_segment_to_running_time(gst_sample_get_segment(sample), GST_FORMAT_TIME,
                                                    GST_BUFFER_PTS(decoded));
    if (!GST_CLOCK_TIME_IS_VALID(time))
        return GST_FLOW_OK;
    GstClockTime duration =
        GST_BUFFER_DURATION_IS_VALID(decoded) ? GST_BUFFER_DURATION(decoded) : 0;
    GstBuffer *buffer = gst_buffer_copy(decoded);
    GST_BUFFER_PTS(buffer) = place(track->player, time);
    GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
    g_mutex_lock(&track->player->lock);
    track->end = MAX(track->end, time + duration);
    g_mutex_unlock(&track->player->lock);

    g_autoptr(GstSample) moved = gst_sample_new(buffer, gst_sample_get_caps(sample), NULL, NULL);
    gst_buffer_unref(buffer);
    return gst_app_src_push_sample(GST_APP_SRC(track->src), moved);
}

static void
rewind_file(Player *player)
{
    if (!gst_element_seek_simple(player->decoder, GST_FORMAT_TIME,
                                 GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT, 0))
        cc_warning("the file cannot be played again from its beginning");
}

static void
on_decoder_ended(Player *player)
{
    if (!player->loop) {
        if (player->video.src != NULL)
            gst_app_src_end_of_stream(GST_APP_SRC(player->video.src));
        if (player->audio.src != NULL)
            gst_app_src_end_of_stream(GST_APP_SRC(player->audio.src));
        return;
    }
    g_mutex_lock(&player->lock);
    player->offset += (GstClockTimeDiff)MAX(player->video.end, player->audio.end);
    player->video.end = player->audio.end = 0;
    g_mutex_unlock(&player->lock);
    rewind_file(player);
}

static gboolean
on_message(GstBus *bus, GstMessage *message, gpointer user_data)
{
    Player *player = user_data;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS) {
        on_decoder_ended(player);
    } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        g_autoptr(GError) error = NULL;
        gst_message_parse_error(message, &error, NULL);
        GST_ELEMENT_ERROR(player->bin, STREAM, DECODE, ("cannot play the file: %s", error->message),
                          (NULL));
    }
    return G_SOURCE_CONTINUE;
}

static void
on_pad_added(GstElement *decodebin, GstPad *pad, gpointer user_data)
{
    Player *player = user_data;
    g_autoptr(GstCaps) caps = gst_pad_query_caps(pad, NULL);
    const char *type = gst_structure_get_name(gst_caps_get_structure(caps, 0));
    Track *track = g_str_has_prefix(type, "video/") ? &player->video : &player->audio;
    if (track->sink == NULL)
        return;
    g_autoptr(GstPad) sink = gst_element_get_static_pad(track->sink, "sink");
    if (!gst_pad_is_linked(sink))
        gst_pad_link(pad, sink);
}

/* libvpx's VP8 threads wait for each other by spinning, which costs more than they save. */
static void
on_element_added(GstBin *decoder, GstBin *bin, GstElement *element, gpointer user_data)
{
    GstElementFactory *factory = gst_element_get_factory(element);
    if (factory != NULL && g_str_equal(GST_OBJECT_NAME(factory), "vp8dec"))
        g_object_set(element, "threads", 1, NULL);
}

static void
player_start(gpointer user_data)
{
    gst_element_set_state(((Player *)user_data)->decoder, GST_STATE_PLAYING);
}

static void
player_stop(gpointer user_data)
{
    Player *player = user_data;
    g_clear_handle_id(&player->bus_watch, g_source_remove);
    /* A decoder thread may be waiting for room in an appsrc. */
    if (player->video.src != NULL)
        gst_element_set_state(player->video.src, GST_STATE_NULL);
    if (player->audio.src != NULL)
        gst_element_set_state(player->audio.src, GST_STATE_NULL);
    gst_element_set_state(player->decoder, GST_STATE_NULL);
}

static void
player_free(gpointer user_data)
{
    Player *player = user_data;
    gst_clear_object(&player->decoder);
    gst_clear_object(&player->video.src);
    gst_clear_object(&player->audio.src);
    g_mutex_clear(&player->lock);
    g_free(player);
}

static void
add_track(Player *player, Track *track, const char *src_name, const char *raw_caps)
{
    static const GstAppSinkCallbacks callbacks = {.new_sample = on_sample};
    track->player = player;
    track->src = gst_bin_get_by_name(GST_BIN(player->bin), src_name);
    track->sink = gst_element_factory_make("appsink", NULL);
    g_autoptr(GstCaps) caps = gst_caps_from_string(raw_caps);
    g_object_set(track->sink, "sync", FALSE, "caps", caps, "max-buffers", 2, NULL);
    gst_app_sink_set_callbacks(GST_APP_SINK(track->sink), (GstAppSinkCallbacks *)&callbacks, track,
                               NULL);
    gst_bin_add(GST_BIN(player->decoder), track->sink);
}

static Player *
player_new(CcSource *source, const char *uri, gboolean loop)
{
    Player *player = g_new0(Player, 1);
    g_mutex_init(&player->lock);
    player->bin = source->bin;
    player->loop = loop;
    player->decoder = gst_pipeline_new("file");
    GstElement *decodebin = gst_element_factory_make("uridecodebin3", NULL);
    g_object_set(decodebin, "uri", uri, NULL);
    gst_bin_add(GST_BIN(player->decoder), decodebin);
    if (source->has_video)
        add_track(player, &player->video, "video-src", "video/x-raw");
    if (source->has_audio)
        add_track(player, &player->audio, "audio-src", "audio/x-raw");
    g_signal_connect(decodebin, "pad-added", G_CALLBACK(on_pad_added), player);
    g_signal_connect(player->decoder, "deep-element-added", G_CALLBACK(on_element_added), NULL);
    g_autoptr(GstBus) bus = gst_element_get_bus(player->decoder);
    player->bus_watch = gst_bus_add_watch(bus, on_message, player);
    return player;
}

/* Which streams the file has, before anything is promised in an offer. */
static gboolean
look_into(const char *uri, gboolean *video, gboolean *audio, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(GstDiscoverer) discoverer = gst_discoverer_new(10 * GST_SECOND, &cause);
    g_autoptr(GstDiscovererInfo) info =
        discoverer != NULL ? gst_discoverer_discover_uri(discoverer, uri, &cause) : NULL;
    if (info == NULL || gst_discoverer_info_get_result(info) != GST_DISCOVERER_OK) {
        gboolean missing = g_error_matches(cause, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND);
        g_set_error(error, CC_ERROR, missing ? CC_ERROR_NOT_FOUND : CC_ERROR_MEDIA,
                    "cannot play %s: %s", uri,
                    cause != NULL ? cause->message : "no decoder for it, or a broken file");
        return FALSE;
    }
    GList *pictures = gst_discoverer_info_get_video_streams(info);
    GList *sounds = gst_discoverer_info_get_audio_streams(info);
    *video = pictures != NULL;
    *audio = sounds != NULL;
    gst_discoverer_stream_info_list_free(pictures);
    gst_discoverer_stream_info_list_free(sounds);
    if (!*video && !*audio) {
        g_set_error(error, CC_ERROR, CC_ERROR_MEDIA, "%s has neither picture nor sound", uri);
        return FALSE;
    }
    return TRUE;
}

CcSource *
cc_source_file_new(const CcSendSettings *settings, GError **error)
{
    g_autofree char *uri = gst_uri_is_valid(settings->file)
                               ? g_strdup(settings->file)
                               : gst_filename_to_uri(settings->file, error);
    gboolean video = FALSE, audio = FALSE;
    if (uri == NULL || !look_into(uri, &video, &audio, error))
        return NULL;
    g_autofree char *launch = g_strdup_printf(
        "%s %s",
        video ? "appsrc name=video-src format=time is-live=true block=true max-bytes=0 "
                "! clocksync ! queue name=video max-size-buffers=2"
              : "",
        audio ? "appsrc name=audio-src format=time is-live=true block=true max-bytes=0 "
                "! audioconvert ! audiobuffersplit " PIECES
                " ! clocksync ! audioresample ! audiorate name=audio skip-to-first=true"
              : "");
    g_autofree char *name = g_path_get_basename(settings->file);
    CcSource *source = cc_source_from_description(launch, video, audio, name, error);
    if (source == NULL)
        return NULL;
    Player *player = player_new(source, uri, settings->loop);
    if (player->video.src != NULL)
        g_object_set(player->video.src, "max-time", (guint64)AHEAD, NULL);
    if (player->audio.src != NULL)
        g_object_set(player->audio.src, "max-time", (guint64)AHEAD, NULL);
    source->player = player;
    source->start = player_start;
    source->stop = player_stop;
    source->free_player = player_free;
    return source;
}
