#include "relay/media/link-report.h"

const char *
cc_picture_state_name(CcPictureState state)
{
    static const char *const names[] = {"none", "whole", "reduced", "stills", "paused"};
    g_return_val_if_fail((guint)state < G_N_ELEMENTS(names), "none");
    return names[state];
}

const char *
cc_link_reason_name(CcLinkReason reason)
{
    static const char *const names[] = {NULL, "rate", "loss", "relay"};
    g_return_val_if_fail((guint)reason < G_N_ELEMENTS(names), NULL);
    return names[reason];
}

static gboolean
moved(guint a, guint b, guint least)
{
    guint difference = MAX(a, b) - MIN(a, b);
    return difference >= least && difference >= MAX(a, b) / 6;
}

gboolean
cc_link_report_differs(const CcLinkReport *a, const CcLinkReport *b)
{
    return a->picture != b->picture || a->reason != b->reason || a->tcp != b->tcp ||
           (a->rtt_ms < 0) != (b->rtt_ms < 0) ||
           moved((guint)MAX(a->rtt_ms, 0), (guint)MAX(b->rtt_ms, 0), 10) ||
           moved(a->loss_permille, b->loss_permille, 10) || moved(a->bps, b->bps, 5000) ||
           moved(a->voice_bps, b->voice_bps, 5000) || moved(a->estimate_bps, b->estimate_bps, 5000);
}
