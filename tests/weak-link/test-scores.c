#include <math.h>
#include <string.h>

#include "client/recv/voice-stretch.h"
#include "tests/weak-link/frame-code.h"
#include "tests/weak-link/picture-score.h"
#include "tests/weak-link/voice-score.h"

#define WIDTH 640
#define HEIGHT 360

/* A soft landscape with edges. */
static guint8 *
draw(guint width, guint height)
{
    guint8 *luma = g_malloc((gsize)width * height);
    for (guint y = 0; y < height; y++)
        for (guint x = 0; x < width; x++) {
            double u = (double)x / width, v = (double)y / height;
            double value = 120 + 60 * sin(9 * u) * cos(7 * v) + (fmod(u * 8, 1) < 0.5 ? 20 : -20);
            luma[(gsize)y * width + x] = (guint8)value;
        }
    return luma;
}

static void
disturb(guint8 *luma, gsize n, guint by)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);
    for (gsize i = 0; i < n; i++)
        luma[i] = (guint8)(luma[i] + g_rand_int_range(rand, 0, (gint32)(2 * by + 1)) - (gint)by);
}

static void
test_same_picture(void)
{
    g_autofree guint8 *picture = draw(WIDTH, HEIGHT);
    PictureScore score = picture_compare(picture, picture, WIDTH, HEIGHT, 0);
    g_assert_cmpfloat(fabs(score.ssim - 1), <, 1e-9);
    g_assert_cmpfloat(score.psnr_db, ==, PICTURE_SCORE_MAX_DB);
}

static void
test_disturbed_picture(void)
{
    g_autofree guint8 *picture = draw(WIDTH, HEIGHT);
    double last_ssim = 1, last_psnr_db = PICTURE_SCORE_MAX_DB;
    for (guint by = 2; by <= 32; by *= 2) {
        g_autofree guint8 *worse = g_memdup2(picture, WIDTH * HEIGHT);
        disturb(worse, WIDTH * HEIGHT, by);
        PictureScore score = picture_compare(picture, worse, WIDTH, HEIGHT, 0);
        g_assert_cmpfloat(score.ssim, <, last_ssim);
        g_assert_cmpfloat(score.psnr_db, <, last_psnr_db);
        /* Even noise of ±n has a mean square of n (n + 1) / 3. */
        double expected_db = 10 * log10(255 * 255 / (by * (by + 1) / 3.0));
        g_assert_cmpfloat(fabs(score.psnr_db - expected_db), <, 0.1);
        last_ssim = score.ssim;
        last_psnr_db = score.psnr_db;
    }
    g_assert_cmpfloat(last_ssim, <, 0.3);
}

static void
test_rows_that_do_not_count(void)
{
    g_autofree guint8 *picture = draw(WIDTH, HEIGHT);
    g_autofree guint8 *other = g_memdup2(picture, WIDTH * HEIGHT);
    memset(other, 0, WIDTH * 16);
    g_assert_cmpfloat(picture_compare(picture, other, WIDTH, HEIGHT, 0).ssim, <, 0.99);
    g_assert_cmpfloat(picture_compare(picture, other, WIDTH, HEIGHT, 16).ssim, >, 0.999999);
}

static void
test_enlarged_picture(void)
{
    g_autofree guint8 *large = draw(WIDTH, HEIGHT), *enlarged = g_malloc(WIDTH * HEIGHT);
    double last = 1.0000001;
    for (guint part = 1; part <= 8; part *= 2) {
        g_autofree guint8 *small = draw(WIDTH / part, HEIGHT / part);
        picture_enlarge(small, WIDTH / part, HEIGHT / part, enlarged, WIDTH, HEIGHT);
        double ssim = picture_compare(large, enlarged, WIDTH, HEIGHT, 0).ssim;
        g_assert_cmpfloat(ssim, <, last);
        last = ssim;
    }
    g_assert_cmpfloat(last, >, 0.7); /* it is at its place */
}

