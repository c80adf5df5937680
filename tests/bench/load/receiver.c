#include "tests/bench/load/receiver.h"

#include "common/wire/bytes.h"
#include "common/wire/rtp.h"
#include "tests/bench/load/clock.h"
#include "tests/bench/load/feedback.h"
#include "tests/bench/load/merged.h"

static const guint clock_rates[LOAD_N_KINDS] = {[LOAD_AUDIO] = 48000, [LOAD_VIDEO] = 90000};

static void
on_connected(LoadSession *session, gint64 now_ns)
{
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

/* The number of a packet whose sequence number is mapped. */
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

static gboolean
verify(const CcRtpHeader *rtp, LoadKind kind, guint64 *number)
{
    if (kind == LOAD_AUDIO)
        return load_merged_verify(rtp->payload, rtp->payload_length, number);
    return load_pattern_read(rtp->payload, rtp->payload_length, kind, number) &&
           load_pattern_verify(rtp->payload, rtp->payload_length, kind, *number);
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
    if (cc_rtp_parse(packet, length, &rtp) != CC_DROP_NONE || !verify(&rtp, kind, number)) {
        self->tally->damaged++;
        return FALSE;
    }
    self->tally->verified++;
    return TRUE;
}

static gboolean
is_mapped(const LoadReceiver *self)
{
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++) {
        if ((self->expected_kinds & 1u << kind) && !self->streams[kind].mapped)
            return FALSE;
    }
    return TRUE;
}

static void
map_stream(LoadReceiver *self, LoadKind kind, const guint8 *packet, guint64 number)
{
    LoadStream *stream = &self->streams[kind];
    const LoadTrack *track = &self->room->tracks[kind];
    stream->mapped = TRUE;
    stream->offset = (guint16)(cc_read_u16(packet + 2) - number);
    stream->timestamp_offset = cc_read_u32(packet + 4) - track->timestamps[number & track->mask];
    if (!stream->began) {
        stream->began = TRUE;
        stream->highest = number - 1;
        stream->seen = G_MAXUINT64;
        stream->from = number;
    }
    self->session.whole = self->decrypts || !is_mapped(self);
}

static void
unmap_stream(LoadReceiver *self, LoadStream *stream)
{
    self->tally->remapped++;
    stream->mapped = FALSE;
    stream->n_held = 0;
    self->session.whole = TRUE;
}

