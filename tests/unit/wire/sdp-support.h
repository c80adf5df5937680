/* What the SDP and negotiation tests share: committed offers, and equality of models. */
#pragma once

#include "common/wire/sdp.h"

/* Of tests/unit/wire/offers. (transfer full) */
char *load_offer(const char *name);
CcSdp *parse_offer(const char *name);
/* NULL-terminated names of all offers. */
extern const char *const offer_names[];

/* Aborts the test with the first field that differs. */
void assert_sdp_equal(const CcSdp *a, const CcSdp *b);
