#include "tests/weak-link/frame-code.h"

#include <string.h>

#define BLOCKS 16
#define NUMBER_BITS 12
#define MARK 0xa /* the four blocks behind the number: that there is one at all */
#define BLACK 16
#define WHITE 235
#define BLACK_BELOW 105 /* between the two it is no block of ours */
#define WHITE_ABOVE 145

guint
frame_code_rows(guint height)
{
    return height / 20;
}

void
frame_code_write(guint8 *luma, gsize stride, guint width, guint height, guint number)
{
    guint code = (number ^ number >> 1) << (BLOCKS - NUMBER_BITS) | MARK;
    for (guint block = 0; block < BLOCKS; block++) {
        guint from = width * block / BLOCKS, until = width * (block + 1) / BLOCKS;
        guint8 value = code >> (BLOCKS - 1 - block) & 1 ? WHITE : BLACK;
        for (guint row = 0; row < frame_code_rows(height); row++)
            memset(luma + row * stride + from, value, until - from);
    }
}

static guint
mean_of_middle(const guint8 *luma, gsize stride, guint from, guint until, guint rows)
{
    guint quarter = (until - from) / 4, sum = 0, n = 0;
    for (guint row = rows / 4; row < MAX(rows * 3 / 4, rows / 4 + 1); row++)
        for (guint x = from + quarter; x < MAX(until - quarter, from + quarter + 1); x++, n++)
            sum += luma[row * stride + x];
    return sum / n;
}

int
frame_code_read(const guint8 *luma, gsize stride, guint width, guint height)
{
    guint code = 0, rows = frame_code_rows(height);
    if (rows == 0 || width < BLOCKS * 4)
        return -1;
    for (guint block = 0; block < BLOCKS; block++) {
        guint mean = mean_of_middle(luma, stride, width * block / BLOCKS,
                                    width * (block + 1) / BLOCKS, rows);
        if (mean >= BLACK_BELOW && mean <= WHITE_ABOVE)
            return -1;
        code = code << 1 | (mean > WHITE_ABOVE);
    }
    if ((code & 0xf) != MARK)
        return -1;
    guint number = code >> (BLOCKS - NUMBER_BITS);
    for (guint shift = 1; shift < NUMBER_BITS; shift *= 2)
        number ^= number >> shift;
    return (int)number;
}
