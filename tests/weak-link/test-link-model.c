#include <glib/gstdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/weak-link/departures.h"
#include "tests/weak-link/link-model.h"

#define START_US (5 * G_USEC_PER_SEC)
#define PACKET 1000 /* bytes */

typedef struct {
    LinkConditions conditions;
    LinkModel *model;
} Fixture;

static void
set_up(Fixture *fixture, const char *text, guint32 seed)
{
    g_autoptr(GError) error = NULL;
    link_conditions_init(&fixture->conditions);
    g_assert_true(link_conditions_parse(&fixture->conditions, text, &error));
    g_assert_no_error(error);
    fixture->model = link_model_new(&fixture->conditions, seed);
    link_model_begin(fixture->model, START_US);
}

static void
tear_down(Fixture *fixture)
{
    link_model_free(fixture->model);
    link_conditions_clear(&fixture->conditions);
}

/* Sends @n packets, one each @interval_us; returns how many came through. */
static guint
stream(Fixture *fixture, guint n, gint64 interval_us, gint64 *last_us)
{
    guint delivered = 0;
    for (guint i = 0; i < n; i++) {
        LinkVerdict verdict =
            link_model_carry(fixture->model, START_US + i * interval_us, PACKET, TRUE);
        if (verdict.fate != LINK_FATE_DELIVERED)
            continue;
        delivered++;
        *last_us = verdict.deliver_us[0];
    }
    return delivered;
}

static void
test_rate(void)
{
    Fixture fixture;
    gint64 last_us = 0;
    /* Three times as much as fits, for 10 s. */
    set_up(&fixture, "rate=800,queue=300", 1);
    guint delivered = stream(&fixture, 3000, 10000 / 3, &last_us);
    g_assert_cmpint(delivered, >=, 1000);
    g_assert_cmpint(delivered, <=, 1032); /* what the queue holds comes on top */
    double kbps = (double)delivered * PACKET * 8 * 1000 / (double)(last_us - START_US);
    g_assert_cmpfloat(fabs(kbps - 800), <, 1);
    tear_down(&fixture);
}

static void
test_delay(void)
{
    Fixture fixture;
    set_up(&fixture, "rate=8000,delay=150", 1);
    for (guint i = 0; i < 100; i++) {
        gint64 now_us = START_US + i * 10000;
        LinkVerdict verdict = link_model_carry(fixture.model, now_us, PACKET, TRUE);
        g_assert_cmpint(verdict.deliver_us[0], ==, now_us + 1000 + 150000);
        g_assert_cmpint(verdict.queue_us, ==, 0);
        g_assert_cmpuint(verdict.copies, ==, 1);
    }
    tear_down(&fixture);
}

static void
test_without_limits(void)
{
    Fixture fixture;
    set_up(&fixture, "", 1);
    LinkVerdict verdict = link_model_carry(fixture.model, START_US, 65535, FALSE);
    g_assert_cmpint(verdict.fate, ==, LINK_FATE_DELIVERED);
    g_assert_cmpint(verdict.deliver_us[0], ==, START_US);
    tear_down(&fixture);
}

static void
test_queue_limit(void)
{
    Fixture fixture;
    set_up(&fixture, "rate=80,queue=300", 1); /* 100 ms a packet */
    gint64 waited_us = 0;
    for (guint i = 0; i < 4; i++) {
        LinkVerdict verdict = link_model_carry(fixture.model, START_US, PACKET, TRUE);
        g_assert_cmpint(verdict.fate, ==, LINK_FATE_DELIVERED);
        waited_us = verdict.queue_us;
    }
    g_assert_cmpint(waited_us, ==, 300000);
    LinkVerdict verdict = link_model_carry(fixture.model, START_US, PACKET, TRUE);
    g_assert_cmpint(verdict.fate, ==, LINK_FATE_QUEUE);
    /* It drains. */
    verdict = link_model_carry(fixture.model, START_US + 400000, PACKET, TRUE);
    g_assert_cmpint(verdict.fate, ==, LINK_FATE_DELIVERED);
    g_assert_cmpint(verdict.queue_us, ==, 0);
    tear_down(&fixture);
}

