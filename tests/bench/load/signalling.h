/* How sessions are agreed on with a peer: WHIP and WHEP, or Janus's HTTP API. Asynchronous on the
 * main context: an asked session becomes CHECKING or FAILED. */
#pragma once

#include <libsoup/soup.h>

#include "tests/bench/load/publisher.h"
#include "tests/bench/load/receiver.h"

G_BEGIN_DECLS

typedef struct LoadSignalling LoadSignalling;

typedef struct {
    void (*publish)(LoadSignalling *signalling, LoadPublisher *publisher);
    /* After the room's publisher has connected. */
    void (*watch)(LoadSignalling *signalling, LoadReceiver *receiver);
    void (*free)(LoadSignalling *signalling);
} LoadSignallingClass;

struct LoadSignalling {
    const LoadSignallingClass *class;
    const LoadOptions *options;
    SoupSession *soup;
    guint64 asked_again; /* requests that were refused for coming too fast, and repeated */
};

LoadSignalling *load_whip_new(const LoadOptions *options);
/* Blocks until Janus has a session for us. */
LoadSignalling *load_janus_new(const LoadOptions *options, GError **error);

static inline void
load_signalling_free(LoadSignalling *signalling)
{
    if (signalling)
        signalling->class->free(signalling);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LoadSignalling, load_signalling_free)

#define LOAD_MAX_CONNECTIONS 64 /* HTTP, at a time */

G_END_DECLS
