/* Plans for voice, and what becomes of a minute of it on links that lose: real payloads, written,
 * lost by seeded dice, and read again. */
#include "common/rate/voice-plan.h"

#include <math.h>
#include <string.h>

#include "common/wire/red.h"
#include "common/wire/voice-payload.h"

#define N_FRAMES 15000 /* five minutes */
#define FRAME 960
#define HEADERS 68
#define OPUS_PT 111
#define SILK_20 (9 << 3)

/* A voice as an encoder in VBR gives it. */
typedef struct {
    guint8 data[N_FRAMES][200];
    gsize length[N_FRAMES];
} Speech;

static Speech *
speak(guint mean, GRand *random)
{
    Speech *speech = g_new0(Speech, 1);
    for (guint i = 0; i < N_FRAMES; i++) {
        speech->length[i] =
            mean * 6 / 10 + (guint)g_rand_int_range(random, 0, (gint32)mean * 8 / 10);
        speech->data[i][0] = SILK_20;
        for (gsize k = 1; k < speech->length[i]; k++)
            speech->data[i][k] = (guint8)g_rand_int(random);
    }
    return speech;
}

static gboolean
fetch(gint64 sequence, CcOpusPiece *piece, gpointer user_data)
{
    const Speech *speech = user_data;
    *piece = (CcOpusPiece){speech->data[sequence], speech->length[sequence]};
    return TRUE;
}

typedef struct {
    double loss, run; /* of so many times 20 ms; 0: at random */
} Dice;

/* The next packet, that many frames after the one before. */
static gboolean
lose(const Dice *dice, guint frames, gboolean *bad, GRand *random)
{
    if (dice->run == 0)
        return g_rand_double(random) < dice->loss;
    double leave = 1 / dice->run;
    double enter = leave * dice->loss / (1 - dice->loss);
    for (guint i = 0; i < frames; i++)
        *bad = g_rand_double(random) < (*bad ? 1 - leave : enter);
    return *bad;
}

typedef struct {
    double missing; /* share of frames */
    double bps;
} Outcome;

static void
receive(const guint8 *payload, gsize length, gboolean red, gint64 first, const Speech *speech,
        guint8 *arrived)
{
    CcRedBlock blocks[CC_RED_MAX_BLOCKS] = {{OPUS_PT, 0, (guint16)length, payload}};
    guint n = red ? cc_red_read(payload, length, blocks) : 1;
    g_assert_cmpuint(n, >, 0);
    for (guint i = 0; i < n; i++) {
        CcOpusPacket packet;
        g_assert_true(cc_opus_parse(blocks[i].data, blocks[i].length, &packet));
        for (guint k = 0; k < packet.n_frames; k++) {
            gint64 frame = first - blocks[i].offset / FRAME + k;
            g_assert_cmpmem(packet.frames[k].data, packet.frames[k].length, speech->data[frame] + 1,
                            speech->length[frame] - 1);
            arrived[frame] = 1;
        }
    }
}

static Outcome
simulate(const CcVoicePlan *plan, Speech *speech, const Dice *dice, guint32 seed)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    g_autofree guint8 *arrived = g_malloc0(N_FRAMES);
    CcVoiceLine line;
    gboolean bad = FALSE;
    guint64 bytes = 0;
    guint missing = 0;
    gint64 next = 70000;
    cc_voice_line_init(&line, plan, next);
    for (gint64 i = 0; i < N_FRAMES; i++) {
        CcVoiceSource source = {
            .sequence = i,
            .timestamp = (guint32)i * FRAME,
            .length = speech->length[i],
            .samples = FRAME,
            .toc = SILK_20,
        };
        CcVoiceShape shapes[2];
        guint n = cc_voice_line_add(&line, &source, shapes);
        for (guint k = 0; k < n; k++) {
            guint8 payload[1160];
            gboolean red;
            gsize length = cc_voice_write_payload(&shapes[k], fetch, speech, OPUS_PT, payload,
                                                  sizeof payload, &red);
            g_assert_cmpuint(length, >, 0);
            g_assert_cmpint(shapes[k].number, ==, next++);
            bytes += HEADERS + length;
            if (!lose(dice, shapes[k].primary.count, &bad, random))
                receive(payload, length, red, shapes[k].primary.first, speech, arrived);
        }
    }
    for (guint i = 0; i < N_FRAMES; i++)
        missing += !arrived[i];
    return (Outcome){(double)missing / N_FRAMES, bytes * 8.0 / (N_FRAMES * 0.02)};
}

