/* What `send` offers to the relay: the one codec that it encodes for each stream it has. The screen
 * is the second video m-line (common/base/slots.h), behind the camera's. Pure. */
#pragma once

#include "client/send/rtp-sender.h"
#include "common/wire/sdp.h"

G_BEGIN_DECLS

/* An SSRC of 0 in @ids leaves that m-line out. (transfer full) */
CcSdp *cc_send_offer(const CcSendSettings *settings, const CcRtpSenderIds *ids);

G_END_DECLS
