#include "common/base/clock.h"

#include <time.h>

/* Seconds from 1900-01-01 (NTP's era 0) to 1970-01-01. */
#define NTP_UNIX_OFFSET G_GUINT64_CONSTANT(2208988800)

gint64
cc_clock_now_us(void)
{
    return g_get_monotonic_time();
}

guint64
cc_clock_now_ntp(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    guint64 fraction = ((guint64)now.tv_nsec << 32) / G_GUINT64_CONSTANT(1000000000);
    return (((guint64)now.tv_sec + NTP_UNIX_OFFSET) << 32) | fraction;
}

guint64
cc_clock_us_to_ntp(gint64 duration_us)
{
    if (duration_us <= 0)
        return 0;
    guint64 seconds = (guint64)duration_us / G_USEC_PER_SEC;
    guint64 rest_us = (guint64)duration_us % G_USEC_PER_SEC;
    return (seconds << 32) | ((rest_us << 32) / G_USEC_PER_SEC);
}
