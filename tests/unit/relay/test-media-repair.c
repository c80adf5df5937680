/* What is lost on the way in is asked for again; what is lost on the way out is sent again. */
#include "media-peer.h"

#include <sys/socket.h>

#include "common/wire/bytes.h"
#include "common/wire/transport-cc.h"

static void
send_rtx(Peer *peer, guint16 rtx_sequence, guint16 original, guint32 timestamp)
{
    guint8 payload[42];
    cc_write_u16(payload, original);
    video_payload(payload + 2, FALSE, original, original);
    peer_send_rtp(peer, &(RtpToSend){.payload_type = VIDEO_RTX_PT,
                                     .sequence = rtx_sequence,
                                     .timestamp = timestamp,
                                     .ssrc = PUBLISHER_RTX,
                                     .mid = "1",
                                     .payload = payload,
                                     .payload_length = sizeof payload});
}

static void
send_nack(Peer *peer, guint32 ssrc, const guint16 *sequences, guint n)
{
    guint8 buffer[1500];
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, buffer, 1400);
    cc_rtcp_add_receiver_report(&builder, 1, NULL, 0);
    cc_rtcp_add_nack(&builder, 1, ssrc, sequences, n);
    peer_send_rtcp(peer, &builder);
}

static guint
read_nacks(const Peer *peer, guint16 *sequences, guint max)
{
    guint n = 0;
    for (guint i = 0; i < peer->rtcp->len; i++) {
        const Received *received = peer->rtcp->pdata[i];
        CcRtcpPacket packet;
        CC_RTCP_FOREACH(received->data, received->length, &packet)
            n += cc_rtcp_read_nack(&packet, sequences + n, max - n);
    }
    return n;
}

typedef struct {
    Peer *peer;
    guint32 ssrc;
    guint count;
} SsrcWait;

static gboolean
has_ssrc(gpointer user_data)
{
    SsrcWait *wait = user_data;
    return peer_count(wait->peer, wait->ssrc) >= wait->count;
}

/* A receiver's NACK is answered from the history as RTX: the same packet under another SSRC. */
static void
test_rtx_to_receiver(void)
{
    MediaTest test;
    media_test_init(&test);
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    const CcSlot *slot = peer_slot(watcher, CC_MEDIA_VIDEO);
    for (guint16 i = 0; i < 10; i++)
        send_video(teacher, PUBLISHER_VIDEO, 40 + i, i * 3600u, i == 0);
    wait_count(watcher, CC_MEDIA_VIDEO, 10);
    const CcRtpHeader *third = &peer_packet(watcher, slot->ssrc, 2)->rtp;
    const CcRtpHeader *sixth = &peer_packet(watcher, slot->ssrc, 5)->rtp;
    guint16 wanted[] = {(guint16)(third->sequence - 20), third->sequence, sixth->sequence,
                        (guint16)(third->sequence + 50)};
    send_nack(watcher, slot->ssrc, wanted, G_N_ELEMENTS(wanted));

    SsrcWait wait = {watcher, slot->rtx_ssrc, 2};
    media_test_wait(&test, has_ssrc, &wait);
    const CcRtpHeader *rtx = &peer_packet(watcher, slot->rtx_ssrc, 0)->rtp;
    g_assert_cmpuint(rtx->payload_type, ==, WATCH_RTX_PT);
    g_assert_cmpuint(rtx->timestamp, ==, third->timestamp);
    g_assert_true(rtx->marker);
    g_assert_cmpuint(cc_read_u16(rtx->payload), ==, third->sequence);
    g_assert_cmpmem(rtx->payload + 2, rtx->payload_length - 2, third->payload,
                    third->payload_length);
    const CcRtpHeader *next = &peer_packet(watcher, slot->rtx_ssrc, 1)->rtp;
    g_assert_cmpuint(next->sequence, ==, (guint16)(rtx->sequence + 1));
    g_assert_cmpuint(cc_read_u16(next->payload), ==, sixth->sequence);
    const CcSessionStats *stats = media_test_session(&test, watcher);
    g_assert_cmpuint(stats->retransmitted, ==, 2);
    g_assert_cmpuint(stats->nacks, ==, 4);
    media_test_clear(&test);
}

