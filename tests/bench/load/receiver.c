#include "tests/bench/load/receiver.h"

#include "common/wire/bytes.h"
#include "common/wire/rtcp.h"
#include "common/wire/rtp.h"
#include "tests/bench/load/clock.h"

static const guint clock_rates[LOAD_N_KINDS] = {[LOAD_AUDIO] = 48000, [LOAD_VIDEO] = 90000};

static void
on_connected(LoadSession *session, gint64 now_ns)
{
}

static void
on_rtcp(LoadSession *session, const guint8 *data, gsize length, gint64 arrival_ns)
{
    LoadReceiver *self = (LoadReceiver *)session;
    CcRtcpPacket packet;
    CcRtcpSenderInfo info;
    CC_RTCP_FOREACH(data, length, &packet) {
        if (packet.type != CC_RTCP_SR || !cc_rtcp_read_sender_info(&packet, &info))
            continue;
        for (guint kind = 0; kind < LOAD_N_KINDS; kind++) {
            LoadStream *stream = &self->streams[kind];
            if (stream->ssrc != info.ssrc)
                continue;
            stream->last_sr = (guint32)(info.ntp >> 16);
            stream->last_sr_ns = arrival_ns;
        }
    }
}

static gboolean
find_kind(const LoadReceiver *self, guint8 payload_type, LoadKind *kind)
{
    for (guint i = 0; i < LOAD_N_KINDS; i++) {
        if (self->payload_types[i] == payload_type && (self->expected_kinds & 1u << i)) {
            *kind = (LoadKind)i;
            return TRUE;
        }
    }
    return FALSE;
}

static void
count_arrival(LoadReceiver *self, gsize length, gint64 arrival_ns)
{
    LoadTally *tally = self->tally;
    if (arrival_ns >= tally->from_ns && arrival_ns < tally->to_ns) {
        tally->forwarded++;
        tally->forwarded_bytes += length;
        if (self->was_there)
            tally->longest_gap_ns = MAX(tally->longest_gap_ns, arrival_ns - self->last_arrival_ns);
    }
    self->last_arrival_ns = arrival_ns;
    if (self->first_media_ns == 0)
        self->first_media_ns = arrival_ns;
}

static const CcSrtpCipher *
cipher_of(const LoadReceiver *self)
{
    return self->session.options->profile == CC_SRTP_AEAD_AES_128_GCM ? &cc_srtp_gcm : &cc_srtp_cm;
}

/* The number of a packet of a mapped stream. */
static guint64
number_of(const LoadStream *stream, guint16 sequence)
{
    guint16 low = (guint16)(sequence - stream->offset);
    return stream->highest + (guint64)(gint64)(gint16)(guint16)(low - (guint16)stream->highest);
}

/* The floor program encrypts with session keys, and its packet index is the publisher's number. */
static CcDrop
decrypt_plain(LoadReceiver *self, const LoadStream *stream, guint8 *packet, gsize *length)
{
    CcRtpHeader rtp;
    const CcSrtpCipher *cipher = cipher_of(self);
    if (*length <= cipher->rtp_trailer ||
        cc_rtp_parse(packet, *length - cipher->rtp_trailer, &rtp) != CC_DROP_NONE)
        return CC_DROP_RTP_MALFORMED;
    guint64 index = number_of(stream, cc_read_u16(packet + 2));
    return cipher->unprotect_rtp(self->keys, packet, length, rtp.header_length, index)
               ? CC_DROP_NONE
               : CC_DROP_SRTP_AUTHENTICATION;
}

/* Decrypts in place. FALSE if there is nothing to read; @number: what the payload says. */
static gboolean
look_inside(LoadReceiver *self, LoadKind kind, guint8 *packet, gsize length, guint64 *number)
{
    CcRtpHeader rtp;
    CcDrop drop = self->plain ? decrypt_plain(self, &self->streams[kind], packet, &length)
                              : cc_srtp_unprotect_rtp(self->session.inbound, packet, &length);
    if (drop == CC_DROP_SRTP_REPLAY) /* the sequence number will tell */
        return FALSE;
    if (drop != CC_DROP_NONE) {
        self->tally->undecryptable++;
        return FALSE;
    }
    if (cc_rtp_parse(packet, length, &rtp) != CC_DROP_NONE ||
        !load_pattern_read(rtp.payload, rtp.payload_length, kind, number) ||
        !load_pattern_verify(rtp.payload, rtp.payload_length, kind, *number)) {
        self->tally->damaged++;
        return FALSE;
    }
    self->tally->verified++;
    return TRUE;
}

