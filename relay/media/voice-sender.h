/* Voice to one receiver whose link loses packets or is narrow: earlier packets are repeated in each
 * one, several are merged into one (common/wire/voice-line.h), as common/rate/voice-plan.h has it
 * for what is known of the link. Where neither is needed there is no CcVoiceSender, and packets go
 * out as they come. Worker's thread; owned by its subscription. */
#pragma once

#include "relay/media/subscription.h"

G_BEGIN_DECLS

/* Thinks the subscription's plan over: after what its receiver reports. */
void cc_voice_sender_consider(CcSubscription *subscription, gint64 now_us);
/* NULL is fine. */
void cc_voice_sender_free(CcVoiceSender *voice);

/* Another source, or the same one anew: what went out before is not repeated any more. */
void cc_voice_sender_begin_epoch(CcSubscription *subscription);

/* Where there is a CcVoiceSender: sends what is due with @packet. FALSE if the stream is to go on
 * without one, from this packet on; it is gone then. */
gboolean cc_voice_sender_forward(CcSubscription *subscription, const CcPacket *packet);
/* TRUE if @number went out through here, or will. */
gboolean cc_voice_sender_has(const CcSubscription *subscription, gint64 number);
/* Sends it again as RTX, if the receiver knows RTX: without the earlier packets. */
void cc_voice_sender_retransmit(CcSubscription *subscription, gint64 number, gint64 now_us);

G_END_DECLS
