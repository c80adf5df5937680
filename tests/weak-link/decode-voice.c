/* What a classroom would hear over a link that loses nothing: decodes the Opus packets that the
 * witness saw encoded. Comparing with this, not with what was spoken, leaves the codec's own
 * changes out.
 *
 *   decode-voice PREFIX OUTPUT    PREFIX.events, PREFIX.opus → OUTPUT.events, OUTPUT.sound (witness.c)
 *
 *   appsrc → opusdec → convert → appsink */
#include <gst/app/app.h>
#include <stdio.h>

typedef struct {
    GstElement *pipeline, *src, *sink;
    FILE *events, *opus, *sound, *places;
    gint64 samples;
} Decoding;

static FILE *
open_file(const char *prefix, const char *suffix, const char *mode)
{
    g_autofree char *path = g_strconcat(prefix, suffix, NULL);
    FILE *file = fopen(path, mode);
    if (file == NULL)
        g_error("decode-voice: cannot open %s", path);
    return file;
}

static void
push(Decoding *decoding, gint64 time_us, gint64 position, gsize length)
{
    guint8 *data = g_malloc(length);
    if (fseeko(decoding->opus, position, SEEK_SET) != 0 ||
        fread(data, 1, length, decoding->opus) != length) {
        g_free(data);
        return;
    }
    GstBuffer *buffer = gst_buffer_new_wrapped(data, length);
    GST_BUFFER_PTS(buffer) = (GstClockTime)time_us * GST_USECOND;
    gst_app_src_push_buffer(GST_APP_SRC(decoding->src), buffer);
}

static void
push_all(Decoding *decoding)
{
    char line[256];
    while (fgets(line, sizeof line, decoding->events) != NULL) {
        gint64 time_us, position;
        gsize length;
        if (sscanf(line, "voice %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GSIZE_FORMAT,
                   &time_us, &position, &length) == 3 &&
            length > 0 && length < 65536)
            push(decoding, time_us, position, length);
    }
    gst_app_src_end_of_stream(GST_APP_SRC(decoding->src));
}

static void
pull_all(Decoding *decoding)
{
    GstSample *sample;
    while ((sample = gst_app_sink_pull_sample(GST_APP_SINK(decoding->sink))) != NULL) {
        GstBuffer *buffer = gst_sample_get_buffer(sample);
        GstMapInfo map;
        if (gst_buffer_map(buffer, &map, GST_MAP_READ)) {
            gsize n = map.size / sizeof(gint16);
            fwrite(map.data, sizeof(gint16), n, decoding->sound);
            fprintf(decoding->places,
                    "sound %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GSIZE_FORMAT "\n",
                    GST_BUFFER_PTS(buffer) / GST_USECOND, decoding->samples, n);
            decoding->samples += (gint64)n;
            gst_buffer_unmap(buffer, &map);
        }
        gst_sample_unref(sample);
    }
}

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    if (argc != 3) {
        g_printerr("usage: decode-voice PREFIX OUTPUT\n");
        return 64;
    }
    g_autoptr(GError) error = NULL;
    Decoding decoding = {
        .pipeline = gst_parse_launch(
            "appsrc name=src format=time max-bytes=0 "
            "caps=audio/x-opus,channel-mapping-family=0,channels=1,rate=48000 ! opusdec ! "
            "audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=1 "
            "! appsink name=sink sync=false",
            &error)};
    if (decoding.pipeline == NULL) {
        g_printerr("decode-voice: %s\n", error->message);
        return 69;
    }
    decoding.src = gst_bin_get_by_name(GST_BIN(decoding.pipeline), "src");
    decoding.sink = gst_bin_get_by_name(GST_BIN(decoding.pipeline), "sink");
    decoding.events = open_file(argv[1], ".events", "re");
    decoding.opus = open_file(argv[1], ".opus", "re");
    decoding.places = open_file(argv[2], ".events", "we");
    decoding.sound = open_file(argv[2], ".sound", "we");
    gst_element_set_state(decoding.pipeline, GST_STATE_PLAYING);
    push_all(&decoding);
    pull_all(&decoding);
    gst_element_set_state(decoding.pipeline, GST_STATE_NULL);
    fclose(decoding.events);
    fclose(decoding.opus);
    fclose(decoding.places);
    fclose(decoding.sound);
    gst_object_unref(decoding.src);
    gst_object_unref(decoding.sink);
    gst_object_unref(decoding.pipeline);
    return 0;
}