static void
test_frame_code(void)
{
    g_autofree guint8 *large = draw(1280, 720), *small = g_malloc(320 * 180);
    g_assert_cmpint(frame_code_read(large, 1280, 1280, 720), ==, -1);
    for (guint number = 0; number <= FRAME_CODE_MAX; number += 37) {
        frame_code_write(large, 1280, 1280, 720, number);
        g_assert_cmpint(frame_code_read(large, 1280, 1280, 720), ==, number);
        picture_enlarge(large, 1280, 720, small, 320, 180);
        disturb(small, 320 * 180, 15);
        g_assert_cmpint(frame_code_read(small, 320, 320, 180), ==, number);
    }
    g_assert_cmpint(frame_code_read(large, 8, 8, 8), ==, -1);
}

/* Something like a voice: a tone of changing pitch with changing overtones, and pauses. 48 kHz. */
static GArray *
speak(guint seconds)
{
    GArray *spoken = g_array_new(FALSE, TRUE, sizeof(gint16));
    g_autoptr(GRand) rand = g_rand_new_with_seed(11);
    double phase = 0, pitch = 120, colour = 1;
    g_array_set_size(spoken, seconds * 48000);
    for (guint i = 0; i < spoken->len; i++) {
        if (i % 4800 == 0) {
            pitch = g_rand_double_range(rand, 90, 260);
            colour = g_rand_double_range(rand, 2, 9);
        }
        /* Gliding, as no voice stays where it is: else nothing tells one period from the next. */
        phase += 2 * G_PI * pitch * (1 + 0.2 * sin(2 * G_PI * i / 7000)) / 48000;
        gboolean pause = i / 48000 % 4 == 3;
        double value = sin(phase) + sin(colour * phase) + 0.5 * g_rand_double(rand);
        g_array_index(spoken, gint16, i) = (gint16)(pause ? 0 : 4000 * value);
    }
    return spoken;
}

typedef struct {
    guint silent, heard, damaged;
    GArray *frames;
} Verdict;

/* @heard: the same samples, changed and later by @delay_ms. */
static Verdict
compare(GArray *spoken, GArray *changed, guint delay_ms)
{
    g_autoptr(GArray) late = g_array_new(FALSE, TRUE, sizeof(gint16));
    g_array_set_size(late, delay_ms * 48);
    g_array_append_vals(late, changed->data, changed->len);
    g_autoptr(GArray) said = voice_reduce((gint16 *)spoken->data, spoken->len, 0);
    GArray *heard[VOICE_PHASES];
    for (guint phase = 0; phase < VOICE_PHASES; phase++)
        heard[phase] = voice_reduce((gint16 *)late->data, late->len, phase);
    Verdict verdict = {.frames = voice_compare(said, heard)};
    for (guint i = 0; i < verdict.frames->len; i++) {
        VoiceState state = g_array_index(verdict.frames, VoiceFrame, i).state;
        verdict.silent += state == VOICE_SILENT;
        verdict.heard += state == VOICE_HEARD;
        verdict.damaged += state == VOICE_DAMAGED;
    }
    for (guint phase = 0; phase < VOICE_PHASES; phase++)
        g_array_unref(heard[phase]);
    return verdict;
}

static void
test_voice_that_came_through(void)
{
    g_autoptr(GArray) spoken = speak(4);
    Verdict verdict = compare(spoken, spoken, 617);
    g_assert_cmpuint(verdict.damaged, ==, 0);
    g_assert_cmpuint(verdict.heard, >, 145);
    g_assert_cmpuint(verdict.silent, >, 45);
    const VoiceFrame *frame = &g_array_index(verdict.frames, VoiceFrame, 50);
    g_assert_cmpint(ABS(frame->delay_ms - 617), <=, 1);
    g_array_unref(verdict.frames);
}

