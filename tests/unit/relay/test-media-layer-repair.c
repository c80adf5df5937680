/* Simulcast through the relay: what was lost before and behind a switch of layers. */
#include "simulcast-lesson.h"

#include "common/wire/bytes.h"

static void
ask_again(const Lesson *lesson, const guint16 *sequences, guint n)
{
    guint8 buffer[400];
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, buffer, 300);
    cc_rtcp_add_receiver_report(&builder, 1, NULL, 0);
    cc_rtcp_add_nack(&builder, 1, peer_slot(lesson->watcher, CC_MEDIA_VIDEO)->ssrc, sequences, n);
    peer_send_rtcp(lesson->watcher, &builder);
}

static gboolean
has_three_repaired(gpointer user_data)
{
    const Peer *watcher = user_data;
    return peer_count(watcher, peer_slot(watcher, CC_MEDIA_VIDEO)->rtx_ssrc) >= 3;
}

/* Packets of the layer before are still found, and each is what it was. */
static void
test_repair_behind_switch(void)
{
    Lesson lesson;
    guint n = lesson_begin_high(&lesson);
    set_target(&lesson, CC_TARGET_MOVING, 0, 0);
    send_pictures(&lesson, 2, ALL_OF_THEM);
    send_picture(&lesson, 1u << LOW, 1u << LOW);
    send_pictures(&lesson, 2, ALL_OF_THEM);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n + 5 * PACKETS);
    guint asked[] = {n, n + 2 * PACKETS - 1, n + 2 * PACKETS};
    guint16 numbers[3];
    for (guint i = 0; i < 3; i++)
        numbers[i] = video_packet(&lesson, asked[i])->sequence;
    ask_again(&lesson, numbers, 3);
    media_test_wait(&lesson.test, has_three_repaired, lesson.watcher);
    for (guint i = 0; i < 3; i++) {
        guint32 ssrc = peer_slot(lesson.watcher, CC_MEDIA_VIDEO)->rtx_ssrc;
        const CcRtpHeader *again = &peer_packet(lesson.watcher, ssrc, i)->rtp;
        const CcRtpHeader *first = video_packet(&lesson, asked[i]);
        g_assert_cmpuint(cc_read_u16(again->payload), ==, first->sequence);
        g_assert_cmpuint(again->timestamp, ==, first->timestamp);
        g_assert_cmpmem(again->payload + 2, again->payload_length - 2, first->payload,
                        first->payload_length);
    }
    lesson_end(&lesson);
}

/* What was missing of the old layer when the new one began still finds its place. */
static void
test_late_packet_of_old_layer(void)
{
    Lesson lesson;
    guint n = lesson_begin_high(&lesson);
    set_target(&lesson, CC_TARGET_MOVING, 0, 0);
    lesson.picture++;
    send_packet(&lesson, HIGH, 1, FALSE);
    Lesson then = lesson;
    next_picture_of(&lesson, HIGH);
    send_picture(&lesson, 1u << LOW, 1u << LOW);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n + 1 + PACKETS);
    send_packet(&then, HIGH, 0, FALSE);
    g_assert_cmpuint(packets_after_voice(&lesson), ==, n + 2 + PACKETS);
    g_assert_cmpuint(video_packet(&lesson, n + 1 + PACKETS)->sequence + 1, ==,
                     video_packet(&lesson, n)->sequence);
    g_assert_cmpuint(video_packet(&lesson, n + 1 + PACKETS)->timestamp, ==,
                     video_packet(&lesson, n)->timestamp);
    lesson_end(&lesson);
}

static void
send_rtx(Lesson *lesson, guint layer, gboolean repaired, guint16 original)
{
    guint8 payload[42] = {0};
    cc_write_u16(payload, original);
    fill_payload(lesson, layer, 0, FALSE, payload + 2);
    peer_send_rtp(lesson->teacher,
                  &(RtpToSend){.payload_type = VIDEO_RTX_PT,
                               .sequence = (guint16)(original + 7),
                               .timestamp = layer_timestamp(lesson, layer),
                               .ssrc = layer_ssrc(layer) + 1,
                               .mid = "1",
                               .rid = repaired ? NULL : simulcast_rids[layer],
                               .repaired_rid = repaired ? simulcast_rids[layer] : NULL,
                               .marker = TRUE,
                               .payload = payload,
                               .payload_length = sizeof payload});
}

/* Retransmissions name their layer by the repaired RID (RFC 8852) or, as those of GStreamer, by the
 * plain one; a probe may come ahead of the layer's first packet. */
static void
test_repaired_layers(void)
{
    Lesson lesson;
    lesson_begin(&lesson);
    send_rtx(&lesson, HIGH, TRUE, 1); /* a probe */
    media_test_wait_drop(&lesson.test, CC_DROP_RTP_TOO_OLD, 1);
    send_picture(&lesson, ALL_OF_THEM, ALL_OF_THEM);
    send_picture(&lesson, ALL_OF_THEM, ALL_OF_THEM);
    guint n = packets_after_voice(&lesson);
    g_assert_cmpuint(layer_at(&lesson, n - 1), ==, HIGH);
    for (guint i = 0; i < 2; i++) {
        guint16 lost = lesson.layers[HIGH].sequence;
        lesson.picture++;
        send_packet(&lesson, HIGH, 1, FALSE);
        send_rtx(&lesson, HIGH, i == 0, lost);
        next_picture_of(&lesson, HIGH);
        g_assert_cmpuint(packets_after_voice(&lesson), ==, n + 2 * (i + 1));
        g_assert_cmpuint(video_packet(&lesson, n + 2 * i + 1)->sequence + 1, ==,
                         video_packet(&lesson, n + 2 * i)->sequence);
    }
    lesson_end(&lesson);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-layer-repair/repair-behind-switch", test_repair_behind_switch);
    g_test_add_func("/media-layer-repair/late-packet-of-old-layer", test_late_packet_of_old_layer);
    g_test_add_func("/media-layer-repair/repaired-layers", test_repaired_layers);
    return g_test_run();
}
