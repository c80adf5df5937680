#include "relay/media/publisher.h"

#include "common/wire/bytes.h"
#include "relay/media/downlink.h"
#include "relay/media/egress.h"
#include "relay/media/receiver.h"
#include "relay/media/session-wake.h"
#include "relay/media/worker-private.h"

#define REPORT_US G_USEC_PER_SEC
#define FEEDBACK_US 50000 /* transport-wide feedback, while packets arrive */
/* A track takes another SSRC when the present one has been quiet for this. */
#define SSRC_QUIET_US 500000

static void
add_tracks(CcPublisher *self, const CcSlot *slot)
{
    for (guint layer = 0; layer < MAX(slot->n_layers, 1); layer++)
        cc_publisher_track_init(&self->tracks[self->n_tracks++], self->session, slot, layer);
    /* The same on all m-lines of a bundle (RFC 8843 section 9.2). */
    if (slot->mid_ext)
        self->mid_ext = slot->mid_ext;
    if (slot->rid_ext)
        self->rid_ext = slot->rid_ext;
    if (slot->repaired_rid_ext)
        self->repaired_rid_ext = slot->repaired_rid_ext;
    if (slot->transport_cc_ext)
        self->transport_cc_ext = slot->transport_cc_ext;
}

CcPublisher *
cc_publisher_new(CcMediaSession *session)
{
    const CcNegotiated *negotiated = &session->setup->negotiated;
    guint n_tracks = 0;
    for (guint i = 0; i < negotiated->n_slots; i++)
        n_tracks += MAX(negotiated->slots[i].n_layers, 1);
    CcPublisher *publisher = g_malloc0(sizeof *publisher + n_tracks * sizeof publisher->tracks[0]);
    publisher->session = session;
    publisher->rank = ++session->room->n_publishers;
    publisher->report_due_us = publisher->feedback_due_us = G_MAXINT64;
    cc_transport_cc_recorder_init(&publisher->transport_cc);
    for (guint i = 0; i < negotiated->n_slots; i++) {
        const CcSlot *slot = &negotiated->slots[i];
        if (slot->kind != CC_MEDIA_OTHER && slot->n_codecs > 0)
            add_tracks(publisher, slot);
    }
    return publisher;
}

void
cc_publisher_free(CcPublisher *publisher)
{
    if (!publisher)
        return;
    for (guint i = 0; i < publisher->n_tracks; i++)
        cc_publisher_track_clear(&publisher->tracks[i]);
    g_free(publisher);
}

void
cc_publisher_connected(CcPublisher *publisher, gint64 now_us)
{
    publisher->heard_us = now_us;
    publisher->report_due_us = now_us + REPORT_US;
}

void
cc_publisher_heard(CcPublisher *publisher, gint64 now_us)
{
    publisher->heard_us = now_us;
}

void
cc_publisher_returned(CcPublisher *publisher, gint64 now_us)
{
    const CcMediaRoom *room = publisher->session->room;
    const GPtrArray *receivers = room->receivers;
    for (guint i = 0; room->publisher == publisher->session && i < receivers->len; i++) {
        CcReceiver *receiver = receivers->pdata[i];
        cc_downlink_returned(receiver->session->downlink, now_us);
    }
    publisher->report_due_us = now_us;
    cc_media_session_wake_at(publisher->session, now_us);
}

static gboolean
carries(const CcPublisherTrack *track, guint8 payload_type, gboolean *rtx)
{
    const CcSlotCodec *codec = &track->source.codec;
    *rtx = codec->rtx_payload_type == payload_type && payload_type != 0;
    return *rtx || codec->payload_type == payload_type ||
           (codec->red_payload_type == payload_type && payload_type != 0);
}

/* A header extension that holds a name (RFC 8843, RFC 8852). */
typedef struct {
    const guint8 *text; /* NULL: not there */
    guint8 length;
} Name;

static Name
read_name(const CcRtpHeader *rtp, guint8 extension)
{
    Name name = {0};
    if (extension)
        name.text = cc_rtp_find_extension(rtp, extension, &name.length);
    return name;
}

static gboolean
is_named(Name name, const char *own)
{
    return name.text && strlen(own) == name.length && memcmp(own, name.text, name.length) == 0;
}

static CcPublisherTrack *
if_carried(CcPublisherTrack *track, guint8 payload_type, gboolean *rtx)
{
    return carries(track, payload_type, rtx) ? track : NULL;
}

/* Which layer of a simulcast it is: retransmissions and probes carry the repaired RID or, as those
 * of GStreamer, the plain one; their payload type tells them apart. */
static Name
read_rid(const CcPublisher *self, const CcRtpHeader *rtp)
{
    Name rid = read_name(rtp, self->rid_ext);
    return rid.text ? rid : read_name(rtp, self->repaired_rid_ext);
}

