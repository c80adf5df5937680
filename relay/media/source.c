#include "relay/media/source.h"

#include "common/wire/codec.h"
#include "relay/media/feed.h"
#include "relay/media/receiver.h"
#include "relay/media/room-link.h"
#include "relay/media/worker-private.h"

/* 2 s of 1200-byte packets at 4.9 Mbit/s; of 10 ms of voice. */
#define VIDEO_HISTORY 1024
#define AUDIO_HISTORY 256

guint
cc_source_history_capacity(CcMediaKind kind)
{
    return kind == CC_MEDIA_VIDEO ? VIDEO_HISTORY : AUDIO_HISTORY;
}

void
cc_source_init(CcSource *source, CcMediaRoom *room, CcMediaKind kind, const CcSlotCodec *codec,
               void (*request_keyframe)(CcSource *source, gint64 now_us))
{
    *source = (CcSource){
        .room = room,
        .kind = kind,
        .codec = *codec,
        .clock_rate = cc_codec_clock_rate(codec->codec),
        .limit_bps = G_MAXUINT64,
        .request_keyframe = request_keyframe,
    };
    source->history = cc_packet_history_new(cc_source_history_capacity(kind),
                                            room->worker->options.history_ms * 1000);
}

void
cc_source_clear(CcSource *source)
{
    g_clear_pointer(&source->history, cc_packet_history_free);
}

void
cc_source_restart(CcSource *source)
{
    cc_media_room_forward(source->room); /* what is queued belongs to the old stream */
    cc_packet_history_clear(source->history);
    source->generation++;
    source->started = FALSE;
    source->clock_known = FALSE;
    source->alive = FALSE;
    source->width = source->height = 0;
    cc_source_meter_restart(&source->meter);
}

void
cc_source_forget_packets(CcSource *source)
{
    cc_packet_history_clear(source->history);
    source->forgotten++;
    cc_room_links_tell(source->room);
}

static void
look_into_payload(const CcSource *source, CcPacket *packet)
{
    const CcRtpHeader *rtp = &packet->rtp;
    CcCodec codec = source->codec.codec;
    packet->keyframe = cc_codec_payload_begins_keyframe(codec, rtp->payload, rtp->payload_length);
    cc_picture_read(codec, rtp->payload, rtp->payload_length, &packet->picture);
}

gboolean
cc_source_deliver(CcSource *source, CcPacket *packet, gint64 sequence, gint64 now_us)
{
    packet->sequence = sequence;
    cc_media_room_make_place(source->room);
    if (!cc_packet_history_add(source->history, packet))
        return FALSE;
    if (!source->started) {
        source->started = TRUE;
        source->first_us = now_us;
        source->newest = sequence;
    }
    source->newest = MAX(source->newest, sequence);
    look_into_payload(source, packet);
    if (!source->feed)
        return TRUE;
    if (source->kind == CC_MEDIA_VIDEO) {
        cc_source_meter_add(&source->meter, packet, now_us);
        cc_feed_heard(source->feed, source, packet);
    }
    cc_media_room_queue(source->room, source, packet);
    return TRUE;
}

void
cc_source_sender_report(CcSource *source, const CcRtcpSenderInfo *info, gint64 now_us)
{
    gboolean first = !source->clock_known;
    source->clock_known = TRUE;
    source->clock = *info;
    source->clock_us = now_us;
    cc_room_links_tell(source->room);
    if (!first || !source->feed)
        return;
    /* Lips and voice can be brought together now: do not let the receivers wait for their turn. */
    for (guint i = 0; i < source->room->receivers->len; i++)
        cc_receiver_report_soon(source->room->receivers->pdata[i], now_us);
}
