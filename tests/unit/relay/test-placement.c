/* Which worker gets whom: balance between rooms, few workers for one room. */
#include "relay/control/placement.h"

#define WORKERS 4

typedef struct {
    guint load[WORKERS];
    guint in_room[WORKERS];
    guint64 busy;
} Spread;

static guint
choose(const Spread *spread)
{
    return cc_placement_receiver(&(CcPlacement){WORKERS, spread->load, spread->busy},
                                 spread->in_room, 0);
}

static guint
least(guint n_workers, const guint *load, guint64 busy)
{
    return cc_placement_least(&(CcPlacement){n_workers, load, busy});
}

/* @count receivers come to one room whose home is worker 0. */
static void
fill(Spread *spread, guint count)
{
    for (guint i = 0; i < count; i++) {
        guint chosen = choose(spread);
        g_assert_cmpuint(chosen, <, WORKERS);
        spread->load[chosen]++;
        spread->in_room[chosen]++;
    }
}

static void
test_least(void)
{
    g_assert_cmpuint(least(1, (const guint[]){0}, 0), ==, 0);
    g_assert_cmpuint(least(3, (const guint[]){0, 0, 0}, 0), ==, 0);
    g_assert_cmpuint(least(3, (const guint[]){3, 2, 2}, 0), ==, 1);
}

static void
test_alone(void)
{
    const guint load = 100000, in_room = 100000;

    g_assert_cmpuint(cc_placement_receiver(&(CcPlacement){1, &load, 1}, &in_room, 0), ==, 0);
}

/* A class of ordinary size stays together. */
static void
test_small_room(void)
{
    Spread spread = {{0}, {0}, 0};

    fill(&spread, 20);
    g_assert_cmpuint(spread.load[0], ==, 20);
}

/* A large one takes one worker after the other, and no more of them than it needs. */
static void
test_large_room(void)
{
    Spread spread = {{0}, {0}, 0};

    fill(&spread, 40);
    g_assert_cmpuint(spread.load[0], >=, 20);
    g_assert_cmpuint(spread.load[1], >, 0);
    g_assert_cmpuint(spread.load[2] + spread.load[3], ==, 0);
    fill(&spread, 960);
    for (guint i = 0; i < WORKERS; i++) {
        g_assert_cmpuint(spread.load[i], <=, 250 + 250 / 4 + 1);
        g_assert_cmpuint(spread.load[i], >=, 60);
    }
}

/* Others' rooms count too. */
static void
test_busy_home(void)
{
    Spread spread = {{400, 10, 5, 400}, {1, 0, 0, 0}, 0};

    g_assert_cmpuint(choose(&spread), ==, 2);
    spread.in_room[1] = 1;
    g_assert_cmpuint(choose(&spread), ==, 1);
    spread.in_room[3] = 1; /* has the packets, but no room either */
    spread.in_room[1] = 0;
    g_assert_cmpuint(choose(&spread), ==, 2);
}

/* A worker that has no time gets nobody while others have some, however few sessions it has. */
static void
test_busy_workers(void)
{
    Spread spread = {{3, 5, 4, 9}, {3, 0, 0, 1}, 0};

    g_assert_cmpuint(choose(&spread), ==, 0);
    spread.busy = 1 << 0;
    g_assert_cmpuint(choose(&spread), ==, 3);
    spread.busy = 1 << 0 | 1 << 3;
    g_assert_cmpuint(choose(&spread), ==, 2);
    spread.busy = 0xf;
    g_assert_cmpuint(choose(&spread), ==, 0);
    g_assert_cmpuint(least(3, (const guint[]){1, 2, 3}, 1 << 0), ==, 1);
    g_assert_cmpuint(least(3, (const guint[]){3, 2, 1}, 7), ==, 2);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay/placement/least", test_least);
    g_test_add_func("/relay/placement/alone", test_alone);
    g_test_add_func("/relay/placement/small-room", test_small_room);
    g_test_add_func("/relay/placement/large-room", test_large_room);
    g_test_add_func("/relay/placement/busy-home", test_busy_home);
    g_test_add_func("/relay/placement/busy-workers", test_busy_workers);
    return g_test_run();
}
