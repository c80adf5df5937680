/* A way to the relay over TCP, for networks that let no UDP through: the active side of ICE-TCP
 * (RFC 6544) with frames of RFC 4571. It is open once a check of ours has been answered over it.
 * What is to be sent waits in a short queue of its own, voice ahead of video, and little waits
 * behind that in the kernel.
 *
 * Lives in the GMainContext given at creation, callbacks come there; only cc_tcp_path_send() may be
 * called from any thread. */
#pragma once

#include "common/transport/ice-remote.h"

G_BEGIN_DECLS

typedef struct CcTcpPath CcTcpPath;

/* cc_tcp_path_free() is allowed in each of them. */
typedef struct {
    void (*opened)(CcTcpPath *path, gpointer user_data);
    /* @datagram may be changed in place. */
    void (*datagram)(CcTcpPath *path, guint8 *datagram, gsize length, gpointer user_data);
    /* It could not be connected, or has ended. Nothing comes any more. */
    void (*closed)(CcTcpPath *path, gpointer user_data);
} CcTcpPathCallbacks;

/* Begins to connect to @address with the credentials of @remote, which are copied. @callbacks
 * outlive. NULL if this machine has no such sockets. */
CcTcpPath *cc_tcp_path_new(GMainContext *context, GSocketAddress *address,
                           const CcIceRemote *remote, const CcTcpPathCallbacks *callbacks,
                           gpointer user_data);
void cc_tcp_path_free(CcTcpPath *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcTcpPath, cc_tcp_path_free)

/* FALSE if there is no room: the link is slow, or dead. Does not block. */
gboolean cc_tcp_path_send(CcTcpPath *path, const guint8 *datagram, gsize length, gboolean video);

/* "192.0.2.1:5000" */
void cc_tcp_path_describe(CcTcpPath *path, char local[64], char remote[64]);

G_END_DECLS
