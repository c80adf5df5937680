#include "tests/support/pluggable.h"

#include <gst/base/gstpushsrc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "CLASSCAST_TEST_DEVICES"
#define LOOK_US 20000
#define PICTURE_US 40000
#define WIDTH 320
#define HEIGHT 240
#define SOUND_US 20000
#define RATE 48000
#define TONE_HZ 440
#define PICTURE_CAPS "video/x-raw,format=I420,width=320,height=240,framerate=25/1"
#define SOUND_CAPS "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1"

static GstStaticPadTemplate template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(PICTURE_CAPS ";" SOUND_CAPS));

static gboolean
is_camera(const char *name)
{
    return g_str_has_prefix(name, "camera-");
}

/* What is written in the file, or NULL: it is pulled out. */
static char *
read_device(const char *name)
{
    const char *folder = g_getenv(FOLDER);
    g_autofree char *path = folder != NULL ? g_build_filename(folder, name, NULL) : NULL;
    char *text = NULL;
    return path != NULL && g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

/* --- the source --- */

typedef struct {
    GstPushSrc parent;
    char *name;
    gint flushing; /* atomic */
    guint64 n;     /* samples */
} Source;
typedef GstPushSrcClass SourceClass;

static GType source_get_type(void);
G_DEFINE_TYPE(Source, source, GST_TYPE_PUSH_SRC)

static GstCaps *
source_get_caps(GstBaseSrc *base, GstCaps *filter)
{
    const char *name = ((Source *)base)->name;
    g_autoptr(GstCaps) caps = gst_caps_from_string(is_camera(name) ? PICTURE_CAPS : SOUND_CAPS);
    return filter != NULL ? gst_caps_intersect_full(filter, caps, GST_CAPS_INTERSECT_FIRST)
                          : g_steal_pointer(&caps);
}

static gboolean
source_start(GstBaseSrc *base)
{
    Source *source = (Source *)base;
    g_autofree char *device = read_device(source->name);
    source->n = 0;
    if (device == NULL)
        GST_ELEMENT_ERROR(source, RESOURCE, OPEN_READ, ("there is no %s", source->name), (NULL));
    return device != NULL;
}

static gboolean
source_unlock(GstBaseSrc *base)
{
    g_atomic_int_set(&((Source *)base)->flushing, TRUE);
    return TRUE;
}

static gboolean
source_unlock_stop(GstBaseSrc *base)
{
    g_atomic_int_set(&((Source *)base)->flushing, FALSE);
    return TRUE;
}

static GstBuffer *
make_picture(guint8 luma)
{
    gsize size = WIDTH * HEIGHT;
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, size * 3 / 2, NULL);
    gst_buffer_memset(buffer, 0, luma, size);
    gst_buffer_memset(buffer, size, 128, size / 2);
    return buffer;
}

static GstBuffer *
make_sound(Source *source)
{
    gsize n = RATE / 1000 * SOUND_US / 1000;
    gint16 *samples = g_new(gint16, n);
    for (gsize i = 0; i < n; i++, source->n++)
        samples[i] = (gint16)(8000 * sin((double)source->n * TONE_HZ * 2 * G_PI / RATE));
    return gst_buffer_new_wrapped(samples, n * sizeof *samples);
}

static GstFlowReturn
source_create(GstPushSrc *push, GstBuffer **buffer)
{
    Source *source = (Source *)push;
    gboolean camera = is_camera(source->name);
    g_autofree char *device = NULL;
    do {
        g_usleep(camera ? PICTURE_US : SOUND_US);
        if (g_atomic_int_get(&source->flushing))
            return GST_FLOW_FLUSHING;
        g_free(device);
        device = read_device(source->name);
    } while (device != NULL && strstr(device, "silent") != NULL);
    if (device == NULL || strstr(device, "broken") != NULL) {
        GST_ELEMENT_ERROR(source, RESOURCE, READ, ("No such device"), ("%s", source->name));
        return GST_FLOW_ERROR;
    }
    int luma = atoi(device);
    *buffer = camera ? make_picture((guint8)(luma > 0 ? luma : 200)) : make_sound(source);
    GST_BUFFER_DURATION(*buffer) = (camera ? PICTURE_US : SOUND_US) * GST_USECOND;
    return GST_FLOW_OK;
}

static void
source_finalize(GObject *object)
{
    g_free(((Source *)object)->name);
    G_OBJECT_CLASS(source_parent_class)->finalize(object);
}

static void
source_class_init(SourceClass *class)
{
    G_OBJECT_CLASS(class)->finalize = source_finalize;
    GstBaseSrcClass *base = GST_BASE_SRC_CLASS(class);
    base->get_caps = source_get_caps;
    base->start = source_start;
    base->unlock = source_unlock;
    base->unlock_stop = source_unlock_stop;
    GST_PUSH_SRC_CLASS(class)->create = source_create;
    gst_element_class_add_static_pad_template(GST_ELEMENT_CLASS(class), &template);
    gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(class), "Pluggable source",
                                          "Source/Audio/Video", "What a test pulls out", "tests");
}

static void
source_init(Source *source)
{
    gst_base_src_set_live(GST_BASE_SRC(source), TRUE);
    gst_base_src_set_format(GST_BASE_SRC(source), GST_FORMAT_TIME);
    gst_base_src_set_do_timestamp(GST_BASE_SRC(source), TRUE);
}

