/* The packet path through a real worker over loopback sockets: who gets what, and as which stream.
 */
#include "media-peer.h"

#include "common/wire/bytes.h"
#include "common/wire/vp8.h"

/* UDP and TCP receivers get the same lesson, each as its own stream. */
static void
test_forward(void)
{
    MediaTest test;
    media_test_init(&test);
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watchers[3] = {peer_connected(&test, CC_DIRECTION_WATCH, FALSE),
                         peer_connected(&test, CC_DIRECTION_WATCH, FALSE),
                         peer_connected(&test, CC_DIRECTION_WATCH, TRUE)};
    for (guint16 i = 0; i < 20; i++) {
        send_video(teacher, PUBLISHER_VIDEO, 65530 + i, 1000 + i * 3600u, i == 0);
        send_audio(teacher, PUBLISHER_AUDIO, 100 + i);
    }
    media_test_wait_event(&test, "media s1");
    for (guint w = 0; w < 3; w++) {
        const CcSlot *video = peer_slot(watchers[w], CC_MEDIA_VIDEO);
        wait_count(watchers[w], CC_MEDIA_VIDEO, 20);
        wait_count(watchers[w], CC_MEDIA_AUDIO, 20);
        const CcRtpHeader *first = &peer_packet(watchers[w], video->ssrc, 0)->rtp;
        g_assert_cmpuint(first->payload_type, ==, WATCH_VIDEO_PT);
        g_assert_cmpuint(first->payload_length, ==, 40);
        g_assert_true(first->marker);
        guint8 length;
        const guint8 *mid = cc_rtp_find_extension(first, MID_EXT, &length);
        g_assert_cmpmem(mid, length, "1", 1);
        for (guint i = 0; i < 20; i++) {
            const CcRtpHeader *rtp = &peer_packet(watchers[w], video->ssrc, i)->rtp;
            g_assert_cmpuint(rtp->sequence, ==, (guint16)(first->sequence + i));
            g_assert_cmpuint(rtp->timestamp, ==, first->timestamp + i * 3600u);
            g_assert_cmpuint(video_payload_id(rtp), ==, (guint16)(65530 + i));
        }
        g_assert_cmpuint(watchers[w]->n_bad, ==, 0);
    }
    const CcSessionStats *stats = media_test_session(&test, watchers[2]);
    g_assert_cmpstr(stats->protocol, ==, "tcp");
    g_assert_cmpuint(stats->packets, ==, 40);
    g_assert_cmpstr(stats->video_codec, ==, "VP8");
    /* Each worker's history alone holds them. */
    g_assert_cmpuint(test.stats->packets_in_use, ==, 40 * test.n_workers);
    media_test_clear(&test);
}

/* Whoever comes late begins with a keyframe; many who come late ask for one together. */
static void
test_late_join(void)
{
    MediaTest test;
    media_test_init(&test);
    test.options.keyframe_interval_ms = 60000;
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    send_video(teacher, PUBLISHER_VIDEO, 1, 3600, TRUE);
    media_test_wait_event(&test, "media s1");
    Peer *a = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    Peer *b = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    wait_rtcp(teacher, CC_RTCP_PSFB, CC_PSFB_PLI, 1);
    send_video(teacher, PUBLISHER_VIDEO, 2, 7200, FALSE);
    send_audio(teacher, PUBLISHER_AUDIO, 7);
    send_video(teacher, PUBLISHER_VIDEO, 3, 10800, TRUE);
    send_video(teacher, PUBLISHER_VIDEO, 4, 14400, FALSE);
    wait_count(a, CC_MEDIA_VIDEO, 2);
    wait_count(b, CC_MEDIA_VIDEO, 2);
    wait_count(a, CC_MEDIA_AUDIO, 1); /* voice does not wait for a picture */
    g_assert_cmpuint(video_payload_id(&peer_packet(a, peer_slot(a, CC_MEDIA_VIDEO)->ssrc, 0)->rtp),
                     ==, 3);

    guint8 buffer[512];
    CcRtcpBuilder builder;
    for (guint i = 0; i < 5; i++) {
        cc_rtcp_builder_init(&builder, buffer, 400);
        cc_rtcp_add_receiver_report(&builder, 1, NULL, 0);
        cc_rtcp_add_pli(&builder, 1, peer_slot(a, CC_MEDIA_VIDEO)->ssrc);
        peer_send_rtcp(a, &builder);
    }
    send_video(teacher, PUBLISHER_VIDEO, 5, 18000, FALSE);
    wait_count(a, CC_MEDIA_VIDEO, 3);
    g_assert_cmpuint(media_test_session(&test, a)->keyframe_requests, ==, 5);
    g_assert_cmpuint(media_test_session(&test, teacher)->keyframe_requests, ==, 1);
    g_assert_cmpuint(peer_count_rtcp(teacher, CC_RTCP_PSFB, CC_PSFB_PLI), ==, 1);
    media_test_clear(&test);
}

