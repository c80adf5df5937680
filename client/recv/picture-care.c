#define CC_LOG_AREA "recv"
#include "client/recv/picture-care.h"

#include "common/base/clock.h"
#include "common/base/log.h"

static void
renew(CcRtpReceiver *receiver)
{
    g_autoptr(GError) error = NULL;
    if (!cc_rtp_receiver_renew_picture(receiver, &error))
        cc_error("%s", error->message);
}

static void
look(CcRtpReceiver *receiver, CcPictureWatch *watch, guint64 pictures)
{
    CcRtpReceiverStats now;
    cc_rtp_receiver_get_stats(receiver, &now);
    switch (cc_picture_watch_check(watch, now.video_packets, pictures, cc_clock_now_us())) {
    case CC_PICTURE_WATCH_ASK:
        cc_warning("packets arrive and no picture: asking for a keyframe");
        cc_rtp_receiver_ask_for_keyframe(receiver);
        break;
    case CC_PICTURE_WATCH_RENEW:
        cc_warning("still no picture: receiving it anew");
        renew(receiver);
        break;
    case CC_PICTURE_WATCH_FINE:
        break;
    }
}

void
cc_picture_care(CcRtpReceiver *receiver, CcScreen *screen, CcPictureWatch *watch, guint64 pictures,
                gboolean connected)
{
    cc_rtp_receiver_adapt(receiver);
    gboolean failed = cc_rtp_receiver_take_failure(receiver);
    gboolean hopeless = cc_screen_take_hopeless(screen);
    if (hopeless)
        cc_warning("decoding is seconds behind: going on with the newest picture");
    if (failed || hopeless)
        renew(receiver);
    if (connected)
        look(receiver, watch, pictures);
    else /* no picture is nobody's fault then */
        *watch = (CcPictureWatch){0};
}
