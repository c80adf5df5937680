/* What the voice takes of a link, so that the pictures have the rest: measured each second, with
 * its copies and repetitions. A value; {0} is ready. Pure: times in µs of any one clock. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    guint64 bytes;   /* since @since_us */
    gint64 since_us; /* 0: not begun */
    guint bps;       /* on the wire; 0: not known yet */
    gboolean heard;  /* there is some, however much it takes */
} CcVoiceMeter;

/* @bytes of voice, on the wire, have left. */
static inline void
cc_voice_meter_sent(CcVoiceMeter *meter, gsize bytes)
{
    meter->bytes += bytes;
}
/* Measures, if it is time. Falls slowly, for voice that pauses comes back. @flood_us: when a queue
 * last turned away much of what was sent (0: never): repairing that takes a lot, but not for long,
 * so it does not count. */
void cc_voice_meter_look(CcVoiceMeter *meter, gint64 flood_us, gint64 now_us);

G_END_DECLS
