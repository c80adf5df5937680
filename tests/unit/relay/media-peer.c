#include "media-peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stun/stunagent.h>
#include <stun/usages/ice.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/transport/datagram.h"
#include "common/transport/ice-lite.h"
#include "common/wire/bytes.h"

static void
peer_open(Peer *self)
{
    struct sockaddr_in relay = {.sin_family = AF_INET,
                                .sin_port = htons(cc_worker_port(self->worker)),
                                .sin_addr.s_addr = inet_addr(self->test->relay_address)};
    self->fd = socket(AF_INET, self->tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
    g_assert_cmpint(connect(self->fd, (struct sockaddr *)&relay, sizeof relay), ==, 0);
    cc_frame_reader_init(&self->reader);
}

void
peer_rebind(Peer *peer)
{
    close(peer->fd);
    peer_open(peer);
    peer->checked = FALSE;
}

static gboolean
try_send(Peer *peer, const void *data, gsize length)
{
    guint8 header[2];
    cc_write_u16(header, (guint16)length);
    return (!peer->tcp || send(peer->fd, header, 2, MSG_NOSIGNAL) == 2) &&
           send(peer->fd, data, length, MSG_NOSIGNAL) == (gssize)length;
}

void
peer_send_raw(Peer *peer, const void *data, gsize length)
{
    g_assert_true(try_send(peer, data, length));
}

static void
on_dtls_datagram(const guint8 *datagram, gsize length, gpointer user_data)
{
    Peer *self = user_data;
    /* The answer to a close_notify: a worker that said it as its last word is not there any more.
     */
    g_assert_true(try_send(self, datagram, length) || self->exported);
}

void
peer_send_check(Peer *peer, const char *relay_ufrag, const char *relay_pwd)
{
    StunAgent agent;
    StunMessage message;
    guint8 buffer[512];
    const char *pwd = relay_pwd ? relay_pwd : peer->setup->local_pwd;
    g_autofree char *username =
        g_strconcat(relay_ufrag ? relay_ufrag : peer->setup->local_ufrag, ":", peer->ufrag, NULL);
    stun_agent_init(&agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
    gsize length = stun_usage_ice_conncheck_create(
        &agent, &message, buffer, sizeof buffer, (uint8_t *)username, strlen(username),
        (uint8_t *)pwd, strlen(pwd), true, true, 1234, 5678, NULL,
        STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
    g_assert_cmpuint(length, >, 0);
    peer_send_raw(peer, buffer, length);
}

static void
receive_dtls(Peer *self, const guint8 *data, gsize length)
{
    CcSrtpProfile profile;
    cc_dtls_receive(self->dtls, data, length);
    if (self->exported || cc_dtls_state(self->dtls) != CC_DTLS_CONNECTED)
        return;
    g_assert_true(cc_dtls_export_srtp(self->dtls, &profile, &self->outbound, &self->inbound, NULL));
    self->exported = TRUE;
}

static void
receive_media(Peer *self, const guint8 *data, gsize length)
{
    Received *received = g_new0(Received, 1);
    gboolean rtcp = cc_rtp_is_rtcp(data, length);
    g_assert_cmpuint(length, <=, sizeof received->data);
    memcpy(received->data, data, length);
    received->length = length;
    received->arrival_us = cc_clock_now_us();
    CcDrop drop = !self->inbound ? CC_DROP_SRTP_NOT_READY
                  : rtcp ? cc_srtp_unprotect_rtcp(self->inbound, received->data, &received->length)
                         : cc_srtp_unprotect_rtp(self->inbound, received->data, &received->length);
    if (drop == CC_DROP_NONE && !rtcp)
        drop = cc_rtp_parse(received->data, received->length, &received->rtp);
    if (drop == CC_DROP_NONE && rtcp)
        drop = cc_rtcp_validate(received->data, received->length);
    if (drop != CC_DROP_NONE) {
        self->n_bad++;
        g_free(received);
        return;
    }
    g_ptr_array_add(rtcp ? self->rtcp : self->rtp, received);
}

static void
peer_datagram(Peer *self, const guint8 *data, gsize length)
{
    switch (cc_datagram_classify(data, length)) {
    case CC_DATAGRAM_STUN:
        g_assert_cmphex(cc_read_u16(data), ==, 0x0101); /* Binding success */
        self->checked = TRUE;
        break;
    case CC_DATAGRAM_DTLS:
        receive_dtls(self, data, length);
        break;
    case CC_DATAGRAM_RTP:
        receive_media(self, data, length);
        break;
    case CC_DATAGRAM_LINK_CHECK:
        g_ptr_array_add(self->answers, g_bytes_new(data, length));
        break;
    default:
        g_assert_not_reached();
    }
}

gboolean
peer_receive(Peer *self)
{
    guint8 buffer[2048];
    if (self->tcp) {
        const guint8 *frame;
        gsize space, length;
        guint8 *to = cc_frame_reader_space(&self->reader, &space);
        gssize n = recv(self->fd, to, space, MSG_DONTWAIT);
        if (n <= 0)
            return FALSE;
        cc_frame_reader_filled(&self->reader, (gsize)n);
        while (cc_frame_reader_next(&self->reader, &frame, &length) == CC_DROP_NONE && frame)
            peer_datagram(self, frame, length);
        return TRUE;
    }
    gssize n = recv(self->fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n < 0)
        return FALSE;
    peer_datagram(self, buffer, (gsize)n);
    return TRUE;
}

/* Behind the first voice and picture: those of the guests, and the grid. */
static void
add_places(CcNegotiated *negotiated)
{
    guint n_audios = 1;
    while (negotiated->n_slots < CC_WATCHED_AUDIOS + CC_TEACHER_WATCHED_VIDEOS) {
        gboolean audio = n_audios < CC_WATCHED_AUDIOS;
        CcSlot *slot = &negotiated->slots[negotiated->n_slots];
        *slot = negotiated->slots[audio ? 0 : 1];
        n_audios += audio;
        slot->m_line = negotiated->n_slots++;
        g_snprintf(slot->mid, sizeof slot->mid, "%u", slot->m_line);
        slot->ssrc += 2 * slot->m_line;
        slot->rtx_ssrc = slot->ssrc + 1;
    }
}

static void
fill_slots(const MediaTest *test, CcNegotiated *negotiated, CcSessionDirection direction)
{
    gboolean watch = direction == CC_DIRECTION_WATCH;
    negotiated->n_slots = 2;
    negotiated->slots[0] = (CcSlot){
        .kind = CC_MEDIA_AUDIO,
        .mid = "0",
        .n_codecs = 1,
        .codecs = {{CC_CODEC_OPUS, watch ? WATCH_AUDIO_PT : AUDIO_PT, 0, 0}},
        .nack = TRUE,
    };
    if (watch && test->watched_red) {
        negotiated->slots[0].codecs[0].red_payload_type = WATCH_RED_PT;
        negotiated->slots[0].codecs[0].rtx_payload_type = WATCH_AUDIO_RTX_PT;
    }
    if (!watch) {
        negotiated->slots[0].tmmbr = TRUE;
        negotiated->slots[0].codecs[0].red_payload_type = RED_PT;
    }
    negotiated->slots[1] = (CcSlot){
        .m_line = 1,
        .kind = CC_MEDIA_VIDEO,
        .mid = "1",
        .n_codecs = watch && test->watched_video[1].codec != CC_CODEC_NONE ? 2 : 1,
        .codecs = {watch ? test->watched_video[0] : test->published_video, test->watched_video[1]},
        .nack = TRUE,
        .pli = TRUE,
    };
    for (guint i = 0; i < test->published_layers && !watch; i++) {
        CcSlot *slot = &negotiated->slots[1];
        g_snprintf(slot->layers[slot->n_layers++].rid, 17, "%c", "hml"[i]);
        slot->rid_ext = RID_EXT;
        slot->repaired_rid_ext = REPAIRED_RID_EXT;
        slot->tmmbr = TRUE;
    }
    for (guint i = 0; i < 2; i++) {
        CcSlot *slot = &negotiated->slots[i];
        slot->mid_ext = MID_EXT;
        slot->transport_cc = !watch || test->watched_by_number;
        slot->transport_cc_ext = slot->transport_cc ? TRANSPORT_CC_EXT : 0;
        slot->ssrc = watch ? g_random_int() : 0;
        slot->rtx_ssrc = watch ? slot->ssrc + 1 : 0;
    }
    if (watch && test->watched_stage)
        add_places(negotiated);
    negotiated->slots[1].tmmbr |= !watch && test->published_obeys;
    if (!watch && test->published_screen) {
        CcSlot *screen = &negotiated->slots[negotiated->n_slots];
        *screen = negotiated->slots[1];
        screen->m_line = negotiated->n_slots++;
        g_snprintf(screen->mid, sizeof screen->mid, "%u", screen->m_line);
    }
    for (guint i = 0; i < 2 && test->guest && !watch; i++) {
        negotiated->slots[i].tmmbr = TRUE;
        negotiated->slots[i].ssrc = i == 0 ? GUEST_AUDIO : GUEST_VIDEO;
    }
}

static CcSessionSetup *
copy_setup(const CcSessionSetup *setup)
{
    CcSessionSetup *copy = g_memdup2(setup, sizeof *setup);
    copy->id = g_strdup(setup->id);
    copy->room = g_strdup(setup->room);
    copy->local_ufrag = g_strdup(setup->local_ufrag);
    copy->local_pwd = g_strdup(setup->local_pwd);
    copy->cname = g_strdup(setup->cname);
    return copy;
}

Peer *
peer_new(MediaTest *test, CcSessionDirection direction, gboolean tcp)
{
    Peer *self = g_new0(Peer, 1);
    char ufrag[9], pwd[25];
    CcSessionSetup *setup = g_new0(CcSessionSetup, 1);
    self->test = test;
    self->worker =
        cc_worker_group_get(test->group, direction == CC_DIRECTION_WATCH ? test->watch_on : 0);
    self->tcp = tcp;
    self->rtp = g_ptr_array_new_with_free_func(g_free);
    self->rtcp = g_ptr_array_new_with_free_func(g_free);
    self->answers = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    cc_ice_generate_credentials(ufrag, pwd);
    cc_ice_generate_credentials(self->ufrag, self->pwd);
    setup->id = g_strdup_printf("s%u", ++test->n_sessions);
    setup->room = g_strdup("math");
    setup->home = test->worker;
    setup->direction = direction;
    setup->guest = test->guest && direction == CC_DIRECTION_PUBLISH;
    setup->owner = test->owner;
    setup->local_ufrag = g_strdup(ufrag);
    setup->local_pwd = g_strdup(pwd);
    setup->cname = g_strdup("relay");
    fill_slots(test, &setup->negotiated, direction);
    g_strlcpy(setup->negotiated.remote_ufrag, self->ufrag, 257);
    g_strlcpy(setup->negotiated.remote_pwd, self->pwd, 257);
    const char *fingerprint = cc_dtls_identity_fingerprint(test->identity);
    g_strlcpy(setup->negotiated.fingerprint_hash, "sha-256", 16);
    g_strlcpy(setup->negotiated.fingerprint, fingerprint, 200);
    self->setup = copy_setup(setup);
    self->dtls = cc_dtls_new(test->stranger ? test->stranger : test->identity, TRUE, "sha-256",
                             fingerprint, on_dtls_datagram, self);
    peer_open(self);
    g_ptr_array_add(test->peers, self);
    cc_worker_add_session(self->worker, setup);
    media_test_stats(test); /* it knows the session by now */
    return self;
}

static gboolean
is_checked(gpointer peer)
{
    return ((Peer *)peer)->checked;
}

static gboolean
is_exported(gpointer peer)
{
    return ((Peer *)peer)->exported;
}

void
peer_connect(Peer *peer)
{
    g_autofree char *event = g_strdup_printf("connected %s", peer->setup->id);
    peer_send_check(peer, NULL, NULL);
    media_test_wait(peer->test, is_checked, peer);
    cc_dtls_start(peer->dtls);
    media_test_wait(peer->test, is_exported, peer);
    media_test_wait_event(peer->test, event);
}

Peer *
peer_connected(MediaTest *test, CcSessionDirection direction, gboolean tcp)
{
    Peer *peer = peer_new(test, direction, tcp);
    peer_connect(peer);
    return peer;
}

void
peer_free(Peer *peer)
{
    g_ptr_array_remove(peer->test->peers, peer);
    close(peer->fd);
    cc_dtls_free(peer->dtls);
    cc_srtp_free(peer->outbound);
    cc_srtp_free(peer->inbound);
    cc_session_setup_free(peer->setup);
    g_ptr_array_unref(peer->rtp);
    g_ptr_array_unref(peer->rtcp);
    g_ptr_array_unref(peer->answers);
    g_free(peer);
}

/* RFC 8285 section 4.2. */
static gsize
add_element(guint8 *out, guint8 id, const char *text)
{
    gsize length = text ? strlen(text) : 0;
    if (length == 0)
        return 0;
    out[0] = (guint8)(id << 4 | (length - 1));
    memcpy(out + 1, text, length);
    return 1 + length;
}

/* Replaces the extensions of a header that has just been written. */
static gsize
name_layer(const RtpToSend *rtp, guint8 *packet)
{
    guint8 *elements = packet + CC_RTP_MIN_HEADER + 4;
    gsize n = 0;
    n += add_element(elements + n, MID_EXT, rtp->mid);
    n += add_element(elements + n, RID_EXT, rtp->rid);
    n += add_element(elements + n, REPAIRED_RID_EXT, rtp->repaired_rid);
    while (n % 4 != 0)
        elements[n++] = 0;
    packet[0] |= 0x10;
    cc_write_u16(packet + CC_RTP_MIN_HEADER, 0xbede);
    cc_write_u16(packet + CC_RTP_MIN_HEADER + 2, (guint16)(n / 4));
    return CC_RTP_MIN_HEADER + 4 + n;
}

gsize
peer_protect_rtp(Peer *peer, const RtpToSend *rtp, guint8 *buffer)
{
    CcRtpWriteHeader header = {
        .marker = rtp->marker,
        .payload_type = rtp->payload_type,
        .sequence = rtp->sequence,
        .timestamp = rtp->timestamp,
        .ssrc = rtp->ssrc,
        .mid_id = rtp->mid ? MID_EXT : 0,
        .mid = rtp->mid,
        .mid_length = rtp->mid ? (guint8)strlen(rtp->mid) : 0,
        .transport_cc_id = rtp->transport_sequence ? TRANSPORT_CC_EXT : 0,
        .transport_sequence = rtp->transport_sequence,
    };
    gsize length = cc_rtp_write_header(buffer, 1500, &header);
    if (rtp->rid || rtp->repaired_rid)
        length = name_layer(rtp, buffer);
    memcpy(buffer + length, rtp->payload, rtp->payload_length);
    length += rtp->payload_length;
    g_assert_cmpint(cc_srtp_protect_rtp(peer->outbound, buffer, &length), ==, CC_DROP_NONE);
    return length;
}

void
peer_send_rtp(Peer *peer, const RtpToSend *rtp)
{
    guint8 buffer[1600];
    gsize length = peer_protect_rtp(peer, rtp, buffer);
    peer_send_raw(peer, buffer, length);
}

void
peer_send_rtcp(Peer *peer, CcRtcpBuilder *builder)
{
    gsize length = builder->length;
    g_assert_false(builder->overflow);
    g_assert_cmpint(cc_srtp_protect_rtcp(peer->outbound, builder->data, &length), ==, CC_DROP_NONE);
    peer_send_raw(peer, builder->data, length);
}

const Received *
peer_packet(const Peer *peer, guint32 ssrc, guint index)
{
    for (guint i = 0; i < peer->rtp->len; i++) {
        const Received *received = peer->rtp->pdata[i];
        if (received->rtp.ssrc == ssrc && index-- == 0)
            return received;
    }
    return NULL;
}

guint
peer_count(const Peer *peer, guint32 ssrc)
{
    guint n = 0;
    while (peer_packet(peer, ssrc, n))
        n++;
    return n;
}

guint
peer_count_rtcp(const Peer *peer, guint8 type, guint8 format)
{
    guint n = 0;
    for (guint i = 0; i < peer->rtcp->len; i++) {
        const Received *received = peer->rtcp->pdata[i];
        CcRtcpPacket packet;
        CC_RTCP_FOREACH(received->data, received->length, &packet) {
            if (packet.type == type && (format == 0 || packet.count == format))
                n++;
        }
    }
    return n;
}

const CcSlot *
peer_nth_slot(const Peer *peer, CcMediaKind kind, guint index)
{
    for (guint i = 0; i < peer->setup->negotiated.n_slots; i++) {
        if (peer->setup->negotiated.slots[i].kind == kind && index-- == 0)
            return &peer->setup->negotiated.slots[i];
    }
    return NULL;
}

const CcSlot *
peer_slot(const Peer *peer, CcMediaKind kind)
{
    return peer_nth_slot(peer, kind, 0);
}
