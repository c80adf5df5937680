#include "relay/health/health-link.h"

#include <string.h>

CcHealthLink *
cc_health_link_new(guint number, CcHealthRoom *room, gboolean sends, guint32 tick)
{
    CcHealthLink *link = g_new0(CcHealthLink, 1);

    link->number = number;
    link->room = room;
    link->sends = sends;
    link->first_tick = tick;
    link->place.data = link;
    link->samples = cc_series_new(CC_HEALTH_TICKS, sizeof(CcLinkSample));
    return link;
}

void
cc_health_link_free(CcHealthLink *link)
{
    cc_series_free(link->samples);
    g_free(link->id);
    g_free(link->role);
    g_free(link->name);
    g_free(link);
}

static void
count_outage(CcHealthLink *link, guint32 tick)
{
    memmove(link->outages + 1, link->outages, sizeof(link->outages) - sizeof(link->outages[0]));
    link->outages[0] = tick;
}

/* An outage begins where it was up at the moment before. */
static void
watch_contact(CcHealthLink *link, guint32 tick, CcContact contact)
{
    const CcLinkSample *before = tick > 0 ? cc_series_get(link->samples, tick - 1) : NULL;
    CcLinkValues values = {.contact = CC_CONTACT_CONNECTING};

    if (before != NULL)
        cc_link_sample_unpack(before, &values);
    if (contact != CC_CONTACT_UP && values.contact == CC_CONTACT_UP)
        count_outage(link, tick);
    link->connected = link->connected || contact == CC_CONTACT_UP;
    link->contact = contact;
}

void
cc_health_link_see(CcHealthLink *link, guint32 tick, const CcLinkValues *values)
{
    CcLinkSample sample = cc_link_sample_pack(values);

    watch_contact(link, tick, values->contact);
    cc_series_put(link->samples, tick, &sample);
    link->seen_tick = tick;
    link->presence = CC_PRESENCE_HERE;
}

void
cc_health_link_miss(CcHealthLink *link, guint32 tick, gboolean came_again)
{
    if (link->presence == CC_PRESENCE_HERE) {
        link->presence = CC_PRESENCE_VANISHED;
        if (link->connected)
            watch_contact(link, tick, CC_CONTACT_LOST);
    }
    if (link->presence == CC_PRESENCE_VANISHED && came_again)
        link->presence = CC_PRESENCE_LEFT;
}

static guint
count_outages(const CcHealthLink *link, guint32 tick)
{
    guint n = 0;

    while (n < CC_HEALTH_OUTAGES && link->outages[n] != 0 &&
           tick - link->outages[n] < CC_HEALTH_TICKS)
        n++;
    return n;
}

gboolean
cc_health_link_moved(CcHealthLink *link, CcMove *move)
{
    gboolean up = link->presence == CC_PRESENCE_HERE && link->contact == CC_CONTACT_UP;

    if (up == link->up)
        return FALSE;
    link->up = up;
    *move = up ? CC_MOVE_CAME : link->presence == CC_PRESENCE_LEFT ? CC_MOVE_LEFT : CC_MOVE_LOST;
    return TRUE;
}

gboolean
cc_health_link_is_teachers(const CcHealthLink *link)
{
    return g_str_equal(link->role, "teacher");
}

gboolean
cc_health_link_teaches(const CcHealthLink *link)
{
    return link->sends && cc_health_link_is_teachers(link);
}

gboolean
cc_health_link_judge(CcHealthLink *link, guint32 tick)
{
    CcLinkCase the_case = {
        .sends = link->sends,
        .teaches = cc_health_link_teaches(link),
        .presence = link->presence,
        .never_connected = !link->connected,
        .lesson = link->room->seen_tick == tick && link->room->moment.under_way,
        .outages = count_outages(link, tick),
    };
    CcLinkSample line = link->shown;
    CcJudgement judgement;
    gboolean changed;

    if (cc_link_summarize(link->samples, tick, &the_case.summary))
        line = cc_link_summary_sample(&the_case.summary);
    judgement = cc_judge_link(&the_case);
    changed = judgement.word != link->judgement.word ||
              judgement.findings != link->judgement.findings ||
              the_case.outages != link->n_outages || cc_link_sample_differs(&line, &link->shown);
    if (changed)
        link->shown = line;
    link->judgement = judgement;
    link->n_outages = the_case.outages;
    return changed;
}