/* Without RTX the packet itself is sent again, and it is the same to the last bit: a second
 * plaintext under one SRTP index would give the keys away. */
static void
test_plain_resend(void)
{
    MediaTest test;
    guint8 cipher[2][1600];
    gssize length[2];
    media_test_init(&test);
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    const CcSlot *slot = peer_slot(watcher, CC_MEDIA_AUDIO);
    send_audio(teacher, PUBLISHER_AUDIO, 1);
    wait_count(watcher, CC_MEDIA_AUDIO, 1);
    guint16 second = (guint16)(peer_packet(watcher, slot->ssrc, 0)->rtp.sequence + 1);

    watcher->deaf = TRUE; /* from here on we look at the encrypted packets */
    for (guint i = 0; i < 2; i++) {
        if (i == 0) {
            send_audio(teacher, PUBLISHER_AUDIO, 2);
        } else {
            /* The receiver knows the stream by now, so that MID is left out of what is new. */
            guint8 buffer[400];
            CcRtcpBuilder builder;
            CcRtcpReportBlock block = {.ssrc = slot->ssrc, .highest_sequence = second};
            cc_rtcp_builder_init(&builder, buffer, 300);
            cc_rtcp_add_receiver_report(&builder, 1, &block, 1);
            peer_send_rtcp(watcher, &builder);
            send_nack(watcher, slot->ssrc, &second, 1);
        }
        do
            length[i] = recv(watcher->fd, cipher[i], sizeof cipher[i], 0);
        while (cc_rtp_is_rtcp(cipher[i], (gsize)length[i]));
    }
    g_assert_cmpmem(cipher[0], (gsize)length[0], cipher[1], (gsize)length[1]);
    g_assert_cmpuint(media_test_session(&test, watcher)->retransmitted, ==, 1);
    media_test_clear(&test);
}

/* A gap on the publisher's side: NACK, RTX back, and the receiver gets the packet in its place. */
static void
test_publisher_loss(void)
{
    MediaTest test;
    guint16 nacked[64];
    media_test_init(&test);
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    guint32 ssrc = peer_slot(watcher, CC_MEDIA_VIDEO)->ssrc;
    send_video(teacher, PUBLISHER_VIDEO, 1, 3600, TRUE);
    send_video(teacher, PUBLISHER_VIDEO, 2, 7200, FALSE);
    send_video(teacher, PUBLISHER_VIDEO, 4, 14400, FALSE);
    wait_rtcp(teacher, CC_RTCP_RTPFB, CC_RTPFB_NACK, 1);
    guint n = read_nacks(teacher, nacked, 64); /* asked for again if we are slow */
    g_assert_cmpuint(n, >=, 1);
    g_assert_cmpuint(n, <=, 10);
    for (guint i = 0; i < n; i++)
        g_assert_cmpuint(nacked[i], ==, 3);
    wait_count(watcher, CC_MEDIA_VIDEO, 3);
    send_rtx(teacher, 900, 3, 10800);
    send_rtx(teacher, 901, 3, 10800); /* asked for twice, perhaps: the second one is too many */
    wait_count(watcher, CC_MEDIA_VIDEO, 4);
    const CcRtpHeader *first = &peer_packet(watcher, ssrc, 0)->rtp;
    const CcRtpHeader *recovered = &peer_packet(watcher, ssrc, 3)->rtp;
    g_assert_cmpuint(recovered->sequence, ==, (guint16)(first->sequence + 2));
    g_assert_cmpuint(recovered->timestamp, ==, first->timestamp + 7200);
    g_assert_cmpuint(video_payload_id(recovered), ==, 3);
    media_test_wait_drop(&test, CC_DROP_RTP_DUPLICATE, 1);
    const CcSessionStats *stats = media_test_session(&test, teacher);
    g_assert_cmpuint(stats->retransmitted, ==, 1);
    g_assert_cmpint(stats->rtt_ms, >=, 0);
    media_test_clear(&test);
}