static void
test_rate_steps(void)
{
    Fixture fixture;
    set_up(&fixture, "rate=0:1000;1:100;2:1000,queue=60000", 1);
    gint64 last_us = 0;
    /* 1000 kbit in the first second, 100 in the second, the rest in the third. */
    g_assert_cmpuint(stream(&fixture, 200, 0, &last_us), ==, 200);
    g_assert_cmpint(llabs(last_us - (START_US + 2500000)), <, 100);
    tear_down(&fixture);

    set_up(&fixture, "rate=0:800;1:80,period=2,queue=60000", 1);
    g_assert_cmpint(rate_schedule_at(&fixture.conditions.rate, 1500000), ==, 80000);
    g_assert_cmpint(rate_schedule_at(&fixture.conditions.rate, 2500000), ==, 800000);
    g_assert_cmpint(rate_schedule_at(&fixture.conditions.rate, -1), ==, 800000);
    /* 880 kbit a turn. */
    g_assert_cmpuint(stream(&fixture, 220, 0, &last_us), ==, 220);
    g_assert_cmpint(llabs(last_us - (START_US + 4000000)), <, 300);
    tear_down(&fixture);
}

static void
test_trace(void)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("trace-XXXXXX", &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_assert_true(g_file_set_contents(path, "# seconds kbit/s\n0 500\n\n1.5\t250\n", -1, NULL));
    g_assert_true(g_close(fd, NULL));
    g_autofree char *text = g_strdup_printf("trace=%s", path);
    Fixture fixture;
    set_up(&fixture, text, 1);
    g_assert_cmpint(rate_schedule_at(&fixture.conditions.rate, 1499999), ==, 500000);
    g_assert_cmpint(rate_schedule_at(&fixture.conditions.rate, 1500000), ==, 250000);
    tear_down(&fixture);
    g_assert_true(g_file_set_contents(path, "1 500\n0 250\n", -1, NULL));
    RateSchedule schedule;
    g_autoptr(GError) error = NULL;
    rate_schedule_init(&schedule);
    g_assert_false(rate_schedule_read(&schedule, path, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
    rate_schedule_clear(&schedule);
    g_unlink(path);
}

typedef struct {
    guint lost, bursts;
} Losses;

static Losses
count_losses(const char *text, guint32 seed)
{
    Fixture fixture;
    Losses losses = {0};
    gboolean before = FALSE;
    set_up(&fixture, text, seed);
    for (guint i = 0; i < 100000; i++) {
        LinkVerdict verdict = link_model_carry(fixture.model, START_US + i * 1000, 100, TRUE);
        gboolean lost = verdict.fate == LINK_FATE_LOST;
        losses.lost += lost;
        losses.bursts += lost && !before;
        before = lost;
    }
    tear_down(&fixture);
    return losses;
}

static void
test_random_loss(void)
{
    static const guint percents[] = {2, 10, 30, 60, 80};
    for (guint i = 0; i < G_N_ELEMENTS(percents); i++) {
        g_autofree char *text = g_strdup_printf("loss=%u", percents[i]);
        Losses losses = count_losses(text, 7);
        double share = losses.lost / 100000.0, wanted = percents[i] / 100.0;
        g_assert_cmpfloat(fabs(share - wanted), <, 0.006);
        /* Each by itself: runs are 1 / (1 - p) long. */
        double burst = (double)losses.lost / losses.bursts;
        g_assert_cmpfloat(fabs(burst * (1 - wanted) - 1), <, 0.03);
    }
    g_assert_cmpuint(count_losses("loss=100", 7).lost, ==, 100000);
    g_assert_cmpuint(count_losses("loss=0,burst=5", 7).lost, ==, 0);
}

static void
test_bursty_loss(void)
{
    Losses losses = count_losses("loss=10,burst=5", 7);
    g_assert_cmpfloat(fabs(losses.lost / 100000.0 - 0.1), <, 0.008);
    g_assert_cmpfloat(fabs((double)losses.lost / losses.bursts - 5), <, 0.3);
}

static void
test_loss_only_after_the_beginning(void)
{
    Fixture fixture;
    link_conditions_init(&fixture.conditions);
    g_assert_true(link_conditions_parse(
        &fixture.conditions, "rate=800,delay=20,loss=100,outage=0-9,block-udp=0-9", NULL));
    fixture.model = link_model_new(&fixture.conditions, 1);
    LinkVerdict verdict = link_model_carry(fixture.model, START_US, PACKET, TRUE);
    g_assert_cmpint(verdict.fate, ==, LINK_FATE_DELIVERED);
    g_assert_cmpint(verdict.deliver_us[0], ==, START_US + 30000);
    g_assert_cmpint(link_model_time(fixture.model, START_US), ==, G_MININT64);
    /* The schedules' origin lies ahead: losses come at once, outages with the schedule. */
    link_model_begin(fixture.model, START_US + 5 * G_USEC_PER_SEC);
    verdict = link_model_carry(fixture.model, START_US + G_USEC_PER_SEC, PACKET, TRUE);
    g_assert_cmpint(verdict.fate, ==, LINK_FATE_LOST);
    verdict = link_model_carry(fixture.model, START_US + 5 * G_USEC_PER_SEC, PACKET, TRUE);
    g_assert_cmpint(verdict.fate, ==, LINK_FATE_BLOCKED);
    verdict = link_model_carry(fixture.model, START_US + 5 * G_USEC_PER_SEC, PACKET, FALSE);
    g_assert_cmpint(verdict.fate, ==, LINK_FATE_OUTAGE);
    tear_down(&fixture);
}

static void
test_spans(void)
{
    Fixture fixture;
    set_up(&fixture, "outage=10-20;40-50,block-udp=60-70", 1);
    static const struct {
        guint second;
        LinkFate udp, tcp;
    } expected[] = {{9, LINK_FATE_DELIVERED, LINK_FATE_DELIVERED},
                    {10, LINK_FATE_OUTAGE, LINK_FATE_OUTAGE},
                    {20, LINK_FATE_DELIVERED, LINK_FATE_DELIVERED},
                    {49, LINK_FATE_OUTAGE, LINK_FATE_OUTAGE},
                    {65, LINK_FATE_BLOCKED, LINK_FATE_DELIVERED},
                    {70, LINK_FATE_DELIVERED, LINK_FATE_DELIVERED}};
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        gint64 now_us = START_US + expected[i].second * G_USEC_PER_SEC;
        g_assert_cmpint(link_model_carry(fixture.model, now_us, PACKET, TRUE).fate, ==,
                        expected[i].udp);
        g_assert_cmpint(link_model_carry(fixture.model, now_us, PACKET, FALSE).fate, ==,
                        expected[i].tcp);
    }
    tear_down(&fixture);
}

static void
test_jitter_keeps_order(void)
{
    Fixture fixture;
    set_up(&fixture, "delay=50,jitter=40", 3);
    gint64 last_us = 0, least_us = G_MAXINT64, most_us = 0;
    for (guint i = 0; i < 1000; i++) {
        gint64 now_us = START_US + i * 2000;
        gint64 out_us = link_model_carry(fixture.model, now_us, PACKET, TRUE).deliver_us[0];
        g_assert_cmpint(out_us, >=, last_us);
        last_us = out_us;
        least_us = MIN(least_us, out_us - now_us);
        most_us = MAX(most_us, out_us - now_us);
    }
    g_assert_cmpint(least_us, >=, 50000);
    g_assert_cmpint(most_us, <=, 90000);
    g_assert_cmpint(most_us, >, 85000);
    tear_down(&fixture);
}

static void
test_repeated_and_overtaken(void)
{
    Fixture fixture;
    set_up(&fixture, "delay=50,duplicate=10,reorder=5,reorder-by=30", 3);
    guint copies = 0, overtaken = 0;
    for (guint i = 0; i < 10000; i++) {
        gint64 now_us = START_US + i * 10000;
        LinkVerdict verdict = link_model_carry(fixture.model, now_us, PACKET, TRUE);
        copies += verdict.copies;
        overtaken += verdict.deliver_us[0] == now_us + 80000;
    }
    g_assert_cmpint(abs((int)copies - 11000), <, 120);
    g_assert_cmpint(abs((int)overtaken - 500), <, 80);
    tear_down(&fixture);
}

static void
test_repeatable(void)
{
    Fixture fixtures[3];
    gboolean differs = FALSE;
    for (guint i = 0; i < 3; i++)
        set_up(&fixtures[i],
               "rate=500,delay=50,jitter=20,loss=20,burst=3,duplicate=2,reorder=2,queue=100",
               i == 2 ? 8 : 7);
    for (guint i = 0; i < 5000; i++) {
        LinkVerdict verdicts[3];
        for (guint j = 0; j < 3; j++)
            verdicts[j] = link_model_carry(fixtures[j].model, START_US + i * 12345, PACKET, TRUE);
        g_assert_cmpmem(&verdicts[0], sizeof verdicts[0], &verdicts[1], sizeof verdicts[1]);
        differs |= verdicts[0].fate != verdicts[2].fate;
    }
    g_assert_true(differs);
    for (guint i = 0; i < 3; i++)
        tear_down(&fixtures[i]);
}

static void
test_bad_conditions(void)
{
    static const char *const texts[] = {"rate",         "rate=fast",     "loss=101",
                                        "delay=-1",     "nonsense=1",    "rate=0:5;0:6",
                                        "rate=5:1;4:2", "outage=20-10",  "outage=5",
                                        "period=0",     "block-udp=a-b", "trace=/does/not/exist"};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        LinkConditions conditions;
        link_conditions_init(&conditions);
        g_assert_false(link_conditions_parse(&conditions, texts[i], &error));
        g_assert_nonnull(error);
        link_conditions_clear(&conditions);
    }
}

