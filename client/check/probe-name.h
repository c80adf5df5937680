/* Looks the relay's name up, and whether this machine has any way out. Main thread; blocks for at
 * most 6 s. */
#pragma once

#include "client/check/facts.h"

G_BEGIN_DECLS

void cc_probe_name(const char *host, CcNameFacts *facts);

G_END_DECLS
