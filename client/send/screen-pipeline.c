/*   source → appsink   */
#define CC_LOG_AREA "send"
#include "client/send/screen-pipeline.h"

#include <glib/gi18n.h>
#include <gst/app/app.h>
#include <unistd.h>

#include "common/base/error.h"
#include "common/base/log.h"

/* Owned by who made it, and by its thread. */
struct CcScreenPipeline {
    GstElement *pipeline;
    GstPad *pad; /* of the source, whose task has to run */
    int fd;      /* -1: none */
    GThread *thread;

    /* Held while a picture is read: its memory goes with the source. Before @lock. */
    GMutex reading;
    GMutex lock; /* guards what follows */
    GCond changed;
    GstSample *newest; /* NULL: taken */
    gboolean playing, failed, ending, seen;
};

static GstFlowReturn
on_picture(GstAppSink *sink, gpointer user_data)
{
    CcScreenPipeline *pipeline = user_data;
    GstSample *sample = gst_app_sink_pull_sample(sink);
    if (sample == NULL)
        return GST_FLOW_EOS;
    g_mutex_lock(&pipeline->lock);
    GstSample *before = pipeline->newest;
    pipeline->newest = sample;
    gboolean first = !pipeline->seen;
    pipeline->seen = TRUE;
    g_mutex_unlock(&pipeline->lock);
    if (first)
        cc_info("screen: pictures come");
    if (before != NULL)
        gst_sample_unref(before);
    return GST_FLOW_OK;
}

static GstBusSyncReply
on_message(GstBus *bus, GstMessage *message, gpointer user_data)
{
    CcScreenPipeline *pipeline = user_data;
    gboolean is_error = GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR;
    if (is_error) {
        g_autoptr(GError) error = NULL;
        gst_message_parse_error(message, &error, NULL);
        cc_warning_limited("screen: %s", error->message);
    }
    if (is_error || GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS) {
        g_mutex_lock(&pipeline->lock);
        pipeline->failed = TRUE;
        g_mutex_unlock(&pipeline->lock);
    }
    gst_message_unref(message);
    return GST_BUS_DROP;
}

static void
end(CcScreenPipeline *pipeline)
{
    g_mutex_lock(&pipeline->reading);
    gst_element_set_state(pipeline->pipeline, GST_STATE_PAUSED); /* nothing comes any more */
    g_mutex_lock(&pipeline->lock);
    g_clear_pointer(&pipeline->newest, gst_sample_unref);
    g_mutex_unlock(&pipeline->lock);
    gst_element_set_state(pipeline->pipeline, GST_STATE_NULL);
    g_mutex_unlock(&pipeline->reading);
}

static gpointer
run(gpointer user_data)
{
    g_autoptr(CcScreenPipeline) pipeline = user_data;
    gboolean playing =
        gst_element_set_state(pipeline->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
    g_mutex_lock(&pipeline->lock);
    pipeline->playing = playing;
    pipeline->failed |= !playing;
    while (!pipeline->ending)
        g_cond_wait(&pipeline->changed, &pipeline->lock);
    g_mutex_unlock(&pipeline->lock);
    end(pipeline);
    return NULL;
}

static void
clear(gpointer data)
{
    CcScreenPipeline *pipeline = data;
    g_clear_pointer(&pipeline->newest, gst_sample_unref);
    gst_clear_object(&pipeline->pad);
    gst_clear_object(&pipeline->pipeline);
    if (pipeline->fd >= 0)
        close(pipeline->fd);
    g_mutex_clear(&pipeline->reading);
    g_mutex_clear(&pipeline->lock);
    g_cond_clear(&pipeline->changed);
}

static gboolean
build(CcScreenPipeline *pipeline, const char *source, GError **error)
{
    static const GstAppSinkCallbacks callbacks = {.new_sample = on_picture};
    g_autofree char *launch = g_strdup_printf(
        "%s ! appsink name=newest caps=video/x-raw sync=false enable-last-sample=false "
        "max-buffers=1 drop=true",
        source);
    g_autoptr(GError) cause = NULL;
    pipeline->pipeline = gst_parse_launch_full(launch, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &cause);
    if (pipeline->pipeline == NULL) {
        g_set_error(error, CC_ERROR, CC_ERROR_MEDIA, _("the screen cannot be captured: %s"),
                    cause->message);
        return FALSE;
    }
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline->pipeline), "newest");
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), (GstAppSinkCallbacks *)&callbacks, pipeline,
                               NULL);
    g_autoptr(GstElement) first = gst_bin_get_by_name(GST_BIN(pipeline->pipeline), "source");
    pipeline->pad = gst_element_get_static_pad(first, "src");
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline->pipeline);
    gst_bus_set_sync_handler(bus, on_message, pipeline, NULL);
    return TRUE;
}

CcScreenPipeline *
cc_screen_pipeline_new(const char *source, int fd, GError **error)
{
    g_autoptr(CcScreenPipeline) pipeline = g_atomic_rc_box_new0(CcScreenPipeline);
    g_mutex_init(&pipeline->reading);
    g_mutex_init(&pipeline->lock);
    g_cond_init(&pipeline->changed);
    pipeline->fd = fd;
    if (!build(pipeline, source, error))
        return NULL;
    pipeline->thread = g_thread_new("screen-source", run, cc_screen_pipeline_ref(pipeline));
    return g_steal_pointer(&pipeline);
}

static void
ask_to_end(CcScreenPipeline *pipeline)
{
    g_mutex_lock(&pipeline->lock);
    pipeline->ending = TRUE;
    g_cond_signal(&pipeline->changed);
    g_mutex_unlock(&pipeline->lock);
}

void
cc_screen_pipeline_free(CcScreenPipeline *pipeline)
{
    if (pipeline == NULL)
        return;
    ask_to_end(pipeline);
    g_thread_unref(pipeline->thread);
    cc_screen_pipeline_unref(pipeline);
}

void
cc_screen_pipeline_finish(CcScreenPipeline *pipeline)
{
    if (pipeline == NULL)
        return;
    ask_to_end(pipeline);
    g_thread_join(pipeline->thread);
    cc_screen_pipeline_unref(pipeline);
}

/* pipewiresrc only pauses, without a word, when the desktop takes its stream away. */
gboolean
cc_screen_pipeline_has_failed(CcScreenPipeline *pipeline)
{
    g_mutex_lock(&pipeline->lock);
    gboolean playing = pipeline->playing, failed = pipeline->failed;
    g_mutex_unlock(&pipeline->lock);
    return failed || (playing && gst_pad_get_task_state(pipeline->pad) == GST_TASK_PAUSED);
}

CcScreenPipeline *
cc_screen_pipeline_ref(CcScreenPipeline *pipeline)
{
    return g_atomic_rc_box_acquire(pipeline);
}

void
cc_screen_pipeline_unref(CcScreenPipeline *pipeline)
{
    g_atomic_rc_box_release_full(pipeline, clear);
}

GstSample *
cc_screen_pipeline_take(CcScreenPipeline *pipeline, CcScreenShape *shape)
{
    g_mutex_lock(&pipeline->reading);
    g_mutex_lock(&pipeline->lock);
    GstSample *sample = pipeline->ending ? NULL : g_steal_pointer(&pipeline->newest);
    g_mutex_unlock(&pipeline->lock);
    GstSample *shown = sample != NULL ? cc_screen_shape_apply(shape, sample) : NULL;
    g_clear_pointer(&sample, gst_sample_unref);
    g_mutex_unlock(&pipeline->reading);
    return shown;
}
