#include "tests/weak-link/simulation/sim.h"

typedef struct {
    gint64 at_us;
    guint64 order;
    SimFunc func;
    gpointer target;
    gint64 number;
} Event;

struct Sim {
    GArray *heap; /* of Event, the next first */
    guint64 order;
    gint64 now_us;
    GRand *random;
};

Sim *
sim_new(guint32 seed)
{
    Sim *sim = g_new0(Sim, 1);
    sim->heap = g_array_new(FALSE, FALSE, sizeof(Event));
    sim->random = g_rand_new_with_seed(seed);
    return sim;
}

void
sim_free(Sim *sim)
{
    if (sim == NULL)
        return;
    g_array_free(sim->heap, TRUE);
    g_rand_free(sim->random);
    g_free(sim);
}

gint64
sim_now_us(const Sim *sim)
{
    return sim->now_us;
}

double
sim_random(Sim *sim)
{
    return g_rand_double(sim->random);
}

static gboolean
before(const Event *a, const Event *b)
{
    return a->at_us < b->at_us || (a->at_us == b->at_us && a->order < b->order);
}

void
sim_at(Sim *sim, gint64 at_us, SimFunc func, gpointer target, gint64 number)
{
    Event event = {MAX(at_us, sim->now_us), sim->order++, func, target, number};
    g_array_append_val(sim->heap, event);
    Event *heap = (Event *)(gpointer)sim->heap->data;
    guint i = sim->heap->len - 1;
    for (; i > 0 && before(&event, &heap[(i - 1) / 2]); i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = event;
}

static Event
pop(Sim *sim)
{
    Event *heap = (Event *)(gpointer)sim->heap->data;
    Event first = heap[0];
    guint n = sim->heap->len - 1;
    Event last = heap[n];
    guint i = 0;
    for (guint child = 1; child < n; child = i * 2 + 1) {
        if (child + 1 < n && before(&heap[child + 1], &heap[child]))
            child++;
        if (!before(&heap[child], &last))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
    g_array_set_size(sim->heap, n);
    return first;
}

void
sim_run(Sim *sim, gint64 until_us)
{
    while (sim->heap->len > 0 && ((Event *)(gpointer)sim->heap->data)->at_us < until_us) {
        Event event = pop(sim);
        sim->now_us = event.at_us;
        event.func(event.target, event.number);
    }
    sim->now_us = until_us;
}

void
sim_link_init(SimLink *link, Sim *sim, const SimPath *path)
{
    *link = (SimLink){.sim = sim, .path = *path};
    if (link->path.queue_us == 0)
        link->path.queue_us = 300 * SIM_MS;
}

/* The index of the rate that holds at @at_us and until when. */
static guint
rate_at(const SimPath *path, gint64 at_us, gint64 *until_us)
{
    guint i = 0;
    while (i + 1 < G_N_ELEMENTS(path->rates) && path->rates[i + 1].bps > 0 &&
           path->rates[i + 1].from_us <= at_us)
        i++;
    gboolean is_last = i + 1 == G_N_ELEMENTS(path->rates) || path->rates[i + 1].bps <= 0;
    *until_us = is_last ? G_MAXINT64 : path->rates[i + 1].from_us;
    return i;
}

double
sim_path_bps(const SimPath *path, gint64 at_us)
{
    gint64 until_us;
    return path->rates[rate_at(path, at_us, &until_us)].bps;
}

gboolean
sim_path_is_out(const SimPath *path, gint64 at_us)
{
    return path->outage_period_us > 0 &&
           at_us % path->outage_period_us >= path->outage_period_us - path->outage_us;
}

double
sim_path_bits(const SimPath *path, gint64 from_us, gint64 to_us, double max_bps)
{
    double bits = 0;
    for (gint64 at_us = from_us; at_us < to_us;) {
        gint64 until_us;
        double bps = MIN(path->rates[rate_at(path, at_us, &until_us)].bps, max_bps);
        until_us = MIN(until_us, MIN(to_us, at_us + 10 * SIM_MS));
        if (!sim_path_is_out(path, at_us))
            bits += bps * (double)(until_us - at_us) / SIM_S;
        at_us = until_us;
    }
    return bits;
}

/* When @bits that begin at @at_us are through. */
static gint64
served_us(const SimPath *path, gint64 at_us, double bits)
{
    while (TRUE) {
        gint64 until_us;
        double bps = path->rates[rate_at(path, at_us, &until_us)].bps;
        double need_us = bits * SIM_S / bps;
        if (until_us == G_MAXINT64 || (double)at_us + need_us <= (double)until_us)
            return at_us + (gint64)(need_us + 0.5);
        bits -= (double)(until_us - at_us) * bps / SIM_S;
        at_us = until_us;
    }
}

static double
backlog_bits(const SimLink *link, gint64 now_us)
{
    double bits = 0;
    for (gint64 at_us = now_us; at_us < link->free_us;) {
        gint64 until_us;
        double bps = link->path.rates[rate_at(&link->path, at_us, &until_us)].bps;
        until_us = MIN(until_us, link->free_us);
        bits += (double)(until_us - at_us) * bps / SIM_S;
        at_us = until_us;
    }
    return bits;
}

/* A Gilbert model: in a burst everything is lost. */
static gboolean
is_lost(SimLink *link)
{
    const SimPath *path = &link->path;
    if (path->loss <= 0)
        return FALSE;
    if (path->burst <= 1)
        return sim_random(link->sim) < path->loss;
    double leave = 1 / path->burst;
    double enter = leave * path->loss / (1 - path->loss);
    link->in_burst = sim_random(link->sim) < (link->in_burst ? 1 - leave : enter);
    return link->in_burst;
}

SimPassage
sim_link_pass(SimLink *link, guint bytes)
{
    const SimPath *path = &link->path;
    gint64 now_us = sim_now_us(link->sim);
    SimPassage passage = {0};
    gboolean lost = is_lost(link) || sim_path_is_out(path, now_us);
    if (lost && (path->loss_first || sim_path_is_out(path, now_us)))
        return passage;
    passage.wait_us = MAX(link->free_us - now_us, 0);
    if (path->queue_bytes > 0 ? backlog_bits(link, now_us) > (double)path->queue_bytes * 8
                              : passage.wait_us > path->queue_us) {
        passage.queue_dropped = TRUE;
        return passage;
    }
    link->free_us = served_us(path, MAX(link->free_us, now_us), bytes * 8.0);
    gint64 jitter_us = (gint64)(sim_random(link->sim) * path->jitter_us);
    passage.arrival_us = MAX(link->free_us + path->delay_us + jitter_us, link->last_out_us);
    link->last_out_us = passage.arrival_us;
    passage.arrives = !lost;
    return passage;
}
