/* Finds out whether datagrams reach the relay and come back, without libnice and without disturbing
 * the path in use: STUN checks from UDP sockets of its own. A new socket means a new place in every
 * NAT on the way, so that it also answers when the old place is gone.
 *
 * Lives in the GMainContext given at creation. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct CcPathProbe CcPathProbe;

CcPathProbe *cc_path_probe_new(GMainContext *context);
void cc_path_probe_free(CcPathProbe *probe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcPathProbe, cc_path_probe_free)

/* One check to each of @addresses (GSocketAddress *, UDP). @username: "theirs:ours"; @password:
 * theirs. Failure is silence. */
void cc_path_probe_send(CcPathProbe *probe, const GPtrArray *addresses, const char *username,
                        const char *password);

/* Other sockets from now on: the network has changed. */
void cc_path_probe_renew(CcPathProbe *probe);

/* Monotonic time of the newest authentic answer; 0: none yet. */
gint64 cc_path_probe_answered_us(const CcPathProbe *probe);

G_END_DECLS
