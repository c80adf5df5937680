/* The section [ladder] of the configuration. */
#pragma once

#include "common/base/config.h"
#include "common/rate/ladder.h"

G_BEGIN_DECLS

/* What matters more, and from when on; bit/s. */
CcLadderSettings cc_ladder_settings(const CcConfig *config);
/* What a receiver's link is thought to take at first, in bit/s. */
guint cc_ladder_start_bps(const CcConfig *config);

G_END_DECLS
