/* Notices that packets of a picture arrive and none can be decoded. Pure: time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_PICTURE_WATCH_ASK_US (3 * G_USEC_PER_SEC)
#define CC_PICTURE_WATCH_RENEW_US (6 * G_USEC_PER_SEC)

typedef enum {
    CC_PICTURE_WATCH_FINE,
    CC_PICTURE_WATCH_ASK,   /* for a keyframe */
    CC_PICTURE_WATCH_RENEW, /* begin anew: that did not help */
} CcPictureWatchAdvice;

typedef struct {
    guint64 packets, pictures; /* at the last check */
    gint64 fine_us;            /* last time that there was nothing wrong; 0: never checked */
    gboolean asked;
} CcPictureWatch;

/* To be called about once a second with what has come in so far; if counts go back, the receiver is
 * new. Each advice is given once for each time that it holds. */
CcPictureWatchAdvice cc_picture_watch_check(CcPictureWatch *watch, guint64 packets,
                                            guint64 pictures, gint64 now_us);

G_END_DECLS