/* Every fifth 20 ms is missing. */
static void
test_voice_with_holes(void)
{
    g_autoptr(GArray) spoken = speak(4);
    g_autoptr(GArray) changed = g_array_copy(spoken);
    guint lost = 0;
    for (guint frame = 2; frame < 200; frame += 5) {
        gboolean pause = frame / 50 % 4 == 3;
        memset(&g_array_index(changed, gint16, frame * 960), 0, 960 * sizeof(gint16));
        lost += !pause;
    }
    Verdict verdict = compare(spoken, changed, 200);
    g_assert_cmpuint(verdict.damaged, >=, lost * 9 / 10);
    g_assert_cmpuint(verdict.damaged, <=, lost * 11 / 10);
    g_array_unref(verdict.frames);
}

static void
test_voice_whose_delay_jumps(void)
{
    g_autoptr(GArray) spoken = speak(4);
    g_autoptr(GArray) changed = g_array_copy(spoken);
    static const gint16 pause[48 * 400];
    g_array_insert_vals(changed, 48000 * 3 / 2, pause, G_N_ELEMENTS(pause));
    Verdict verdict = compare(spoken, changed, 150);
    g_assert_cmpuint(verdict.damaged, <=, 2);
    int before_ms = g_array_index(verdict.frames, VoiceFrame, 50).delay_ms;
    int after_ms = g_array_index(verdict.frames, VoiceFrame, 120).delay_ms;
    g_assert_cmpint(ABS(before_ms - 150), <=, 1);
    g_assert_cmpint(ABS(after_ms - 550), <=, 1);
    g_array_unref(verdict.frames);
}

/* A period is left out, or said twice, now and then: nothing is lost. */
static void
test_voice_that_is_stretched(void)
{
    g_autoptr(GArray) spoken = speak(6);
    for (guint longer = 0; longer < 2; longer++) {
        g_autoptr(GArray) changed = g_array_new(FALSE, TRUE, sizeof(gint16));
        guint stretches = 0;
        gint16 piece[960 + 960 + CC_STRETCH_MAX_PERIOD];
        for (guint at = 0; at + 1920 <= spoken->len; at += 1920) {
            guint n = 1920, period = 0;
            memcpy(piece, &g_array_index(spoken, gint16, at), sizeof *piece * n);
            if (at % 17280 == 9600 && longer)
                period = cc_stretch_lengthen(
                    &g_array_index(changed, gint16, changed->len - CC_STRETCH_MAX_PERIOD), piece, n,
                    1, 0.6, 0);
            else if (at % 17280 == 9600)
                period = cc_stretch_shorten(piece, n, 1, 0.6, 0);
            stretches += period > 0;
            g_array_append_vals(changed, piece, longer ? n + period : n - period);
        }
        Verdict verdict = compare(spoken, changed, 400);
        g_test_message("%u stretches, %u damaged", stretches, verdict.damaged);
        g_assert_cmpuint(stretches, >=, 5);
        g_assert_cmpuint(verdict.damaged * 5, <=, stretches);
        g_array_unref(verdict.frames);
    }
}

/* In the place of each tenth frame the 20 ms that were said half a frame before it are heard. */
static void
test_voice_that_was_held_on(void)
{
    g_autoptr(GArray) spoken = speak(4);
    g_autoptr(GArray) changed = g_array_copy(spoken);
    guint lost = 0;
    for (guint frame = 5; frame < 200; frame += 10) {
        if (frame / 50 % 4 == 3)
            continue;
        memcpy(&g_array_index(changed, gint16, frame * 960),
               &g_array_index(spoken, gint16, frame * 960 - 480), 960 * sizeof(gint16));
        lost++;
    }
    Verdict verdict = compare(spoken, changed, 200);
    g_test_message("%u lost, %u damaged", lost, verdict.damaged);
    g_assert_cmpuint(verdict.damaged, >=, lost * 8 / 10);
    g_array_unref(verdict.frames);
}

/* Short words of few vowels, each of which sounds like the other times, weak at both ends and with
 * pauses of different lengths between them. 48 kHz. */
