#include "client/connection-offer.h"

#include <string.h>

#include "common/base/error.h"

/* --- the peer --- */

static void
add_servers(CcConnection *connection, GArray *servers)
{
    const CcConfig *config = connection->config;
    const char *const *urls = cc_config_get_list(config, "network", "turn-servers");
    for (guint i = 0; urls[i] != NULL; i++) {
        CcIceServer server = {urls[i], cc_config_get_string(config, "network", "turn-username"),
                              cc_config_get_string(config, "network", "turn-password"), FALSE};
        g_array_append_val(servers, server);
    }
    for (guint i = 0; connection->learned_servers != NULL && i < connection->learned_servers->len;
         i++) {
        const CcSignallingIceServer *learned = connection->learned_servers->pdata[i];
        CcIceServer server = {learned->url, learned->username, learned->password, TRUE};
        g_array_append_val(servers, server);
    }
}

CcPeer *
cc_connection_make_peer(CcConnection *connection, GError **error)
{
    const CcConfig *config = connection->config;
    g_autoptr(GArray) servers = g_array_new(FALSE, TRUE, sizeof(CcIceServer));
    const char *const *names = cc_config_get_list(config, "network", "srtp");
    CcSrtpProfile profiles[3] = {0};
    guint n = 0;

    for (guint i = 0; names[i] != NULL && n < 2; i++)
        profiles[n++] =
            strcmp(names[i], "gcm") == 0 ? CC_SRTP_AEAD_AES_128_GCM : CC_SRTP_AES128_CM_SHA1_80;
    add_servers(connection, servers);

    /* The configured address, else the one that really led to the relay, as far as ICE would not
     * find it by itself. */
    const char *configured = cc_config_get_string(config, "network", "local-address");
    const char *seen = connection->address.local_address != NULL
                           ? cc_signalling_local_address(connection->signalling)
                           : NULL;
    CcPeerOptions options = {
        .servers = (const CcIceServer *)servers->data,
        .n_servers = servers->len,
        .enable_udp = cc_config_get_bool(config, "network", "enable-udp"),
        .enable_tcp = cc_config_get_bool(config, "network", "enable-tcp"),
        .relay_only = cc_config_get_bool(config, "network", "relay-only"),
        .local_address = *configured != '\0' ? configured
                         : seen != NULL      ? seen
                                             : connection->address.local_address,
        .profiles = n > 0 ? profiles : NULL,
    };
    return cc_peer_new(&options, &cc_connection_peer_callbacks, connection, error);
}

/* --- what we say --- */

static void
set_text(char **slot, const char *text)
{
    g_free(*slot);
    *slot = g_strdup(text);
}

static void
add_candidates(CcSdpMedia *media, const GPtrArray *candidates, guint first, gboolean gathered)
{
    for (guint i = first; i < candidates->len; i++) {
        CcSdpCandidate *candidate = cc_sdp_candidate_parse(candidates->pdata[i]);
        if (candidate != NULL)
            g_ptr_array_add(media->candidates, candidate);
    }
    media->end_of_candidates = gathered;
}

void
cc_connection_complete_offer(CcSdp *offer, CcPeer *peer, const GPtrArray *candidates,
                             gboolean gathered)
{
    offer->trickle = TRUE;
    for (guint i = 0; i < offer->media->len; i++) {
        CcSdpMedia *media = offer->media->pdata[i];
        if (media->mid == NULL)
            media->mid = g_strdup_printf("%u", i);
        if (media->port == 0)
            media->port = 9;
        media->bundled = TRUE;
        media->rtcp_mux = TRUE;
        media->rtcp_reduced_size = TRUE;
        media->setup = CC_SDP_ACTPASS;
        set_text(&media->ice_ufrag, cc_peer_local_ufrag(peer));
        set_text(&media->ice_pwd, cc_peer_local_pwd(peer));
        set_text(&media->fingerprint_hash, "sha-256");
        set_text(&media->fingerprint, cc_peer_fingerprint(peer));
        if (i == 0)
            add_candidates(media, candidates, 0, gathered);
    }
}

char **
cc_connection_offered_mids(const CcSdp *offer)
{
    char **mids = g_new0(char *, offer->media->len + 1);
    for (guint i = 0; i < offer->media->len; i++)
        mids[i] = g_strdup(((const CcSdpMedia *)offer->media->pdata[i])->mid);
    return mids;
}

char *
cc_connection_make_fragment(CcPeer *peer, char *const *mids, const GPtrArray *candidates,
                            guint first, gboolean gathered)
{
    g_autoptr(CcSdp) fragment = cc_sdp_new();
    /* The same ICE options as in the offer (RFC 9725 section 4.3.3). */
    fragment->trickle = TRUE;
    for (guint i = 0; mids[i] != NULL; i++) {
        CcSdpMedia *bundled = cc_sdp_add_media(fragment, CC_MEDIA_AUDIO, mids[i]);
        bundled->bundled = TRUE;
        bundled->bundle_only = i > 0;
    }
    CcSdpMedia *media = fragment->media->pdata[0];
    set_text(&media->ice_ufrag, cc_peer_local_ufrag(peer));
    set_text(&media->ice_pwd, cc_peer_local_pwd(peer));
    add_candidates(media, candidates, first, gathered);
    return cc_sdp_fragment_to_string(fragment);
}

/* --- what they say --- */

const CcSdpMedia *
cc_connection_check_answer(const CcSdp *answer, guint offered_lines, GError **error)
{
    if (answer->media->len != offered_lines) {
        g_set_error(error, CC_ERROR, CC_ERROR_PROTOCOL, "the answer has %u m-lines instead of %u",
                    answer->media->len, offered_lines);
        return NULL;
    }
    for (guint i = 0; i < answer->media->len; i++) {
        const CcSdpMedia *media = answer->media->pdata[i];
        if (media->port == 0 && !media->bundle_only)
            continue;
        if (media->ice_ufrag == NULL || media->ice_pwd == NULL || media->fingerprint == NULL ||
            media->fingerprint_hash == NULL) {
            g_set_error(error, CC_ERROR, CC_ERROR_PROTOCOL,
                        "the answer lacks ICE credentials or a fingerprint");
            return NULL;
        }
        return media;
    }
    g_set_error(error, CC_ERROR, CC_ERROR_NO_CODEC, "the relay accepted none of our codecs");
    return NULL;
}
