#include "voice-fixture.h"

#define SECONDS 32

static void
show(const char *name, const VoiceHeard *heard)
{
    const CcVoiceStats *s = &heard->stats;
    g_test_message(
        "%s: played %d concealed %d silence %d skipped %d fec %d plain %d red %d rtx %d late %d "
        "longer %d shorter %d delay %d/%d max %d",
        name, (int)s->played_ms, (int)s->concealed_ms, (int)s->silence_ms, (int)s->skipped_ms,
        (int)s->fec, (int)s->frames[CC_VOICE_PLAIN], (int)s->frames[CC_VOICE_RED],
        (int)s->frames[CC_VOICE_RTX], (int)s->late, (int)s->longer_ms, (int)s->shorter_ms,
        s->delay_ms, s->wanted_ms, (int)heard->max_delay_ms);
}

#define RUN(...) RUN_FOR(SECONDS, __VA_ARGS__)
#define RUN_FOR(length, ...)                                                                       \
    g_auto(VoiceHeard) heard = {0};                                                                \
    VoiceLink link = {.seconds = (length), .seed = 7, .one_way_ms = 40, .fec = TRUE, __VA_ARGS__}; \
    voice_run(&link, &heard);                                                                      \
    show(G_STRFUNC, &heard);                                                                       \
    g_assert_cmpuint(heard.gaps, ==, 0)

static void
test_clean(void)
{
    RUN(.jitter_ms = 5);
    g_assert_cmpuint(heard.stats.concealed_ms, ==, 0);
    g_assert_cmpuint(heard.stats.late, ==, 0);
    g_assert_cmpuint(heard.stats.delay_ms, <=, 36);
    g_assert_cmpuint(heard.stats.wanted_ms, ==, 20);
    g_assert_cmpuint(heard.stats.shorter_ms, <, 100); /* down from the first delay, then nothing */
    g_assert_cmpuint(heard.coded, >=, SECONDS * 50 - 5);
}

/* Two earlier frames in each packet. */
static void
test_red(void)
{
    RUN(.jitter_ms = 5, .loss = 0.05, .earlier = 2);
    g_assert_cmpuint(heard.stats.frames[CC_VOICE_RED], >, 50);
    g_assert_cmpuint(heard.stats.concealed_ms, <=, SECONDS * 2); /* 0.2 % */
    g_assert_cmpuint(heard.stats.delay_ms, <=, 70);
}

static void
test_red_heavy(void)
{
    RUN(.jitter_ms = 20, .loss = 0.3, .earlier = 4, .rtt_ms = 100);
    g_assert_cmpuint(heard.stats.concealed_ms, <=, SECONDS * 10); /* 1 % */
}

/* The delay finds the time of a repetition by itself. */
static void
test_rtx(void)
{
    RUN(.jitter_ms = 10, .loss = 0.05, .rtt_ms = 150);
    g_assert_cmpuint(heard.stats.frames[CC_VOICE_RTX], >, 50);
    g_assert_cmpuint(heard.stats.concealed_ms, <=, 100);
    g_assert_cmpuint(heard.stats.wanted_ms, >, 150);
    g_assert_cmpuint(heard.stats.wanted_ms, <, 400);
}

/* Without any help but the next packet's copy of speech; pauses have none. */
static void
test_fec(void)
{
    RUN(.jitter_ms = 5, .loss = 0.05);
    guint64 lost = SECONDS * 50 - heard.stats.frames[CC_VOICE_PLAIN];
    g_assert_cmpuint(heard.stats.fec * 10, >, lost * 5);
}

static void
test_burst(void)
{
    RUN(.jitter_ms = 5, .loss = 0.1, .burst = 5, .earlier = 2, .rtt_ms = 150);
    g_assert_cmpuint(heard.stats.concealed_ms, <=, SECONDS * 10);
}

/* What a second's halt held up is heard afterwards, and the delay comes back. */
static void
test_stall(void)
{
    RUN_FOR(80, .jitter_ms = 5, .stall_from_ms = 1500, .stall_until_ms = 2500);
    g_assert_cmpuint(heard.stats.skipped_ms, <=, 100);
    g_assert_cmpint(heard.max_delay_ms, >, 900);
    g_assert_cmpuint(heard.stats.shorter_ms, >, 800);
    g_assert_cmpuint(heard.stats.delay_ms, <=, 60);
}

/* What is held up before anything has been heard is left out: nobody is to hear all else later for
 * it. */
static void
test_stall_first(void)
{
    RUN_FOR(4, .stall_from_ms = 0, .stall_until_ms = 1000);
    g_assert_cmpuint(heard.stats.skipped_ms, >=, 800);
    g_assert_cmpuint(heard.stats.delay_ms, <=, 150);
}

/* What is a little late is waited for a little. */
static void
test_late(void)
{
    RUN(.stall_from_ms = 20001, .stall_until_ms = 20060);
    g_assert_cmpuint(heard.stats.late, ==, 0);
    g_assert_cmpuint(heard.stats.concealed_ms, ==, 10);
    g_assert_cmpint(heard.max_delay_ms, <=, 55); /* the first one's */
}

