/* A way to the relay over UDP that is ours and not libnice's, as tcp-path.h is over TCP: a socket
 * of its own, open once a STUN check of ours has been answered along it. It repeats the check until
 * then.
 *
 * Lives in the GMainContext given at creation, callbacks come there. */
#pragma once

#include "common/transport/ice-remote.h"

G_BEGIN_DECLS

typedef struct CcUdpPath CcUdpPath;

/* cc_udp_path_free() is allowed in neither of them. */
typedef struct {
    void (*opened)(CcUdpPath *path, gpointer user_data);
    /* What came along it and is no STUN. */
    void (*datagram)(CcUdpPath *path, const guint8 *datagram, gsize length, gpointer user_data);
} CcUdpPathCallbacks;

/* Begins to ask @address with the credentials of @remote, which are copied. @callbacks outlive.
 * Error: of GIO, where no datagram can even leave (no network, no such family). */
CcUdpPath *cc_udp_path_new(GMainContext *context, GSocketAddress *address,
                           const CcIceRemote *remote, const CcUdpPathCallbacks *callbacks,
                           gpointer user_data, GError **error);
void cc_udp_path_free(CcUdpPath *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcUdpPath, cc_udp_path_free)

/* Does not block. FALSE if it could not leave. */
gboolean cc_udp_path_send(CcUdpPath *path, const guint8 *datagram, gsize length);
gboolean cc_udp_path_is_open(const CcUdpPath *path);
/* TRUE if an ICMP error came back: something on the way refuses, or nobody listens. */
gboolean cc_udp_path_was_refused(const CcUdpPath *path);

G_END_DECLS
