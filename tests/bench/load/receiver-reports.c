/* A receiver's RTCP: what it hears of the clocks, and its own reports. */
#include "common/wire/rtcp.h"
#include "tests/bench/load/clock.h"
#include "tests/bench/load/receiver.h"

void
load_receiver_take_rtcp(LoadSession *session, const guint8 *data, gsize length, gint64 arrival_ns)
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

static void
fill_block(LoadStream *stream, gint64 wall_ns, CcRtcpReportBlock *block)
{
    guint64 expected = (guint64)(stream->received.last - stream->first_received) + 1;
    guint64 expected_now = expected - stream->reported_expected;
    gint64 lost_now = (gint64)(expected_now - (stream->total - stream->reported_total));
    *block = (CcRtcpReportBlock){
        .ssrc = stream->ssrc,
        .cumulative_lost = (gint32)CLAMP((gint64)(expected - stream->total), -0x800000, 0x7fffff),
        .highest_sequence =
            (guint32)((guint16)stream->first_received + expected - 1), /* with its cycles */
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
        if (self->streams[kind].total > 0)
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
