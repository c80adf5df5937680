/* A voice player that is given packets of any content at any time: sound goes on, piece after
 * piece. Each packet: what it is (bit 0: RED, bit 1: retransmitted, bit 2: a wild timestamp), by
 * how many 2.5 ms its time is ahead of the last one's (signed), how many ms later it comes, its
 * length. */
#include "client/recv/voice-player.h"
#include "common/wire/bytes.h"

#define HEAD 4
#define STEP 120 /* samples */

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
listen(CcVoicePlayer *player, gint64 now_us, CcVoicePiece *piece)
{
    gint64 due_us;
    while ((due_us = cc_voice_player_next_us(player)) <= now_us) {
        g_assert_true(cc_voice_player_take(player, now_us, piece));
        g_assert_cmpuint(piece->n, >, 0);
        g_assert_cmpuint(piece->n, <=, CC_VOICE_MAX_PIECE);
        g_assert_cmpuint(piece->n_coded, <=, CC_VOICE_MAX_CODED);
        g_assert_cmpint(cc_voice_player_next_us(player), >, due_us);
    }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(CcVoicePlayer) player = cc_voice_player_new();
    CcVoicePiece *piece = g_new(CcVoicePiece, 1);
    gint64 now_us = 1000 * G_USEC_PER_SEC;
    guint32 timestamp = 0;
    for (gsize at = 0; size - at > HEAD;) {
        guint8 what = data[at];
        timestamp += (guint32)((gint8)data[at + 1] * STEP);
        if (what & 4)
            timestamp = cc_read_u16(data + at + 1) * 65521u;
        now_us += data[at + 2] * 1000;
        gsize length = MIN(data[at + 3], size - at - HEAD);
        CcVoicePacket packet = {.timestamp = timestamp,
                                .payload = data + at + HEAD,
                                .length = length,
                                .red = what & 1,
                                .opus_type = 111,
                                .retransmitted = (what & 2) != 0};
        at += HEAD + length;
        listen(player, now_us, piece);
        cc_voice_player_add(player, &packet, now_us);
        cc_voice_player_wants(player, cc_voice_player_unwrap(player, timestamp));
    }
    listen(player, now_us + G_USEC_PER_SEC, piece);
    CcVoiceStats stats;
    cc_voice_player_get_stats(player, &stats);
    g_assert_cmpuint(stats.delay_ms, <, G_MAXINT32);
    g_free(piece);
    return 0;
}