typedef struct {
    const char *name;
    guint link_bps;
    int rtt_ms;
    Dice dice;
    guint payload;
    gboolean repeats;
    double goal;   /* share of frames that may be missing in the end */
    guint max_bps; /* that it may take, repetitions included */
} Case;

/* The links; the voice as `send` makes it there (32 kbit/s, less on the narrow ones). */
static const Case cases[] = {
    {"2 Mbit/s, clean", 2000000, 40, {0, 0}, 80, TRUE, 0, 60000},
    {"1 Mbit/s, 2 %", 1000000, 100, {0.02, 0}, 80, TRUE, 0.001, 100000},
    {"300 kbit/s, 5 %", 300000, 150, {0.05, 0}, 80, TRUE, 0.001, 70000},
    {"300 kbit/s, 5 %, never asks", 300000, 150, {0.05, 0}, 80, FALSE, 0.001, 140000},
    {"300 kbit/s, runs of 5, 10 %", 300000, 150, {0.10, 5}, 40, TRUE, 0.003, 110000},
    {"300 kbit/s, runs of 3, 10 %", 300000, 150, {0.10, 3}, 40, TRUE, 0.003, 110000},
    {"128 kbit/s, 10 %", 128000, 300, {0.10, 0}, 40, TRUE, 0.002, 50000},
    {"64 kbit/s, 5 %", 64000, 600, {0.05, 0}, 25, TRUE, 0.005, 48000},
    {"24 kbit/s, 5 %", 24000, 300, {0.05, 0}, 20, TRUE, 0.002, 20000},
    {"500 kbit/s, 30 %", 500000, 100, {0.30, 0}, 80, TRUE, 0.005, 250000},
    {"500 kbit/s, 30 %, never asks", 500000, 100, {0.30, 0}, 80, FALSE, 0.005, 270000},
    {"500 kbit/s, 30 %, runs of 4", 500000, 100, {0.30, 4}, 80, TRUE, 0.01, 275000},
    {"500 kbit/s, 60 %", 500000, 100, {0.60, 0}, 40, TRUE, 0.03, 300000},
    {"500 kbit/s, 80 %", 500000, 100, {0.80, 0}, 25, TRUE, 0.12, 300000},
};

static CcVoiceLink
link_of(const Case *c)
{
    return (CcVoiceLink){.loss = c->dice.loss,
                         .burst_us = (gint64)(c->dice.run * 20000),
                         .rtt_us = c->rtt_ms * 1000,
                         .link_bps = c->link_bps,
                         .payload = c->payload,
                         .samples = FRAME,
                         .red = TRUE,
                         .repeats = c->repeats};
}

/* What is foreseen of copies comes true; with what is asked again the goals are reached, at a price
 * and within a delay that are known beforehand. */
static void
test_links(void)
{
    g_test_message("%-30s %5s %3s %3s  %8s %8s %8s  %6s %6s", "link", "ms", "n", "gap", "missing",
                   "expected", "residual", "kbit/s", "delay");
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *c = &cases[i];
        g_autoptr(GRand) random = g_rand_new_with_seed(i + 1);
        g_autofree Speech *speech = speak(c->payload, random);
        CcVoiceLink link = link_of(c);
        CcVoicePlan plan;
        CcVoiceOutlook all, copies;
        cc_voice_plan(&link, NULL, &plan);
        cc_voice_plan_foresee(&link, &plan, &all);
        link.repeats = FALSE;
        cc_voice_plan_foresee(&link, &plan, &copies);
        Outcome outcome = simulate(&plan, speech, &c->dice, i + 100);
        g_test_message("%-30s %5u %3u %3u  %7.2f%% %7.2f%% %7.3f%%  %6.1f %6d", c->name,
                       plan.samples / 48, plan.n_earlier, plan.spacing, 100 * outcome.missing,
                       100 * copies.missing, 100 * all.residual, all.bps / 1000.0,
                       (int)(all.delay_us / 1000));
        g_assert_cmpfloat(all.residual, <=, c->goal);
        g_assert_cmpuint(all.bps, <=, c->max_bps);
        g_assert_cmpint(all.delay_us, <=, 1500000);
        g_assert_cmpfloat(fabs(outcome.missing - copies.missing), <, 0.004 + copies.missing * 0.25);
        g_assert_cmpfloat(fabs(outcome.bps / copies.bps - 1), <, 0.03);
    }
}

static CcVoicePlan
plan_for(double loss, guint link_bps, gboolean red, gboolean *plain)
{
    CcVoiceLink link = {
        .loss = loss, .link_bps = link_bps, .payload = 80, .samples = FRAME, .red = red};
    CcVoicePlan plan;
    cc_voice_plan(&link, NULL, &plan);
    *plain = cc_voice_plan_is_plain(&link, &plan);
    return plan;
}

