#include "tests/bench/load/histogram.h"

#define EXACT 128 /* values below have a bucket each: the first two octaves of 64 */

static guint
bucket_of(guint64 value)
{
    if (value < EXACT)
        return (guint)value;
    guint shift = g_bit_storage(value) - 7; /* leaves 64..127 */
    guint bucket = 64 * shift + (guint)(value >> shift);
    return MIN(bucket, LOAD_HISTOGRAM_BUCKETS - 1);
}

static gint64
upper_end(guint bucket)
{
    if (bucket < EXACT)
        return bucket;
    guint shift = bucket / 64 - 1;
    return (gint64)((guint64)(bucket - 64 * shift + 1) << shift) - 1;
}

void
load_histogram_add(LoadHistogram *histogram, gint64 value_us)
{
    gint64 value = MAX(value_us, 0);
    histogram->count++;
    histogram->max_us = MAX(histogram->max_us, value);
    histogram->buckets[bucket_of((guint64)value)]++;
}

void
load_histogram_merge(LoadHistogram *histogram, const LoadHistogram *other)
{
    histogram->count += other->count;
    histogram->max_us = MAX(histogram->max_us, other->max_us);
    for (guint i = 0; i < LOAD_HISTOGRAM_BUCKETS; i++)
        histogram->buckets[i] += other->buckets[i];
}

gint64
load_histogram_quantile(const LoadHistogram *histogram, double share)
{
    guint64 rank = (guint64)(share * (double)histogram->count), seen = 0;
    for (guint i = 0; i < LOAD_HISTOGRAM_BUCKETS; i++) {
        seen += histogram->buckets[i];
        if (seen > rank || (seen == histogram->count && seen > 0))
            return MIN(upper_end(i), histogram->max_us);
    }
    return 0;
}
