/* Clocks. Code under wire/ and rate/ never calls these: it is told the time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Monotonic time in microseconds (CLOCK_MONOTONIC). */
gint64 cc_clock_now_us(void);

/* Wall-clock time as a 64-bit NTP timestamp (RFC 5905: seconds since 1900 in the upper half). */
guint64 cc_clock_now_ntp(void);

/* Microseconds as a 64-bit NTP duration. */
guint64 cc_clock_us_to_ntp(gint64 duration_us);

G_END_DECLS
