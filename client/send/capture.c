/*   a device's element ─┐ one of both, or of sound none
 *   placeholder.c ──────┴→ to                                    */
#define CC_LOG_AREA "send"
#include "client/send/capture.h"

#include "client/send/device-opening.h"
#include "client/send/live-source.h"
#include "client/send/placeholder.h"
#include "client/signalling/backoff.h"
#include "common/base/log.h"

#define FIRST_MS 500 /* who has just been unplugged may still be listed */
#define SLOWEST_MS 5000
#define LOOK_MS 500
#define FIRST_LOOKS 20 /* without anything from a device that has just begun: it does not work */
#define QUIET_LOOKS 10 /* and from one that had, or that is tried while there is no other */

typedef struct {
    gint n; /* atomic: buffers that came */
} Flow;

struct CcCapture {
    GstBin *bin; /* not owned */
    CcCaptureOptions options;
    char *device;               /* as it was chosen */
    char *id, *name;            /* of the one that was opened last; or NULL, "" */
    char *lost_id;              /* of the one that any other stands in for; or NULL */
    GstElement *element;        /* in the bin; or NULL */
    CcPlaceholder *placeholder; /* in the bin; or NULL */
    CcDeviceOpening *opening;   /* or NULL */
    CcBackoff backoff;
    Flow *flow;  /* @element's */
    gint n_seen; /* of it */
    guint quiet_looks;
    gboolean off, missing, proven; /* the last: something has come from @element */
    guint retry_timer, look_timer;
    CcCaptureFunc changed; /* or NULL */
    gpointer user_data;
};

static const char *
kind_name(const CcCapture *capture)
{
    return capture->options.kind == CC_DEVICE_CAMERA ? "camera" : "microphone";
}

static void
say_changed(CcCapture *capture)
{
    if (capture->changed != NULL)
        capture->changed(capture->options.kind, capture->user_data);
}

/* --- what is in the bin --- */

static GstPadProbeReturn
on_buffer(GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
    g_atomic_int_inc(&((Flow *)user_data)->n);
    return GST_PAD_PROBE_OK;
}

static void
drop_element(CcCapture *capture)
{
    if (capture->element != NULL)
        cc_device_close(cc_live_source_remove(capture->bin, g_steal_pointer(&capture->element)));
    g_clear_pointer(&capture->flow, g_atomic_rc_box_release);
}

static void
drop_placeholder(CcCapture *capture)
{
    if (capture->placeholder == NULL)
        return;
    GstElement *element =
        cc_live_source_remove(capture->bin, cc_placeholder_element(capture->placeholder));
    g_clear_pointer(&capture->placeholder, cc_placeholder_free);
    cc_device_close(element);
}

static void
put_placeholder(CcCapture *capture)
{
    const CcCaptureOptions *options = &capture->options;
    if (options->kind != CC_DEVICE_CAMERA || capture->placeholder != NULL || capture->off)
        return;
    capture->placeholder = cc_placeholder_new(options->width, options->height);
    GstElement *element = cc_placeholder_element(capture->placeholder);
    cc_live_source_add(capture->bin, element, options->to);
    cc_live_source_start(capture->bin, element);
}

/* Takes @opened's element over. */
static void
use(CcCapture *capture, CcOpenedDevice *opened)
{
    drop_placeholder(capture);
    drop_element(capture);
    capture->element = opened->element;
    cc_live_source_add(capture->bin, capture->element, capture->options.to);
    gst_object_unref(g_steal_pointer(&opened->element)); /* the bin has it */
    capture->flow = g_atomic_rc_box_new0(Flow);
    g_autoptr(GstPad) pad = gst_element_get_static_pad(capture->element, "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer,
                      g_atomic_rc_box_acquire(capture->flow),
                      (GDestroyNotify)g_atomic_rc_box_release);
    capture->n_seen = 0;
    capture->quiet_looks = 0;
    capture->proven = FALSE;
    g_free(capture->id);
    g_free(capture->name);
    capture->id = g_steal_pointer(&opened->id);
    capture->name = g_steal_pointer(&opened->name);
    cc_info("%s: %s", kind_name(capture), capture->name);
}

