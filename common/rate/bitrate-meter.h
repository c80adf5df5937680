/* Bytes in, bit/s out: a sliding window of one second in 100 ms steps. Time is an argument. */
#pragma once

#include <glib.h>

typedef struct {
    guint32 bytes[10];
    gint64 step; /* now / 100 ms of the newest one */
} CcBitrateMeter;

void cc_bitrate_meter_add(CcBitrateMeter *meter, gsize bytes, gint64 now_us);
guint cc_bitrate_meter_bps(CcBitrateMeter *meter, gint64 now_us);
