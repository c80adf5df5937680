/* What the negotiation tests share: the relay's options, and answers to committed offers. */
#pragma once

#include "common/base/error.h"
#include "common/wire/negotiation.h"

#define FINGERPRINT                                                                                \
    "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:"   \
    "EE:FF"

/* Opus, VP8, H.264 and VP9 at two addresses, towards a publisher and towards a watcher. */
extern const CcAnswerOptions publish, watch;

/* The answer to a committed offer after replacing @from by @to in it (all of them; NULL: as it
 * is); NULL with @error. (transfer full) */
CcSdp *negotiate(const char *name, const CcAnswerOptions *options, const char *from, const char *to,
                 CcNegotiated *negotiated, GError **error);
/* As negotiate(), aborting the test where there is no answer. (transfer full) */
CcSdp *negotiate_ok(const char *name, const CcAnswerOptions *options, const char *from,
                    const char *to, CcNegotiated *negotiated);
void assert_refused(const char *name, const CcAnswerOptions *options, const char *from,
                    const char *to, CcError code);
