#include "relay/control/deck-share.h"

#define MEASURE_US 300000
#define FORGET_US (5 * G_USEC_PER_SEC) /* a link may be another one by then */

#define VOICE_BPS 30000  /* with headers and what repairs it, until it is measured */
#define SHOWN_BPS 100000 /* of a narrow link all that voice leaves, of a wide one half */
#define LEAST_BPS 12000
#define UNKNOWN_SHOWN_BPS 64000
#define UNKNOWN_BPS 24000
#define FREE_BPS 8000000    /* no media go there that it could disturb */
#define EXPLORE_PERCENT 125 /* of what arrives: what else the link takes is not known otherwise */

#define BRIEF_MS 500
#define QUEUE_US 80000
#define LEAST_WINDOW 3000
#define REPEATED_TIMES 3
#define WIRE_PERCENT 108 /* with headers, of pieces as small as on narrow links */

void
cc_deck_share_begin(CcDeckShare *share, gint64 now_us)
{
    if (now_us - share->seen_us > FORGET_US)
        share->taken_bps = 0;
    share->seen_us = now_us;
}

void
cc_deck_share_arrived(CcDeckShare *share, CcDeckMeter *meter, guint64 arrived, gint64 now_us)
{
    if (meter->since_us == 0 || arrived < meter->since_bytes) {
        if (arrived == 0) /* it begins with the first that is acknowledged */
            return;
        meter->since_us = now_us;
        meter->since_bytes = arrived;
        return;
    }
    gint64 elapsed_us = now_us - meter->since_us;
    if (elapsed_us < MEASURE_US)
        return;
    guint64 wire_bits = (arrived - meter->since_bytes) * 8 * WIRE_PERCENT / 100;
    guint64 bps = MIN(wire_bits * G_USEC_PER_SEC / (guint64)elapsed_us, FREE_BPS);
    share->taken_bps = (guint)((share->taken_bps + bps) / (share->taken_bps > 0 ? 2 : 1));
    share->seen_us = meter->since_us = now_us;
    meter->since_bytes = arrived;
}

guint
cc_deck_share_bps(const CcLinkReport *link, gboolean shown, guint taken_bps)
{
    if (link == NULL)
        return FREE_BPS;
    if (link->estimate_bps == 0 && taken_bps == 0)
        return shown ? UNKNOWN_SHOWN_BPS : UNKNOWN_BPS;
    guint64 voice_bps = link->voice_bps > 0 ? link->voice_bps : VOICE_BPS;
    /* Where both make a queue the estimate is of what stills leave; else of the whole link. */
    guint64 whole_bps = MAX(link->estimate_bps, (guint64)link->bps + taken_bps);
    guint64 spare_bps = whole_bps - MIN(whole_bps, voice_bps);
    if (shown)
        spare_bps = MIN(MAX(spare_bps, (guint64)taken_bps * EXPLORE_PERCENT / 100),
                        MAX(whole_bps / 2, SHOWN_BPS));
    else
        spare_bps = MIN(spare_bps / 2, whole_bps / 4);
    return (guint)CLAMP(spare_bps * 100 / WIRE_PERCENT, LEAST_BPS, FREE_BPS);
}

gboolean
cc_deck_share_is_brief(gsize bytes, guint bps)
{
    return (guint64)bytes * 8 * 1000 < (guint64)bps * BRIEF_MS;
}

guint
cc_deck_share_window(guint bps, guint rtt_us, guint queue_us)
{
    guint64 bytes = (guint64)bps / 8 * ((guint64)rtt_us + QUEUE_US) / G_USEC_PER_SEC;
    guint times = queue_us < QUEUE_US / 2 ? REPEATED_TIMES : 1;
    return (guint)CLAMP(times * bytes, times * LEAST_WINDOW, G_MAXINT32);
}
