/* Settings that fit what was measured, as lines for the configuration file. Pure. */
#pragma once

#include "client/check/facts.h"

G_BEGIN_DECLS

typedef struct {
    const char *relay_url, *room; /* (transfer none) */
    gboolean teacher;             /* else a classroom */
    CcPathFacts udp, tcp;
    CcDelayFacts delay;
    CcRateFacts up;
    CcDecoderFacts decoder;
} CcAdviceFacts;

/* (transfer full) A configuration file with comments. */
char *cc_advice(const CcAdviceFacts *facts);

G_END_DECLS
