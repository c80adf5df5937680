/* When each session wants to be called: a heap, earliest first, whose entries know their places, so
 * that setting one of thousands costs a few comparisons and allocates nothing. Pure: time is an
 * argument. One thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Embedded in what waits; all zeros: not set. */
typedef struct {
    gint64 due_us;
    guint place; /* in the heap, from 1; 0: not set */
} CcSessionTimer;

typedef struct {
    CcSessionTimer **heap; /* from [1] on */
    guint n, capacity;
} CcSessionTimers;

void cc_session_timers_clear(CcSessionTimers *timers);

/* @timer is due at @due_us and no more at its time before; G_MAXINT64: never. */
void cc_session_timers_set(CcSessionTimers *timers, CcSessionTimer *timer, gint64 due_us);
/* Before @timer is freed; fine if it is not set. */
void cc_session_timers_remove(CcSessionTimers *timers, CcSessionTimer *timer);

/* The earliest of those due at @now_us, which is not set any more then; NULL if none is. */
CcSessionTimer *cc_session_timers_take(CcSessionTimers *timers, gint64 now_us);
/* When the earliest is due; G_MAXINT64: never. */
gint64 cc_session_timers_next_us(const CcSessionTimers *timers);

G_END_DECLS
