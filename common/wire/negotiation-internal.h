/* The two steps of negotiation: choose a slot for each usable m-line, then write it down. */
#pragma once

#include "common/wire/negotiation.h"

G_BEGIN_DECLS

typedef enum {
    CC_SLOT_ACCEPTED,
    CC_SLOT_UNUSABLE, /* not for us: data channels, rejected by the offer */
    CC_SLOT_NOT_SECURE,
    CC_SLOT_TOO_MANY, /* of its kind */
    CC_SLOT_NO_CODEC,
    CC_SLOT_BAD_DIRECTION,
    CC_SLOT_NOT_BUNDLED,
    CC_SLOT_NO_MUX,
    CC_SLOT_BAD_MID, /* longer than a one-byte header extension carries (RFC 8285) */
    CC_N_SLOT_VERDICTS,
} CcSlotVerdict;

/* Fills @slot (m_line and SSRCs excepted) from one offered m-line. @bundle_mux: the
 * bundle multiplexes RTP and RTCP. */
CcSlotVerdict cc_negotiate_slot(const CcSdpMedia *offer, gboolean bundle_mux,
                                const CcAnswerOptions *options, CcSlot *slot);

/* Which of the offered simulcast streams a publisher's @slot, otherwise filled, takes; and the
 * answer to them. */
void cc_negotiate_layers(const CcSdpMedia *offer, CcSlot *slot);
void cc_negotiate_answer_layers(CcSdpMedia *answer, const CcSdpMedia *offer, const CcSlot *slot);

/* TRUE if the answer to a peer of @options may name this feedback for @kind. */
gboolean cc_negotiate_feedback_allowed(const CcAnswerOptions *options, const CcSlot *slot,
                                       const char *feedback);

G_END_DECLS
