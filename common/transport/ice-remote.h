/* What is known of the other side of an ICE agent for checks that are ours and not libnice's: the
 * credentials of both, and where it is reached. Embedded in its agent. */
#pragma once

#include <gio/gio.h>
#include <nice/agent.h>

G_BEGIN_DECLS

typedef struct {
    char *username; /* of our checks: "theirs:ours"; NULL before the answer */
    char *password; /* theirs */
    char *local_username, *local_password; /* of their checks: "ours:theirs" */
    GPtrArray *udp, *tcp; /* GSocketAddress *: where it listens itself, not what lies behind TURN */
} CcIceRemote;

void cc_ice_remote_init(CcIceRemote *remote);
void cc_ice_remote_clear(CcIceRemote *remote);
void cc_ice_remote_set_credentials(CcIceRemote *remote, const char *remote_ufrag,
                                   const char *remote_pwd, const char *local_ufrag,
                                   const char *local_pwd);
/* FALSE if checks of ours have no use for it. */
gboolean cc_ice_remote_add(CcIceRemote *remote, const NiceCandidate *candidate);

G_END_DECLS
