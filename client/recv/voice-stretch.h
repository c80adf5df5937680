/* Makes speech a little longer or shorter without changing its pitch: one period of the voice is
 * said twice or left out, faded into its neighbour (overlap and add, in step with the pitch). Where
 * the signal repeats itself badly it is left alone: the caller tries the next piece.
 *
 * Interleaved 16-bit samples at 48 kHz, one or two channels. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_STRETCH_MIN_PERIOD 120 /* sample frames: 400 Hz */
#define CC_STRETCH_MAX_PERIOD 720 /* 67 Hz */

/* Mean square of @n sample frames. */
double cc_stretch_power(const gint16 *samples, guint n, guint channels);
/* TRUE if nobody would hear a change in @n sample frames: their power is at most @quiet, or that of
 * silence. */
gboolean cc_stretch_is_silence(const gint16 *samples, guint n, guint channels, double quiet);

/* Leaves one period out of @samples (@n sample frames, at least 2 × CC_STRETCH_MAX_PERIOD), in
 * place, near their beginning. @likeness: 0..1, how well the two periods have to match; what is
 * silence by @quiet always does. Returns the period's length in sample frames, by which there are
 * fewer now; 0 if nothing was done. */
guint cc_stretch_shorten(gint16 *samples, guint n, guint channels, double likeness, double quiet);

/* Says the last period of @history once more at the beginning of @samples. @history:
 * CC_STRETCH_MAX_PERIOD sample frames that were played just before; @n: at least as many;
 * @samples has room for CC_STRETCH_MAX_PERIOD more. Returns by how many there are more; 0 if
 * nothing was done. */
guint cc_stretch_lengthen(const gint16 *history, gint16 *samples, guint n, guint channels,
                          double likeness, double quiet);

G_END_DECLS