/* FALSE if this packet does not tell which one it is. */
static gboolean
learn_mapping(LoadReceiver *self, LoadKind kind, guint8 *packet, gsize have, gsize length,
              const LoadArrival *arrival)
{
    LoadStream *stream = &self->streams[kind];
    guint64 newest = self->room->tracks[kind].next - 1, number;
    if (self->plain) {
        number = newest + (guint64)(gint64)(gint16)(guint16)(arrival->sequence - (guint16)newest);
    } else if (have < length) {
        if (stream->n_held < LOAD_MAX_HELD)
            stream->held[stream->n_held++] = *arrival;
        return FALSE;
    } else if (!look_inside(self, kind, packet, length, &number)) {
        return FALSE;
    }
    if (!load_track_remembers(&self->room->tracks[kind], number)) {
        self->tally->damaged++;
        return FALSE;
    }
    map_stream(self, kind, packet, number);
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
account_number(LoadReceiver *self, LoadKind kind, guint64 number, gint64 arrival_ns)
{
    LoadStream *stream = &self->streams[kind];
    const LoadTrack *track = &self->room->tracks[kind];
    LoadTally *tally = self->tally;
    gboolean counts =
        number >= track->measured_from && number < track->measured_to && number >= stream->from;
    gboolean late;
    if (!mark_seen(stream, number, &late)) {
        tally->duplicates += counts;
        return;
    }
    if (!counts)
        return;
    stream->in_window++;
    tally->reordered += late;
    load_histogram_add(&tally->latency[kind],
                       (arrival_ns - track->sent_ns[number & track->mask]) / 1000);
}

static void
account(LoadReceiver *self, LoadKind kind, guint64 number, const LoadArrival *arrival)
{
    const LoadTrack *track = &self->room->tracks[kind];
    for (guint i = 0; i < arrival->count && load_track_remembers(track, number + i); i++)
        account_number(self, kind, number + i, arrival->arrival_ns);
}

/* The number of a packet of a mapped stream. FALSE if the mapping is not true any more. */
static gboolean
find_number(const LoadReceiver *self, LoadKind kind, const LoadArrival *arrival, guint64 *number)
{
    const LoadStream *stream = &self->streams[kind];
    const LoadTrack *track = &self->room->tracks[kind];
    guint32 timestamp = arrival->timestamp - stream->timestamp_offset;
    *number = kind == LOAD_AUDIO ? load_track_find(track, timestamp)
                                 : number_of(stream, arrival->sequence);
    return load_track_remembers(track, *number) &&
           timestamp == track->timestamps[*number & track->mask];
}

static void
account_held(LoadReceiver *self, LoadKind kind)
{
    LoadStream *stream = &self->streams[kind];
    for (guint i = 0; i < stream->n_held; i++) {
        guint64 number;
        if (find_number(self, kind, &stream->held[i], &number))
            account(self, kind, number, &stream->held[i]);
    }
    stream->n_held = 0;
}

static LoadArrival
read_arrival(const LoadReceiver *self, LoadKind kind, const guint8 *packet, gsize have,
             gsize length, gint64 arrival_ns)
{
    CcRtpHeader rtp;
    gsize trailer = cipher_of(self)->rtp_trailer;
    LoadArrival arrival = {cc_read_u16(packet + 2), cc_read_u32(packet + 4), 1, arrival_ns};
    if (kind == LOAD_AUDIO && cc_rtp_parse(packet, have, &rtp) == CC_DROP_NONE &&
        length > rtp.header_length + trailer)
        arrival.count = load_merged_count(length - rtp.header_length - trailer,
                                          (gsize)self->session.options->audio_bytes);
    return arrival;
}

static void
follow(LoadReceiver *self, LoadKind kind, guint8 *packet, gsize have, gsize length,
       gint64 arrival_ns)
{
    LoadStream *stream = &self->streams[kind];
    LoadArrival arrival = read_arrival(self, kind, packet, have, length, arrival_ns);
    guint64 number, inside;
    if (stream->mapped && !find_number(self, kind, &arrival, &number))
        unmap_stream(self, stream);
    if (!stream->mapped) {
        if (!learn_mapping(self, kind, packet, have, length, &arrival) ||
            !find_number(self, kind, &arrival, &number))
            return;
        account_held(self, kind);
    } else if (self->decrypts && look_inside(self, kind, packet, length, &inside) &&
               inside != number) {
        self->tally->damaged++;
        return;
    }
    account(self, kind, number, &arrival);
}

static void
begin_stream(LoadReceiver *self, LoadStream *stream, guint32 ssrc)
{
    if (stream->mapped)
        unmap_stream(self, stream);
    stream->ssrc = ssrc;
    stream->received = (CcSequenceUnwrapper){0};
    stream->total = stream->reported_expected = stream->reported_total = 0;
    stream->arrival_ns = 0;
    stream->jitter = 0;
    stream->last_sr = 0;
}

static void
on_rtp(LoadSession *session, guint8 *packet, gsize have, gsize length, gint64 arrival_ns)
{
    LoadReceiver *self = (LoadReceiver *)session;
    LoadKind kind;
    if (self->feedback && have >= CC_RTP_MIN_HEADER &&
        (packet[1] & 0x7f) == self->rtx_payload_type) {
        load_feedback_arrived(self, LOAD_VIDEO, packet, have, length, arrival_ns);
        self->tally->repairs++;
        return;
    }
    if (have < CC_RTP_MIN_HEADER || !find_kind(self, packet[1] & 0x7f, &kind)) {
        self->tally->malformed++;
        return;
    }
    count_arrival(self, length, arrival_ns);
    if (self->feedback)
        load_feedback_arrived(self, kind, packet, have, length, arrival_ns);
    LoadStream *stream = &self->streams[kind];
    guint32 ssrc = cc_read_u32(packet + 8);
    if (ssrc != stream->ssrc)
        begin_stream(self, stream, ssrc);
    gint64 received = cc_sequence_unwrap(&stream->received, cc_read_u16(packet + 2));
    if (stream->total++ == 0)
        stream->first_received = received;
    measure_jitter(stream, kind, cc_read_u32(packet + 4), arrival_ns);
    follow(self, kind, packet, have, length, arrival_ns);
}

static const LoadSessionCallbacks callbacks = {on_connected, on_rtp, load_receiver_take_rtcp};

gboolean
load_receiver_init(LoadReceiver *receiver, LoadRoom *room, LoadTally *tally,
                   LoadFeedbackWheel *wheel, const LoadOptions *options, CcDtlsIdentity *identity,
                   GError **error)
{
    receiver->wheel = wheel;
    receiver->room = room;
    receiver->tally = tally;
    receiver->payload_types[LOAD_AUDIO] = 111;
    receiver->payload_types[LOAD_VIDEO] = 96;
    receiver->rtx_payload_type = 97;
    receiver->expected_kinds =
        (guint8)((options->audio_rate > 0) << LOAD_AUDIO | (options->fps > 0) << LOAD_VIDEO);
    receiver->ssrc = g_random_int() | 1;
    return load_session_init(&receiver->session, &callbacks, options, identity, error);
}

void
load_receiver_clear(LoadReceiver *receiver)
{
    load_session_clear(&receiver->session);
    g_clear_pointer(&receiver->feedback, g_free);
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
        if ((receiver->expected_kinds & 1u << kind) && !receiver->streams[kind].began)
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
    if (!stream->began)
        return 0;
    guint64 from = MAX(stream->from, track->measured_from);
    return from < track->measured_to ? track->measured_to - from : 0;
}
