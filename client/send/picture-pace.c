#include "client/send/picture-pace.h"

#define EARLY_PART 8 /* of the distance, that cameras are early by */

gboolean
cc_picture_pace_passes(CcPicturePace *pace, gint64 now_us)
{
    if (pace->framerate == 0)
        return TRUE;
    gint64 interval_us = G_USEC_PER_SEC / pace->framerate;
    gint64 early_us = pace->due_us - now_us;
    gboolean goes_on = pace->started && ABS(early_us) <= interval_us;
    if (goes_on && early_us > interval_us / EARLY_PART)
        return FALSE;
    pace->due_us = (goes_on ? pace->due_us : now_us) + interval_us;
    pace->started = TRUE;
    return TRUE;
}