static GArray *
speak_words(guint words)
{
    static const double pitches[] = {110, 131, 147}, colours[] = {3, 5, 8};
    GArray *spoken = g_array_new(FALSE, TRUE, sizeof(gint16));
    g_autoptr(GRand) rand = g_rand_new_with_seed(17);
    for (guint word = 0; word < words; word++) {
        guint vowel = (guint)g_rand_int_range(rand, 0, G_N_ELEMENTS(pitches));
        guint length = 480 * (guint)g_rand_int_range(rand, 16, 40), at = spoken->len;
        guint pause = 480 * (guint)g_rand_int_range(rand, 4, 40);
        g_array_set_size(spoken, at + length + pause);
        double phase = 0;
        for (guint i = 0; i < length + pause; i++) {
            double loud = i < length ? 0.15 + sin(G_PI * i / length) : 0;
            phase += 2 * G_PI * pitches[vowel] * (1 + 0.1 * sin(2 * G_PI * i / 9000)) / 48000;
            double value = loud * (sin(phase) + sin(colours[vowel] * phase));
            g_array_index(spoken, gint16, at + i) =
                (gint16)(5000 * value + 8 * g_rand_double_range(rand, -1, 1));
        }
    }
    return spoken;
}

static gboolean
is_pause(const gint16 *samples, guint n)
{
    return cc_stretch_is_silence(samples, n, 1, 0);
}

#define LEAST_CUT (48000 * 3 / 2)
#define MOST_CUT (48000 * 5 / 2)
#define CUT_DELAY_MS 2900

/* Half of each pause is left out, a period at a time, up to MOST_CUT in all. */
static GArray *
cut_pauses(const GArray *spoken)
{
    GArray *cut = g_array_new(FALSE, TRUE, sizeof(gint16));
    guint n = 2 * CC_STRETCH_MAX_PERIOD;
    for (guint at = 0; at + n <= spoken->len; at += n) {
        const gint16 *piece = &g_array_index(spoken, gint16, at);
        gboolean cuts = is_pause(piece, n) && at - cut->len < MOST_CUT;
        g_array_append_vals(cut, piece, cuts ? CC_STRETCH_MAX_PERIOD : n);
    }
    return cut;
}

/* Nothing that was said is missing, though the delay falls by a second and a half. */
static void
test_voice_whose_pauses_are_cut(void)
{
    g_autoptr(GArray) spoken = speak_words(28);
    g_autoptr(GArray) cut = cut_pauses(spoken);
    g_assert_cmpuint(spoken->len - cut->len, >, LEAST_CUT);
    Verdict verdict = compare(spoken, cut, CUT_DELAY_MS);
    g_test_message("%u heard, %u damaged", verdict.heard, verdict.damaged);
    g_assert_cmpuint(verdict.heard, >, 300);
    g_assert_cmpuint(verdict.damaged, <=, verdict.heard / 200);
    g_array_unref(verdict.frames);
}

/* What comes back after an outage is found where it was before: only what is not heard in between
 * is damaged, though some of that sounds like what was said later. */
static void
test_voice_after_an_outage(void)
{
    g_autoptr(GArray) spoken = speak_words(60);
    g_autoptr(GArray) heard = g_array_copy(spoken);
    guint from = spoken->len / 4 / 960, until = spoken->len * 2 / 3 / 960, n[2] = {0};
    memset(&g_array_index(heard, gint16, from * 960), 0, (until - from) * 960 * sizeof(gint16));
    Verdict verdict = compare(spoken, heard, 60);
    for (guint i = 0; i < verdict.frames->len; i++) {
        gboolean missing = i + 1 >= from && i <= until;
        n[missing] += g_array_index(verdict.frames, VoiceFrame, i).state == VOICE_DAMAGED;
    }
    g_test_message("%u heard, %u damaged where it is missing, %u elsewhere", verdict.heard, n[TRUE],
                   n[FALSE]);
    g_assert_cmpuint(n[TRUE], >, 150);
    g_assert_cmpuint(n[FALSE], ==, 0);
    g_array_unref(verdict.frames);
}

typedef enum { MANGLE_SILENCE, MANGLE_HOLD, MANGLE_OTHER_WORD, MANGLE_ALL } Mangle;

