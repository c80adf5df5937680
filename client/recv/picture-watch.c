#include "client/recv/picture-watch.h"

static CcPictureWatchAdvice
advise(CcPictureWatch *watch, gint64 now_us)
{
    gint64 blind_us = now_us - watch->fine_us;
    if (blind_us >= CC_PICTURE_WATCH_RENEW_US) {
        watch->fine_us = now_us;
        watch->asked = FALSE;
        return CC_PICTURE_WATCH_RENEW;
    }
    if (blind_us >= CC_PICTURE_WATCH_ASK_US && !watch->asked) {
        watch->asked = TRUE;
        return CC_PICTURE_WATCH_ASK;
    }
    return CC_PICTURE_WATCH_FINE;
}

CcPictureWatchAdvice
cc_picture_watch_check(CcPictureWatch *watch, guint64 packets, guint64 pictures, gint64 now_us)
{
    gboolean fine = watch->fine_us == 0 || pictures != watch->pictures || packets <= watch->packets;
    watch->packets = packets;
    watch->pictures = pictures;
    if (!fine)
        return advise(watch, now_us);
    watch->fine_us = now_us;
    watch->asked = FALSE;
    return CC_PICTURE_WATCH_FINE;
}
