/* Latencies counted in log-linear buckets: exact microseconds below 128, then 64 buckets for each
 * doubling (1.6 %). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LOAD_HISTOGRAM_OCTAVES 20 /* up to 2^26 µs: a minute */
#define LOAD_HISTOGRAM_BUCKETS (64 * (LOAD_HISTOGRAM_OCTAVES + 1))

typedef struct {
    guint64 count;
    gint64 max_us;
    guint64 buckets[LOAD_HISTOGRAM_BUCKETS];
} LoadHistogram;

/* What lies below 0 counts as 0. */
void load_histogram_add(LoadHistogram *histogram, gint64 value_us);
void load_histogram_merge(LoadHistogram *histogram, const LoadHistogram *other);
/* The smallest value that @share (0 to 1) of all do not exceed, in microseconds; 0 if empty. */
gint64 load_histogram_quantile(const LoadHistogram *histogram, double share);

G_END_DECLS
