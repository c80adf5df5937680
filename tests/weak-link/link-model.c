#include "tests/weak-link/link-model.h"

struct LinkModel {
    const LinkConditions *conditions;
    GRand *loss, *delay; /* apart, so that one setting does not change the other's dice */
    gboolean began, in_burst;
    gint64 origin_us;
    gint64 idle_us; /* when the bottleneck will have sent all that it has */
    gint64 last_us; /* when the last packet in order comes out */
};

LinkModel *
link_model_new(const LinkConditions *conditions, guint32 seed)
{
    LinkModel *model = g_new0(LinkModel, 1);
    model->conditions = conditions;
    model->loss = g_rand_new_with_seed(seed);
    model->delay = g_rand_new_with_seed(seed ^ 0x5bd1e995);
    return model;
}

void
link_model_free(LinkModel *model)
{
    if (model == NULL)
        return;
    g_rand_free(model->loss);
    g_rand_free(model->delay);
    g_free(model);
}

void
link_model_begin(LinkModel *model, gint64 origin_us)
{
    model->began = TRUE;
    model->origin_us = origin_us;
}

gint64
link_model_time(const LinkModel *model, gint64 now_us)
{
    return model->began ? now_us - model->origin_us : G_MININT64;
}

static gboolean
dice(GRand *rand, double percent)
{
    return g_rand_double(rand) * 100 < percent;
}

/* Gilbert-Elliott with all lost in the bad state and none in the good one: mean stay in the bad one
 * 1 / r = burst, share of the bad one q / (q + r) = loss. */
static gboolean
is_lost(LinkModel *model)
{
    const LinkConditions *conditions = model->conditions;
    double loss = conditions->loss_percent / 100;
    if (loss <= 0)
        return FALSE;
    if (conditions->burst <= 1 || loss >= 1)
        return dice(model->loss, conditions->loss_percent);
    double leave = 1 / conditions->burst;
    double enter = MIN(1, leave * loss / (1 - loss));
    double p = g_rand_double(model->loss);
    model->in_burst = model->in_burst ? p >= leave : p < enter;
    return model->in_burst;
}

/* From the bottleneck's end to the other side. */
static void
travel(LinkModel *model, LinkVerdict *verdict, gint64 sent_us)
{
    const LinkConditions *conditions = model->conditions;
    double way_ms = conditions->delay_ms + g_rand_double(model->delay) * conditions->jitter_ms;
    gboolean overtaken = dice(model->delay, conditions->reorder_percent);
    gboolean repeated = dice(model->delay, conditions->duplicate_percent);
    gint64 out_us = MAX(sent_us + (gint64)(way_ms * 1000), model->last_us);
    if (overtaken && model->began)
        out_us += (gint64)(conditions->reorder_ms * 1000);
    else
        model->last_us = out_us;
    verdict->fate = LINK_FATE_DELIVERED;
    verdict->copies = repeated && model->began ? 2 : 1;
    verdict->deliver_us[0] = verdict->deliver_us[1] = out_us;
}

LinkVerdict
link_model_carry(LinkModel *model, gint64 now_us, gsize bytes, gboolean is_udp)
{
    const LinkConditions *conditions = model->conditions;
    LinkVerdict verdict = {.fate = LINK_FATE_BLOCKED};
    gint64 time_us = link_model_time(model, now_us);
    if (is_udp && spans_hold(conditions->udp_blocked, time_us))
        return verdict;
    gint64 start_us = MAX(now_us, model->idle_us);
    verdict.queue_us = start_us - now_us;
    verdict.fate = LINK_FATE_QUEUE;
    if ((double)verdict.queue_us > conditions->queue_ms * 1000)
        return verdict;
    gint64 origin_us = model->began ? model->origin_us : start_us;
    gint64 sent_us = origin_us + rate_schedule_finish(&conditions->rate, start_us - origin_us,
                                                      (gint64)bytes * 8);
    model->idle_us = sent_us;
    gboolean lost = model->began && is_lost(model);
    verdict.fate = LINK_FATE_OUTAGE;
    if (model->began && spans_hold(conditions->outages, link_model_time(model, sent_us)))
        return verdict;
    verdict.fate = LINK_FATE_LOST;
    if (!lost)
        travel(model, &verdict, sent_us);
    return verdict;
}

const char *
link_fate_name(LinkFate fate)
{
    static const char *const names[LINK_N_FATES] = {"delivered", "queue", "lost", "outage",
                                                    "blocked"};
    return names[fate];
}