/* A keyframe request that nothing answers is repeated once the interval is over. */
static void
test_keyframe_again(void)
{
    MediaTest test;
    media_test_init(&test);
    test.options.keyframe_interval_ms = 50;
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    send_video(teacher, PUBLISHER_VIDEO, 1, 3600, TRUE);
    media_test_wait_event(&test, "media s1");
    peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    wait_rtcp(teacher, CC_RTCP_PSFB, CC_PSFB_PLI, 4);
    media_test_clear(&test);
}

/* The teacher starts anew: other SSRCs, sequence numbers, timestamps and picture ids; for the
 * classroom it is the same stream after a gap. */
static void
test_replaced_publisher(void)
{
    MediaTest test;
    media_test_init(&test);
    media_test_start(&test);
    Peer *first = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    guint32 ssrc = peer_slot(watcher, CC_MEDIA_VIDEO)->ssrc;
    for (guint16 i = 0; i < 5; i++)
        send_video(first, PUBLISHER_VIDEO, 500 + i, 90000 + i * 3600u, i == 0);
    wait_count(watcher, CC_MEDIA_VIDEO, 5);
    cc_worker_remove_session(first->worker, first->setup->id);
    wait_rtcp(first, CC_RTCP_BYE, 0, 1);

    Peer *second = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    send_video(second, 0x77777777, 30000, 5, FALSE); /* withheld */
    send_video(second, 0x77777777, 30001, 3605, TRUE);
    send_video(second, 0x77777777, 30002, 7205, FALSE);
    wait_count(watcher, CC_MEDIA_VIDEO, 7);
    const Received *before = peer_packet(watcher, ssrc, 4), *after = peer_packet(watcher, ssrc, 5);
    g_assert_cmpuint(after->rtp.sequence, ==, (guint16)(before->rtp.sequence + 1));
    g_assert_cmpuint(video_payload_id(&after->rtp), ==, 30001);
    gint64 elapsed_us = after->arrival_us - before->arrival_us;
    gint64 advanced_us = (gint64)(after->rtp.timestamp - before->rtp.timestamp) * 100 / 9;
    g_assert_cmpint(ABS(advanced_us - elapsed_us), <, 250000);
    g_assert_cmpint(advanced_us, >, 0);

    CcVp8Descriptor old_picture, new_picture, next_picture;
    const Received *next = peer_packet(watcher, ssrc, 6);
    g_assert_true(cc_vp8_parse(before->rtp.payload, before->rtp.payload_length, &old_picture));
    g_assert_true(cc_vp8_parse(after->rtp.payload, after->rtp.payload_length, &new_picture));
    g_assert_true(cc_vp8_parse(next->rtp.payload, next->rtp.payload_length, &next_picture));
    g_assert_cmpuint(new_picture.picture_id, ==, old_picture.picture_id + 1);
    g_assert_cmpuint(next_picture.picture_id, ==, old_picture.picture_id + 2);
    g_assert_cmpuint(new_picture.tl0picidx, ==, (guint8)(old_picture.tl0picidx + 1));
    g_assert_cmpuint(watcher->n_bad, ==, 0);
    media_test_clear(&test);
}

/* A publisher's stream goes on under another SSRC once the old one has said goodbye; before that, a
 * second SSRC for the same m-line is refused. */
static void
test_changed_ssrc(void)
{
    MediaTest test;
    guint8 buffer[512];
    CcRtcpBuilder builder;
    media_test_init(&test);
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    send_audio(teacher, PUBLISHER_AUDIO, 20000);
    send_audio(teacher, PUBLISHER_AUDIO, 20001);
    send_audio(teacher, 0x11111111, 5);
    wait_count(watcher, CC_MEDIA_AUDIO, 2);
    media_test_wait_drop(&test, CC_DROP_RTP_UNKNOWN_STREAM, 1);
    cc_rtcp_builder_init(&builder, buffer, 400);
    cc_rtcp_add_receiver_report(&builder, PUBLISHER_AUDIO, NULL, 0);
    cc_rtcp_add_bye(&builder, PUBLISHER_AUDIO);
    peer_send_rtcp(teacher, &builder);
    send_audio(teacher, 0x11111111, 6);
    wait_count(watcher, CC_MEDIA_AUDIO, 3);
    guint32 ssrc = peer_slot(watcher, CC_MEDIA_AUDIO)->ssrc;
    g_assert_cmpuint(peer_packet(watcher, ssrc, 2)->rtp.sequence, ==,
                     (guint16)(peer_packet(watcher, ssrc, 1)->rtp.sequence + 1));
    media_test_clear(&test);
}

static const Received *
find_sender_report(const Peer *peer, guint32 ssrc, CcRtcpSenderInfo *info)
{
    for (guint i = peer->rtcp->len; i-- > 0;) {
        const Received *received = peer->rtcp->pdata[i];
        CcRtcpPacket packet;
        CC_RTCP_FOREACH(received->data, received->length, &packet) {
            if (packet.type == CC_RTCP_SR && cc_rtcp_read_sender_info(&packet, info) &&
                info->ssrc == ssrc)
                return received;
        }
    }
    return NULL;
}

/* Both streams' reports carry the publisher's wall clock, in the receiver's RTP time, and none is
 * sent before both clocks are known. */
