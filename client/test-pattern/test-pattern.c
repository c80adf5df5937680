#include "client/test-pattern/test-pattern.h"

#include <math.h>
#include <string.h>

/* Limited range luma; anything between the two thresholds is not a bit. */
#define BLACK 16
#define WHITE 235
#define BLACK_BELOW 100
#define WHITE_ABOVE 150

static void
fill_luma(GstVideoFrame *frame, guint x, guint y, guint width, guint height, guint8 value)
{
    guint8 *luma = GST_VIDEO_FRAME_PLANE_DATA(frame, 0);
    gsize stride = (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(frame, 0);
    for (guint row = y; row < y + height; row++)
        memset(luma + row * stride + x, value, width);
}

/* Grey chroma, so that the region is pure black or white. Chroma is subsampled 2 by 2 in both
 * formats. */
static void
fill_chroma(GstVideoFrame *frame, guint x, guint y, guint width, guint height)
{
    gboolean interleaved = GST_VIDEO_FRAME_FORMAT(frame) == GST_VIDEO_FORMAT_NV12;
    for (guint plane = 1; plane < GST_VIDEO_FRAME_N_PLANES(frame); plane++) {
        guint8 *chroma = GST_VIDEO_FRAME_PLANE_DATA(frame, plane);
        gsize stride = (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(frame, plane);
        gsize begin = interleaved ? x / 2 * 2 : x / 2;
        gsize length = interleaved ? width / 2 * 2 : width / 2;
        for (guint row = y / 2; row < (y + height) / 2; row++)
            memset(chroma + row * stride + begin, 128, length);
    }
}

static guint8
luma_at(const GstVideoFrame *frame, guint x, guint y)
{
    const guint8 *luma = GST_VIDEO_FRAME_PLANE_DATA(frame, 0);
    return luma[(gsize)y * (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(frame, 0) + x];
}

static guint
mean_luma(const GstVideoFrame *frame, guint x, guint y, guint width, guint height)
{
    guint sum = 0;
    for (guint row = y; row < y + height; row++)
        for (guint column = x; column < x + width; column++)
            sum += luma_at(frame, column, row);
    return sum / (width * height);
}

void
cc_test_pattern_write_time(GstVideoFrame *frame, guint32 value)
{
    guint block = (guint)GST_VIDEO_FRAME_WIDTH(frame) / CC_TEST_PATTERN_BITS;
    guint rows = MIN(CC_TEST_PATTERN_BAR_HEIGHT, (guint)GST_VIDEO_FRAME_HEIGHT(frame));
    fill_chroma(frame, 0, 0, block * CC_TEST_PATTERN_BITS, rows);
    for (guint bit = 0; bit < CC_TEST_PATTERN_BITS; bit++) {
        gboolean one = (value >> (CC_TEST_PATTERN_BITS - 1 - bit)) & 1;
        fill_luma(frame, bit * block, 0, block, rows, one ? WHITE : BLACK);
    }
}

gboolean
cc_test_pattern_read_time(const GstVideoFrame *frame, guint32 *value)
{
    guint block = (guint)GST_VIDEO_FRAME_WIDTH(frame) / CC_TEST_PATTERN_BITS;
    if (block == 0 || GST_VIDEO_FRAME_HEIGHT(frame) < CC_TEST_PATTERN_BAR_HEIGHT)
        return FALSE;
    guint32 result = 0;
    for (guint bit = 0; bit < CC_TEST_PATTERN_BITS; bit++) {
        guint mean = mean_luma(frame, bit * block + block / 4, 6, MAX(block / 2, 1), 4);
        if (mean >= BLACK_BELOW && mean <= WHITE_ABOVE)
            return FALSE;
        result = result << 1 | (mean > WHITE_ABOVE);
    }
    *value = result;
    return TRUE;
}

void
cc_test_pattern_write_flash(GstVideoFrame *frame, gboolean white)
{
    guint width = (guint)GST_VIDEO_FRAME_WIDTH(frame),
          height = (guint)GST_VIDEO_FRAME_HEIGHT(frame);
    guint x = width * 5 / 8 & ~1u, y = height * 5 / 8 & ~1u;
    guint w = width / 4 & ~1u, h = height / 4 & ~1u;
    fill_luma(frame, x, y, w, h, white ? WHITE : BLACK);
    fill_chroma(frame, x, y, w, h);
}

gboolean
cc_test_pattern_read_flash(const GstVideoFrame *frame)
{
    return luma_at(frame, (guint)GST_VIDEO_FRAME_WIDTH(frame) * 3 / 4,
                   (guint)GST_VIDEO_FRAME_HEIGHT(frame) * 3 / 4) > WHITE_ABOVE;
}

gboolean
cc_test_pattern_is_flash(GstClockTime time, GstClockTime duration)
{
    /* Frame times are rounded to the nanosecond. */
    return (time + GST_USECOND) % GST_SECOND < duration;
}

void
cc_test_pattern_write_beep(gint16 *samples, gsize n_frames, guint channels, guint rate,
                           guint64 first)
{
    for (gsize i = 0; i < n_frames; i++) {
        guint64 within = (first + i) % rate;
        gint16 value = 0;
        if (within < (guint64)rate * CC_TEST_PATTERN_BEEP_MS / 1000)
            value =
                (gint16)(12000 * sin(2 * G_PI * CC_TEST_PATTERN_BEEP_HZ * (double)within / rate));
        for (guint channel = 0; channel < channels; channel++)
            samples[i * channels + channel] = value;
    }
}