/* Something has come from it. */
static void
prove(CcCapture *capture)
{
    capture->proven = TRUE;
    cc_backoff_reset(&capture->backoff);
    if (g_strcmp0(capture->id, capture->lost_id) == 0)
        g_clear_pointer(&capture->lost_id, g_free);
    if (!capture->missing)
        return;
    capture->missing = FALSE;
    cc_info("the %s is there: %s", kind_name(capture), capture->name);
    say_changed(capture);
}

/* --- looking for it --- */

static void on_opened(CcOpenedDevice *opened, gpointer user_data);

static void
cancel(CcCapture *capture)
{
    g_clear_handle_id(&capture->retry_timer, g_source_remove);
    g_clear_pointer(&capture->opening, cc_device_opening_cancel);
}

static void
begin_opening(CcCapture *capture)
{
    cancel(capture);
    capture->options.device = capture->device;
    capture->opening =
        cc_device_opening_new(&capture->options, capture->lost_id, on_opened, capture);
}

static gboolean
on_retry(gpointer user_data)
{
    CcCapture *capture = user_data;
    capture->retry_timer = 0;
    begin_opening(capture);
    return G_SOURCE_REMOVE;
}

static void
retry_later(CcCapture *capture)
{
    guint delay_ms = MAX(cc_backoff_next(&capture->backoff), FIRST_MS);
    g_clear_handle_id(&capture->retry_timer, g_source_remove);
    capture->retry_timer = g_timeout_add(delay_ms, on_retry, capture);
}

/* The one that is used goes on. */
static void
keep(CcCapture *capture, const char *reason)
{
    if (reason != NULL && !g_str_equal(capture->device, "auto")) {
        cc_warning("%s; going on with \"%s\"", reason, capture->name);
        g_free(capture->device);
        capture->device = g_strdup(capture->id);
    }
    say_changed(capture);
}

static void
on_opened(CcOpenedDevice *opened, gpointer user_data)
{
    CcCapture *capture = user_data;
    gboolean works = capture->element != NULL && capture->proven;
    capture->opening = NULL;
    if (opened->element == NULL) {
        cc_debug("%s: %s", kind_name(capture), opened->error->message);
        if (works)
            keep(capture, opened->error->message);
        else
            retry_later(capture);
    } else if (works && g_strcmp0(opened->id, capture->id) == 0) {
        keep(capture, NULL);
    } else {
        use(capture, opened);
        if (!capture->off)
            cc_live_source_start(capture->bin, capture->element);
        else
            prove(capture); /* as far as can be told */
        say_changed(capture);
    }
}

static void
set_missing(CcCapture *capture, const char *reason)
{
    gboolean was = capture->missing;
    capture->missing = TRUE;
    put_placeholder(capture);
    if (was)
        return;
    if (capture->options.kind == CC_DEVICE_CAMERA)
        cc_warning("the camera \"%s\" is gone (%s): a placeholder is seen until it is back",
                   capture->name, reason);
    else
        cc_warning("the microphone \"%s\" is gone (%s): NOBODY HEARS what is said here until it is "
                   "back",
                   capture->name, reason);
    say_changed(capture);
}

static void
lose(CcCapture *capture, const char *reason)
{
    cc_debug("%s \"%s\": %s", kind_name(capture), capture->name, reason);
    if (capture->lost_id == NULL && capture->proven)
        capture->lost_id = g_strdup(capture->id);
    drop_element(capture);
    set_missing(capture, reason);
    retry_later(capture);
}

/* --- whether anything comes --- */

static gboolean
is_playing(const CcCapture *capture)
{
    return GST_STATE(capture->bin) == GST_STATE_PLAYING;
}

/* Counts looks and not time: all of a computer that slept stood still. */
static gboolean
on_look(gpointer user_data)
{
    CcCapture *capture = user_data;
    if (capture->element == NULL || capture->off || !is_playing(capture))
        return G_SOURCE_CONTINUE;
    gint n = g_atomic_int_get(&capture->flow->n);
    capture->quiet_looks = n != capture->n_seen ? 0 : capture->quiet_looks + 1;
    capture->n_seen = n;
    gboolean brief = capture->proven || capture->missing;
    if (capture->quiet_looks >= (brief ? QUIET_LOOKS : FIRST_LOOKS))
        lose(capture, "nothing comes from it");
    else if (cc_devices_hears_loudspeaker(capture->element))
        lose(capture, "the sound server has no other one");
    else if (n > 0 && !capture->proven)
        prove(capture);
    return G_SOURCE_CONTINUE;
}

