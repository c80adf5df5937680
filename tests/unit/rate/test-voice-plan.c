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
    double loss, run; /* packets in a row; 0: at random */
} Dice;

static gboolean
lose(const Dice *dice, gboolean *bad, GRand *random)
{
    if (dice->run == 0)
        return g_rand_double(random) < dice->loss;
    double leave = 1 / dice->run;
    double enter = leave * dice->loss / (1 - dice->loss);
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
            if (!lose(dice, &bad, random))
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
    Dice dice;
    guint payload;
    gboolean repeats;
    double goal; /* share of frames that may be missing, without anything sent again */
} Case;

/* The links; the voice as `send` makes it there (32 kbit/s, 16 on the narrow ones). Where a
 * receiver asks again, one lost round of that is left to the goal. */
static const Case cases[] = {
    {"2 Mbit/s, clean", 2000000, {0, 0}, 80, TRUE, 0},
    {"1 Mbit/s, 2 %", 1000000, {0.02, 0}, 80, TRUE, 0.001},
    {"300 kbit/s, 5 %", 300000, {0.05, 0}, 80, TRUE, 0.005},
    {"300 kbit/s, runs of 5, 10 %", 300000, {0.10, 5}, 80, TRUE, 0.01},
    {"300 kbit/s, runs of 3, 10 %", 300000, {0.10, 3}, 80, TRUE, 0.006},
    {"128 kbit/s, 10 %", 128000, {0.10, 0}, 40, TRUE, 0.005},
    {"64 kbit/s, 5 %", 64000, {0.05, 0}, 40, TRUE, 0.01},
    {"24 kbit/s, 5 %", 24000, {0.05, 0}, 25, TRUE, 0.055},
    {"500 kbit/s, 30 %", 500000, {0.30, 0}, 80, TRUE, 0.01},
    {"500 kbit/s, 30 %, never asks", 500000, {0.30, 0}, 80, FALSE, 0.005},
    {"500 kbit/s, 30 %, runs of 4", 500000, {0.30, 4}, 80, TRUE, 0.03},
    {"500 kbit/s, 60 %", 500000, {0.60, 0}, 80, TRUE, 0.05},
    {"500 kbit/s, 80 %", 500000, {0.80, 0}, 80, TRUE, 0.20},
};

static void
test_links(void)
{
    g_test_message("%-30s %5s %3s %3s  %8s %8s  %6s", "link", "ms", "n", "gap", "missing",
                   "expected", "kbit/s");
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *c = &cases[i];
        g_autoptr(GRand) random = g_rand_new_with_seed(i + 1);
        g_autofree Speech *speech = speak(c->payload, random);
        CcVoiceLink link = {.loss = c->dice.loss,
                            .burst_us = (gint64)(c->dice.run * 20000),
                            .link_bps = c->link_bps,
                            .payload = c->payload,
                            .samples = FRAME,
                            .red = TRUE,
                            .repeats = c->repeats};
        CcVoicePlan plan;
        cc_voice_plan(&link, NULL, &plan);
        Dice dice = c->dice;
        if (plan.samples > FRAME && dice.run > 0)
            dice.run = MAX(dice.run * FRAME / plan.samples, 1.2);
        Outcome outcome = simulate(&plan, speech, &dice, i + 100);
        double expected = cc_voice_plan_residual(&link, &plan);
        g_test_message("%-30s %5u %3u %3u  %7.2f%% %7.2f%%  %6.1f", c->name, plan.samples / 48,
                       plan.n_earlier, plan.spacing, 100 * outcome.missing, 100 * expected,
                       outcome.bps / 1000);
        g_assert_cmpfloat(outcome.missing, <=, c->goal);
        g_assert_cmpfloat(outcome.bps, <=, c->link_bps);
        g_assert_cmpfloat(fabs(outcome.missing - expected), <, 0.004 + expected * 0.25);
        g_assert_cmpfloat(fabs(outcome.bps / cc_voice_plan_bps(&link, &plan) - 1), <, 0.03);
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

/* On a narrow link packets are merged, and stay so until there is clearly more room. */
static void
test_merging(void)
{
    CcVoiceLink link = {.link_bps = 100000, .payload = 80, .samples = FRAME, .red = TRUE};
    CcVoicePlan narrow, still, wide;
    cc_voice_plan(&link, NULL, &narrow);
    g_assert_cmpuint(narrow.samples, ==, 3 * FRAME);
    link.link_bps = 170000;
    cc_voice_plan(&link, &narrow, &still);
    g_assert_cmpuint(still.samples, ==, 3 * FRAME);
    cc_voice_plan(&link, NULL, &wide);
    g_assert_cmpuint(wide.samples, ==, FRAME);
    link.link_bps = 250000;
    cc_voice_plan(&link, &narrow, &wide);
    g_assert_cmpuint(wide.samples, ==, FRAME);
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
    g_test_add_func("/rate/voice-plan/merging", test_merging);
    g_test_add_func("/rate/voice-plan/extremes", test_extremes);
    return g_test_run();
}
