/* How large a picture this machine decodes in time: a test picture is encoded at the sizes of a
 * lesson and decoded as fast as it goes, by the elements that `recv` uses. gst_init() has been
 * called. Main thread; blocks for at most @patience_ms and one size. */
#pragma once

#include "client/check/facts.h"

G_BEGIN_DECLS

/* @hardware: [video] hardware is not off. */
void cc_probe_decoder(gboolean hardware, guint patience_ms, CcDecoderFacts *facts);

G_END_DECLS
