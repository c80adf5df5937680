/* The ways to the relay's media port that `classcast check` tries: UDP and TCP to each address of
 * its answer. What comes along any of them is given to one callback. Main thread. */
#pragma once

#include "client/check/facts.h"
#include "common/base/config.h"
#include "common/wire/sdp.h"

G_BEGIN_DECLS

typedef struct CcMediaPaths CcMediaPaths;
typedef void (*CcMediaPathsFunc)(const guint8 *datagram, gsize length, gpointer user_data);

/* @relay: has the relay's credentials and candidates; @ufrag, @pwd: ours. */
CcMediaPaths *cc_media_paths_new(const CcSdpMedia *relay, const char *ufrag, const char *pwd,
                                 CcMediaPathsFunc func, gpointer user_data);
void cc_media_paths_free(CcMediaPaths *paths);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcMediaPaths, cc_media_paths_free)

/* Waits until both protocols are open or @ms are over. */
void cc_media_paths_open(CcMediaPaths *paths, const CcConfig *config, guint ms, CcPathFacts *udp,
                         CcPathFacts *tcp);
/* Along UDP if it is open, else TCP. FALSE if there is no way, or no room in its queue. */
gboolean cc_media_paths_send(CcMediaPaths *paths, const guint8 *datagram, gsize length);
gboolean cc_media_paths_are_open(const CcMediaPaths *paths);
gboolean cc_media_paths_use_tcp(const CcMediaPaths *paths);

G_END_DECLS
