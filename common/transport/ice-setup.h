/* libnice's agent as CcIceConfig wants it: one stream, one component, with addresses and servers,
 * not gathering yet. Private to transport. */
#pragma once

#include "common/transport/ice-config.h"

G_BEGIN_DECLS

#define CC_ICE_COMPONENT NICE_COMPONENT_TYPE_RTP

/* NULL if libnice makes no stream. @stream: its number. (transfer full) */
NiceAgent *cc_ice_setup(const CcIceConfig *config, GMainContext *context, guint *stream);
/* FALSE where libnice would find nothing: TCP alone, which is ours (tcp-path.h). */
gboolean cc_ice_setup_can_gather(const CcIceConfig *config);

G_END_DECLS
