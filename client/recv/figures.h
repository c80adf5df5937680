/* How it goes, in figures: a line for people each second, a line for the log now and then. Main
 * thread. */
#pragma once

#include "client/recv/picture-flow.h"
#include "client/recv/rtp-receiver.h"
#include "client/recv/screen.h"

G_BEGIN_DECLS

#define CC_FIGURES_LOG_INTERVAL_S 5

typedef struct {
    CcRtpReceiverStats logged, shown; /* when they were taken last */
    guint64 logged_pictures, shown_pictures;
} CcFigures;

/* A new receiver counts from zero; pictures go on. */
void cc_figures_begin(CcFigures *figures);
/* (transfer full): of the time since the last line. */
char *cc_figures_line(CcFigures *figures, CcRtpReceiver *receiver, const CcPictureFlow *flow);
void cc_figures_log(CcFigures *figures, CcRtpReceiver *receiver, CcScreen *screen,
                    const CcPictureFlow *flow);

G_END_DECLS
