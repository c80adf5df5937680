/* How a publisher is told what is wanted of each of its layers. */
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

static guint64
limit_of(CcPublisherTrack *track, const CcWants *wants, gint64 now_us)
{
    if (track->used_us == 0 || wants->used[track->source.layer])
        track->used_us = now_us;
    return now_us - track->used_us < KEEP_US ? track->source.limit_bps : 0;
}

static guint32
ssrc_of(const CcPublisherTrack *track)
{
    if (track->source.started)
        return track->ssrc;
    return track->layer ? track->layer->ssrc : track->slot->ssrc;
}

guint
cc_publisher_limits(CcPublisher *publisher, CcRtcpTmmbr limits[CC_MAX_LAYERS], gint64 now_us)
{
    guint n = 0;
    CcWants wants;
    const CcFeed *feed = NULL;
    for (guint i = 0; i < publisher->n_tracks && n < CC_MAX_LAYERS; i++) {
        CcPublisherTrack *track = &publisher->tracks[i];
        if (!track->slot->tmmbr || !track->source.feed || ssrc_of(track) == 0)
            continue;
        if (track->source.feed != feed) {
            cc_wants_gather(publisher->session->room, track->source.feed, &wants);
            place(track->source.feed, &wants);
        }
        feed = track->source.feed;
        limits[n++] = (CcRtcpTmmbr){.ssrc = ssrc_of(track),
                                    .bitrate_bps = limit_of(track, &wants, now_us),
                                    .overhead = PACKET_OVERHEAD};
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
            limits[i].bitrate_bps != self->told[i].bitrate_bps)
            return FALSE;
    }
    return TRUE;
}

void
cc_publisher_tell_wants(CcPublisher *publisher, gint64 now_us)
{
    CcPublisher *self = publisher;
    CcRtcpTmmbr limits[CC_MAX_LAYERS];
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
