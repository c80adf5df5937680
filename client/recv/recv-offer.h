/* What `recv` offers: one slot for sound and one for the picture, with every codec that can be
 * decoded here. Pure. */
#pragma once

#include "common/wire/sdp.h"

G_BEGIN_DECLS

/* (transfer full) */
CcSdp *cc_recv_offer(void);

G_END_DECLS