/* Without loss and with room nothing is changed; copies grow with loss and never beyond RFC 2198.
 */
static void
test_copies(void)
{
    gboolean plain;
    plan_for(0, 1000000, TRUE, &plain);
    g_assert_true(plain);
    plan_for(0.5, 1000000, FALSE, &plain);
    g_assert_true(plain);
    guint before = 0;
    for (double loss = 0.01; loss < 0.5; loss += 0.01) {
        CcVoicePlan plan = plan_for(loss, 2000000, TRUE, &plain);
        g_assert_cmpuint(plan.n_earlier, >=, before);
        g_assert_cmpuint(plan.n_earlier * plan.spacing * plan.samples, <=, CC_VOICE_MAX_OFFSET);
        before = plan.n_earlier;
    }
    g_assert_cmpuint(before, >=, 4);
}

/* Copies where there is room, for the sake of delay; repetitions where there is none, unless an
 * answer would come too late. */
static void
test_copies_or_repetitions(void)
{
    CcVoiceLink link = {.loss = 0.05,
                        .rtt_us = 150000,
                        .link_bps = 3000000,
                        .payload = 80,
                        .samples = FRAME,
                        .red = TRUE,
                        .repeats = TRUE};
    CcVoicePlan plan;
    CcVoiceOutlook outlook;
    cc_voice_plan(&link, NULL, &plan);
    cc_voice_plan_foresee(&link, &plan, &outlook);
    g_assert_cmpuint(plan.n_earlier, ==, 2);
    g_assert_cmpint(outlook.delay_us, <, 100000);
    link.link_bps = 200000;
    cc_voice_plan(&link, NULL, &plan);
    g_assert_cmpuint(plan.n_earlier, ==, 0);
    link.rtt_us = 1500000;
    cc_voice_plan(&link, NULL, &plan);
    cc_voice_plan_foresee(&link, &plan, &outlook);
    g_assert_cmpuint(plan.n_earlier, ==, 2);
    g_assert_cmpfloat(outlook.residual, ==, outlook.missing);
}

/* The codec follows a link down within a second and up within some; a link that breathes does not
 * make it. */
static void
test_codec_patience(void)
{
    CcVoicePlanner planner = {0};
    CcVoiceLink link = {.payload = 80, .samples = FRAME, .red = TRUE, .repeats = TRUE};
    gint64 now_us = G_USEC_PER_SEC;
    cc_voice_planner_consider(&planner, &link, now_us);
    g_assert_cmpuint(planner.codec_bps, ==, 0); /* nothing is known */
    link.link_bps = 2000000;
    cc_voice_planner_consider(&planner, &link, now_us += G_USEC_PER_SEC);
    g_assert_cmpuint(planner.codec_bps, ==, CC_VOICE_ANY_BPS);
    link.link_bps = 24000;
    cc_voice_planner_consider(&planner, &link, now_us += G_USEC_PER_SEC);
    guint narrow = planner.codec_bps;
    g_assert_cmpuint(narrow, <=, 10000);
    g_assert_true(planner.longer);
    for (guint i = 0; i < 20; i++) {
        link.link_bps = i % 4 == 3 ? 24000 : 40000;
        cc_voice_planner_consider(&planner, &link, now_us += G_USEC_PER_SEC);
        g_assert_cmpuint(planner.codec_bps, ==, narrow);
    }
    link.link_bps = 2000000;
    for (guint i = 0; i < 8; i++)
        cc_voice_planner_consider(&planner, &link, now_us += G_USEC_PER_SEC);
    g_assert_cmpuint(planner.codec_bps, ==, CC_VOICE_ANY_BPS);
    g_assert_false(planner.longer);
}

/* On a narrow link packets are merged, and stay so until there is clearly more room. */
static void
test_merging(void)
{
    CcVoiceLink link = {.link_bps = 100000, .payload = 80, .samples = FRAME, .red = TRUE};
    CcVoicePlan narrow, still, wide;
    cc_voice_plan(&link, NULL, &narrow);
    g_assert_cmpuint(narrow.samples, ==, 3 * FRAME);
    link.link_bps = 450000;
    cc_voice_plan(&link, &narrow, &still);
    g_assert_cmpuint(still.samples, ==, 3 * FRAME);
    cc_voice_plan(&link, NULL, &wide);
    g_assert_cmpuint(wide.samples, ==, FRAME);
    link.link_bps = 600000;
    cc_voice_plan(&link, &narrow, &wide);
    g_assert_cmpuint(wide.samples, ==, FRAME);
}

