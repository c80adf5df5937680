/* Compares what the witness saw and heard at both ends of the link.
 *
 *   judge pictures RECV_PREFIX CLIP.i420 WIDTH HEIGHT    prints "TIME SSIM PSNR" of each kept
 * picture judge voice SEND_PREFIX RECV_PREFIX BEGIN END        prints "TIME STATE LIKENESS
 * DELAY_MS" of each 20 ms
 *
 * TIME, BEGIN and END: CLOCK_MONOTONIC in microseconds; of voice: when it was said. STATE: s
 * silent, h heard, d damaged. The formats are witness.c's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/weak-link/frame-code.h"
#include "tests/weak-link/picture-score.h"
#include "tests/weak-link/voice-score.h"

#define MAX_SIZE 8192
#define MAX_SECONDS G_GINT64_CONSTANT(3600)
#define SLACK 1920 /* 40 ms, as sound devices have it */

static guint8 *
read_at(FILE *file, gint64 position, gsize length)
{
    g_autofree guint8 *data = g_malloc(length);
    if (fseeko(file, position, SEEK_SET) != 0 || fread(data, 1, length, file) != length)
        return NULL;
    return g_steal_pointer(&data);
}

static FILE *
open_input(const char *prefix, const char *suffix)
{
    g_autofree char *path = g_strconcat(prefix, suffix, NULL);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        g_printerr("judge: cannot read %s\n", path);
        exit(66);
    }
    return file;
}

typedef struct {
    FILE *shown, *clip;
    guint width, height; /* the clip's */
} Pictures;

static void
judge_picture(const Pictures *pictures, gint64 time_us, int number, guint width, guint height,
              gint64 position)
{
    gsize size = (gsize)pictures->width * pictures->height;
    g_autofree guint8 *shown = read_at(pictures->shown, position, (gsize)width * height);
    g_autofree guint8 *captured = read_at(pictures->clip, (gint64)(size * 3 / 2) * number, size);
    if (shown == NULL || captured == NULL)
        return;
    g_autofree guint8 *enlarged = g_malloc(size);
    picture_enlarge(shown, width, height, enlarged, pictures->width, pictures->height);
    PictureScore score = picture_compare(enlarged, captured, pictures->width, pictures->height,
                                         frame_code_rows(pictures->height));
    printf("%" G_GINT64_FORMAT " %.5f %.2f\n", time_us, score.ssim, score.psnr_db);
}

static void
judge_pictures(char **argv)
{
    Pictures pictures = {open_input(argv[2], ".pictures"), open_input(argv[3], ""),
                         (guint)atoi(argv[4]), (guint)atoi(argv[5])};
    FILE *events = open_input(argv[2], ".events");
    char line[256];
    while (fgets(line, sizeof line, events) != NULL) {
        gint64 time_us, position;
        int number;
        guint width, height;
        if (sscanf(line, "picture %" G_GINT64_FORMAT " %d %u %u %" G_GINT64_FORMAT, &time_us,
                   &number, &width, &height, &position) == 5 &&
            number >= 0 && position >= 0 && width - 1 < MAX_SIZE && height - 1 < MAX_SIZE)
            judge_picture(&pictures, time_us, number, width, height, position);
    }
    fclose(events);
    fclose(pictures.shown);
    fclose(pictures.clip);
}

typedef struct {
    gint16 *samples;
    gsize n;
    gint64 next; /* where the piece after the last one belongs; -1: there was none */
} Axis;

/* Where a piece belongs that was seen so long after the axis begins. When it is seen is not exact
 * to the sample: what follows closely enough follows on. */
static gint64
place(Axis *axis, gint64 after_us, gint64 count)
{
    gint64 at = after_us * 48 / 1000;
    if (axis->next >= 0 && ABS(at - axis->next) < SLACK)
        at = axis->next;
    axis->next = at + count;
    return at;
}

static gboolean
read_piece(Axis *axis, FILE *sound, gint64 after_us, gint64 position, gint64 count)
{
    gint64 at = place(axis, after_us, count);
    if (at < 0 || at >= (gint64)axis->n)
        return TRUE;
    gsize fits = MIN((gsize)count, axis->n - (gsize)at);
    return fseeko(sound, position * 2, SEEK_SET) == 0 &&
           fread(axis->samples + at, 2, fits, sound) == fits;
}

/* What was there from @begin_us to @end_us, silence where nothing was. */
static void
read_sound(const char *prefix, gint64 begin_us, gint64 end_us, GArray **phases, guint n_phases)
{
    FILE *events = open_input(prefix, ".events"), *sound = open_input(prefix, ".sound");
    gsize n = (gsize)((end_us - begin_us) * 48 / 1000);
    g_autofree gint16 *samples = g_new0(gint16, n);
    Axis axis = {samples, n, -1};
    char line[256];
    while (fgets(line, sizeof line, events) != NULL) {
        gint64 time_us, position, count;
        if (sscanf(line, "sound %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                   &time_us, &position, &count) == 3 &&
            count > 0 && count < 480000 &&
            !read_piece(&axis, sound, time_us - begin_us, position, count))
            break;
    }
    fclose(events);
    fclose(sound);
    for (guint phase = 0; phase < n_phases; phase++)
        phases[phase] = voice_reduce(samples, n, phase);
}

static void
judge_voice(char **argv)
{
    gint64 begin_us = g_ascii_strtoll(argv[4], NULL, 10),
           end_us = g_ascii_strtoll(argv[5], NULL, 10);
    if (end_us <= begin_us || end_us - begin_us > MAX_SECONDS * G_USEC_PER_SEC)
        exit(64);
    GArray *said, *heard[VOICE_PHASES];
    gint64 latest_us = end_us + VOICE_MAX_DELAY_MS * G_GINT64_CONSTANT(1000);
    read_sound(argv[2], begin_us, end_us, &said, 1);
    read_sound(argv[3], begin_us, latest_us, heard, VOICE_PHASES);
    g_autoptr(GArray) frames = voice_compare(said, heard);
    g_array_unref(said);
    for (guint phase = 0; phase < VOICE_PHASES; phase++)
        g_array_unref(heard[phase]);
    for (guint i = 0; i < frames->len; i++) {
        const VoiceFrame *frame = &g_array_index(frames, VoiceFrame, i);
        printf("%" G_GINT64_FORMAT " %c %.3f %d\n", begin_us + i * VOICE_FRAME_MS * 1000,
               "shd"[frame->state], frame -> likeness, frame -> delay_ms);
    }
}

int
main(int argc, char **argv)
{
    if (argc == 6 && strcmp(argv[1], "pictures") == 0) {
        judge_pictures(argv);
    } else if (argc == 6 && strcmp(argv[1], "voice") == 0) {
        judge_voice(argv);
    } else {
        g_printerr("usage: judge pictures RECV_PREFIX CLIP.i420 WIDTH HEIGHT\n"
                   "       judge voice SEND_PREFIX RECV_PREFIX BEGIN END\n");
        return 64;
    }
    return 0;
}
