/* The relay's half of ICE (RFC 8445 section 2.5, "lite"): checks STUN Binding requests with
 * libnice's STUN library and writes the answers. No sockets. Owner's thread only. */
#pragma once

#include <sys/socket.h>

#include "common/wire/drop.h"

G_BEGIN_DECLS

#define CC_ICE_UFRAG_LENGTH 8
#define CC_ICE_PWD_LENGTH 24

/* Fresh random credentials (RFC 8445 section 5.3) from the system's generator. Buffers hold the
 * length + 1. */
void cc_ice_generate_credentials(char ufrag[CC_ICE_UFRAG_LENGTH + 1],
                                 char pwd[CC_ICE_PWD_LENGTH + 1]);

/* Copies the local half of USERNAME ("local:remote") to @ufrag, to find the session of a first
 * check. FALSE if this is no well-formed Binding request with a USERNAME (cheap; nothing is
 * authenticated). */
gboolean cc_ice_lite_peek_ufrag(const guint8 *data, gsize length, char *ufrag, gsize capacity);

typedef struct CcIceLite CcIceLite;
CcIceLite *cc_ice_lite_new(const char *local_ufrag, const char *local_pwd, const char *remote_ufrag,
                           const char *remote_pwd);
void cc_ice_lite_free(CcIceLite *ice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcIceLite, cc_ice_lite_free)

typedef struct {
    guint8 reply[512];
    gsize reply_length; /* 0: nothing to send */
    gboolean validated; /* a valid check: the source address may receive media */
    gboolean nominated; /* USE-CANDIDATE: this is the pair to use */
} CcIceLiteResult;

/* Answers one STUN message from @source. A wrong key gives CC_DROP_STUN_BAD_INTEGRITY and no reply;
 * a valid request with a role conflict still has a reply (487). Indications are accepted
 * unanswered. */
CcDrop cc_ice_lite_receive(CcIceLite *ice, const guint8 *data, gsize length,
                           const struct sockaddr *source, gsize source_length,
                           CcIceLiteResult *result);

G_END_DECLS
