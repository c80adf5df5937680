/* The program behind a window: what people do there is said to it. Main thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    struct CcX11Painter *painter; /* or NULL */
    /* @value: floating, consumed. */
    void (*say)(const char *name, GVariant *value, gpointer user_data);
    gpointer user_data;
} CcHost;

static inline void
cc_host_say(const CcHost *host, const char *name, GVariant *value)
{
    host->say(name, value, host->user_data);
}

G_END_DECLS
