/* The same as libopus says: parsing of anything, merging, and the sound of what was merged and
 * taken apart again. */
#include <math.h>
#include <opus/opus.h>
#include <string.h>

#include "common/wire/opus.h"

#define RATE 48000
#define FRAME 960 /* 20 ms */
#define N_FRAMES 300
#define MAX_PACKET 1275

typedef struct {
    guint8 data[MAX_PACKET];
    gsize length;
} Coded;

/* Something like speech: bursts of a gliding tone with noise, and silence between them. */
static void
make_sound(gint16 *samples, guint frame, GRand *random)
{
    gboolean silent = frame % 60 >= 45;
    for (guint i = 0; i < FRAME; i++) {
        double t = (frame * FRAME + i) / (double)RATE;
        double tone = sin(2 * G_PI * (180 + 40 * sin(5 * t)) * t) + 0.4 * sin(7000 * t);
        samples[i] = silent ? 0 : (gint16)(6000 * tone + g_rand_int_range(random, -500, 500));
    }
}

static GPtrArray *
encode(opus_int32 bitrate, gboolean fec, guint32 seed)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    g_autofree gint16 *samples = g_new(gint16, FRAME);
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    OpusEncoder *encoder = opus_encoder_create(RATE, 1, OPUS_APPLICATION_VOIP, NULL);
    opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bitrate));
    opus_encoder_ctl(encoder, OPUS_SET_DTX(1));
    opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(fec));
    opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(fec ? 30 : 0));
    for (guint i = 0; i < N_FRAMES; i++) {
        Coded *coded = g_new0(Coded, 1);
        make_sound(samples, i, random);
        opus_int32 n = opus_encode(encoder, samples, FRAME, coded->data, MAX_PACKET);
        g_assert_cmpint(n, >, 0);
        coded->length = (gsize)n;
        g_ptr_array_add(all, coded);
    }
    opus_encoder_destroy(encoder);
    return all;
}

static void
check_like_libopus(const guint8 *data, gsize length)
{
    CcOpusPacket ours;
    const unsigned char *frames[48];
    opus_int16 sizes[48];
    unsigned char toc;
    int n = opus_packet_parse(data, (opus_int32)length, &toc, frames, sizes, NULL);
    if (!cc_opus_parse(data, length, &ours)) {
        g_assert_cmpint(n, <, 0);
        return;
    }
    g_assert_cmpint(n, ==, ours.n_frames);
    g_assert_cmpint(opus_packet_get_samples_per_frame(data, RATE), ==, ours.frame_samples);
    g_assert_cmpint(opus_packet_get_nb_channels(data), ==, ours.toc & 4 ? 2 : 1);
    for (int i = 0; i < n; i++)
        g_assert_cmpmem(ours.frames[i].data, ours.frames[i].length, frames[i], (gsize)sizes[i]);
}

static void
test_parse(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(4);
    for (guint round = 0; round < 200000; round++) {
        gsize length = (gsize)g_rand_int_range(random, 1, round % 10 == 0 ? 1500 : 24);
        g_autofree guint8 *data = g_malloc(length);
        for (gsize i = 0; i < length; i++)
            data[i] = (guint8)g_rand_int(random);
        check_like_libopus(data, length);
    }
}

static void
test_merge(void)
{
    for (guint bitrate = 8000; bitrate <= 64000; bitrate *= 2) {
        g_autoptr(GPtrArray) all = encode((opus_int32)bitrate, bitrate == 16000, 1);
        OpusRepacketizer *theirs = opus_repacketizer_create();
        guint n_merged = 0;
        for (guint i = 0; i + 6 <= all->len; i++) {
            guint n = 1 + i % 6;
            CcOpusPiece pieces[6];
            guint8 ours[4000], wanted[4000];
            gboolean fits = TRUE;
            opus_repacketizer_init(theirs);
            for (guint k = 0; k < n; k++) {
                Coded *coded = all->pdata[i + k];
                pieces[k] = (CcOpusPiece){coded->data, coded->length};
                fits = fits && opus_repacketizer_cat(theirs, coded->data,
                                                     (opus_int32)coded->length) == OPUS_OK;
            }
            gsize length = cc_opus_merge(ours, sizeof ours, pieces, n);
            if (!fits) {
                g_assert_cmpuint(length, ==, 0);
                continue;
            }
            opus_int32 n_wanted = opus_repacketizer_out(theirs, wanted, sizeof wanted);
            g_assert_cmpmem(ours, length, wanted, (gsize)n_wanted);
            n_merged++;
        }
        g_assert_cmpuint(n_merged, >, N_FRAMES / 2);
        opus_repacketizer_destroy(theirs);
    }
}