static void
test_sender_reports(void)
{
    MediaTest test;
    media_test_init(&test);
    media_test_start(&test);
    const guint64 ntp = G_GUINT64_CONSTANT(0xe000000000000000);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    wait_rtcp(watcher, CC_RTCP_RR, 0, 1); /* a sign of life before the lesson */
    send_audio(teacher, PUBLISHER_AUDIO, 10);
    send_video(teacher, PUBLISHER_VIDEO, 10, 90000, TRUE);
    wait_count(watcher, CC_MEDIA_AUDIO, 1);
    wait_count(watcher, CC_MEDIA_VIDEO, 1);
    send_sender_report(teacher, PUBLISHER_AUDIO, ntp, 9600 + 48000);
    send_audio(teacher, PUBLISHER_AUDIO, 11);
    wait_count(watcher, CC_MEDIA_AUDIO, 2);
    g_assert_cmpuint(peer_count_rtcp(watcher, CC_RTCP_SR, 0), ==, 0);
    send_sender_report(teacher, PUBLISHER_VIDEO, ntp, 90000 + 90000);
    wait_rtcp(watcher, CC_RTCP_SR, 0, 2);

    CcRtcpSenderInfo audio, video;
    guint32 audio_ssrc = peer_slot(watcher, CC_MEDIA_AUDIO)->ssrc;
    guint32 video_ssrc = peer_slot(watcher, CC_MEDIA_VIDEO)->ssrc;
    g_assert_nonnull(find_sender_report(watcher, audio_ssrc, &audio));
    g_assert_nonnull(find_sender_report(watcher, video_ssrc, &video));
    /* The first packet of each was one second before its clock's instant. */
    guint32 audio_start = peer_packet(watcher, audio_ssrc, 0)->rtp.timestamp;
    guint32 video_start = peer_packet(watcher, video_ssrc, 0)->rtp.timestamp;
    double audio_s = (double)(gint64)(audio.ntp - ntp) / 4294967296.0;
    double video_s = (double)(gint64)(video.ntp - ntp) / 4294967296.0;
    g_assert_cmpfloat_with_epsilon((audio.rtp - audio_start) / 48000.0, audio_s + 1, 0.001);
    g_assert_cmpfloat_with_epsilon((video.rtp - video_start) / 90000.0, video_s + 1, 0.001);
    g_assert_cmpuint(video.packet_count, ==, 1);
    media_test_clear(&test);
}

/* A codec that the receiver has not negotiated is withheld, and counted. */
static void
test_foreign_codec(void)
{
    MediaTest test;
    media_test_init(&test);
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    test.watched_video[0].codec = CC_CODEC_H264;
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    send_video(teacher, PUBLISHER_VIDEO, 1, 1, TRUE);
    send_audio(teacher, PUBLISHER_AUDIO, 1);
    wait_count(watcher, CC_MEDIA_AUDIO, 1);
    media_test_wait_drop(&test, CC_DROP_RTP_CODEC, 1);
    g_assert_cmpuint(peer_count(watcher, peer_slot(watcher, CC_MEDIA_VIDEO)->ssrc), ==, 0);
    media_test_clear(&test);
}

/* H.264: the receiver's number for the publisher's own profile, if it has one. */
static void
test_h264_profile(void)
{
    MediaTest test;
    static const guint8 idr[20] = {0x65, 0x80};
    media_test_init(&test);
    media_test_start(&test);
    test.published_video = (CcSlotCodec){CC_CODEC_H264, VIDEO_PT, 0, 0x42e01f};
    test.watched_video[0] = (CcSlotCodec){CC_CODEC_H264, 100, 0, 0x640c1f};
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *high_only = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    test.watched_video[1] = (CcSlotCodec){CC_CODEC_H264, 101, 0, 0x42001f};
    Peer *both = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    peer_send_rtp(teacher, &(RtpToSend){.payload_type = VIDEO_PT,
                                        .sequence = 1,
                                        .ssrc = PUBLISHER_VIDEO,
                                        .mid = "1",
                                        .payload = idr,
                                        .payload_length = sizeof idr});
    wait_count(both, CC_MEDIA_VIDEO, 1);
    wait_count(high_only, CC_MEDIA_VIDEO, 1);
    guint32 ssrc = peer_slot(both, CC_MEDIA_VIDEO)->ssrc;
    g_assert_cmpuint(peer_packet(both, ssrc, 0)->rtp.payload_type, ==, 101);
    ssrc = peer_slot(high_only, CC_MEDIA_VIDEO)->ssrc;
    g_assert_cmpuint(peer_packet(high_only, ssrc, 0)->rtp.payload_type, ==, 100);
    media_test_clear(&test);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media/forward", test_forward);
    g_test_add_func("/media/late-join", test_late_join);
    g_test_add_func("/media/keyframe-again", test_keyframe_again);
    g_test_add_func("/media/replaced-publisher", test_replaced_publisher);
    g_test_add_func("/media/changed-ssrc", test_changed_ssrc);
    g_test_add_func("/media/sender-reports", test_sender_reports);
    g_test_add_func("/media/foreign-codec", test_foreign_codec);
    g_test_add_func("/media/h264-profile", test_h264_profile);
    return g_test_run();
}
