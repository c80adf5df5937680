/* The relay's HTTP(S) server: listens, bounds what a client may cost (size of bodies, time, number
 * of connections), and hands requests to whoever is responsible (docs/protocol.md). Control thread
 * only. */
#pragma once

#include <gio/gio.h>

#include "common/base/config.h"
#include "relay/control/control.h"

G_BEGIN_DECLS

typedef struct CcHttpServer CcHttpServer;

/* Listens on http-address and http-port; HTTPS if tls-certificate is set. @control outlives the
 * server. Error: CC_ERROR_CONFIG for a bad certificate, CC_ERROR_NETWORK. */
CcHttpServer *cc_http_server_new(const CcConfig *config, CcControl *control, GError **error);
/* Closes every connection. */
void cc_http_server_free(CcHttpServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcHttpServer, cc_http_server_free)

guint16 cc_http_server_port(const CcHttpServer *server);
gboolean cc_http_server_is_https(const CcHttpServer *server);

/* Shuts down connections whose time is over at @now_us (cc_clock_now_us()), and forgets those that
 * are gone. It happens every second by itself. */
void cc_http_server_look(CcHttpServer *server, gint64 now_us);

/* SIGHUP: reads the certificate again; new connections use it. Error: CC_ERROR_CONFIG. */
gboolean cc_http_server_reload_tls(CcHttpServer *server, const CcConfig *config, GError **error);

G_END_DECLS
