/* How a client gathers candidates: CcPeerOptions read, checked and copied. Private to transport. */
#pragma once

#include <nice/agent.h>

#include "common/transport/peer.h"

G_BEGIN_DECLS

typedef struct {
    NiceRelayType type;
    char *host;
    guint16 port;
    char *username, *password;
} CcTurnServer;

typedef struct {
    gboolean enable_udp, enable_tcp, relay_only;
    char *local_address; /* or NULL */
    char *stun_host;     /* or NULL; libnice takes one */
    guint16 stun_port;
    GPtrArray *turn; /* CcTurnServer * */
} CcIceConfig;

/* Error: CC_ERROR_CONFIG for a URL that is none (RFC 7064, RFC 7065), or if nothing is left to
 * gather. "turns:" and "stuns:" are skipped with a warning: libnice would speak plain TCP to them.
 */
CcIceConfig *cc_ice_config_new(const CcPeerOptions *options, GError **error);
void cc_ice_config_free(CcIceConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcIceConfig, cc_ice_config_free)

G_END_DECLS
