/* Fetches memory that will be needed soon. With hundreds of receivers the state of one is in no
 * cache any more when its turn comes; a fetch takes as long as a small packet takes to encrypt. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_CACHE_LINE 64

static inline void
cc_prefetch(const void *data, gsize bytes)
{
    for (gsize i = 0; i < bytes; i += CC_CACHE_LINE)
        __builtin_prefetch((const guint8 *)data + i);
    __builtin_prefetch((const guint8 *)data + bytes - 1);
}

G_END_DECLS
