/* The voice towards the relay: what goes out for what is known of the way, how the relay's limit is
 * read, and that what is asked for again is what was sent. */
#include "client/send/uplink-voice.h"

#include <string.h>

#include "client/send/encoder.h"
#include "common/wire/bytes.h"
#include "common/wire/opus.h"
#include "common/wire/red.h"

#define FRAME 960
#define SSRC 0x1234
#define OPUS_PT 77

typedef struct {
    CcUplinkVoice voice;
    guint16 next;
    guint n_sent;
    guint8 sent[400][CC_RTP_MAX_PACKET];
    gsize lengths[400];
} Fixture;

static void
setup(Fixture *f, gconstpointer data)
{
    CcUplinkVoiceTypes types = {OPUS_PT, 78, 79, 0x5678, TRUE};
    cc_uplink_voice_init(&f->voice);
    cc_uplink_voice_begin_session(&f->voice, &types);
    f->next = 500;
}

static void
teardown(Fixture *f, gconstpointer data)
{
}

static void
on_send(const guint8 *packet, gsize length, gpointer user_data)
{
    Fixture *f = user_data;
    memcpy(f->sent[f->n_sent], packet, length);
    f->lengths[f->n_sent++] = length;
}

static CcRtpHeader
sent(const Fixture *f, guint index)
{
    CcRtpHeader rtp;
    g_assert_cmpuint(index, <, f->n_sent);
    g_assert_cmpint(cc_rtp_parse(f->sent[index], f->lengths[index], &rtp), ==, CC_DROP_NONE);
    return rtp;
}

/* Frames of which one can see which they are. */
static void
say(Fixture *f, guint n)
{
    for (guint i = 0; i < n; i++, f->next++) {
        guint8 payload[40] = {9 << 3, (guint8)(f->next >> 8), (guint8)f->next};
        CcRtpHeader rtp = {.payload_type = CC_SEND_PT_AUDIO,
                           .sequence = f->next,
                           .timestamp = f->next * (guint32)FRAME,
                           .ssrc = SSRC,
                           .payload = payload,
                           .payload_length = sizeof payload};
        cc_uplink_voice_push(&f->voice, &rtp, on_send, f);
    }
}

static guint
id_of(const guint8 *opus)
{
    return cc_read_u16(opus + 1);
}

/* With nothing known, packets go out as they come. */
static void
test_plain(Fixture *f, gconstpointer data)
{
    say(f, 10);
    g_assert_cmpuint(f->n_sent, ==, 10);
    for (guint i = 0; i < 10; i++) {
        CcRtpHeader rtp = sent(f, i);
        g_assert_cmpuint(rtp.payload_type, ==, CC_SEND_PT_AUDIO);
        g_assert_cmpuint(rtp.sequence, ==, 500 + i);
        g_assert_cmpuint(rtp.timestamp, ==, (500 + i) * FRAME);
        g_assert_cmphex(rtp.ssrc, ==, SSRC);
        g_assert_cmpuint(id_of(rtp.payload), ==, 500 + i);
    }
}

/* An uplink of @bps that loses every @nth packet, for some seconds. */
static void
lose(Fixture *f, CcEstimator *estimator, guint bps, guint nth, gint64 *now_us)
{
    guint transport = 1;
    gint64 unwrapped;
    f->n_sent = 0;
    cc_estimator_init(estimator, bps, 10000, bps);
    for (guint round = 0; round < 10; round++) {
        guint base = transport;
        say(f, 20);
        for (guint i = 0; i < 20; i++)
            cc_estimator_sent(estimator, (guint16)transport++, 130, *now_us + i * 20000, FALSE);
        for (guint i = 0; i < 20; i++) {
            CcSentPacket *packet =
                cc_sent_record_find(&estimator->record, (guint16)(base + i), &unwrapped);
            packet->fate = nth > 0 && i % nth == 1 ? CC_SENT_LOST : CC_SENT_ARRIVED;
        }
        *now_us += 400000;
        estimator->result.state = CC_LINK_CLEAR;
        estimator->result.rtt_us = 60000;
        cc_uplink_voice_consider(&f->voice, estimator, *now_us);
        f->n_sent = 0;
    }
}