/* TRUE and @track if the names decide: NULL for a layer that was declined. */
static gboolean
associate_by_name(CcPublisher *self, const CcRtpHeader *rtp, gboolean *rtx,
                  CcPublisherTrack **track)
{
    Name mid = read_name(rtp, self->mid_ext), rid = read_rid(self, rtp);
    gboolean known = FALSE;
    *track = NULL;
    for (guint i = 0; i < self->n_tracks; i++) {
        CcPublisherTrack *one = &self->tracks[i];
        gboolean same_line = is_named(mid, one->slot->mid);
        gboolean same_layer = one->layer && is_named(rid, one->layer->rid);
        if ((mid.text && !same_line) || (!mid.text && !same_layer))
            continue;
        known = TRUE;
        if (same_layer || !one->layer) {
            *track = if_carried(one, rtp->payload_type, rtx);
            return TRUE;
        }
    }
    return known && rid.text;
}

/* RFC 8843 section 9.2: by MID and RID, then by the SSRC of the SDP, then by a payload type that
 * only one m-line has. */
static CcPublisherTrack *
associate(CcPublisher *self, const CcRtpHeader *rtp, gboolean *rtx)
{
    CcPublisherTrack *match = NULL;
    if (associate_by_name(self, rtp, rtx, &match))
        return match;
    for (guint i = 0; i < self->n_tracks; i++) {
        const CcPublisherTrack *track = &self->tracks[i];
        guint32 ssrc = track->layer ? track->layer->ssrc : track->slot->ssrc;
        guint32 rtx_ssrc = track->layer ? track->layer->rtx_ssrc : track->slot->rtx_ssrc;
        if (rtp->ssrc != 0 && (ssrc == rtp->ssrc || rtx_ssrc == rtp->ssrc))
            return if_carried(&self->tracks[i], rtp->payload_type, rtx);
    }
    for (guint i = 0; i < self->n_tracks; i++) {
        gboolean is_rtx;
        if (!carries(&self->tracks[i], rtp->payload_type, &is_rtx))
            continue;
        if (match)
            return NULL;
        match = &self->tracks[i];
        *rtx = is_rtx;
    }
    return match;
}

static CcStream *
remember(CcPublisher *self, guint32 ssrc, CcPublisherTrack *track, gboolean rtx)
{
    CcStream *stream = NULL;
    for (guint i = 0; i < self->n_streams; i++) { /* one of each kind for a track */
        if (self->streams[i].track == track && self->streams[i].rtx == rtx)
            stream = &self->streams[i];
    }
    if (!stream) {
        if (self->n_streams == CC_PUBLISHER_STREAMS)
            return NULL;
        stream = &self->streams[self->n_streams++];
    }
    *stream = (CcStream){.ssrc = ssrc, .track = track, .rtx = rtx};
    return stream;
}

static CcStream *
find_stream(CcPublisher *self, const CcRtpHeader *rtp, gint64 now_us)
{
    for (guint i = 0; i < self->n_streams; i++) {
        CcStream *stream = &self->streams[i];
        if (stream->ssrc == rtp->ssrc) {
            gboolean rtx;
            return carries(stream->track, rtp->payload_type, &rtx) && rtx == stream->rtx ? stream
                                                                                         : NULL;
        }
    }
    gboolean rtx = FALSE;
    CcPublisherTrack *track = associate(self, rtp, &rtx);
    if (!track)
        return NULL;
    if (!rtx) {
        if (track->source.started && !track->left && now_us - track->last_us < SSRC_QUIET_US)
            return NULL;
        cc_publisher_track_restart(track, rtp->ssrc);
    }
    return remember(self, rtp->ssrc, track, rtx);
}

/* RFC 4588 section 4: the original sequence number stands ahead of the payload. */
static gboolean
unwrap_rtx(const CcPublisherTrack *track, CcRtpHeader *rtp)
{
    if (rtp->payload_length < 2)
        return FALSE; /* padding that probes the bandwidth */
    rtp->sequence = cc_read_u16(rtp->payload);
    rtp->payload += 2;
    rtp->payload_length -= 2;
    rtp->payload_type = track->source.codec.payload_type;
    rtp->ssrc = track->ssrc;
    return TRUE;
}

static void
record_arrival(CcPublisher *self, const CcRtpHeader *rtp, gint64 now_us)
{
    guint8 length = 0;
    const guint8 *data =
        self->transport_cc_ext ? cc_rtp_find_extension(rtp, self->transport_cc_ext, &length) : NULL;
    if (!data || length < 2)
        return;
    cc_transport_cc_record(&self->transport_cc, cc_read_u16(data), now_us);
    self->feedback_ssrc = rtp->ssrc;
    if (self->feedback_due_us == G_MAXINT64) {
        self->feedback_due_us = now_us + FEEDBACK_US;
        cc_media_session_wake_at(self->session, self->feedback_due_us);
    }
}

/* A guest is not listened to while it is not on the stage; a teacher becomes the room's. */
static gboolean
is_allowed(const CcPublisher *self, const CcPublisherTrack *track)
{
    if (self->session->setup->guest)
        return track->source.feed != NULL;
    return cc_media_room_take_over(self->session->room, self->session);
}

