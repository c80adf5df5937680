#include "client/recv/voice-player.h"

#include <string.h>

#include "client/recv/voice-decoder.h"
#include "client/recv/voice-pace.h"

#define FRAME 960 /* samples: 20 ms, where no frame says otherwise */
#define STEP CC_VOICE_DECODER_STEP
#define WAIT 480 /* samples: what is late mostly comes soon */
#define SECOND CC_VOICE_RATE
#define BEGINNING (SECOND * 3 / 10) /* of a stream */
/* Behind our own time by so much, the machine stood still: go on from now. */
#define HALT_US 200000

struct CcVoicePlayer {
    CcVoiceBuffer buffer;
    CcVoiceDelay delay;
    CcVoiceDecoder decoder;
    gint64 least_us;
    gboolean started;
    gint64 origin_us;  /* of the output: when its first sample was due */
    gint64 handed_out; /* samples since then */
    gint64 next;       /* RTP time of what is played next */
    gboolean dtx;      /* the encoder is silent by its own word */
    gint64 waited;     /* samples, with nothing there */
    gint64 begun;      /* samples handed out since the stream began */
    gint64 hope_us;    /* until when it is waited for what is lacking; 0: it is not */
    CcVoicePace pace;
    struct {
        guint64 fec; /* frames */
        guint64 concealed, silence, skipped, played;
    } count; /* samples, else */
};

static gint64
to_us(gint64 samples)
{
    return samples * 1000 / (SECOND / 1000);
}

static gint64
to_samples(gint64 us)
{
    return us * (SECOND / 1000) / 1000;
}

CcVoicePlayer *
cc_voice_player_new(void)
{
    CcVoicePlayer *player = g_new0(CcVoicePlayer, 1);
    if (!cc_voice_decoder_init(&player->decoder)) {
        g_free(player);
        return NULL;
    }
    cc_voice_buffer_init(&player->buffer);
    cc_voice_delay_init(&player->delay);
    cc_voice_pace_init(&player->pace);
    return player;
}

void
cc_voice_player_free(CcVoicePlayer *player)
{
    if (player == NULL)
        return;
    cc_voice_decoder_clear(&player->decoder);
    g_free(player);
}

static gint64
due_us(const CcVoicePlayer *player)
{
    return player->origin_us + to_us(player->handed_out);
}

static gint64
wanted_us(const CcVoicePlayer *player)
{
    gint64 wanted = MAX(player->delay.target_us, player->least_us);
    return MIN(wanted, CC_VOICE_DELAY_MAX_US);
}

/* What is played next waits for so long beyond the link at its best. */
static gint64
present_us(const CcVoicePlayer *player)
{
    return due_us(player) - to_us(player->next) - player->delay.base_us;
}

static gint64
excess_us(const CcVoicePlayer *player)
{
    return present_us(player) - wanted_us(player);
}

/* Another stream's clock: its first frame is due after the wanted delay. */
static void
begin(CcVoicePlayer *player, gint64 first, gint64 now_us)
{
    cc_voice_delay_init(&player->delay);
    cc_voice_delay_arrived(&player->delay, to_us(first), now_us);
    player->dtx = player->pace.shortening = FALSE;
    player->begun = 0;
    player->next = first;
    if (player->started) {
        player->next = to_samples(due_us(player) - player->delay.base_us - wanted_us(player));
    } else {
        player->started = TRUE;
        player->origin_us = now_us + wanted_us(player);
        player->handed_out = 0;
    }
    cc_voice_buffer_played(&player->buffer, player->next);
}

/* Where the frame before is missing, this one's copy of it will do. */
static void
learn(CcVoicePlayer *player, gint64 time, gint64 now_us)
{
    cc_voice_delay_arrived(&player->delay, to_us(time), now_us);
    const CcVoiceFrame *frame = cc_voice_buffer_at(&player->buffer, time);
    if (frame != NULL && frame->fec && !cc_voice_buffer_had(&player->buffer, time - frame->samples))
        cc_voice_delay_arrived(&player->delay, to_us(time - frame->samples), now_us);
}

static void
advance(CcVoicePlayer *player, gint64 next)
{
    player->next = next;
    cc_voice_buffer_played(&player->buffer, next);
}

/* The first packets may have waited somewhere, all of them for the same outage to end. Who has
 * heard nothing yet misses none of it, and would hear all else later for their sake. */
static void
catch_up(CcVoicePlayer *player)
{
    gint64 excess = to_samples(excess_us(player)) / FRAME * FRAME;
    if (excess <= FRAME)
        return;
    player->count.skipped += (guint64)excess;
    advance(player, player->next + excess);
}

