/* How often somebody may ask: a token bucket for each key, such as a client's address. The memory is
 * bounded: when more keys are busy than fit, the new ones share one bucket. One thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct CcRateLimit CcRateLimit;

#define CC_RATE_LIMIT_MAX_KEYS 4096

/* @burst requests at once, and @per_s a second in the long run. */
CcRateLimit *cc_rate_limit_new(guint per_s, guint burst);
void cc_rate_limit_free(CcRateLimit *limit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcRateLimit, cc_rate_limit_free)

/* FALSE if this one is too many. @now_us: never runs backwards. */
gboolean cc_rate_limit_take(CcRateLimit *limit, const char *key, gint64 now_us);

G_END_DECLS
