/* What the files of CcEvents share: events.c keeps the listeners, event-wishes.c does what they
 * ask. */
#pragma once

#include "relay/control/events.h"

G_BEGIN_DECLS

typedef struct {
    CcEvents *events;
    SoupWebsocketConnection *socket;
    char *room;
    char *network;      /* by which it is told from others who ask */
    char *links;        /* whose it wants to know: a participant's id, "*", or NULL */
    char *client;       /* what it says that it is known by; or NULL */
    gboolean may_teach; /* so it may know of everybody's link, and lower hands */
    gboolean has_chat;  /* it has been told what was written before it came */
    gint64 last_pong_us;
    guint backlog;
} CcObserver;

struct CcEvents {
    CcControl *control;
    GHashTable *rooms; /* room → GPtrArray of CcObserver (owned) */
    guint n_observers;
    guint n_link_observers;
    CcRateLimit *hand_limit;  /* by participant */
    CcRateLimit *stage_limit; /* by room: what its teachers say of the stage, and of the chat */
    GSource *check;           /* drops those that do not answer pings */
};

void cc_events_send(CcObserver *observer, const char *message);
/* Whose links it wants to know; NULL: nobody's. */
void cc_events_set_links(CcObserver *observer, const char *links);

/* event-wishes.c */
void cc_events_answer(CcObserver *observer, GBytes *message, gint64 now_us);

G_END_DECLS