/* Behind an outage what was lost in it is not asked for: answers would take the link from what is
 * said and shown now, and nobody waits for them. There is a keyframe to ask for. */
static void
test_publisher_outage(void)
{
    MediaTest test;
    guint16 nacked[64];
    media_test_init(&test);
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    send_audio(teacher, PUBLISHER_AUDIO, 1);
    send_video(teacher, PUBLISHER_VIDEO, 1, 3600, TRUE);
    wait_count(watcher, CC_MEDIA_VIDEO, 1);
    wait_count(watcher, CC_MEDIA_AUDIO, 1);
    g_usleep(1600 * 1000); /* the outage */
    send_audio(teacher, PUBLISHER_AUDIO, 80);
    send_video(teacher, PUBLISHER_VIDEO, 40, 144000, FALSE);
    wait_rtcp(teacher, CC_RTCP_PSFB, CC_PSFB_PLI, 1);
    guint16 next = 82; /* all before 80 are forgotten, and 81 is not */
    for (; peer_count_rtcp(teacher, CC_RTCP_RTPFB, CC_RTPFB_NACK) == 0; next += 2) {
        send_audio(teacher, PUBLISHER_AUDIO, next);
        media_test_turn(&test, 5);
    }
    guint n = read_nacks(teacher, nacked, 64); /* asked for again if we are slow */
    for (guint i = 0; i < n; i++)
        g_assert_cmpuint(nacked[i], >, 80);
    media_test_clear(&test);
}

/* A screen on which nothing moves says so in a packet now and then: one that is lost is asked for,
 * and a keyframe, which takes a weak link for seconds, is not. */
static void
test_publisher_rests(void)
{
    MediaTest test;
    media_test_init(&test);
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    send_video(teacher, PUBLISHER_VIDEO, 1, 3600, TRUE);
    wait_count(watcher, CC_MEDIA_VIDEO, 1);
    guint before = peer_count_rtcp(teacher, CC_RTCP_PSFB, CC_PSFB_PLI);
    g_usleep(1600 * 1000); /* the rest */
    send_video(teacher, PUBLISHER_VIDEO, 3, 144000, FALSE);
    wait_rtcp(teacher, CC_RTCP_RTPFB, CC_RTPFB_NACK, 1);
    g_assert_cmpuint(peer_count_rtcp(teacher, CC_RTCP_PSFB, CC_PSFB_PLI), ==, before);
    media_test_clear(&test);
}

/* A number that was used is used up, even when the history has forgotten its packet: other bytes
 * under it would be a second plaintext under one SRTP index towards every receiver. */
static void
test_number_used_twice(void)
{
    MediaTest test;
    media_test_init(&test);
    test.options.history_ms = 1;
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    for (guint16 i = 1; i <= 70; i++)
        send_video(teacher, PUBLISHER_VIDEO, i, i * 3600u, i == 1);
    wait_count(watcher, CC_MEDIA_VIDEO, 70);
    media_test_turn(&test, 5);
    for (guint16 i = 1; i <= 70; i++)
        send_rtx(teacher, i, i, 1234567); /* a millisecond is over long since */
    media_test_wait_drop(&test, CC_DROP_RTP_DUPLICATE, 70);
    send_video(teacher, PUBLISHER_VIDEO, 100, 99, FALSE); /* far ahead, and back into the gap */
    send_rtx(teacher, 71, 71, 71 * 3600);
    send_rtx(teacher, 72, 99, 99);
    send_rtx(teacher, 73, 99, 99);
    wait_count(watcher, CC_MEDIA_VIDEO, 73);
    media_test_wait_drop(&test, CC_DROP_RTP_DUPLICATE, 71);
    media_test_clear(&test);
}

