/* The last hour of every link and every room: who was there, how it went, and what is to be said of
 * it now. Those who left stay for an hour. Bounded: CC_HEALTH_MAX_LINKS links of about 8 KiB, of
 * which those that are gone longest give way first; CC_HEALTH_MAX_ROOMS rooms. Time is a tick of
 * CC_HEALTH_TICK_S, told by the caller. Pure; control thread. */
#pragma once

#include "relay/health/health-link.h"

G_BEGIN_DECLS

#define CC_HEALTH_MAX_LINKS 6000
#define CC_HEALTH_MAX_ROOMS 1000

typedef struct CcHealthBook CcHealthBook;

CcHealthBook *cc_health_book_new(void);
void cc_health_book_free(CcHealthBook *book);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcHealthBook, cc_health_book_free)

/* A tick consists of any number of these two, and then cc_health_book_close(). Rooms come before
 * their links. Ticks count from 1 and grow. */
void cc_health_book_see_room(CcHealthBook *book, guint32 tick, const char *room, guint lesson,
                             gboolean under_way);

typedef struct {
    const char *room, *id, *role, *name;
    gboolean sends;
} CcHealthWho;
/* Somebody who comes again under another id, but with the name, role and room of one that is not
 * there any more, goes on as that one: for people it is the same school. FALSE if there is no place
 * for it, or no such room. */
gboolean cc_health_book_see_link(CcHealthBook *book, guint32 tick, const CcHealthWho *who,
                                 const CcLinkValues *values);

/* It has said goodbye. Unknown ones are fine. */
void cc_health_book_leave(CcHealthBook *book, const char *room, const char *id, gboolean sends);

/* Judges all, and forgets what is more than an hour ago. */
void cc_health_book_close(CcHealthBook *book, guint32 tick);

/* The links whose line has changed after @revision, oldest change first, at most @most; all if it
 * is 0. @last: where to go on. (transfer container) of (transfer none) CcHealthLink. */
GPtrArray *cc_health_book_changed_links(CcHealthBook *book, guint64 revision, guint most,
                                        guint64 *last);
/* Likewise; sorted by name. */
GPtrArray *cc_health_book_changed_rooms(CcHealthBook *book, guint64 revision);

/* (transfer none) NULL if it is unknown. */
const CcHealthLink *cc_health_book_link(CcHealthBook *book, guint number);
const CcHealthRoom *cc_health_book_room(CcHealthBook *book, const char *name);

guint cc_health_book_n_links(const CcHealthBook *book);
guint cc_health_book_n_rooms(const CcHealthBook *book);
/* Links that found no place in the newest tick. */
guint cc_health_book_n_unseen(const CcHealthBook *book);

G_END_DECLS
