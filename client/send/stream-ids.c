#include "client/send/stream-ids.h"

static guint32
random_ssrc(void)
{
    return (guint32)g_random_int_range(1, G_MAXINT32);
}

void
cc_stream_ids_choose(CcRtpSenderIds *ids, CcUplinkStreams *streams, const CcSource *source,
                     const CcSendSettings *settings)
{
    *ids = (CcRtpSenderIds){
        .audio_ssrc = source->has_audio ? random_ssrc() : 0,
        .audio_rtx_ssrc = source->has_audio ? random_ssrc() : 0,
    };
    *streams =
        (CcUplinkStreams){.audio_ssrc = ids->audio_ssrc, .audio_rtx_ssrc = ids->audio_rtx_ssrc};
    /* The screen is the second of the pictures, also where there is no first one. */
    gboolean screen = *settings->screen.area != '\0';
    for (guint i = 0; i < CC_SEND_PICTURES; i++) {
        gboolean layer = i < settings->n_layers && (source->has_video || screen);
        if (!layer && (i != CC_SEND_SCREEN || !screen))
            continue;
        streams->video_ssrc[i] = ids->video_ssrc[i] = random_ssrc();
        streams->rtx_ssrc[i] = ids->rtx_ssrc[i] = random_ssrc();
        streams->rid[i] = layer ? settings->layers[i].rid : NULL;
    }
}
