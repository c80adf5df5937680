/* Sends the transport-wide feedback when it is due: CcFeedback with a clock and a timer.
 *
 * Main thread. */
#pragma once

#include "client/recv/feedback.h"

G_BEGIN_DECLS

typedef struct CcReporter CcReporter;

/* @send: one RTCP compound. */
CcReporter *cc_reporter_new(void (*send)(const guint8 *packet, gsize length, gpointer user_data),
                            gpointer user_data);
void cc_reporter_free(CcReporter *reporter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcReporter, cc_reporter_free)

/* A packet of @length bytes of RTP arrived, with this transport-wide sequence number. */
void cc_reporter_arrived(CcReporter *reporter, guint16 sequence, guint32 ssrc, gsize length,
                         gint64 arrival_us);

G_END_DECLS