/* On the narrowest ones even more, as what comes in threes already may be; and a codec that would
 * have to whisper otherwise. */
static void
test_merging_most(void)
{
    static const guint sources[] = {FRAME, 3 * FRAME};
    for (guint i = 0; i < G_N_ELEMENTS(sources); i++) {
        CcVoiceLink link = {.link_bps = 24000,
                            .rtt_us = 300000,
                            .loss = 0.05,
                            .payload = 20 * sources[i] / FRAME,
                            .samples = sources[i],
                            .red = TRUE,
                            .repeats = TRUE};
        CcVoicePlan narrowest, still, wider;
        CcVoiceOutlook outlook;
        cc_voice_plan(&link, NULL, &narrowest);
        g_assert_cmpuint(narrowest.samples, ==, 6 * FRAME);
        cc_voice_plan_foresee(&link, &narrowest, &outlook);
        g_assert_cmpuint(outlook.bps, <, 15000);
        link.link_bps = 44000;
        cc_voice_plan(&link, &narrowest, &still);
        g_assert_cmpuint(still.samples, ==, 6 * FRAME);
        cc_voice_plan(&link, NULL, &wider);
        g_assert_cmpuint(wider.samples, ==, 3 * FRAME);
        link.link_bps = 64000;
        cc_voice_plan(&link, &narrowest, &wider);
        g_assert_cmpuint(wider.samples, ==, 3 * FRAME);
    }
}

/* What is needed comes at once, what is merely cheaper after a while. */
static void
test_patience(void)
{
    CcVoicePlanner planner = {0};
    CcVoiceLink link = {.link_bps = 2000000, .payload = 80, .samples = FRAME, .red = TRUE};
    CcLossPattern lossy = {.loss = 0.3}, clean = {0};
    gint64 now_us = G_USEC_PER_SEC, since_us;
    g_assert_true(cc_voice_planner_consider(&planner, &link, now_us));
    g_assert_cmpuint(planner.plan.n_earlier, ==, 0);
    for (guint i = 0; i < 10; i++) { /* a queue that overflows wants less, not more */
        cc_voice_planner_see(&planner, &lossy, 300000, now_us += 200000);
        cc_voice_planner_consider(&planner, &link, now_us);
    }
    g_assert_cmpuint(planner.plan.n_earlier, ==, 0);
    for (guint i = 0; i < 10 && planner.plan.n_earlier == 0; i++) {
        cc_voice_planner_see(&planner, &lossy, 0, now_us += 200000);
        cc_voice_planner_consider(&planner, &link, now_us);
    }
    guint most = planner.plan.n_earlier;
    g_assert_cmpuint(most, >=, 2);
    for (since_us = now_us; planner.plan.n_earlier >= most; now_us += 200000) {
        g_assert_cmpint(now_us - since_us, <, 60 * G_USEC_PER_SEC);
        cc_voice_planner_see(&planner, &clean, 0, now_us);
        cc_voice_planner_consider(&planner, &link, now_us);
    }
    g_assert_cmpint(now_us - since_us, >, 4 * G_USEC_PER_SEC);
}

/* Losses in runs: what is measured goes up and down by half, and the plan stays. */
static void
test_chance(void)
{
    CcVoicePlanner planner = {0};
    CcVoiceLink link = {.link_bps = 300000,
                        .rtt_us = 150000,
                        .payload = 40,
                        .samples = FRAME,
                        .red = TRUE,
                        .repeats = TRUE};
    guint changes = 0;
    for (guint i = 0; i < 300; i++) {
        gboolean high = i / 25 % 2;
        CcLossPattern pattern = {.loss = high ? 0.14 : 0.07, .burst_us = high ? 120000 : 60000};
        pattern.loss_doubt = pattern.loss * 0.5;
        pattern.run = high ? 6 : 4;
        cc_voice_planner_see(&planner, &pattern, 0, (i + 5) * 200000);
        changes += cc_voice_planner_consider(&planner, &link, (i + 5) * 200000) && i >= 25;
    }
    g_assert_cmpuint(changes, <=, 2);
    g_assert_cmpuint(planner.plan.n_earlier, >, 0);
    g_assert_cmpuint(planner.plan.spacing, >, 1);
}