/* --- from outside --- */

CcCapture *
cc_capture_new(GstBin *bin, const CcCaptureOptions *options, GError **error)
{
    g_autoptr(CcCapture) capture = g_new0(CcCapture, 1);
    CcOpenedDevice opened;
    capture->bin = bin;
    capture->options = *options;
    capture->device = g_strdup(options->device);
    capture->name = g_strdup("");
    capture->backoff.max_ms = SLOWEST_MS;
    cc_device_open(&opened, options, NULL);
    if (opened.element != NULL) {
        use(capture, &opened);
        gst_element_set_locked_state(capture->element, FALSE); /* starts with the bin */
    } else if (!options->may_be_missing) {
        g_propagate_error(error, g_steal_pointer(&opened.error));
        cc_opened_device_clear(&opened);
        return NULL;
    } else {
        capture->missing = TRUE;
        retry_later(capture);
    }
    cc_opened_device_clear(&opened);
    capture->look_timer = g_timeout_add(LOOK_MS, on_look, capture);
    return g_steal_pointer(&capture);
}

void
cc_capture_free(CcCapture *capture)
{
    if (capture == NULL)
        return;
    cancel(capture);
    g_clear_handle_id(&capture->look_timer, g_source_remove);
    if (capture->placeholder != NULL)
        gst_element_set_state(cc_placeholder_element(capture->placeholder), GST_STATE_NULL);
    if (capture->element != NULL) /* one that stood still did not follow its pipeline */
        gst_element_set_state(capture->element, GST_STATE_NULL);
    drop_placeholder(capture);
    drop_element(capture);
    g_free(capture->device);
    g_free(capture->id);
    g_free(capture->name);
    g_free(capture->lost_id);
    g_free(capture);
}

void
cc_capture_listen(CcCapture *capture, CcCaptureFunc changed, gpointer user_data)
{
    capture->changed = changed;
    capture->user_data = user_data;
}

gboolean
cc_capture_is_missing(const CcCapture *capture)
{
    return capture->missing;
}

const char *
cc_capture_get_name(const CcCapture *capture)
{
    return capture->name;
}

/* The old one goes on until the new one is open: one that does not open costs nothing. */
void
cc_capture_set_device(CcCapture *capture, const char *device)
{
    char *copy = g_strdup(device); /* it may be ours */
    g_free(capture->device);
    capture->device = copy;
    g_clear_pointer(&capture->lost_id, g_free);
    cc_backoff_reset(&capture->backoff);
    begin_opening(capture);
    say_changed(capture);
}

const char *
cc_capture_get_device(const CcCapture *capture)
{
    return capture->device;
}

void
cc_capture_look(CcCapture *capture)
{
    gboolean stands_in = capture->lost_id != NULL && capture->proven &&
                         g_strcmp0(capture->id, capture->lost_id) != 0;
    if (capture->opening == NULL && (capture->element == NULL || stands_in))
        begin_opening(capture);
}

void
cc_capture_run(CcCapture *capture, gboolean on)
{
    if (capture->off == !on)
        return;
    capture->off = !on;
    capture->quiet_looks = 0;
    if (!on)
        drop_placeholder(capture);
    else if (capture->missing && capture->element == NULL)
        put_placeholder(capture);
    if (capture->element == NULL)
        return;
    if (on)
        cc_live_source_start(capture->bin, capture->element);
    else
        cc_live_source_stop(capture->element);
}

gboolean
cc_capture_take_error(CcCapture *capture, GstObject *origin, const char *reason)
{
    if (capture->element == NULL ||
        !gst_object_has_as_ancestor(origin, GST_OBJECT(capture->element)))
        return FALSE;
    lose(capture, reason);
    return TRUE;
}
