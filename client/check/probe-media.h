/* Measures the way to the relay's media port, over UDP or else TCP, with the questions of
 * common/wire/link-check.h: whether it is open, how long answers take, what is lost, how much goes
 * through either way. Main thread. */
#pragma once

#include "client/check/facts.h"
#include "common/base/config.h"
#include "common/wire/sdp.h"

G_BEGIN_DECLS

typedef struct CcMediaProbe CcMediaProbe;

/* @relay: as cc_room_probe_enter() gives it; @ufrag, @pwd: ours. */
CcMediaProbe *cc_media_probe_new(const CcSdpMedia *relay, const char *ufrag, const char *pwd);
void cc_media_probe_free(CcMediaProbe *probe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcMediaProbe, cc_media_probe_free)

/* Tries both protocols, as far as [network] allows; at most 4 s. */
void cc_media_probe_open(CcMediaProbe *probe, const CcConfig *config, CcPathFacts *udp,
                         CcPathFacts *tcp);
/* For about 6 s, with as much as a voice takes. UDP if it is open. */
void cc_media_probe_delay(CcMediaProbe *probe, CcDelayFacts *facts);
/* Afterwards. Rates above @limit_kbps are not tried; at most @patience_ms. */
void cc_media_probe_rate(CcMediaProbe *probe, gboolean down, guint limit_kbps, guint patience_ms,
                         const CcDelayFacts *usual, CcRateFacts *facts);

G_END_DECLS
