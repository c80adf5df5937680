/* A full ICE peer's checks on the one pair that a measurement needs (RFC 8445): ours and the
 * relay's address. Writes checks and consent (RFC 7675), answers the other side's. No sockets. */
#pragma once

#include <netinet/in.h>

#include "common/transport/ice-lite.h"

G_BEGIN_DECLS

#define LOAD_ICE_MAX_MESSAGE 700

typedef struct {
    char ufrag[CC_ICE_UFRAG_LENGTH + 1], pwd[CC_ICE_PWD_LENGTH + 1]; /* ours */
    char *remote_ufrag, *remote_pwd;
    gboolean controlling;
    guint64 tie_breaker;
    guint8 transaction[16]; /* of the last check */
} LoadIce;

void load_ice_init(LoadIce *ice);
void load_ice_clear(LoadIce *ice);
void load_ice_set_remote(LoadIce *ice, const char *ufrag, const char *pwd, gboolean controlling);

/* A new check; a controlling peer nominates at once. Returns its length. */
gsize load_ice_write_check(LoadIce *ice, guint8 out[LOAD_ICE_MAX_MESSAGE]);

typedef struct {
    gboolean confirmed; /* our last check was answered well */
    gsize reply_length; /* 0: nothing to send */
    guint8 reply[LOAD_ICE_MAX_MESSAGE];
} LoadIceResult;

/* Takes one STUN message that came from @source. */
void load_ice_receive(LoadIce *ice, const guint8 *data, gsize length,
                      const struct sockaddr_in *source, LoadIceResult *result);

G_END_DECLS
