/* What the participants of a small lesson send. */
#include "common/wire/bytes.h"
#include "media-peer.h"

void
video_payload(guint8 payload[40], gboolean keyframe, guint16 picture_id, guint32 id)
{
    memset(payload, 0x55, 40);
    payload[0] = 0x90; /* X, S; partition 0 */
    payload[1] = 0xc0; /* I, L */
    cc_write_u16(payload + 2, 0x8000 | picture_id);
    payload[4] = (guint8)picture_id; /* TL0PICIDX */
    payload[5] = keyframe ? 0x10 : 0x11;
    cc_write_u32(payload + 36, id);
}

guint32
video_payload_id(const CcRtpHeader *rtp)
{
    return cc_read_u32(rtp->payload + rtp->payload_length - 4);
}

void
send_video(Peer *peer, guint32 ssrc, guint16 sequence, guint32 timestamp, gboolean keyframe)
{
    guint8 payload[40];
    video_payload(payload, keyframe, sequence & 0x7fff, sequence);
    peer_send_rtp(peer, &(RtpToSend){.payload_type = VIDEO_PT,
                                     .sequence = sequence,
                                     .timestamp = timestamp,
                                     .ssrc = ssrc,
                                     .mid = "1",
                                     .marker = TRUE,
                                     .payload = payload,
                                     .payload_length = sizeof payload});
}

void
send_audio(Peer *peer, guint32 ssrc, guint16 sequence)
{
    guint8 payload[20] = {0x78, 1, 2, 3};
    peer_send_rtp(peer, &(RtpToSend){.payload_type = AUDIO_PT,
                                     .sequence = sequence,
                                     .timestamp = sequence * 960u,
                                     .ssrc = ssrc,
                                     .mid = "0",
                                     .payload = payload,
                                     .payload_length = sizeof payload});
}

void
ask_for_keyframe(Peer *peer)
{
    guint8 buffer[200];
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, buffer, 100);
    cc_rtcp_add_receiver_report(&builder, 1, NULL, 0);
    cc_rtcp_add_pli(&builder, 1, peer_slot(peer, CC_MEDIA_VIDEO)->ssrc);
    peer_send_rtcp(peer, &builder);
}

void
send_remb(Peer *peer, guint64 bps)
{
    guint8 buffer[200];
    CcRtcpBuilder builder;
    guint exponent = 0;
    cc_rtcp_builder_init(&builder, buffer, 100);
    guint8 *body = cc_rtcp_builder_append(&builder, CC_RTCP_PSFB, CC_PSFB_APPLICATION, 20);
    for (; bps >> exponent > 0x3ffff; exponent++)
        ;
    cc_write_u32(body, 1);
    cc_write_u32(body + 4, 0);
    memcpy(body + 8, "REMB", 4);
    body[12] = 1;
    cc_write_u24(body + 13, (guint32)(exponent << 18 | bps >> exponent));
    cc_write_u32(body + 16, peer_slot(peer, CC_MEDIA_VIDEO)->ssrc);
    peer_send_rtcp(peer, &builder);
}

void
send_sender_report(Peer *peer, guint32 ssrc, guint64 ntp, guint32 rtp)
{
    guint8 buffer[512];
    CcRtcpBuilder builder;
    CcRtcpSenderInfo info = {.ssrc = ssrc, .ntp = ntp, .rtp = rtp};
    cc_rtcp_builder_init(&builder, buffer, 400);
    cc_rtcp_add_sender_report(&builder, &info, NULL, 0);
    cc_rtcp_add_sdes_cname(&builder, ssrc, "teacher");
    peer_send_rtcp(peer, &builder);
}