/* --- the device --- */

typedef struct {
    GstDevice parent;
    char *name;
} Device;
typedef GstDeviceClass DeviceClass;

static GType device_get_type(void);
G_DEFINE_TYPE(Device, device, GST_TYPE_DEVICE)

static GstElement *
device_create_element(GstDevice *device, const char *name)
{
    Source *source = g_object_new(source_get_type(), "name", name, NULL);
    source->name = g_strdup(((Device *)device)->name);
    return GST_ELEMENT(source);
}

static void
device_finalize(GObject *object)
{
    g_free(((Device *)object)->name);
    G_OBJECT_CLASS(device_parent_class)->finalize(object);
}

static void
device_class_init(DeviceClass *class)
{
    G_OBJECT_CLASS(class)->finalize = device_finalize;
    GST_DEVICE_CLASS(class)->create_element = device_create_element;
}

static void
device_init(Device *device)
{
}

static GstDevice *
device_new(const char *name)
{
    gboolean camera = is_camera(name);
    g_autoptr(GstCaps) caps = gst_caps_from_string(camera ? PICTURE_CAPS : SOUND_CAPS);
    const char *id = strchr(name, '-') + 1;
    g_autoptr(GstStructure) properties =
        gst_structure_new("pluggable", "device.path", G_TYPE_STRING, id, NULL);
    Device *device = g_object_new(device_get_type(), "display-name", name, "device-class",
                                  camera ? "Video/Source" : "Audio/Source", "caps", caps,
                                  "properties", properties, NULL);
    device->name = g_strdup(name);
    return GST_DEVICE(device);
}

/* --- who finds it --- */

typedef struct {
    GstDeviceProvider parent;
    GHashTable *known; /* by name: GstDevice */
    GThread *thread;
    gint stopped; /* atomic */
} Provider;
typedef GstDeviceProviderClass ProviderClass;

static GType provider_get_type(void);
G_DEFINE_TYPE(Provider, provider, GST_TYPE_DEVICE_PROVIDER)

static int
compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* char *, sorted. */
static GPtrArray *
list_names(void)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const char *folder = g_getenv(FOLDER), *name;
    g_autoptr(GDir) dir = folder != NULL ? g_dir_open(folder, 0, NULL) : NULL;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        if (is_camera(name) || g_str_has_prefix(name, "microphone-"))
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare);
    return names;
}

static GList *
provider_probe(GstDeviceProvider *provider)
{
    g_autoptr(GPtrArray) names = list_names();
    GList *devices = NULL;
    for (guint i = names->len; i > 0; i--)
        devices = g_list_prepend(devices, device_new(names->pdata[i - 1]));
    return devices;
}

static void
look(Provider *provider)
{
    GHashTable *known = provider->known;
    g_autoptr(GPtrArray) names = list_names();
    GHashTableIter iter;
    gpointer name, device;
    g_hash_table_iter_init(&iter, known);
    while (g_hash_table_iter_next(&iter, &name, &device))
        if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL)) {
            gst_device_provider_device_remove(GST_DEVICE_PROVIDER(provider), device);
            g_hash_table_iter_remove(&iter);
        }
    for (guint i = 0; i < names->len; i++)
        if (!g_hash_table_contains(known, names->pdata[i])) {
            GstDevice *found = gst_object_ref_sink(device_new(names->pdata[i]));
            g_hash_table_insert(known, g_strdup(names->pdata[i]), found);
            gst_device_provider_device_add(GST_DEVICE_PROVIDER(provider), found);
        }
}

static gpointer
watch(gpointer user_data)
{
    Provider *provider = user_data;
    while (!g_atomic_int_get(&provider->stopped)) {
        g_usleep(LOOK_US);
        look(provider);
    }
    return NULL;
}

static gboolean
provider_start(GstDeviceProvider *base)
{
    Provider *provider = (Provider *)base;
    g_atomic_int_set(&provider->stopped, FALSE);
    provider->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, gst_object_unref);
    look(provider);
    provider->thread = g_thread_new("plugs", watch, provider);
    return TRUE;
}

static void
provider_stop(GstDeviceProvider *base)
{
    Provider *provider = (Provider *)base;
    g_atomic_int_set(&provider->stopped, TRUE);
    g_thread_join(provider->thread);
    g_clear_pointer(&provider->known, g_hash_table_unref);
}

static void
provider_class_init(ProviderClass *class)
{
    class->probe = provider_probe;
    class->start = provider_start;
    class->stop = provider_stop;
    gst_device_provider_class_set_static_metadata(class, "Pluggable devices", "Source/Audio/Video",
                                                  "What a test pulls out", "tests");
}

static void
provider_init(Provider *provider)
{
}

gboolean
cc_pluggable_register(GstPlugin *plugin)
{
    return gst_device_provider_register(plugin, "classcasttestdevices", GST_RANK_PRIMARY,
                                        provider_get_type());
}

#ifndef PACKAGE
#define PACKAGE "classcast"
#endif
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, classcasttest,
                  "Cameras and microphones that a test pulls out", cc_pluggable_register,
                  CC_VERSION, "MIT", "classcast", "none")
