#include "tests/bench/load/publisher.h"

#include <sys/socket.h>

#include "common/base/clock.h"
#include "common/wire/rtcp.h"
#include "common/wire/rtp.h"
#include "tests/bench/load/clock.h"

#define RING_OF_ALL 16384 /* packets that all rooms together keep for NACKs */
#define MIN_RING 16
#define MAX_RING 128
#define MAX_PACKET 1400

struct LoadSentPacket {
    guint32 ssrc;
    guint16 sequence, length;
    guint8 data[MAX_PACKET]; /* as it was sent */
};

static const guint clock_rates[LOAD_N_KINDS] = {[LOAD_AUDIO] = 48000, [LOAD_VIDEO] = 90000};

static void
on_connected(LoadSession *session, gint64 now_ns)
{
    LoadPublisher *self = (LoadPublisher *)session;
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++) {
        gint64 period = self->period_ns[kind];
        if (period == 0)
            continue;
        /* This room's place in the common beat; voice lies half a step beside the picture. */
        gint64 steps = 2 * self->options->rooms,
               step = 2 * self->room->index + (kind == LOAD_AUDIO);
        gint64 phase = period * step / steps;
        self->due_ns[kind] = (now_ns / period + 1) * period + phase;
    }
    load_publisher_second(self);
}

static void
on_rtp(LoadSession *session, guint8 *packet, gsize have, gsize length, gint64 arrival_ns)
{
}

static void
retransmit(LoadPublisher *self, guint32 ssrc, const guint16 *sequences, guint n)
{
    for (guint i = 0; i < n; i++) {
        for (guint k = 0; k < self->ring_size; k++) {
            const LoadSentPacket *sent = &self->ring[k];
            if (sent->length == 0 || sent->ssrc != ssrc || sent->sequence != sequences[i])
                continue;
            self->retransmitted++;
            load_session_send(&self->session, sent->data, sent->length);
            break;
        }
    }
}

static void
on_rtcp(LoadSession *session, const guint8 *data, gsize length, gint64 arrival_ns)
{
    LoadPublisher *self = (LoadPublisher *)session;
    guint32 video = self->slots[LOAD_VIDEO].ssrc, sender, media;
    const guint8 *fci;
    gsize fci_length;
    CcRtcpPacket packet;
    CC_RTCP_FOREACH(data, length, &packet) {
        if (packet.type == CC_RTCP_PSFB && packet.count == CC_PSFB_PLI &&
            cc_rtcp_read_feedback(&packet, &sender, &media, &fci, &fci_length) && media == video)
            self->keyframe_wanted = TRUE;
        else if (packet.type == CC_RTCP_PSFB && packet.count == CC_PSFB_FIR &&
                 cc_rtcp_read_fir(&packet, video))
            self->keyframe_wanted = TRUE;
        else if (packet.type == CC_RTCP_RTPFB && packet.count == CC_RTPFB_NACK &&
                 cc_rtcp_read_feedback(&packet, &sender, &media, &fci, &fci_length)) {
            guint16 sequences[64];
            retransmit(self, media, sequences,
                       cc_rtcp_read_nack(&packet, sequences, G_N_ELEMENTS(sequences)));
        }
    }
}

static const LoadSessionCallbacks callbacks = {on_connected, on_rtp, on_rtcp};

gboolean
load_publisher_init(LoadPublisher *publisher, LoadRoom *room, const LoadOptions *options,
                    CcDtlsIdentity *identity, GError **error)
{
    LoadPublisher *self = publisher;
    self->room = room;
    self->options = options;
    self->period_ns[LOAD_AUDIO] =
        options->audio_rate > 0 ? LOAD_NS_PER_SEC / options->audio_rate : 0;
    self->period_ns[LOAD_VIDEO] = options->fps > 0 ? LOAD_NS_PER_SEC / options->fps : 0;
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++) {
        self->slots[kind].ssrc = g_random_int() | 1;
        self->slots[kind].payload_type = kind == LOAD_AUDIO ? 111 : 96;
        self->timestamps[kind] = g_random_int();
    }
    self->keyframe_wanted = TRUE;
    self->ring_size = CLAMP(RING_OF_ALL / (guint)options->rooms, MIN_RING, MAX_RING);
    self->ring = g_new0(LoadSentPacket, self->ring_size);
    return load_session_init(&self->session, &callbacks, options, identity, error);
}

void
load_publisher_clear(LoadPublisher *publisher)
{
    load_session_clear(&publisher->session);
    g_clear_pointer(&publisher->ring, g_free);
}

void
load_publisher_set_plain(LoadPublisher *publisher, const struct sockaddr_in *target)
{
    publisher->session.remote = *target;
    publisher->session.state = LOAD_SESSION_CONNECTED;
    on_connected(&publisher->session, load_now_ns());
}

