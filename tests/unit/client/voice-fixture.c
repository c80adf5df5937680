#include "voice-fixture.h"

#include <math.h>
#include <opus.h>
#include <string.h>

#include "common/wire/red.h"

#define FRAME 960
#define FIRST_TIMESTAMP 0xfffffff0u /* wraps soon */
#define MAX_EARLIER 4

/* Sums of the harmonics of a voice at 110 to 180 Hz. */
void
voice_speak(gint16 *samples, gint64 from, guint n)
{
    for (guint i = 0; i < n; i++) {
        double t = (double)(from + i) / CC_VOICE_RATE;
        double in_word = fmod(t, 0.7);
        double loudness = in_word < 0.5 ? sin(G_PI * in_word / 0.5) : 0;
        /* The phase is the integral of 145 + 35 sin(2 pi t / 3) Hz. */
        double phase = 2 * G_PI * 145 * t - 35 * 3 * cos(2 * G_PI * t / 3);
        double value = 0;
        for (guint k = 1; k <= 20 && loudness > 0; k++) {
            double f = 145.0 * k;
            double formants = exp(-pow((f - 600) / 300, 2)) + 0.5 * exp(-pow((f - 1700) / 400, 2));
            value += (0.02 + formants) * sin(k * phase + k * k);
        }
        gint16 sample = (gint16)CLAMP(loudness * value * 3000, -32000, 32000);
        samples[2 * i] = samples[2 * i + 1] = sample;
    }
}

double
voice_worst_step(const gint16 *samples, guint n)
{
    int worst = 0;
    for (guint i = 1; i < n; i++)
        worst = MAX(worst, ABS(samples[2 * i] - samples[2 * i - 2]));
    return worst;
}

typedef struct {
    gint64 arrival_us;
    guint order; /* among those of the same moment */
    CcVoicePacket packet;
    guint8 payload[1500];
} Arrival;

typedef struct {
    guint8 data[600];
    guint16 length;
} Coded;

static int
compare_arrivals(gconstpointer a, gconstpointer b)
{
    const Arrival *first = *(Arrival *const *)a, *second = *(Arrival *const *)b;
    if (first->arrival_us != second->arrival_us)
        return first->arrival_us < second->arrival_us ? -1 : 1;
    return first->order < second->order ? -1 : 1;
}

static Coded *
encode(const VoiceLink *link, guint n)
{
    int error;
    gint16 samples[FRAME * 2];
    Coded *coded = g_new0(Coded, n);
    OpusEncoder *encoder = opus_encoder_create(CC_VOICE_RATE, 2, OPUS_APPLICATION_VOIP, &error);
    g_assert_nonnull(encoder);
    opus_encoder_ctl(encoder, OPUS_SET_BITRATE(32000));
    opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(2));
    opus_encoder_ctl(encoder, OPUS_SET_FORCE_CHANNELS(1));
    opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(link->fec));
    opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(link->fec ? 10 : 0));
    opus_encoder_ctl(encoder, OPUS_SET_DTX(link->dtx));
    for (guint i = 0; i < n; i++) {
        voice_speak(samples, (gint64)i * FRAME, FRAME);
        if (link->pause_s != 0 && i / 50 / link->pause_s % 2 != 0)
            memset(samples, 0, sizeof samples);
        int length = opus_encode(encoder, samples, FRAME, coded[i].data, sizeof coded[i].data);
        g_assert_cmpint(length, >, 0);
        coded[i].length = (guint16)length;
    }
    opus_encoder_destroy(encoder);
    return coded;
}

static void
write_payload(const VoiceLink *link, const Coded *coded, guint index, gboolean red, Arrival *to)
{
    CcRedBlock blocks[MAX_EARLIER + 1];
    guint n = 0;
    for (guint back = MIN(link->earlier, index); red && back > 0; back--)
        blocks[n++] = (CcRedBlock){111, (guint16)(back * FRAME), coded[index - back].length,
                                   coded[index - back].data};
    blocks[n++] = (CcRedBlock){111, 0, coded[index].length, coded[index].data};
    if (red)
        to->packet.length = cc_red_write(to->payload, sizeof to->payload, blocks, n);
    else
        memcpy(to->payload, coded[index].data, to->packet.length = coded[index].length);
    to->packet.payload = to->payload;
    to->packet.opus_type = 111;
    to->packet.red = red;
    to->packet.timestamp = FIRST_TIMESTAMP + index * FRAME;
}

static gboolean
between(guint ms, guint from, guint until)
{
    return ms >= from && ms < until;
}

