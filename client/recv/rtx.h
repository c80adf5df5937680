/* Repetitions (RFC 4588) on their way in. Pure. */
#pragma once

#include "common/wire/rtp.h"

G_BEGIN_DECLS

#define CC_RTX_HEADER 2 /* bytes: the original sequence number (section 4) */

/* TRUE if @rtp, whose payload type is one of repetitions, repeats something: its number. FALSE: it
 * is padding, by which the relay tries how much the link takes. */
gboolean cc_rtx_read(const CcRtpHeader *rtp, guint16 *sequence);
/* The packet that is repeated, as it was, into @out. @packet is what @rtp was read from. Returns
 * its length, 0 if it does not fit. */
gsize cc_rtx_restore(const CcRtpHeader *rtp, const guint8 *packet, guint8 payload_type,
                     guint32 ssrc, guint8 *out, gsize capacity);

G_END_DECLS