/* Three by three merged, and taken apart again, they sound as if nothing had happened. */
static void
test_sound(void)
{
    g_autoptr(GPtrArray) all = encode(24000, FALSE, 2);
    OpusDecoder *plain = opus_decoder_create(RATE, 1, NULL);
    OpusDecoder *long_way = opus_decoder_create(RATE, 1, NULL);
    for (guint i = 0; i + 3 <= all->len; i += 3) {
        CcOpusPiece pieces[3];
        guint8 merged[4000], single[MAX_PACKET + 1];
        CcOpusPacket packet;
        for (guint k = 0; k < 3; k++) {
            Coded *coded = all->pdata[i + k];
            pieces[k] = (CcOpusPiece){coded->data, coded->length};
        }
        gsize length = cc_opus_merge(merged, sizeof merged, pieces, 3);
        if (length == 0) /* the configuration changed in between */
            continue;
        g_assert_true(cc_opus_parse(merged, length, &packet));
        g_assert_cmpuint(packet.n_frames, ==, 3);
        for (guint k = 0; k < 3; k++) {
            gint16 a[FRAME], b[FRAME];
            gsize n = cc_opus_write_frame(single, sizeof single, &packet, k);
            g_assert_cmpint(
                opus_decode(plain, pieces[k].data, (opus_int32)pieces[k].length, a, FRAME, 0), ==,
                FRAME);
            g_assert_cmpint(opus_decode(long_way, single, (opus_int32)n, b, FRAME, 0), ==, FRAME);
            g_assert_cmpmem(a, sizeof a, b, sizeof b);
        }
    }
    opus_decoder_destroy(plain);
    opus_decoder_destroy(long_way);
}

/* libopus 1.3 does not tell which packets carry a copy, but an encoder that may not make any makes
 * none, and one that must makes them in speech. */
static void
test_fec(void)
{
    g_autoptr(GPtrArray) with = encode(20000, TRUE, 3);
    g_autoptr(GPtrArray) without = encode(20000, FALSE, 3);
    guint n_with = 0, n_without = 0;
    for (guint i = 0; i < N_FRAMES; i++) {
        Coded *a = with->pdata[i], *b = without->pdata[i];
        n_with += cc_opus_has_fec(a->data, a->length);
        n_without += cc_opus_has_fec(b->data, b->length);
    }
    g_assert_cmpuint(n_with, >, N_FRAMES / 2);
    g_assert_cmpuint(n_without, ==, 0);
}

/* What an encoder in silence sends. */
static void
test_dtx(void)
{
    g_autoptr(GPtrArray) all = encode(16000, FALSE, 5);
    guint n_dtx = 0;
    for (guint i = 0; i < N_FRAMES; i++) {
        Coded *coded = all->pdata[i];
        g_assert_cmpint(cc_opus_is_dtx(coded->data, coded->length), ==, coded->length <= 2);
        n_dtx += coded->length <= 2;
    }
    g_assert_cmpuint(n_dtx, >, 5);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/opus/libopus/parse", test_parse);
    g_test_add_func("/wire/opus/libopus/merge", test_merge);
    g_test_add_func("/wire/opus/libopus/sound", test_sound);
    g_test_add_func("/wire/opus/libopus/fec", test_fec);
    g_test_add_func("/wire/opus/libopus/dtx", test_dtx);
    return g_test_run();
}
