/* What the control side takes from the configuration, in the shape in which it is used. */
#pragma once

#include "common/base/config.h"
#include "common/wire/codec.h"
#include "relay/control/auth.h"
#include "relay/room/room-registry.h"

G_BEGIN_DECLS

typedef struct {
    CcAuthRules auth; /* points into @secrets */
    char **secrets;
    char *allow_origin; /* CORS */
    CcRoomLimits limits;
    guint max_requests_per_s; /* of one address, in the long run */
    guint64 max_deck_bytes;   /* of one room, and of all */
    guint64 max_decks_bytes;
    double max_load;      /* 0..1, of a worker that takes another receiver */
    char **advertise;     /* IP literals (host names already resolved); empty: find them */
    char **udp_addresses; /* where the worker listens */
    char **ice_links;     /* values of Link headers (RFC 9725 section 4.6) */
    CcCodec *codecs;
    guint n_codecs;
} CcSettings;

/* Resolves the host names in `advertise`, which may take a moment. Error: CC_ERROR_NETWORK. */
CcSettings *cc_settings_new(const CcConfig *config, GError **error);
void cc_settings_free(CcSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcSettings, cc_settings_free)

G_END_DECLS