guint
cc_voice_player_add(CcVoicePlayer *player, const CcVoicePacket *packet, gint64 now_us)
{
    CcVoiceArrived arrived;
    if (!cc_voice_buffer_add(&player->buffer, packet, &arrived))
        return 0;
    if (arrived.restarted) {
        begin(player, arrived.packet_time, now_us);
        return arrived.samples;
    }
    gint64 base_us = player->delay.base_us;
    for (guint i = 0; i < arrived.n; i++)
        learn(player, arrived.times[i], now_us);
    if (player->begun < BEGINNING && player->delay.base_us < base_us)
        catch_up(player);
    return arrived.samples;
}

void
cc_voice_player_set_least(CcVoicePlayer *player, gint64 delay_us)
{
    player->least_us = delay_us;
}

void
cc_voice_player_expect(CcVoicePlayer *player, gint64 delay_us)
{
    cc_voice_delay_expect(&player->delay, delay_us);
}

gboolean
cc_voice_player_lacks_next(const CcVoicePlayer *player)
{
    return player->started && cc_voice_buffer_at(&player->buffer, player->next) == NULL &&
           cc_voice_buffer_from(&player->buffer, player->next) != NULL;
}

void
cc_voice_player_hope(CcVoicePlayer *player, gint64 until_us)
{
    player->hope_us = until_us;
}

gint64
cc_voice_player_next_us(const CcVoicePlayer *player)
{
    return player->started ? due_us(player) : G_MAXINT64;
}

static gint16 *
end_of(CcVoicePiece *piece)
{
    return piece->samples + piece->n * CC_VOICE_CHANNELS;
}

/* @n: a multiple of STEP. */
static void
conceal(CcVoicePlayer *player, CcVoicePiece *piece, guint n, guint64 *count)
{
    cc_voice_decoder_conceal(&player->decoder, end_of(piece), n);
    piece->n += n;
    *count += n;
}

static void
play_frame(CcVoicePlayer *player, CcVoicePiece *piece, const CcVoiceFrame *frame)
{
    gboolean good = cc_voice_decoder_play(&player->decoder, frame, end_of(piece));
    piece->coded[piece->n_coded++] = *frame;
    player->dtx = frame->dtx;
    if (good)
        piece->n += frame->samples;
    else
        conceal(player, piece, frame->samples, &player->count.concealed);
    if (frame->dtx)
        player->count.silence += frame->samples;
    advance(player, frame->time + frame->samples);
}

static gboolean
play_next_frame(CcVoicePlayer *player, CcVoicePiece *piece)
{
    const CcVoiceFrame *frame = cc_voice_buffer_at(&player->buffer, player->next);
    if (frame == NULL || piece->n_coded == CC_VOICE_MAX_CODED)
        return FALSE;
    play_frame(player, piece, frame);
    return TRUE;
}

static void
shorten(CcVoicePlayer *player, CcVoicePiece *piece)
{
    while (piece->n < 2 * CC_STRETCH_MAX_PERIOD && play_next_frame(player, piece))
        continue;
    piece->n -= cc_voice_pace_speed_up(&player->pace, player->handed_out, piece->samples, piece->n);
}

/* Brings the delay nearer to what is wanted, with a piece of speech in hand. */
static void
stretch(CcVoicePlayer *player, CcVoicePiece *piece)
{
    gint64 excess_us_now = excess_us(player) + to_us(piece->n);
    switch (cc_voice_pace_wish(&player->pace, wanted_us(player), excess_us_now, player->handed_out,
                               piece->samples, piece->n)) {
    case CC_VOICE_PACE_SLOWER:
        piece->n +=
            cc_voice_pace_slow_down(&player->pace, player->handed_out, piece->samples, piece->n);
        break;
    case CC_VOICE_PACE_FASTER:
        shorten(player, piece);
        break;
    case CC_VOICE_PACE_FINE:
        break;
    }
}

/* What the encoder leaves out is comfort noise, as long or short as the delay wants it. @gap: up to
 * the next frame. */
static void
play_silence(CcVoicePlayer *player, CcVoicePiece *piece, gint64 gap)
{
    gint64 excess = to_samples(excess_us(player));
    if (excess > 0)
        advance(player, player->next + MIN(excess, gap));
    gap -= CLAMP(excess, 0, gap);
    if (gap < STEP && play_next_frame(player, piece))
        return;
    guint n = (guint)CLAMP(gap, STEP, FRAME) / STEP * STEP;
    conceal(player, piece, n, &player->count.silence);
    if (excess > -(gint64)FRAME)
        advance(player, player->next + n);
}

/* What comes may go on where we are, as long as the delay has room. */
static void
wait(CcVoicePlayer *player, CcVoicePiece *piece)
{
    player->waited += WAIT;
    if (present_us(player) >= CC_VOICE_DELAY_MAX_US) {
        conceal(player, piece, WAIT, &player->count.concealed);
        advance(player, player->next + WAIT);
        return;
    }
    cc_voice_decoder_wait(&player->decoder, end_of(piece), WAIT);
    piece->n += WAIT;
    player->count.concealed += WAIT;
}