/* Two in a row are chance where as much is lost as that: copies need no distance. */
static void
test_no_runs(void)
{
    CcVoicePlanner planner = {0};
    CcLossPattern pattern = {.loss = 0.1, .loss_doubt = 0.02, .run = 1.1, .burst_us = 35000};
    for (guint i = 0; i < 50; i++)
        cc_voice_planner_see(&planner, &pattern, 0, (i + 5) * 200000);
    g_assert_cmpint(planner.burst_us, ==, 0);
    g_assert_cmpfloat(planner.loss, >, 0.09);
    pattern.run = 3;
    for (guint i = 0; i < 500; i++)
        cc_voice_planner_see(&planner, &pattern, 0, (i + 55) * 200000);
    g_assert_cmpint(planner.burst_us, >, 30000);
}

/* Where most is lost, feedback as well, a low estimate is not believed until a queue stands. */
static void
test_blind(void)
{
    CcVoiceLink link = {
        .link_bps = 30000, .payload = 30, .samples = FRAME, .red = TRUE, .empty = TRUE};
    CcVoicePlanner blind = {.loss = 0.8}, full = {.loss = 0.8};
    CcVoiceOutlook outlook;
    cc_voice_planner_consider(&blind, &link, G_USEC_PER_SEC);
    cc_voice_plan_foresee(&link, &blind.plan, &outlook);
    g_assert_cmpuint(blind.plan.n_earlier, >=, 4);
    g_assert_cmpuint(outlook.bps, <, 160000);
    link.link_bps = 30000;
    link.empty = FALSE;
    cc_voice_planner_consider(&full, &link, G_USEC_PER_SEC);
    cc_voice_plan_foresee(&link, &full.plan, &outlook);
    g_assert_cmpuint(outlook.bps, <, 30000);
}

/* The codec gives way where voice would take too much of the link. */
static void
test_codec(void)
{
    CcVoiceLink link = {.loss = 0.05,
                        .rtt_us = 300000,
                        .samples = FRAME,
                        .red = TRUE,
                        .repeats = TRUE,
                        .link_bps = 24000};
    guint least = cc_voice_plan_codec_bps(&link, 0);
    g_assert_cmpuint(least, <=, 10000);
    link.link_bps = 2000000;
    g_assert_cmpuint(cc_voice_plan_codec_bps(&link, 0), ==, CC_VOICE_ANY_BPS);
    guint before = CC_VOICE_LEAST_BPS;
    for (guint bps = 20000; bps < 1500000; bps += 5000) {
        link.link_bps = bps;
        guint rate = cc_voice_plan_codec_bps(&link, 0);
        g_assert_cmpfloat(rate, >=, before * 0.5); /* it may give way to another plan */
        g_assert_cmpuint(cc_voice_plan_codec_bps(&link, rate), ==, rate);
        before = rate;
    }
    g_assert_cmpuint(before, ==, CC_VOICE_ANY_BPS);
}

/* Nonsense in, something sane out. */
static void
test_extremes(void)
{
    static const double losses[] = {0, 0.003, 0.5, 0.999, 1, 7, -1};
    for (guint i = 0; i < G_N_ELEMENTS(losses); i++) {
        for (guint bps = 0; bps < 100; bps++) {
            CcVoiceLink link = {.loss = losses[i],
                                .burst_us = i % 2 ? G_MAXINT32 : 0,
                                .link_bps = bps * bps * bps,
                                .payload = bps * 15,
                                .samples = (bps % 4 + 1) * 480 % 1920,
                                .red = TRUE};
            CcVoicePlan plan;
            cc_voice_plan(&link, NULL, &plan);
            g_assert_cmpuint(plan.n_earlier, <=, CC_VOICE_MAX_EARLIER);
            g_assert_cmpuint(plan.spacing, >=, 1);
            g_assert_cmpuint(plan.n_earlier * plan.spacing * plan.samples, <=, CC_VOICE_MAX_OFFSET);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/voice-plan/links", test_links);
    g_test_add_func("/rate/voice-plan/copies", test_copies);
    g_test_add_func("/rate/voice-plan/copies-or-repetitions", test_copies_or_repetitions);
    g_test_add_func("/rate/voice-plan/patience", test_patience);
    g_test_add_func("/rate/voice-plan/chance", test_chance);
    g_test_add_func("/rate/voice-plan/no-runs", test_no_runs);
    g_test_add_func("/rate/voice-plan/blind", test_blind);
    g_test_add_func("/rate/voice-plan/codec", test_codec);
    g_test_add_func("/rate/voice-plan/codec-patience", test_codec_patience);
    g_test_add_func("/rate/voice-plan/merging", test_merging);
    g_test_add_func("/rate/voice-plan/merging-most", test_merging_most);
    g_test_add_func("/rate/voice-plan/extremes", test_extremes);
    return g_test_run();
}
