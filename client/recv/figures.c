#define CC_LOG_AREA "recv"
#include "client/recv/figures.h"

#include <glib/gi18n.h>

#include "common/base/log.h"

void
cc_figures_begin(CcFigures *figures)
{
    figures->logged = figures->shown = (CcRtpReceiverStats){0};
}

static double
loss_percent(const CcRtpReceiverStats *now, const CcRtpReceiverStats *before)
{
    /* What seemed lost may come after all: counts of losses can go back. */
    guint64 packets = now->packets - MIN(before->packets, now->packets);
    guint64 lost = now->lost - MIN(before->lost, now->lost);
    return packets + lost > 0 ? 100.0 * (double)lost / (double)(packets + lost) : 0;
}

char *
cc_figures_line(CcFigures *figures, CcRtpReceiver *receiver, const CcPictureFlow *flow)
{
    CcRtpReceiverStats now;
    cc_rtp_receiver_get_stats(receiver, &now);
    guint64 bytes = now.bytes - MIN(figures->shown.bytes, now.bytes);
    char *line =
        g_strdup_printf(_("receiving  %d pictures/s  %d kbit/s  loss %.1f %%  jitter %.0f ms"),
                        (int)(flow->pictures - figures->shown_pictures), (int)(bytes * 8 / 1000),
                        loss_percent(&now, &figures->shown), now.jitter_ms);
    figures->shown = now;
    figures->shown_pictures = flow->pictures;
    return line;
}

/* All sums are since the session began. */
static void
log_voice(const CcVoiceFigures *voice)
{
    const CcVoiceStats *played = &voice->played;
    cc_info("voice played_ms=%" G_GUINT64_FORMAT " concealed_ms=%" G_GUINT64_FORMAT
            " silence_ms=%" G_GUINT64_FORMAT " skipped_ms=%" G_GUINT64_FORMAT
            " longer_ms=%" G_GUINT64_FORMAT " shorter_ms=%" G_GUINT64_FORMAT
            " delay_ms=%u wanted_ms=%u",
            played->played_ms, played->concealed_ms, played->silence_ms, played->skipped_ms,
            played->longer_ms, played->shorter_ms, played->delay_ms, played->wanted_ms);
    cc_info("voice-frames plain=%" G_GUINT64_FORMAT " red=%" G_GUINT64_FORMAT
            " rtx=%" G_GUINT64_FORMAT " fec=%" G_GUINT64_FORMAT " late=%" G_GUINT64_FORMAT
            " packets_lost=%u asked=%" G_GUINT64_FORMAT " answered=%" G_GUINT64_FORMAT " rtt_ms=%d",
            played->frames[CC_VOICE_PLAIN], played->frames[CC_VOICE_RED],
            played->frames[CC_VOICE_RTX], played->fec, played->late, voice->lost, voice->asked,
            voice->answered, (int)(voice->rtt_us / 1000));
}

/* One that is not there says nothing. */
static void
log_guest(guint guest, const CcVoiceStats *played)
{
    if (played->played_ms > 0)
        cc_info("guest-voice=%u played_ms=%" G_GUINT64_FORMAT " concealed_ms=%" G_GUINT64_FORMAT
                " delay_ms=%u",
                guest, played->played_ms, played->concealed_ms, played->delay_ms);
}

void
cc_figures_log(CcFigures *figures, CcRtpReceiver *receiver, CcScreen *screen,
               const CcPictureFlow *flow)
{
    CcScreenStats shown;
    CcRtpReceiverStats now;
    cc_screen_take_stats(screen, &shown);
    cc_rtp_receiver_get_stats(receiver, &now);
    cc_info("stats decoded=%" G_GUINT64_FORMAT " rendered=%" G_GUINT64_FORMAT
            " dropped=%" G_GUINT64_FORMAT
            " fps=%.1f kbps=%d loss=%.1f%% jitter_ms=%.1f retransmitted=%" G_GUINT64_FORMAT
            "/%" G_GUINT64_FORMAT " freezes=%" G_GUINT64_FORMAT " frozen_ms=%d delay_ms=%u",
            flow->pictures, shown.rendered, shown.dropped,
            (double)(flow->pictures - figures->logged_pictures) / CC_FIGURES_LOG_INTERVAL_S,
            (int)((now.bytes - figures->logged.bytes) * 8 / 1000 / CC_FIGURES_LOG_INTERVAL_S),
            loss_percent(&now, &figures->logged), now.jitter_ms, now.retransmissions_used,
            now.retransmissions_asked, flow->freezes, (int)(flow->frozen_us / 1000),
            shown.delay_ms);
    log_voice(&now.voice);
    for (guint i = 0; i < CC_GUESTS; i++)
        log_guest(i, &now.guests[i].played);
    if (shown.probe.pictures > 0)
        cc_info("test-lesson age_ms=%d av_offset_ms=%d seconds=%u", shown.probe.age_ms,
                shown.probe.offset_ms, shown.probe.seconds);
    figures->logged = now;
    figures->logged_pictures = flow->pictures;
}