static void
map_stream(LoadReceiver *self, LoadKind kind, guint16 sequence, guint64 number)
{
    LoadStream *stream = &self->streams[kind];
    stream->mapped = TRUE;
    stream->offset = (guint16)(sequence - number);
    stream->highest = number - 1;
    stream->seen = G_MAXUINT64;
    stream->from = stream->base = number;
    stream->in_window = stream->total = 0;
    stream->reported_expected = stream->reported_total = 0;
    stream->arrival_ns = 0;
    stream->jitter = 0;
    self->session.whole = self->decrypts || !load_receiver_is_watching(self);
}

/* FALSE if this packet does not tell which one it is. */
static gboolean
learn_mapping(LoadReceiver *self, LoadKind kind, guint8 *packet, gsize have, gsize length)
{
    guint16 sequence = cc_read_u16(packet + 2);
    guint64 newest = self->room->tracks[kind].next - 1, number;
    if (self->plain)
        number = newest + (guint64)(gint64)(gint16)(guint16)(sequence - (guint16)newest);
    else if (have < length || !look_inside(self, kind, packet, length, &number)) {
        self->session.whole = TRUE;
        return FALSE;
    }
    if (!load_track_remembers(&self->room->tracks[kind], number)) {
        self->tally->damaged++;
        return FALSE;
    }
    map_stream(self, kind, sequence, number);
    return TRUE;
}

/* FALSE if @number came before. More than 63 late is taken for a duplicate, so it counts as lost.
 */
static gboolean
mark_seen(LoadStream *stream, guint64 number, gboolean *late)
{
    gint64 ahead = (gint64)(number - stream->highest);
    *late = ahead <= 0;
    if (ahead > 0) {
        stream->seen = (ahead < 64 ? stream->seen << ahead : 0) | 1;
        stream->highest = number;
        return TRUE;
    }
    guint64 bit = ahead > -64 ? G_GUINT64_CONSTANT(1) << -ahead : 0;
    if (bit == 0 || (stream->seen & bit))
        return FALSE;
    stream->seen |= bit;
    return TRUE;
}

/* RFC 3550, appendix A.8. */
static void
measure_jitter(LoadStream *stream, LoadKind kind, guint32 timestamp, gint64 arrival_ns)
{
    if (stream->arrival_ns != 0) {
        gint64 elapsed =
            (arrival_ns - stream->arrival_ns) * (gint64)clock_rates[kind] / LOAD_NS_PER_SEC;
        gint64 difference = ABS(elapsed - (gint32)(timestamp - stream->timestamp));
        stream->jitter += (guint32)difference - ((stream->jitter + 8) >> 4);
    }
    stream->arrival_ns = arrival_ns;
    stream->timestamp = timestamp;
}

static void
account(LoadReceiver *self, LoadKind kind, guint64 number, gint64 arrival_ns)
{
    LoadStream *stream = &self->streams[kind];
    const LoadTrack *track = &self->room->tracks[kind];
    LoadTally *tally = self->tally;
    gboolean counts =
        number >= track->measured_from && number < track->measured_to && number >= stream->from;
    gboolean late;
    stream->total++;
    if (!mark_seen(stream, number, &late)) {
        tally->duplicates += counts;
        return;
    }
    if (!counts)
        return;
    stream->in_window++;
    tally->received[kind]++;
    tally->reordered += late;
    load_histogram_add(&tally->latency[kind],
                       (arrival_ns - track->sent_ns[number & track->mask]) / 1000);
}

static void
on_rtp(LoadSession *session, guint8 *packet, gsize have, gsize length, gint64 arrival_ns)
{
    LoadReceiver *self = (LoadReceiver *)session;
    LoadKind kind;
    if (have < CC_RTP_MIN_HEADER || !find_kind(self, packet[1] & 0x7f, &kind)) {
        self->tally->malformed++;
        return;
    }
    count_arrival(self, length, arrival_ns);
    LoadStream *stream = &self->streams[kind];
    guint32 ssrc = cc_read_u32(packet + 8);
    if (ssrc != stream->ssrc) {
        self->tally->remapped += stream->ssrc != 0;
        stream->ssrc = ssrc;
        stream->mapped = FALSE;
    }
    guint64 number, inside;
    if (!stream->mapped) {
        if (!learn_mapping(self, kind, packet, have, length))
            return;
        number = stream->base;
    } else {
        number = number_of(stream, cc_read_u16(packet + 2));
        if (self->decrypts && look_inside(self, kind, packet, length, &inside) &&
            inside != number) {
            self->tally->remapped++;
            stream->mapped = FALSE;
            return;
        }
    }
    if (!load_track_remembers(&self->room->tracks[kind], number)) {
        self->tally->remapped++;
        stream->mapped = FALSE;
        return;
    }
    measure_jitter(stream, kind, cc_read_u32(packet + 4), arrival_ns);
    account(self, kind, number, arrival_ns);
}

static const LoadSessionCallbacks callbacks = {on_connected, on_rtp, on_rtcp};

