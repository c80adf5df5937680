/* What the receiving half cannot get out of by itself: it is asked to, about once a second. */
#pragma once

#include "client/recv/picture-watch.h"
#include "client/recv/rtp-receiver.h"
#include "client/recv/screen.h"

G_BEGIN_DECLS

/* @pictures: decoded so far. @connected: packets are to be expected. The voice is not disturbed.
 * Main thread. */
void cc_picture_care(CcRtpReceiver *receiver, CcScreen *screen, CcPictureWatch *watch,
                     guint64 pictures, gboolean connected);

G_END_DECLS