/* Writes packet @i of @n of a burst into the ring. */
static LoadSentPacket *
write_packet(LoadPublisher *self, LoadKind kind, guint i, guint n, gboolean keyframe)
{
    LoadSentPacket *out = &self->ring[self->ring_next++ % self->ring_size];
    LoadSlot *slot = &self->slots[kind];
    LoadPayload payload = {
        .kind = kind,
        .publisher = self->room->index,
        .number = load_room_take_number(self->room, kind),
        .begins_frame = i == 0,
        .keyframe = keyframe,
        .picture_id = self->picture_id,
        .tl0picidx = self->tl0picidx,
    };
    CcRtpWriteHeader header = {
        .marker = kind == LOAD_VIDEO && i + 1 == n,
        .payload_type = slot->payload_type,
        .sequence = (guint16)payload.number,
        .timestamp = self->timestamps[kind],
        .ssrc = slot->ssrc,
        .mid_id = slot->mid_ext,
        .mid = slot->mid,
        .mid_length = (guint8)strlen(slot->mid),
        .transport_cc_id = slot->transport_cc_ext,
        .transport_sequence = self->transport_sequence++,
    };
    gsize size =
        (gsize)(kind == LOAD_AUDIO ? self->options->audio_bytes : self->options->video_bytes);
    gsize length = cc_rtp_write_header(out->data, MAX_PACKET, &header);
    load_pattern_write(out->data + length, size, &payload);
    length += size;
    if (self->session.outbound)
        cc_srtp_protect_rtp(self->session.outbound, out->data, &length);
    out->ssrc = slot->ssrc;
    out->sequence = header.sequence;
    out->length = (guint16)length;
    self->packets[kind]++;
    self->octets[kind] += (guint32)size;
    return out;
}

static void
send_burst(LoadPublisher *self, LoadKind kind, guint n, gboolean measuring)
{
    struct mmsghdr messages[LOAD_MAX_BURST] = {0};
    struct iovec parts[LOAD_MAX_BURST];
    guint64 first = self->room->tracks[kind].next;
    gboolean keyframe = kind == LOAD_VIDEO && self->keyframe_wanted;
    self->timestamps[kind] +=
        (guint32)(clock_rates[kind] * (guint64)self->period_ns[kind] / LOAD_NS_PER_SEC);
    if (kind == LOAD_VIDEO) {
        self->picture_id = (self->picture_id + 1) & 0x7fff;
        self->tl0picidx++;
        self->keyframes += keyframe;
        self->keyframe_wanted = FALSE;
    }
    for (guint i = 0; i < n; i++) {
        LoadSentPacket *packet = write_packet(self, kind, i, n, keyframe);
        parts[i] = (struct iovec){packet->data, packet->length};
        messages[i].msg_hdr = (struct msghdr){.msg_name = &self->session.remote,
                                              .msg_namelen = sizeof self->session.remote,
                                              .msg_iov = &parts[i],
                                              .msg_iovlen = 1};
    }
    self->last_ns[kind] = load_wall_ns();
    load_room_sent(self->room, kind, first, n, self->timestamps[kind], self->last_ns[kind],
                   measuring);
    int sent = sendmmsg(self->session.fd, messages, n, MSG_DONTWAIT);
    self->not_sent += n - (guint)MAX(sent, 0);
}

void
load_publisher_tick(LoadPublisher *publisher, gint64 now_ns, gboolean measuring)
{
    LoadPublisher *self = publisher;
    if (self->session.state != LOAD_SESSION_CONNECTED)
        return;
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++) {
        guint n = kind == LOAD_AUDIO ? 1 : (guint)self->options->packets_per_frame;
        while (self->period_ns[kind] > 0 && self->due_ns[kind] <= now_ns) {
            self->due_ns[kind] += self->period_ns[kind];
            send_burst(self, (LoadKind)kind, n, measuring);
        }
    }
}

void
load_publisher_second(LoadPublisher *publisher)
{
    LoadPublisher *self = publisher;
    for (guint kind = 0; kind < LOAD_N_KINDS && self->session.outbound; kind++) {
        if (self->period_ns[kind] == 0)
            continue;
        guint8 packet[256];
        CcRtcpBuilder builder;
        guint64 elapsed_ns =
            self->last_ns[kind] != 0 ? (guint64)(load_wall_ns() - self->last_ns[kind]) : 0;
        CcRtcpSenderInfo info = {
            .ssrc = self->slots[kind].ssrc,
            .ntp = cc_clock_now_ntp(),
            .rtp = self->timestamps[kind] +
                   (guint32)(elapsed_ns * clock_rates[kind] / LOAD_NS_PER_SEC),
            .packet_count = self->packets[kind],
            .octet_count = self->octets[kind],
        };
        cc_rtcp_builder_init(&builder, packet, sizeof packet - CC_SRTP_MAX_TRAILER);
        cc_rtcp_add_sender_report(&builder, &info, NULL, 0);
        cc_rtcp_add_sdes_cname(&builder, info.ssrc, "lesson-load");
        load_session_send_rtcp(&self->session, packet, builder.length);
    }
}