CcDrop
cc_publisher_receive(CcPublisher *publisher, CcPacket *packet, gint64 now_us)
{
    CcPublisher *self = publisher;
    CcRtpHeader *rtp = &packet->rtp;
    record_arrival(self, rtp, now_us);
    CcStream *stream = find_stream(self, rtp, now_us);
    if (!stream)
        return CC_DROP_RTP_UNKNOWN_STREAM;
    if (!is_allowed(self, stream->track))
        return CC_DROP_RTP_NOT_ALLOWED;
    if (stream->rtx && !unwrap_rtx(stream->track, rtp))
        return CC_DROP_NONE;
    if (!self->flowing) {
        self->flowing = TRUE;
        cc_worker_emit(self->session->worker, self->session, CC_SESSION_MEDIA, NULL);
        cc_media_session_wake_at(self->session, now_us);
    }
    if (rtp->payload_type != stream->track->source.codec.payload_type)
        return cc_publisher_track_receive_red(stream->track, packet, now_us);
    return cc_publisher_track_receive(stream->track, packet, stream->rtx, now_us);
}

CcPublisherTrack *
cc_publisher_find_track(CcPublisher *publisher, guint32 ssrc)
{
    for (guint i = 0; i < publisher->n_tracks; i++) {
        if (publisher->tracks[i].source.started && publisher->tracks[i].ssrc == ssrc)
            return &publisher->tracks[i];
    }
    return NULL;
}

void
cc_publisher_forget_packets(CcPublisher *publisher)
{
    for (guint i = 0; i < publisher->n_tracks; i++)
        cc_source_forget_packets(&publisher->tracks[i].source);
}

static void
send_receiver_report(CcPublisher *self, gint64 now_us)
{
    CcRtcpReportBlock blocks[CC_PUBLISHER_LIMITS];
    guint n = 0;
    guint8 *packet = cc_egress_begin(self->session);
    if (!packet)
        return;
    for (guint i = 0; i < self->n_tracks; i++) {
        CcPublisherTrack *track = &self->tracks[i];
        if (track->reception.started)
            cc_reception_report(&track->reception, track->ssrc, now_us, &blocks[n++]);
    }
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, packet, CC_EGRESS_CAPACITY);
    cc_rtcp_add_receiver_report(&builder, self->session->ssrc, blocks, n);
    cc_rtcp_add_sdes_cname(&builder, self->session->ssrc, self->session->setup->cname);
    self->n_told = cc_publisher_limits(self, self->told, now_us);
    cc_rtcp_add_tmmbr(&builder, self->session->ssrc, self->told, self->n_told);
    cc_egress_commit_rtcp(self->session, packet, builder.length);
}

static void
send_transport_feedback(CcPublisher *self)
{
    guint8 *packet = cc_egress_begin(self->session);
    if (!packet)
        return;
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, packet, CC_EGRESS_CAPACITY);
    cc_rtcp_add_receiver_report(&builder, self->session->ssrc, NULL, 0);
    if (cc_transport_cc_build(&self->transport_cc, &builder, self->session->ssrc,
                              self->feedback_ssrc))
        cc_egress_commit_rtcp(self->session, packet, builder.length);
}

void
cc_publisher_say_goodbye(CcPublisher *publisher)
{
    guint8 *packet = cc_egress_begin(publisher->session);
    if (!packet)
        return;
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, packet, CC_EGRESS_CAPACITY);
    cc_rtcp_add_receiver_report(&builder, publisher->session->ssrc, NULL, 0);
    cc_rtcp_add_bye(&builder, publisher->session->ssrc);
    cc_egress_commit_rtcp(publisher->session, packet, builder.length);
}

void
cc_publisher_fell_silent(CcPublisher *publisher)
{
    if (!publisher->flowing)
        return;
    publisher->flowing = FALSE;
    cc_publisher_forget_packets(publisher);
    cc_worker_emit(publisher->session->worker, publisher->session, CC_SESSION_SILENT, NULL);
}

gint64
cc_publisher_tick(CcPublisher *publisher, gint64 now_us)
{
    CcPublisher *self = publisher;
    gint64 next_us = G_MAXINT64;
    for (guint i = 0; i < self->n_tracks; i++)
        next_us = MIN(next_us, cc_publisher_track_tick(&self->tracks[i], now_us));
    if (now_us >= self->feedback_due_us) {
        self->feedback_due_us = G_MAXINT64; /* until the next packet */
        send_transport_feedback(self);
    }
    if (now_us >= self->report_due_us) {
        self->report_due_us = now_us + REPORT_US;
        send_receiver_report(self, now_us);
    }
    gint64 silence_us = self->heard_us + self->session->worker->options.silence_timeout_ms * 1000;
    if (now_us >= silence_us)
        cc_publisher_fell_silent(self);
    if (self->flowing)
        next_us = MIN(next_us, silence_us);
    return MIN(next_us, MIN(self->feedback_due_us, self->report_due_us));
}
