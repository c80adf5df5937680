/* The relay: owns the identity, the worker, the rooms and the HTTP server. Control thread only. */
#pragma once

#include "common/base/config.h"

G_BEGIN_DECLS

typedef struct CcRelay CcRelay;

/* Starts listening. Error: CC_ERROR_NETWORK, CC_ERROR_CONFIG. @config: (transfer none), outlives.
 */
CcRelay *cc_relay_new(const CcConfig *config, GError **error);
/* Ends all lessons politely: events, RTCP BYE, DTLS close. */
void cc_relay_free(CcRelay *relay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcRelay, cc_relay_free)

/* SIGHUP: takes what may change in flight (log level, token secrets, limits, TLS certificate) from
 * @config and says in the log what needs a restart. The old one may be freed afterwards. */
void cc_relay_reload(CcRelay *relay, const CcConfig *config);

/* Where HTTP is really listening, if the configuration said 0. */
guint16 cc_relay_http_port(const CcRelay *relay);

/* `classcast relay`: parses arguments, loads the configuration, runs until SIGTERM or SIGINT. */
int cc_relay_main(int argc, char **argv);

G_END_DECLS