/* What is gone is gone: no delay is left of it, and none was chosen for the picture to follow. */
static void
test_dead(void)
{
    RUN(.jitter_ms = 5, .dead_from_ms = 10000, .dead_until_ms = 20000);
    g_assert_cmpuint(heard.stats.concealed_ms, >=, 9900);
    g_assert_cmpuint(heard.stats.concealed_ms, <=, 10100);
    g_assert_cmpint(heard.max_delay_ms, <=, CC_VOICE_DELAY_MAX_US / 1000 + 20);
    g_assert_cmpint(heard.max_chosen_ms, <=, 100);
    g_assert_cmpuint(heard.stats.delay_ms, <=, 60);
}

static void
test_heals(void)
{
    RUN_FOR(50, .jitter_ms = 5, .worse_from_ms = 2000, .worse_until_ms = 6000);
    g_assert_cmpint(heard.max_delay_ms, >, 180);
    g_assert_cmpuint(heard.stats.wanted_ms, ==, 20);
    g_assert_cmpuint(heard.stats.delay_ms, <=, 60);
    g_assert_cmpuint(heard.stats.concealed_ms, <=, 300);
}

/* The encoder's silence is no loss. */
static void
test_dtx(void)
{
    RUN(.jitter_ms = 5, .dtx = TRUE, .pause_s = 2, .loss = 0.02, .earlier = 2);
    g_assert_cmpuint(heard.stats.silence_ms, >, SECONDS * 400);
    /* Where the word that it is silent was lost itself, until it is said again. */
    g_assert_cmpuint(heard.stats.concealed_ms, <=, 500);
    g_assert_cmpuint(heard.stats.delay_ms, <=, 90);
}

/* The speaker's sound card is fast or slow: the delay stays what it was. */
static void
test_drift(void)
{
    static const gint drifts[] = {-500, 500};
    for (guint i = 0; i < G_N_ELEMENTS(drifts); i++) {
        RUN(.jitter_ms = 5, .drift_ppm = drifts[i]);
        g_assert_cmpuint(heard.stats.concealed_ms, ==, 0);
        g_assert_cmpuint(heard.stats.delay_ms, <=, 60);
        g_assert_cmpuint(heard.stats.delay_ms, >=, 10);
    }
}

/* A satellite: long, and a tenth is lost. */
static void
test_far(void)
{
    RUN(.jitter_ms = 30, .loss = 0.1, .rtt_ms = 600, .earlier = 1);
    g_assert_cmpuint(heard.stats.concealed_ms, <=, SECONDS * 20);
    g_assert_cmpint(heard.max_delay_ms, <=, CC_VOICE_DELAY_MAX_US / 1000 + 20);
}

/* Nothing that was made of speech steps more steeply than speech. */
static void
test_no_clicks(void)
{
    RUN(.jitter_ms = 5, .worse_from_ms = 2000, .worse_until_ms = 4000);
    g_autofree gint16 *plain = g_new(gint16, CC_VOICE_RATE * 10 * 2);
    voice_speak(plain, 0, CC_VOICE_RATE * 10);
    double own = voice_worst_step(plain, CC_VOICE_RATE * 10);
    double heard_step = voice_worst_step((const gint16 *)heard.sound->data, heard.sound->len / 2);
    g_test_message("steepest step %.0f, of speech itself %.0f", heard_step, own);
    g_assert_cmpuint(heard.stats.longer_ms + heard.stats.shorter_ms, >, 200);
    g_assert_cmpfloat(heard_step, <, own * 1.25);
}

/* The picture's need is met, in the time that stretching takes, and given back. */
static void
test_least(void)
{
    RUN(.jitter_ms = 5, .least_from_ms = 5000, .least_until_ms = 12000);
    g_assert_cmpint(heard.max_delay_ms, >=, 395);
    g_assert_cmpint(heard.max_delay_ms, <=, 440);
    g_assert_cmpuint(heard.stats.concealed_ms, ==, 0);
    g_assert_cmpuint(heard.stats.skipped_ms, ==, 0);
    g_assert_cmpuint(heard.stats.delay_ms, <=, 60);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/voice-player/clean", test_clean);
    g_test_add_func("/voice-player/red", test_red);
    g_test_add_func("/voice-player/red-heavy", test_red_heavy);
    g_test_add_func("/voice-player/rtx", test_rtx);
    g_test_add_func("/voice-player/fec", test_fec);
    g_test_add_func("/voice-player/burst", test_burst);
    g_test_add_func("/voice-player/stall", test_stall);
    g_test_add_func("/voice-player/stall-first", test_stall_first);
    g_test_add_func("/voice-player/late", test_late);
    g_test_add_func("/voice-player/dead", test_dead);
    g_test_add_func("/voice-player/heals", test_heals);
    g_test_add_func("/voice-player/dtx", test_dtx);
    g_test_add_func("/voice-player/drift", test_drift);
    g_test_add_func("/voice-player/far", test_far);
    g_test_add_func("/voice-player/no-clicks", test_no_clicks);
    g_test_add_func("/voice-player/least", test_least);
    return g_test_run();
}
