/* The number of a frame, drawn into its own pixels: a bar of blocks along the top that is still
 * legible at 180 rows and a few kbit/s. Neighbouring numbers differ in one block (Gray code), so
 * that it costs the encoder little. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define FRAME_CODE_MAX 4095

/* The rows of the bar in a picture of this height. */
guint frame_code_rows(guint height);
/* @luma: 8 bits a sample. */
void frame_code_write(guint8 *luma, gsize stride, guint width, guint height, guint number);
/* -1 if there is none. */
int frame_code_read(const guint8 *luma, gsize stride, guint width, guint height);

G_END_DECLS