static gint64
transit_us(const VoiceLink *link, GRand *random, guint ms)
{
    guint jitter_ms =
        link->jitter_ms + (between(ms, link->worse_from_ms, link->worse_until_ms) ? 200 : 0);
    gint64 us = link->one_way_ms * 1000 + (gint64)(g_rand_double(random) * jitter_ms * 1000);
    if (between(ms, link->stall_from_ms, link->stall_until_ms))
        us += (link->stall_until_ms - ms) * 1000;
    return us;
}

static void
send_frame(const VoiceLink *link, GRand *random, const Coded *coded, guint index, guint *left,
           GPtrArray *arrivals)
{
    gint64 sent_us = (gint64)index * 20000 * (1000000 - link->drift_ppm) / 1000000;
    guint ms = (guint)(sent_us / 1000);
    gboolean dead = between(ms, link->dead_from_ms, link->dead_until_ms);
    if (*left == 0 && g_rand_double(random) < link->loss / MAX(link->burst, 1))
        *left = MAX(link->burst, 1);
    gboolean lost = dead || *left > 0;
    *left -= *left > 0;
    Arrival *arrival = g_new0(Arrival, 1);
    arrival->order = arrivals->len;
    arrival->arrival_us = 1000000 + sent_us + transit_us(link, random, ms);
    write_payload(link, coded, index, link->earlier > 0 && !lost, arrival);
    while (lost && link->rtt_ms != 0 && !dead) {
        arrival->packet.retransmitted = TRUE;
        arrival->arrival_us += link->rtt_ms * 1000 + 20000;
        lost = g_rand_double(random) < link->loss;
    }
    if (lost)
        g_free(arrival);
    else
        g_ptr_array_add(arrivals, arrival);
}

static GPtrArray *
send_all(const VoiceLink *link)
{
    GRand *random = g_rand_new_with_seed(link->seed);
    GPtrArray *arrivals = g_ptr_array_new_with_free_func(g_free);
    guint n = link->seconds * 50, left = 0;
    Coded *coded = encode(link, n);
    gboolean silent = FALSE;
    for (guint i = 0; i < n; i++) {
        /* As libopus wants it: what says no more than "still silent" is not sent. */
        gboolean dtx = coded[i].length <= 2;
        if (!dtx || !silent || i % 20 == 0)
            send_frame(link, random, coded, i, &left, arrivals);
        silent = dtx;
    }
    g_ptr_array_sort(arrivals, compare_arrivals);
    g_free(coded);
    g_rand_free(random);
    return arrivals;
}

static void
hear(CcVoicePlayer *player, VoiceHeard *heard, gint64 *ended_us)
{
    static CcVoicePiece piece;
    gint64 due_us = cc_voice_player_next_us(player);
    g_assert_true(cc_voice_player_take(player, due_us, &piece));
    g_assert_cmpuint(piece.n, >, 0);
    g_assert_cmpuint(piece.n, <=, CC_VOICE_MAX_PIECE);
    heard->gaps += *ended_us != 0 && ABS(piece.begins_us - *ended_us) > 50;
    *ended_us = piece.begins_us + (gint64)piece.n * 1000000 / CC_VOICE_RATE;
    heard->coded += piece.n_coded;
    g_array_append_vals(heard->sound, piece.samples, piece.n * 2);
    CcVoiceStats stats;
    cc_voice_player_get_stats(player, &stats);
    heard->max_delay_ms = MAX(heard->max_delay_ms, stats.delay_ms);
    heard->max_chosen_ms = MAX(heard->max_chosen_ms, cc_voice_stats_chosen_ms(&stats));
    if (g_getenv("VOICE_TRACE") != NULL)
        g_printerr("%7.3f delay %u wanted %u concealed %u n %u\n", (double)due_us / 1e6,
                   stats.delay_ms, stats.wanted_ms, (guint)stats.concealed_ms, piece.n);
}

void
voice_run(const VoiceLink *link, VoiceHeard *heard)
{
    g_autoptr(GPtrArray) arrivals = send_all(link);
    g_autoptr(CcVoicePlayer) player = cc_voice_player_new();
    gint64 ended_us = 0;
    *heard = (VoiceHeard){.sound = g_array_new(FALSE, FALSE, sizeof(gint16))};
    for (guint i = 0; i < arrivals->len; i++) {
        const Arrival *arrival = arrivals->pdata[i];
        while (cc_voice_player_next_us(player) < arrival->arrival_us)
            hear(player, heard, &ended_us);
        guint ms = (guint)(arrival->arrival_us / 1000 - 1000);
        cc_voice_player_set_least(
            player, between(ms, link->least_from_ms, link->least_until_ms) ? 400000 : 0);
        g_assert_cmpuint(cc_voice_player_add(player, &arrival->packet, arrival->arrival_us), ==,
                         FRAME);
    }
    cc_voice_player_get_stats(player, &heard->stats);
}

void
voice_heard_clear(VoiceHeard *heard)
{
    g_clear_pointer(&heard->sound, g_array_unref);
}