/* Frames are missing, later ones are there, and the missing ones may still come. For a single one
 * that would do more harm than it does to conceal it: a pause, and hurry behind it. */
static gboolean
is_worth_waiting(const CcVoicePlayer *player, const CcVoiceFrame *later)
{
    return later->time - player->next > FRAME && due_us(player) < player->hope_us &&
           present_us(player) < CC_VOICE_DELAY_MAX_US;
}

/* Frames are missing, later ones are there. */
static void
bridge(CcVoicePlayer *player, CcVoicePiece *piece, const CcVoiceFrame *later)
{
    gint64 gap = later->time - player->next;
    gint64 excess = to_samples(excess_us(player));
    /* Behind an outage people want to hear at once; the delay may grow while they do. */
    if (player->waited >= SECOND)
        excess = MAX(excess, to_samples(present_us(player) - CC_VOICE_DELAY_FIRST_US));
    player->waited = 0;
    if (gap > later->samples && excess >= FRAME) {
        gint64 skipped = MIN(gap - later->samples, excess) / FRAME * FRAME;
        player->count.skipped += (guint64)skipped;
        advance(player, player->next + skipped);
        gap -= skipped;
    }
    guint n = (guint)CLAMP(gap, STEP, FRAME) / STEP * STEP;
    if (later->fec && gap <= later->samples && gap % STEP == 0 &&
        cc_voice_decoder_play_copy(&player->decoder, later, end_of(piece), (guint)gap)) {
        piece->n += (guint)gap;
        player->count.fec++;
        n = (guint)gap;
    } else {
        conceal(player, piece, n, &player->count.concealed);
    }
    advance(player, gap - n < STEP ? later->time : player->next + n);
}

static void
fill(CcVoicePlayer *player, CcVoicePiece *piece)
{
    if (play_next_frame(player, piece)) {
        player->waited = 0;
        stretch(player, piece);
        return;
    }
    const CcVoiceFrame *later = cc_voice_buffer_from(&player->buffer, player->next);
    if (player->dtx)
        play_silence(player, piece, later != NULL ? later->time - player->next : SECOND);
    else if (later == NULL || is_worth_waiting(player, later))
        wait(player, piece);
    else
        bridge(player, piece, later);
}

gboolean
cc_voice_player_take(CcVoicePlayer *player, gint64 now_us, CcVoicePiece *piece)
{
    if (!player->started || now_us < due_us(player))
        return FALSE;
    if (now_us - due_us(player) > HALT_US) {
        player->origin_us = now_us;
        player->handed_out = 0;
        cc_voice_pace_restart(&player->pace);
    }
    piece->begins_us = due_us(player);
    piece->n = piece->n_coded = 0;
    fill(player, piece);
    cc_voice_pace_played(&player->pace, piece->samples, piece->n);
    player->handed_out += piece->n;
    player->begun += piece->n;
    player->count.played += piece->n;
    return TRUE;
}

gboolean
cc_voice_player_get_clock(const CcVoicePlayer *player, CcVoiceClock *clock)
{
    clock->rtp_time = player->next;
    clock->base_us = to_us(player->next) + player->delay.base_us;
    clock->delay_us = present_us(player);
    return player->started;
}

gint64
cc_voice_player_unwrap(const CcVoicePlayer *player, guint32 timestamp)
{
    gint64 newest = player->buffer.newest_time;
    return newest + (gint32)(timestamp - (guint32)(newest & G_MAXUINT32));
}

gboolean
cc_voice_player_wants(const CcVoicePlayer *player, gint64 rtp_time)
{
    gint64 too_late = player->next - to_samples(CC_VOICE_DELAY_MAX_US - present_us(player));
    return rtp_time > too_late && cc_voice_buffer_at(&player->buffer, rtp_time) == NULL &&
           !cc_voice_buffer_had(&player->buffer, rtp_time);
}

static guint64
to_ms(guint64 samples)
{
    return samples / (SECOND / 1000);
}

void
cc_voice_player_get_stats(const CcVoicePlayer *player, CcVoiceStats *stats)
{
    *stats = (CcVoiceStats){
        .late = player->buffer.late,
        .fec = player->count.fec,
        .concealed_ms = to_ms(player->count.concealed),
        .silence_ms = to_ms(player->count.silence),
        .skipped_ms = to_ms(player->count.skipped),
        .longer_ms = to_ms(player->pace.longer),
        .shorter_ms = to_ms(player->pace.shorter),
        .played_ms = to_ms(player->count.played),
    };
    memcpy(stats->frames, player->buffer.kept, sizeof stats->frames);
    if (!player->started)
        return;
    stats->delay_ms = (guint)(MAX(present_us(player), 0) / 1000);
    stats->wanted_ms = (guint)(wanted_us(player) / 1000);
}
