/* One direction of a weak link: a bottleneck with a queue, then a line that delays, loses, repeats
 * and overtakes. Given a packet's size and when it comes, it says what becomes of it; whoever asks
 * keeps the packet. Pure: time is an argument, randomness is seeded, so the same packets at the
 * same times have the same fate.
 *
 *   packet → blocked? → queue (full?) → rate → outage? → lost? → delay + jitter → repeated?
 *
 * What is lost has used its share of the rate: it is lost behind the bottleneck. */
#pragma once

#include "tests/weak-link/schedule.h"

G_BEGIN_DECLS

typedef enum {
    LINK_FATE_DELIVERED,
    LINK_FATE_QUEUE,   /* no room in front of the bottleneck */
    LINK_FATE_LOST,    /* random loss */
    LINK_FATE_OUTAGE,  /* nothing passes for a while */
    LINK_FATE_BLOCKED, /* UDP, where that is not let through */
    LINK_N_FATES
} LinkFate;

typedef struct {
    RateSchedule rate;
    double delay_ms;     /* one way */
    double jitter_ms;    /* added: 0 to this, even; order is kept */
    double queue_ms;     /* that a packet may have to wait */
    double loss_percent; /* average */
    double burst;        /* mean length of a loss (Gilbert-Elliott); up to 1: each by itself */
    double duplicate_percent;
    double reorder_percent; /* that come later than what followed them */
    double reorder_ms;      /* by this */
    GArray *outages;        /* Span */
    GArray *udp_blocked;    /* Span */
} LinkConditions;

typedef struct {
    LinkFate fate;
    guint copies;         /* delivered: 1 or 2 */
    gint64 deliver_us[2]; /* when each comes out */
    gint64 queue_us;      /* that it waited for the bottleneck */
} LinkVerdict;

typedef struct LinkModel LinkModel;

void link_conditions_init(LinkConditions *conditions);
void link_conditions_clear(LinkConditions *conditions);
/* "rate=300,delay=150,jitter=5,queue=300,loss=10,burst=5,duplicate=1,reorder=1,reorder-by=20,
 * outage=30-40,block-udp=20-40,trace=FILE,period=60". */
gboolean link_conditions_parse(LinkConditions *conditions, const char *text, GError **error);

/* @conditions are borrowed. */
LinkModel *link_model_new(const LinkConditions *conditions, guint32 seed);
void link_model_free(LinkModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LinkModel, link_model_free)

/* Until this is called the link has its first rate and its delay, and loses nothing but by its
 * queue. From then on it loses; schedules begin at @origin_us. */
void link_model_begin(LinkModel *model, gint64 origin_us);
/* To be called in the order of @now_us. */
LinkVerdict link_model_carry(LinkModel *model, gint64 now_us, gsize bytes, gboolean is_udp);
/* Of its schedules; G_MININT64 before it begins. */
gint64 link_model_time(const LinkModel *model, gint64 now_us);
const char *link_fate_name(LinkFate fate);

G_END_DECLS
