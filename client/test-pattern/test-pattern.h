/* The test lesson's measurable marks: a time code drawn into the top rows of each picture, a white
 * flash and a beep that begin together at each whole second. Whoever records the other end can read
 * from them how old a picture is and whether lips and voice agree. Pure; any thread. */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

#define CC_TEST_PATTERN_BAR_HEIGHT 16 /* rows of the time code bar */
#define CC_TEST_PATTERN_BITS 32       /* blocks in it, most significant first, white is 1 */
#define CC_TEST_PATTERN_BEEP_MS 50
#define CC_TEST_PATTERN_BEEP_HZ 1000

/* Draws @value into the top CC_TEST_PATTERN_BAR_HEIGHT rows of an I420 or NV12 picture. Each block
 * is width / 32 wide, so that it survives lossy coding. */
void cc_test_pattern_write_time(GstVideoFrame *frame, guint32 value);
/* Reads it back from the middle of each block. FALSE if a block is neither black nor white. */
gboolean cc_test_pattern_read_time(const GstVideoFrame *frame, guint32 *value);

/* The flash region: the lower right quarter's inner half, white or black. */
void cc_test_pattern_write_flash(GstVideoFrame *frame, gboolean white);
gboolean cc_test_pattern_read_flash(const GstVideoFrame *frame);

/* TRUE for the first picture at or after a whole second; times in nanoseconds. */
gboolean cc_test_pattern_is_flash(GstClockTime time, GstClockTime duration);

/* Fills S16 samples that begin at sample number @first of the running time: silence, and the beep
 * at each whole second. */
void cc_test_pattern_write_beep(gint16 *samples, gsize n_frames, guint channels, guint rate,
                                guint64 first);

G_END_DECLS
