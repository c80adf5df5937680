/* The SDP of the generator's sessions: offers to WHIP and WHEP endpoints and to Janus, answers to
 * Janus's offers. */
#pragma once

#include "tests/bench/load/publisher.h"
#include "tests/bench/load/receiver.h"

G_BEGIN_DECLS

/* (transfer full) all. */
char *load_sdp_offer_publisher(const LoadPublisher *publisher);
char *load_sdp_offer_receiver(const LoadReceiver *receiver);
/* One of its m-lines. */
void load_sdp_add_watched(CcSdp *sdp, const LoadReceiver *receiver, LoadKind kind, const char *mid);
/* Takes payload types and mids of @offer, which must be accepted before. */
char *load_sdp_answer_receiver(const LoadReceiver *receiver, const CcSdp *offer);

/* The other side's SDP: what was negotiated and where the checks go. Error: it is of no use. */
gboolean load_sdp_accept_publisher(LoadPublisher *publisher, const char *text, GError **error);
gboolean load_sdp_accept_receiver(LoadReceiver *receiver, const CcSdp *sdp, gboolean we_offered,
                                  GError **error);

G_END_DECLS
