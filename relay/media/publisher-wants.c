/* How a publisher is told what is wanted of its voice and of each of its layers. */
#include "common/rate/voice-plan.h"
#include "relay/media/egress.h"
#include "relay/media/feed.h"
#include "relay/media/publisher.h"
#include "relay/media/wants.h"
#include "relay/media/worker-private.h"

/* A layer that nobody watches any more is kept for so long: who comes back need not wait for it. */
#define KEEP_US (2 * G_USEC_PER_SEC)
/* Bytes a packet that the rates count (RFC 5104 section 4.2.1.1): IPv4, UDP, RTP, tag of SRTP. */
#define PACKET_OVERHEAD (20 + 8 + 12 + 16)

/* Little more or less is not worth another encoder's settings; less is more urgent. */
static gboolean
differs(guint64 before, guint64 now)
{
    return now * 100 < before * 97 || now * 100 > before * 105;
}

/* Gives the layers the rates that serve the lesson best, the publisher's best layer the highest. */
static void
place(const CcFeed *feed, const CcWants *wants)
{
    guint rates[CC_PLACEMENT_LAYERS];
    guint n = cc_placement_find(&wants->budgets, feed->n_layers, rates);
    for (guint i = 0; i < CC_MAX_LAYERS && n > 0; i++) {
        CcSource *source = feed->sources[i];
        if (!source)
            continue;
        guint64 bps = rates[n > i ? n - 1 - i : 0];
        if (bps >= CC_WANTS_MAX_BPS)
            bps = G_MAXUINT64;
        if (source->limit_bps == G_MAXUINT64 || bps == G_MAXUINT64 ||
            differs(source->limit_bps, bps))
            source->limit_bps = bps;
        source->placed = i < n;
    }
}

/* A teacher's layers are as if somebody had just watched them; a guest's camera has its light off
 * until somebody does. */
static guint64
limit_of(CcPublisherTrack *track, const CcWants *wants, gboolean guest, gint64 now_us)
{
    if ((track->used_us == 0 && !guest) || wants->used[track->source.layer])
        track->used_us = now_us;
    gboolean used = track->used_us != 0 && now_us - track->used_us < KEEP_US;
    return used ? track->source.limit_bps : 0;
}

/* One narrow classroom among many shall not spoil the voice for the others more than configured; it
 * may not be 0. Packets of 60 ms are asked for by counting what each costs. */
static CcRtcpTmmbr
voice_limit(const CcVoiceWants *voice, guint shared_bps)
{
    if (voice->n == 0 || voice->least_bps == CC_VOICE_ANY_BPS)
        return (CcRtcpTmmbr){.bitrate_bps = CC_WANTS_MAX_BPS};
    guint bps = MAX(voice->least_bps, MIN(shared_bps, voice->most_bps));
    if (!voice->longer)
        return (CcRtcpTmmbr){.bitrate_bps = bps};
    guint headers_bps = CC_VOICE_HEADERS * 8 * 48000 / CC_VOICE_LONG_SAMPLES;
    return (CcRtcpTmmbr){.bitrate_bps = bps + headers_bps, .overhead = CC_VOICE_HEADERS};
}

static guint32
ssrc_of(const CcPublisherTrack *track)
{
    if (track->source.started)
        return track->ssrc;
    return track->layer ? track->layer->ssrc : track->slot->ssrc;
}

guint
cc_publisher_limits(CcPublisher *publisher, CcRtcpTmmbr limits[CC_PUBLISHER_LIMITS], gint64 now_us)
{
    guint n = 0;
    CcWants wants;
    const CcFeed *feed = NULL;
    gboolean guest = publisher->session->setup->guest;
    for (guint i = 0; i < publisher->n_tracks && n < CC_PUBLISHER_LIMITS; i++) {
        CcPublisherTrack *track = &publisher->tracks[i];
        gboolean voice = track->slot->kind == CC_MEDIA_AUDIO;
        if (!track->slot->tmmbr || ssrc_of(track) == 0)
            continue;
        if (!track->source.feed) {
            if (guest && !voice) /* nobody is to see it */
                limits[n++] = (CcRtcpTmmbr){.ssrc = ssrc_of(track), .overhead = PACKET_OVERHEAD};
            continue;
        }
        if (track->source.feed != feed) {
            cc_wants_gather(publisher->session->room, track->source.feed, &wants);
            if (!voice)
                place(track->source.feed, &wants);
        }
        feed = track->source.feed;
        limits[n] = (CcRtcpTmmbr){.bitrate_bps = limit_of(track, &wants, guest, now_us),
                                  .overhead = PACKET_OVERHEAD};
        if (voice)
            limits[n] = voice_limit(&wants.voice, publisher->session->worker->options.voice_bps);
        limits[n++].ssrc = ssrc_of(track);
    }
    return n;
}

static gboolean
were_told(const CcPublisher *self, const CcRtcpTmmbr *limits, guint n)
{
    if (n != self->n_told)
        return FALSE;
    for (guint i = 0; i < n; i++) {
        if (limits[i].ssrc != self->told[i].ssrc ||
            limits[i].bitrate_bps != self->told[i].bitrate_bps ||
            limits[i].overhead != self->told[i].overhead)
            return FALSE;
    }
    return TRUE;
}

void
cc_publisher_tell_wants(CcPublisher *publisher, gint64 now_us)
{
    CcPublisher *self = publisher;
    CcRtcpTmmbr limits[CC_PUBLISHER_LIMITS];
    guint n = cc_publisher_limits(self, limits, now_us);
    guint8 *packet = n > 0 && !were_told(self, limits, n) ? cc_egress_begin(self->session) : NULL;
    if (!packet)
        return;
    memcpy(self->told, limits, sizeof self->told);
    self->n_told = n;
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, packet, CC_EGRESS_CAPACITY);
    cc_rtcp_add_receiver_report(&builder, self->session->ssrc, NULL, 0);
    cc_rtcp_add_tmmbr(&builder, self->session->ssrc, limits, n);
    cc_egress_commit_rtcp(self->session, packet, builder.length);
}
