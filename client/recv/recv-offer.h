/* What `recv` offers: one slot for sound and one for the picture, with every codec that can be
 * decoded here. Pure. */
#pragma once

#include "common/wire/sdp.h"

G_BEGIN_DECLS

/* An m-line for each slot (common/base/slots.h), sound before pictures. (transfer full) */
CcSdp *cc_recv_offer(guint n_audio, guint n_video);

G_END_DECLS
