#include "client/recv/voice-mix.h"

#include <string.h>

#include "client/recv/voice-buffer.h"
#include "client/recv/voice-decoder.h"

#define RING (CC_VOICE_RATE / 2) /* sample frames; CC_VOICE_MIX_MAX_AHEAD_US of them */
/* A voice hands out its next piece when that is due: so late, it is gone or hangs. */
#define GONE_US 60000
#define STEADY 4 /* samples by which times, that are rounded, may be off */
#define PIECE 960

struct CcVoiceMix {
    GMutex lock;
    CcVoiceMixFunc out;
    gpointer user_data;
    gint64 begin;                   /* of the sums: sample time of what goes out next */
    gint64 end;                     /* behind the last that has been added */
    gint64 ends[CC_WATCHED_AUDIOS]; /* of each voice; 0: never */
    gint32 sums[RING * CC_VOICE_CHANNELS];
};

static gint64
to_samples(gint64 us)
{
    return us * (CC_VOICE_RATE / 1000) / 1000;
}

static gint64
to_us(gint64 samples)
{
    /* Not less than what was rounded down on the way here. */
    return (samples * 1000 + CC_VOICE_RATE / 1000 - 1) / (CC_VOICE_RATE / 1000);
}

CcVoiceMix *
cc_voice_mix_new(CcVoiceMixFunc out, gpointer user_data)
{
    CcVoiceMix *mix = g_new0(CcVoiceMix, 1);
    g_mutex_init(&mix->lock);
    mix->out = out;
    mix->user_data = user_data;
    return mix;
}

void
cc_voice_mix_free(CcVoiceMix *mix)
{
    if (mix == NULL)
        return;
    g_mutex_clear(&mix->lock);
    g_free(mix);
}

static gint32 *
sum_at(CcVoiceMix *mix, gint64 time)
{
    return &mix->sums[time % RING * CC_VOICE_CHANNELS];
}

/* TRUE if no other voice has anything to do with what begins at @begin. */
static gboolean
is_alone(const CcVoiceMix *mix, guint voice, gint64 begin, gint64 now_us)
{
    for (guint i = 0; i < CC_WATCHED_AUDIOS; i++)
        if (i != voice && mix->ends[i] > MIN(begin, to_samples(now_us - GONE_US)))
            return FALSE;
    return mix->end <= begin;
}

/* What went out cannot be taken back, and what is far ahead of it does not fit. */
static void
add(CcVoiceMix *mix, const gint16 *samples, gint64 begin, gint64 end)
{
    gint64 first = MAX(begin, mix->begin), last = MIN(end, mix->begin + RING);
    for (gint64 time = first; time < last; time++) {
        gint32 *sum = sum_at(mix, time);
        for (guint c = 0; c < CC_VOICE_CHANNELS; c++)
            sum[c] += samples[(time - begin) * CC_VOICE_CHANNELS + c];
    }
    mix->end = MAX(mix->end, last);
}

/* Up to where all that still come have told. */
static gint64
complete_until(const CcVoiceMix *mix, gint64 now_us)
{
    gint64 until = mix->end;
    for (guint i = 0; i < CC_WATCHED_AUDIOS; i++)
        if (mix->ends[i] > to_samples(now_us - GONE_US))
            until = MIN(until, mix->ends[i]);
    return until;
}

static void
hand_out(CcVoiceMix *mix, gint64 until)
{
    gint16 piece[PIECE * CC_VOICE_CHANNELS];
    while (mix->begin < until) {
        guint n = (guint)MIN(until - mix->begin, PIECE);
        for (guint i = 0; i < n; i++) {
            gint32 *sum = sum_at(mix, mix->begin + i);
            for (guint c = 0; c < CC_VOICE_CHANNELS; c++) {
                piece[i * CC_VOICE_CHANNELS + c] = (gint16)CLAMP(sum[c], G_MININT16, G_MAXINT16);
                sum[c] = 0;
            }
        }
        mix->out(piece, n, to_us(mix->begin), mix->user_data);
        mix->begin += n;
    }
}

/* Where nothing waits, and none that still comes will tell of what is before @begin. */
static void
pass_over(CcVoiceMix *mix, guint voice, gint64 begin, gint64 now_us)
{
    gint64 until = begin;
    for (guint i = 0; i < CC_WATCHED_AUDIOS; i++)
        if (i != voice && mix->ends[i] > to_samples(now_us - GONE_US))
            until = MIN(until, mix->ends[i]);
    if (mix->begin == mix->end && until > mix->end)
        mix->begin = mix->end = until;
}

/* The sample time of a piece: right behind the one before, if it is meant to be. */
static gint64
begin_of(const CcVoiceMix *mix, guint voice, gint64 begins_us)
{
    gint64 begin = to_samples(begins_us);
    return ABS(begin - mix->ends[voice]) <= STEADY ? mix->ends[voice] : begin;
}

void
cc_voice_mix_add(CcVoiceMix *mix, guint voice, const gint16 *samples, guint n, gint64 begins_us,
                 gint64 now_us)
{
    g_return_if_fail(voice < CC_WATCHED_AUDIOS);
    g_mutex_lock(&mix->lock);
    gint64 begin = begin_of(mix, voice, begins_us), end = begin + n;
    mix->ends[voice] = end;
    if (is_alone(mix, voice, begin, now_us)) {
        hand_out(mix, mix->end);
        mix->out(samples, n, begins_us, mix->user_data);
        mix->begin = mix->end = end;
    } else {
        pass_over(mix, voice, begin, now_us);
        add(mix, samples, begin, end);
        hand_out(mix, complete_until(mix, now_us));
    }
    g_mutex_unlock(&mix->lock);
}