gboolean
load_receiver_init(LoadReceiver *receiver, LoadRoom *room, LoadTally *tally,
                   const LoadOptions *options, CcDtlsIdentity *identity, GError **error)
{
    receiver->room = room;
    receiver->tally = tally;
    receiver->payload_types[LOAD_AUDIO] = 111;
    receiver->payload_types[LOAD_VIDEO] = 96;
    receiver->expected_kinds =
        (guint8)((options->audio_rate > 0) << LOAD_AUDIO | (options->fps > 0) << LOAD_VIDEO);
    receiver->ssrc = g_random_int() | 1;
    return load_session_init(&receiver->session, &callbacks, options, identity, error);
}

void
load_receiver_clear(LoadReceiver *receiver)
{
    load_session_clear(&receiver->session);
    if (receiver->keys)
        cc_srtp_keys_clear(receiver->keys);
    g_clear_pointer(&receiver->keys, g_free);
}

void
load_receiver_set_plain(LoadReceiver *receiver, gboolean verify)
{
    guint8 bytes[0x20 + CC_SRTP_AUTH_KEY_LENGTH];
    receiver->plain = TRUE;
    receiver->session.state = LOAD_SESSION_CONNECTED;
    if (!verify)
        return;
    for (guint i = 0; i < sizeof bytes; i++)
        bytes[i] = (guint8)i;
    receiver->decrypts = TRUE;
    receiver->keys = g_new0(CcSrtpKeys, 1);
    if (!cipher_of(receiver)->init(receiver->keys, bytes, bytes + 0x20, bytes + 0x10))
        g_error("OpenSSL has no working %s", cipher_of(receiver)->name);
}

gboolean
load_receiver_is_watching(const LoadReceiver *receiver)
{
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++) {
        if ((receiver->expected_kinds & 1u << kind) && !receiver->streams[kind].mapped)
            return FALSE;
    }
    return TRUE;
}

void
load_receiver_begin_window(LoadReceiver *receiver)
{
    receiver->was_there = load_receiver_is_watching(receiver);
}

guint64
load_receiver_expected(const LoadReceiver *receiver, LoadKind kind)
{
    const LoadStream *stream = &receiver->streams[kind];
    const LoadTrack *track = &receiver->room->tracks[kind];
    if (!stream->mapped)
        return 0;
    guint64 from = MAX(stream->from, track->measured_from);
    return from < track->measured_to ? track->measured_to - from : 0;
}

static void
fill_block(LoadStream *stream, gint64 wall_ns, CcRtcpReportBlock *block)
{
    guint64 expected = stream->highest - stream->base + 1;
    guint64 expected_now = expected - stream->reported_expected;
    gint64 lost_now = (gint64)(expected_now - (stream->total - stream->reported_total));
    *block = (CcRtcpReportBlock){
        .ssrc = stream->ssrc,
        .cumulative_lost = (gint32)CLAMP((gint64)(expected - stream->total), -0x800000, 0x7fffff),
        .highest_sequence = (guint32)((guint16)(stream->base + stream->offset) + expected - 1),
        .jitter = stream->jitter >> 4,
        .last_sr = stream->last_sr,
    };
    if (expected_now > 0 && lost_now > 0)
        block->fraction_lost = (guint8)MIN((guint64)lost_now * 256 / expected_now, 255);
    if (stream->last_sr != 0)
        block->delay_since_last_sr =
            (guint32)((wall_ns - stream->last_sr_ns) / 1000 * 65536 / G_USEC_PER_SEC);
    stream->reported_expected = expected;
    stream->reported_total = stream->total;
}

void
load_receiver_second(LoadReceiver *receiver)
{
    LoadReceiver *self = receiver;
    CcRtcpReportBlock blocks[LOAD_N_KINDS];
    guint n = 0;
    gint64 wall_ns = load_wall_ns();
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++) {
        if (self->streams[kind].mapped)
            fill_block(&self->streams[kind], wall_ns, &blocks[n++]);
    }
    guint8 packet[256];
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, packet, sizeof packet - CC_SRTP_MAX_TRAILER);
    cc_rtcp_add_receiver_report(&builder, self->ssrc, blocks, n);
    cc_rtcp_add_sdes_cname(&builder, self->ssrc, "lesson-load");
    const LoadStream *video = &self->streams[LOAD_VIDEO];
    guint32 wanted = video->ssrc != 0 ? video->ssrc : self->video_ssrc;
    if (self->seconds_connected++ > 0 && !self->asked_keyframe && wanted != 0 && !video->mapped &&
        (self->expected_kinds & 1u << LOAD_VIDEO)) {
        self->asked_keyframe = TRUE;
        cc_rtcp_add_pli(&builder, self->ssrc, wanted);
    }
    load_session_send_rtcp(&self->session, packet, builder.length);
}
