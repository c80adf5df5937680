/* The generator's two clocks, in nanoseconds. */
#pragma once

#include <glib.h>
#include <time.h>

#define LOAD_NS_PER_SEC G_GINT64_CONSTANT(1000000000)
#define LOAD_NS_PER_MS G_GINT64_CONSTANT(1000000)

static inline gint64
load_clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * LOAD_NS_PER_SEC + now.tv_nsec;
}

/* For schedules. */
static inline gint64
load_now_ns(void)
{
    return load_clock_ns(CLOCK_MONOTONIC);
}

/* What the kernel stamps datagrams with. */
static inline gint64
load_wall_ns(void)
{
    return load_clock_ns(CLOCK_REALTIME);
}