static void
test_losses(Fixture *f, gconstpointer data)
{
    CcEstimator estimator;
    CcRedBlock blocks[CC_RED_MAX_BLOCKS];
    gint64 now_us = G_USEC_PER_SEC;
    lose(f, &estimator, 3000000, 5, &now_us);
    say(f, 10);
    g_assert_cmpuint(f->n_sent, ==, 10);
    for (guint i = 0; i < 10; i++) {
        CcRtpHeader rtp = sent(f, i);
        g_assert_cmpuint(rtp.payload_type, ==, CC_SEND_PT_RED);
        guint n = cc_red_read(rtp.payload, rtp.payload_length, blocks);
        g_assert_cmpuint(n, >=, 2);
        for (guint k = 0; k < n; k++) {
            g_assert_cmpuint(blocks[k].payload_type, ==, OPUS_PT);
            g_assert_cmpuint(id_of(blocks[k].data) * FRAME, ==, rtp.timestamp - blocks[k].offset);
        }
    }
    cc_estimator_clear(&estimator);

    CcUplinkVoiceTypes old = {.opus = OPUS_PT, .numbered = TRUE}; /* a relay that knows no more */
    cc_uplink_voice_begin_session(&f->voice, &old);
    lose(f, &estimator, 3000000, 5, &now_us);
    say(f, 3);
    g_assert_cmpuint(sent(f, 2).payload_type, ==, CC_SEND_PT_AUDIO);
    cc_estimator_clear(&estimator);
}

/* What the relay asks for goes out alone, behind its number (RFC 4588); what is long gone does not.
 */
static void
test_repeat(Fixture *f, gconstpointer data)
{
    f->voice.longer = TRUE;
    CcEstimator estimator = {0};
    cc_uplink_voice_consider(&f->voice, &estimator, 0);
    say(f, 9);
    g_assert_cmpuint(f->n_sent, ==, 3);
    CcRtpHeader middle = sent(f, 1);
    CcOpusPacket opus;
    g_assert_true(cc_opus_parse(middle.payload, middle.payload_length, &opus));
    g_assert_cmpuint(opus.n_frames, ==, 3);
    cc_uplink_voice_repeat(&f->voice, middle.sequence, on_send, f);
    g_assert_cmpuint(f->n_sent, ==, 4);
    CcRtpHeader again = sent(f, 3);
    g_assert_cmpuint(again.payload_type, ==, CC_SEND_PT_AUDIO_RTX);
    g_assert_cmphex(again.ssrc, ==, 0x5678);
    g_assert_cmpuint(again.timestamp, ==, middle.timestamp);
    g_assert_cmpuint(cc_read_u16(again.payload), ==, middle.sequence);
    g_assert_cmpmem(again.payload + 2, again.payload_length - 2u, middle.payload,
                    middle.payload_length);
    cc_uplink_voice_repeat(&f->voice, (guint16)(middle.sequence + 5), on_send, f);
    cc_uplink_voice_repeat(&f->voice, (guint16)(middle.sequence - 5), on_send, f);
    g_assert_cmpuint(f->n_sent, ==, 4);
    say(f, 300);
    guint n = f->n_sent;
    cc_uplink_voice_repeat(&f->voice, middle.sequence, on_send, f);
    g_assert_cmpuint(f->n_sent, ==, n);
}

/* The relay's limit counts headers only if it wants fewer of them. */
static void
test_limit(void)
{
    gboolean longer;
    g_assert_cmpuint(cc_uplink_voice_codec_bps(-1, 0, 20, 32000, &longer), ==, 32000);
    g_assert_false(longer);
    g_assert_cmpuint(cc_uplink_voice_codec_bps(12000, 0, 20, 32000, &longer), ==, 12000);
    g_assert_false(longer);
    g_assert_cmpuint(cc_uplink_voice_codec_bps(17066, 68, 20, 32000, &longer), ==, 8000);
    g_assert_true(longer);
    g_assert_cmpuint(cc_uplink_voice_codec_bps(70000, 68, 20, 32000, &longer), ==, 32000);
    g_assert_false(longer); /* there is room for short ones */
    g_assert_cmpuint(cc_uplink_voice_codec_bps(17066, 68, 60, 32000, &longer), ==, 8000);
    g_assert_false(longer); /* they are already */
    g_assert_cmpuint(cc_uplink_voice_codec_bps(1, 511, 20, 32000, &longer), ==, CC_VOICE_LEAST_BPS);
    g_assert_cmpuint(cc_uplink_voice_codec_bps(G_MAXINT64, 0, 20, 32000, &longer), ==, 32000);
}

#define ADD(path, func) g_test_add("/uplink-voice/" path, Fixture, NULL, setup, func, teardown)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("plain", test_plain);
    ADD("losses", test_losses);
    ADD("repeat", test_repeat);
    g_test_add_func("/uplink-voice/limit", test_limit);
    return g_test_run();
}
