#include "client/recv/reporter.h"

#include "common/base/clock.h"

#define MAX_COMPOUND 1200  /* bytes */
#define PACKET_OVERHEAD 44 /* IP, UDP and the SRTP tag */

struct CcReporter {
    CcFeedback feedback;
    guint32 ssrc;       /* ours */
    guint32 media_ssrc; /* the newest packet's */
    guint timer;
    void (*send)(const guint8 *packet, gsize length, gpointer user_data);
    gpointer user_data;
};

CcReporter *
cc_reporter_new(void (*send)(const guint8 *packet, gsize length, gpointer user_data),
                gpointer user_data)
{
    CcReporter *reporter = g_new0(CcReporter, 1);
    cc_feedback_init(&reporter->feedback);
    reporter->ssrc = g_random_int();
    reporter->send = send;
    reporter->user_data = user_data;
    return reporter;
}

void
cc_reporter_free(CcReporter *reporter)
{
    if (reporter == NULL)
        return;
    g_clear_handle_id(&reporter->timer, g_source_remove);
    g_free(reporter);
}

static gboolean
on_due(gpointer user_data)
{
    CcReporter *reporter = user_data;
    guint8 data[MAX_COMPOUND];
    gint64 now_us = cc_clock_now_us();
    gboolean more = TRUE;
    reporter->timer = 0;
    while (more) {
        CcRtcpBuilder builder;
        cc_rtcp_builder_init(&builder, data, sizeof data);
        more = cc_feedback_build(&reporter->feedback, &builder, reporter->ssrc,
                                 reporter->media_ssrc, now_us);
        if (builder.length > 0)
            reporter->send(data, builder.length, reporter->user_data);
    }
    return G_SOURCE_REMOVE;
}

void
cc_reporter_arrived(CcReporter *reporter, guint16 sequence, guint32 ssrc, gsize length,
                    gint64 arrival_us)
{
    reporter->media_ssrc = ssrc;
    gboolean begun = cc_feedback_arrived(&reporter->feedback, sequence,
                                         (guint)length + PACKET_OVERHEAD, arrival_us);
    if (!begun || reporter->timer != 0)
        return;
    gint64 wait_us = MAX(reporter->feedback.due_us - cc_clock_now_us(), 0);
    reporter->timer =
        g_timeout_add_full(G_PRIORITY_HIGH, (guint)(wait_us / 1000), on_due, reporter, NULL);
}