/* 20 ms of a word become nothing, what came a pitch and a half before, or a piece of the last
 * word. */
static void
mangle(GArray *spoken, guint at, Mangle how)
{
    gint16 *piece = &g_array_index(spoken, gint16, at);
    static const guint back[MANGLE_ALL] = {0, 550, 24000};
    if (how == MANGLE_SILENCE)
        memset(piece, 0, 960 * sizeof *piece);
    else
        memmove(piece, piece - back[how], 960 * sizeof *piece);
}

static guint
count_damaged(const GArray *frames, const GArray *wanted)
{
    guint n = 0;
    for (guint i = 0; i < wanted->len; i++) {
        guint frame = g_array_index(wanted, guint, i);
        n += g_array_index(frames, VoiceFrame, frame).state == VOICE_DAMAGED;
    }
    return n;
}

/* Where pauses are cut as well, what is lost is found all the same; and little else. */
static void
test_words_that_are_mangled(void)
{
    g_autoptr(GArray) spoken = speak_words(28);
    for (Mangle how = 0; how < MANGLE_ALL; how++) {
        g_autoptr(GArray) changed = g_array_copy(spoken);
        g_autoptr(GArray) mangled = g_array_new(FALSE, FALSE, sizeof(guint));
        for (guint frame = 30; (frame + 1) * 960 <= spoken->len; frame += 7) {
            if (cc_stretch_power(&g_array_index(spoken, gint16, frame * 960), 960, 1) < 1e6)
                continue;
            mangle(changed, frame * 960, how);
            g_array_append_val(mangled, frame);
        }
        g_autoptr(GArray) cut = cut_pauses(changed);
        Verdict verdict = compare(spoken, cut, CUT_DELAY_MS);
        guint found = count_damaged(verdict.frames, mangled);
        g_test_message("%u mangled, %u found, %u damaged", mangled->len, found, verdict.damaged);
        g_assert_cmpuint(mangled->len, >, 40);
        g_assert_cmpuint(found, >=, mangled->len * 3 / 4);
        g_assert_cmpuint(verdict.damaged, >=, mangled->len * 9 / 10);
        g_assert_cmpuint(verdict.damaged, <=, mangled->len * 12 / 10);
        g_array_unref(verdict.frames);
    }
}

static void
test_nothing_heard(void)
{
    g_autoptr(GArray) spoken = speak(4);
    g_autoptr(GArray) nothing = g_array_new(FALSE, TRUE, sizeof(gint16));
    g_array_set_size(nothing, spoken->len);
    Verdict verdict = compare(spoken, nothing, 0);
    g_assert_cmpuint(verdict.heard, ==, 0);
    g_assert_cmpuint(verdict.damaged, >, 140);
    g_array_unref(verdict.frames);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/weak-link/same-picture", test_same_picture);
    g_test_add_func("/weak-link/disturbed-picture", test_disturbed_picture);
    g_test_add_func("/weak-link/rows-that-do-not-count", test_rows_that_do_not_count);
    g_test_add_func("/weak-link/enlarged-picture", test_enlarged_picture);
    g_test_add_func("/weak-link/frame-code", test_frame_code);
    g_test_add_func("/weak-link/voice-that-came-through", test_voice_that_came_through);
    g_test_add_func("/weak-link/voice-with-holes", test_voice_with_holes);
    g_test_add_func("/weak-link/voice-whose-delay-jumps", test_voice_whose_delay_jumps);
    g_test_add_func("/weak-link/voice-that-is-stretched", test_voice_that_is_stretched);
    g_test_add_func("/weak-link/voice-that-was-held-on", test_voice_that_was_held_on);
    g_test_add_func("/weak-link/voice-whose-pauses-are-cut", test_voice_whose_pauses_are_cut);
    g_test_add_func("/weak-link/voice-after-an-outage", test_voice_after_an_outage);
    g_test_add_func("/weak-link/words-that-are-mangled", test_words_that_are_mangled);
    g_test_add_func("/weak-link/nothing-heard", test_nothing_heard);
    return g_test_run();
}
