#include "relay/media/session-timers.h"

void
cc_session_timers_clear(CcSessionTimers *timers)
{
    g_free(timers->heap);
    *timers = (CcSessionTimers){0};
}

static void
put(CcSessionTimers *timers, guint place, CcSessionTimer *timer)
{
    timers->heap[place] = timer;
    timer->place = place;
}

/* Into the place @hole, or above where it is earlier than those on its way. */
static void
rise(CcSessionTimers *timers, guint hole, CcSessionTimer *timer)
{
    for (; hole > 1 && timers->heap[hole / 2]->due_us > timer->due_us; hole /= 2)
        put(timers, hole, timers->heap[hole / 2]);
    put(timers, hole, timer);
}

/* Into the place @hole, or below. */
static void
sink(CcSessionTimers *timers, guint hole, CcSessionTimer *timer)
{
    for (guint child; (child = 2 * hole) <= timers->n; hole = child) {
        if (child < timers->n && timers->heap[child + 1]->due_us < timers->heap[child]->due_us)
            child++;
        if (timers->heap[child]->due_us >= timer->due_us)
            break;
        put(timers, hole, timers->heap[child]);
    }
    put(timers, hole, timer);
}

static void
settle(CcSessionTimers *timers, guint hole, CcSessionTimer *timer)
{
    if (hole > 1 && timers->heap[hole / 2]->due_us > timer->due_us)
        rise(timers, hole, timer);
    else
        sink(timers, hole, timer);
}

static void
add(CcSessionTimers *timers, CcSessionTimer *timer)
{
    if (timers->n + 1 >= timers->capacity) {
        timers->capacity = MAX(64, 2 * timers->capacity);
        timers->heap = g_renew(CcSessionTimer *, timers->heap, timers->capacity);
    }
    rise(timers, ++timers->n, timer);
}

void
cc_session_timers_set(CcSessionTimers *timers, CcSessionTimer *timer, gint64 due_us)
{
    if (due_us == G_MAXINT64) {
        cc_session_timers_remove(timers, timer);
        return;
    }
    timer->due_us = due_us;
    if (timer->place == 0)
        add(timers, timer);
    else
        settle(timers, timer->place, timer);
}

void
cc_session_timers_remove(CcSessionTimers *timers, CcSessionTimer *timer)
{
    guint hole = timer->place;
    if (hole == 0)
        return;
    timer->place = 0;
    CcSessionTimer *last = timers->heap[timers->n--];
    if (last != timer)
        settle(timers, hole, last);
}

CcSessionTimer *
cc_session_timers_take(CcSessionTimers *timers, gint64 now_us)
{
    if (cc_session_timers_next_us(timers) > now_us)
        return NULL;
    CcSessionTimer *timer = timers->heap[1];
    cc_session_timers_remove(timers, timer);
    return timer;
}

gint64
cc_session_timers_next_us(const CcSessionTimers *timers)
{
    return timers->n > 0 ? timers->heap[1]->due_us : G_MAXINT64;
}
