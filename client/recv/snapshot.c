#include "client/recv/snapshot.h"

#include <gst/video/video.h>

#include "common/base/error.h"

#define TIMEOUT (10 * GST_SECOND)

/* A file appears whole or not at all; a device or a FIFO is written to, not replaced. */
static GFileSetContentsFlags
how_to_write(const char *path)
{
    gboolean special =
        g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR);
    return special ? G_FILE_SET_CONTENTS_NONE : G_FILE_SET_CONTENTS_CONSISTENT;
}

gboolean
cc_snapshot_write(GstSample *sample, const char *path, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(GstCaps) png = gst_caps_new_empty_simple("image/png");
    g_autoptr(GstSample) encoded = gst_video_convert_sample(sample, png, TIMEOUT, &cause);
    if (encoded == NULL) {
        g_set_error(error, CC_ERROR, CC_ERROR_MEDIA, "cannot make a PNG: %s",
                    cause != NULL ? cause->message : "no encoder");
        return FALSE;
    }
    GstMapInfo map;
    if (!gst_buffer_map(gst_sample_get_buffer(encoded), &map, GST_MAP_READ))
        return FALSE;
    gboolean written = g_file_set_contents_full(path, (const char *)map.data, (gssize)map.size,
                                                how_to_write(path), 0644, error);
    gst_buffer_unmap(gst_sample_get_buffer(encoded), &map);
    return written;
}
