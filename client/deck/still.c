#include "client/deck/still.h"

#include <string.h>
#include <webp/decode.h>
#include <webp/encode.h>

#include "client/deck/fewer-colours.h"
#include "client/signalling/room-deck.h"
#include "common/base/error.h"

#define LOSSLESS_LEVEL 6  /* of 9; the highest takes 25 times as long for 6 % */
#define DRAWN_BYTES 90000 /* pages without photographs are smaller than that */
#define LOSSY_QUALITIES 94, 80, 50
#define POINTER_RADIUS_SHARE 60 /* of the shorter side */

CcDeckImage *
cc_deck_image_new(GBytes *rgba, guint width, guint height)
{
    CcDeckImage *image = g_new0(CcDeckImage, 1);

    image->rgba = rgba;
    image->width = width;
    image->height = height;
    return image;
}

void
cc_deck_image_free(CcDeckImage *image)
{
    if (image == NULL)
        return;
    g_bytes_unref(image->rgba);
    g_free(image);
}

static void
fit(guint *width, guint *height, guint most_width, guint most_height)
{
    guint wide = *width, high = *height;

    if (most_width == 0 || most_height == 0)
        return;
    *width = most_width;
    *height = (guint)((guint64)high * most_width / wide);
    if (*height > most_height) {
        *height = most_height;
        *width = (guint)((guint64)wide * most_height / high);
    }
    *width = MAX(*width, 1);
    *height = MAX(*height, 1);
}

CcDeckImage *
cc_deck_still_decode(GBytes *still, guint width, guint height, GError **error)
{
    WebPDecoderConfig config;
    gsize length;
    const guint8 *data = g_bytes_get_data(still, &length);

    if (!WebPInitDecoderConfig(&config) ||
        WebPGetFeatures(data, length, &config.input) != VP8_STATUS_OK ||
        config.input.has_animation || config.input.width > CC_DECK_MAX_SIDE ||
        config.input.height > CC_DECK_MAX_SIDE) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_PROTOCOL, "a page's still is no WebP");
        return NULL;
    }
    guint wide = (guint)config.input.width, high = (guint)config.input.height;
    fit(&wide, &high, MIN(width, CC_DECK_MAX_SIDE), MIN(height, CC_DECK_MAX_SIDE));
    gsize size = (gsize)wide * high * 4;
    g_autofree guint8 *pixels = g_malloc(size);
    config.options.use_scaling =
        wide != (guint)config.input.width || high != (guint)config.input.height;
    config.options.scaled_width = (int)wide;
    config.options.scaled_height = (int)high;
    config.output.colorspace = MODE_RGBA;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels;
    config.output.u.RGBA.stride = (int)wide * 4;
    config.output.u.RGBA.size = size;
    if (WebPDecode(data, length, &config) != VP8_STATUS_OK) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_PROTOCOL, "a page's still is broken");
        return NULL;
    }
    return cc_deck_image_new(g_bytes_new_take(g_steal_pointer(&pixels), size), wide, high);
}

/* NULL if it does not work out. @quality: -1: without loss. */
static GBytes *
encode(const CcDeckImage *image, int quality)
{
    WebPConfig config;
    WebPPicture picture;
    WebPMemoryWriter writer;
    GBytes *bytes = NULL;

    if (!WebPConfigInit(&config) || !WebPPictureInit(&picture))
        return NULL;
    if (quality < 0) {
        WebPConfigLosslessPreset(&config, LOSSLESS_LEVEL);
    } else {
        WebPConfigPreset(&config, WEBP_PRESET_TEXT, (float)quality);
        config.use_sharp_yuv = 1; /* coloured letters keep their edges */
    }
    picture.use_argb = 1;
    picture.width = (int)image->width;
    picture.height = (int)image->height;
    WebPMemoryWriterInit(&writer);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    if (WebPPictureImportRGBX(&picture, g_bytes_get_data(image->rgba, NULL),
                              (int)image->width * 4) &&
        WebPEncode(&config, &picture))
        bytes = g_bytes_new(writer.mem, writer.size);
    WebPPictureFree(&picture);
    WebPMemoryWriterClear(&writer);
    return bytes;
}

GBytes *
cc_deck_still_encode(const CcDeckImage *image, GError **error)
{
    static const int qualities[] = {LOSSY_QUALITIES};
    g_autoptr(CcDeckImage) fewer = cc_deck_image_with_fewer_colours(image);
    g_autoptr(GBytes) exact = encode(fewer != NULL ? fewer : image, -1);
    gsize most = exact != NULL ? g_bytes_get_size(exact) : G_MAXSIZE;

    if (most <= DRAWN_BYTES)
        return g_steal_pointer(&exact);
    for (guint i = 0; i < G_N_ELEMENTS(qualities); i++) {
        g_autoptr(GBytes) lossy = encode(image, qualities[i]);
        gsize size = lossy != NULL ? g_bytes_get_size(lossy) : G_MAXSIZE;
        if (most <= size)
            break;
        if (size <= CC_DECK_MAX_PAGE_BYTES)
            return g_steal_pointer(&lossy);
    }
    if (most <= CC_DECK_MAX_PAGE_BYTES)
        return g_steal_pointer(&exact);
    g_set_error_literal(error, CC_ERROR, CC_ERROR_FAILED, "a page is too large to be sent");
    return NULL;
}

/* Red, half of what is there shining through, with a lighter rim that is seen on red as well. */
static void
blend(guint8 *pixel, gboolean rim)
{
    static const guint8 colours[2][3] = {{230, 30, 30}, {255, 255, 255}};

    for (guint i = 0; i < 3; i++)
        pixel[i] = (guint8)((pixel[i] + 3 * colours[rim][i]) / 4);
}

CcDeckImage *
cc_deck_image_point(const CcDeckImage *image, guint x, guint y)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(image->rgba, &length);
    guint8 *pixels = g_memdup2(data, length);
    gint radius = (gint)MAX(MIN(image->width, image->height) / POINTER_RADIUS_SHARE, 4);
    gint at_x = (gint)((guint64)x * (image->width - 1) / CC_POINTER_MAX);
    gint at_y = (gint)((guint64)y * (image->height - 1) / CC_POINTER_MAX);

    for (gint row = MAX(at_y - radius, 0); row <= MIN(at_y + radius, (gint)image->height - 1);
         row++)
        for (gint column = MAX(at_x - radius, 0);
             column <= MIN(at_x + radius, (gint)image->width - 1); column++) {
            gint away = (row - at_y) * (row - at_y) + (column - at_x) * (column - at_x);
            if (away <= radius * radius)
                blend(pixels + ((gsize)row * image->width + (gsize)column) * 4,
                      away > (radius - 2) * (radius - 2));
        }
    return cc_deck_image_new(g_bytes_new_take(pixels, length), image->width, image->height);
}
