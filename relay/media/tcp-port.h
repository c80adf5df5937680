/* The TCP listener on the UDP port's number, for networks that block UDP (RFC 6544, passive), and
 * its connections with RFC 4571 frames. A connection belongs to nobody until a STUN check over it
 * was valid; such ones are few and short-lived. Worker's thread. */
#pragma once

#include "common/wire/framing.h"
#include "relay/media/route.h"

G_BEGIN_DECLS

typedef struct CcWorker CcWorker;
typedef struct CcPath CcPath;
typedef struct CcTcpPort CcTcpPort;

#define CC_TCP_MAX_UNVALIDATED 128
#define CC_TCP_UNVALIDATED_US (10 * G_USEC_PER_SEC)

/* Binds and listens. @source: the worker's, which polls for it. Error: CC_ERROR_NETWORK. */
CcTcpPort *cc_tcp_port_new(CcWorker *worker, const char *address, guint16 port, GSource *source,
                           GError **error);
/* Closes its connections too; their sessions' paths are told. */
void cc_tcp_port_free(CcTcpPort *port);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcTcpPort, cc_tcp_port_free)

/* Accepts and reads what the last poll reported. */
void cc_tcp_port_receive(CcTcpPort *port, gint64 now_us);
/* Writes what is queued, closes what has ended. At the end of a loop turn. */
void cc_tcp_port_flush(CcTcpPort *port, gint64 now_us);
/* When cc_tcp_port_flush() must be called again to time a connection out; G_MAXINT64 if never. */
gint64 cc_tcp_port_next_us(const CcTcpPort *port);

/* Queues one frame. FALSE if there is no room: the peer does not read, or slowly and it is @video.
 */
gboolean cc_tcp_connection_send(CcTcpConnection *connection, const guint8 *data, gsize length,
                                gboolean video);
/* Its session's path over this connection, or NULL while not validated. */
CcPath *cc_tcp_connection_path(const CcTcpConnection *connection);
/* Binds the connection to a path; NULL: the path is gone, close it soon. */
void cc_tcp_connection_set_path(CcTcpConnection *connection, CcPath *path);

G_END_DECLS