static void
test_departures_in_order(void)
{
    Departures departures;
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    departures_init(&departures);
    for (guint32 i = 0; i < 1000; i++)
        departures_add(&departures, g_rand_int_range(rand, 0, 100), (guint8 *)&i, sizeof i);
    gint64 last_us = -1;
    guint32 last = 0;
    for (guint n = 0; n < 1000; n++) {
        const Departure *next = departures_first(&departures);
        guint32 value;
        g_assert_cmpuint(next->length, ==, sizeof value);
        memcpy(&value, next->packet, sizeof value);
        g_assert_cmpint(next->at_us, >=, last_us);
        if (next->at_us == last_us)
            g_assert_cmpuint(value, >, last);
        last_us = next->at_us;
        last = value;
        departures_remove_first(&departures);
    }
    g_assert_null(departures_first(&departures));
    departures_clear(&departures);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/weak-link/rate", test_rate);
    g_test_add_func("/weak-link/rate-steps", test_rate_steps);
    g_test_add_func("/weak-link/trace", test_trace);
    g_test_add_func("/weak-link/delay", test_delay);
    g_test_add_func("/weak-link/without-limits", test_without_limits);
    g_test_add_func("/weak-link/queue-limit", test_queue_limit);
    g_test_add_func("/weak-link/random-loss", test_random_loss);
    g_test_add_func("/weak-link/bursty-loss", test_bursty_loss);
    g_test_add_func("/weak-link/begin", test_loss_only_after_the_beginning);
    g_test_add_func("/weak-link/spans", test_spans);
    g_test_add_func("/weak-link/jitter", test_jitter_keeps_order);
    g_test_add_func("/weak-link/repeated-and-overtaken", test_repeated_and_overtaken);
    g_test_add_func("/weak-link/repeatable", test_repeatable);
    g_test_add_func("/weak-link/bad-conditions", test_bad_conditions);
    g_test_add_func("/weak-link/departures", test_departures_in_order);
    return g_test_run();
}
