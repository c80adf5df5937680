/* The pieces of SDP that the lasting connection adds and reads, and the peer's options from the
 * configuration. Internal to the connection. */
#pragma once

#include "client/connection-private.h"

G_BEGIN_DECLS

/* A peer as [network] wants it, with the servers learned from the relay. */
CcPeer *cc_connection_make_peer(CcConnection *connection, GError **error);

/* Fills in mids, BUNDLE, ICE, DTLS and the candidates (on the first m-line). */
void cc_connection_complete_offer(CcSdp *offer, CcPeer *peer, const GPtrArray *candidates,
                                  gboolean gathered);

/* The mids of a complete offer. NULL-terminated, (transfer full) */
char **cc_connection_offered_mids(const CcSdp *offer);

/* An SDP fragment with the peer's credentials and the candidates from @first on, all at the first
 * of
 * @mids; the others are named as its bundle. (transfer full) */
char *cc_connection_make_fragment(CcPeer *peer, char *const *mids, const GPtrArray *candidates,
                                  guint first, gboolean gathered);

/* The accepted m-line that speaks for the transport (the first one), or NULL with CC_ERROR_PROTOCOL
 * or CC_ERROR_NO_CODEC. (transfer none) */
const CcSdpMedia *cc_connection_check_answer(const CcSdp *answer, guint offered_lines,
                                             GError **error);

G_END_DECLS
