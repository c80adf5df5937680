#include "relay/control/rate-limit.h"

typedef struct {
    double tokens;
    gint64 updated_us;
} Bucket;

struct CcRateLimit {
    double per_s, burst;
    GHashTable *buckets; /* key → Bucket; a key that is not here has a full one */
    Bucket shared;
};

CcRateLimit *
cc_rate_limit_new(guint per_s, guint burst)
{
    CcRateLimit *limit = g_new0(CcRateLimit, 1);

    limit->per_s = per_s;
    limit->burst = burst;
    limit->buckets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    limit->shared.tokens = burst;
    return limit;
}

void
cc_rate_limit_free(CcRateLimit *limit)
{
    if (limit == NULL)
        return;
    g_hash_table_unref(limit->buckets);
    g_free(limit);
}

static void
refill(const CcRateLimit *limit, Bucket *bucket, gint64 now_us)
{
    double earned = (double)(now_us - bucket->updated_us) * limit->per_s / G_USEC_PER_SEC;

    bucket->tokens = MIN(limit->burst, bucket->tokens + earned);
    bucket->updated_us = now_us;
}

static void
forget_full(CcRateLimit *limit, gint64 now_us)
{
    GHashTableIter iter;
    gpointer bucket;

    g_hash_table_iter_init(&iter, limit->buckets);
    while (g_hash_table_iter_next(&iter, NULL, &bucket)) {
        refill(limit, bucket, now_us);
        if (((Bucket *)bucket)->tokens >= limit->burst)
            g_hash_table_iter_remove(&iter);
    }
}

static Bucket *
find(CcRateLimit *limit, const char *key, gint64 now_us)
{
    Bucket *bucket = g_hash_table_lookup(limit->buckets, key);

    if (bucket != NULL)
        return bucket;
    if (g_hash_table_size(limit->buckets) >= CC_RATE_LIMIT_MAX_KEYS)
        forget_full(limit, now_us);
    if (g_hash_table_size(limit->buckets) >= CC_RATE_LIMIT_MAX_KEYS)
        return &limit->shared;
    bucket = g_new0(Bucket, 1);
    bucket->tokens = limit->burst;
    bucket->updated_us = now_us;
    g_hash_table_insert(limit->buckets, g_strdup(key), bucket);
    return bucket;
}

gboolean
cc_rate_limit_take(CcRateLimit *limit, const char *key, gint64 now_us)
{
    Bucket *bucket = find(limit, key, now_us);

    refill(limit, bucket, now_us);
    if (bucket->tokens < 1)
        return FALSE;
    bucket->tokens -= 1;
    return TRUE;
}
