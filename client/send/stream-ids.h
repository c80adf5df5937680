/* By what a publication's streams are told apart. Pure but for chance; any thread. */
#pragma once

#include "client/send/rtp-sender.h"
#include "client/send/uplink.h"

G_BEGIN_DECLS

/* SSRCs for what @source and @settings have to send, in @ids (the rest of it is empty) and, by
 * layer, in @streams. */
void cc_stream_ids_choose(CcRtpSenderIds *ids, CcUplinkStreams *streams, const CcSource *source,
                          const CcSendSettings *settings);

G_END_DECLS