/* The publisher hears how its packets arrive: receiver reports and transport-wide feedback. */
static void
test_reports_to_publisher(void)
{
    MediaTest test;
    guint8 payload[20] = {0};
    media_test_init(&test);
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    const guint64 ntp = G_GUINT64_CONSTANT(0x1234567890abcdef);
    for (guint16 i = 0; i < 10; i++) {
        if (i == 4)
            continue;
        peer_send_rtp(teacher, &(RtpToSend){.payload_type = AUDIO_PT,
                                            .sequence = 10 + i,
                                            .timestamp = i * 960u,
                                            .ssrc = PUBLISHER_AUDIO,
                                            .transport_sequence = 300 + i,
                                            .payload = payload,
                                            .payload_length = sizeof payload});
    }
    send_sender_report(teacher, PUBLISHER_AUDIO, ntp, 0);
    wait_rtcp(teacher, CC_RTCP_RTPFB, CC_RTPFB_TRANSPORT_CC, 1);

    CcRtcpReportBlock block = {0};
    wait_rtcp(teacher, CC_RTCP_SDES, 0, 1); /* comes with the full report only */
    for (guint i = 0; i < teacher->rtcp->len; i++) {
        const Received *received = teacher->rtcp->pdata[i];
        CcRtcpPacket packet;
        CC_RTCP_FOREACH(received->data, received->length, &packet) {
            if (packet.type == CC_RTCP_RR && packet.count == 1)
                g_assert_true(cc_rtcp_read_report_block(&packet, 0, &block));
        }
    }
    g_assert_cmphex(block.ssrc, ==, PUBLISHER_AUDIO);
    g_assert_cmpuint(block.fraction_lost, ==, 25); /* 1 of 10, of 256 */
    g_assert_cmpint(block.cumulative_lost, ==, 1);
    g_assert_cmpuint(block.highest_sequence, ==, 19);
    g_assert_cmphex(block.last_sr, ==, 0x567890ab);
    g_assert_cmpuint(block.delay_since_last_sr, <, 3 * 65536);
    media_test_clear(&test);
}

/* The sender report that @peer has got for @ssrc. */
static CcRtcpSenderInfo
find_sender_report(const Peer *peer, guint32 ssrc)
{
    CcRtcpSenderInfo info, found = {0};
    for (guint i = 0; i < peer->rtcp->len; i++) {
        const Received *received = peer->rtcp->pdata[i];
        CcRtcpPacket packet;
        CC_RTCP_FOREACH(received->data, received->length, &packet) {
            if (packet.type == CC_RTCP_SR && cc_rtcp_read_sender_info(&packet, &info) &&
                info.ssrc == ssrc)
                found = info;
        }
    }
    g_assert_cmphex(found.ssrc, ==, ssrc);
    return found;
}

/* Where questions may be lost they come in copies: who asks twice within a round trip gets one
 * answer. */
static void
test_copied_question(void)
{
    MediaTest test;
    media_test_init(&test);
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    const CcSlot *slot = peer_slot(watcher, CC_MEDIA_VIDEO);
    send_audio(teacher, PUBLISHER_AUDIO, 1);
    for (guint16 i = 0; i < 4; i++)
        send_video(teacher, PUBLISHER_VIDEO, 40 + i, i * 3600u, i == 0);
    wait_count(watcher, CC_MEDIA_VIDEO, 4);
    send_sender_report(teacher, PUBLISHER_AUDIO, G_GUINT64_CONSTANT(0x1111222233334444), 0);
    send_sender_report(teacher, PUBLISHER_VIDEO, G_GUINT64_CONSTANT(0x1111222233334444), 0);
    wait_rtcp(watcher, CC_RTCP_SR, 0, 2);
    guint16 first = peer_packet(watcher, slot->ssrc, 1)->rtp.sequence;
    guint16 second = peer_packet(watcher, slot->ssrc, 2)->rtp.sequence;
    guint8 buffer[400];
    CcRtcpBuilder builder;
    CcRtcpReportBlock block = {
        .ssrc = slot->ssrc,
        .last_sr = (guint32)(find_sender_report(watcher, slot->ssrc).ntp >> 16),
    };
    cc_rtcp_builder_init(&builder, buffer, 300);
    cc_rtcp_add_receiver_report(&builder, 1, &block, 1);
    cc_rtcp_add_nack(&builder, 1, slot->ssrc, &first, 1);
    cc_rtcp_add_nack(&builder, 1, slot->ssrc, &first, 1);
    cc_rtcp_add_nack(&builder, 1, slot->ssrc, &second, 1);
    peer_send_rtcp(watcher, &builder);

    SsrcWait wait = {watcher, slot->rtx_ssrc, 2};
    media_test_wait(&test, has_ssrc, &wait);
    const CcRtpHeader *last = &peer_packet(watcher, slot->rtx_ssrc, 1)->rtp;
    g_assert_cmpuint(cc_read_u16(last->payload), ==, second);
    const CcSessionStats *stats = media_test_session(&test, watcher);
    g_assert_cmpuint(stats->nacks, ==, 3);
    g_assert_cmpuint(stats->retransmitted, ==, 2);
    media_test_clear(&test);
}

/* A receiver's report gives loss and round trip. */
static void
test_receiver_report(void)
{
    MediaTest test;
    media_test_init(&test);
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    guint32 ssrc = peer_slot(watcher, CC_MEDIA_AUDIO)->ssrc;
    send_audio(teacher, PUBLISHER_AUDIO, 1);
    send_sender_report(teacher, PUBLISHER_AUDIO, G_GUINT64_CONSTANT(0x1111222233334444), 0);
    wait_rtcp(watcher, CC_RTCP_SR, 0, 1);
    CcRtcpSenderInfo info = find_sender_report(watcher, ssrc);
    guint8 buffer[400];
    CcRtcpBuilder builder;
    CcRtcpReportBlock block = {.ssrc = ssrc,
                               .fraction_lost = 64,
                               .cumulative_lost = 9,
                               .last_sr = (guint32)(info.ntp >> 16)};
    cc_rtcp_builder_init(&builder, buffer, 300);
    cc_rtcp_add_receiver_report(&builder, 1, &block, 1);
    peer_send_rtcp(watcher, &builder);
    send_audio(teacher, PUBLISHER_AUDIO, 2);
    send_audio(teacher, PUBLISHER_AUDIO, 3);
    wait_count(watcher, CC_MEDIA_AUDIO, 3);
    const CcSessionStats *stats = media_test_session(&test, watcher);
    g_assert_cmpfloat(stats->loss, ==, 0.25);
    g_assert_cmpuint(stats->packets_lost, ==, 9);
    g_assert_cmpint(stats->rtt_ms, >=, 0);
    g_assert_cmpint(stats->rtt_ms, <, 5000);
    media_test_clear(&test);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-repair/rtx-to-receiver", test_rtx_to_receiver);
    g_test_add_func("/media-repair/plain-resend", test_plain_resend);
    g_test_add_func("/media-repair/copied-question", test_copied_question);
    g_test_add_func("/media-repair/publisher-loss", test_publisher_loss);
    g_test_add_func("/media-repair/publisher-outage", test_publisher_outage);
    g_test_add_func("/media-repair/publisher-rests", test_publisher_rests);
    g_test_add_func("/media-repair/number-used-twice", test_number_used_twice);
    g_test_add_func("/media-repair/reports-to-publisher", test_reports_to_publisher);
    g_test_add_func("/media-repair/receiver-report", test_receiver_report);
    return g_test_run();
}
