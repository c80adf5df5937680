/* A client's WebRTC transport: libnice's full ICE agent (UDP, TURN), TCP where that does not get
 * through, DTLS and SRTP, bundled, one component. Plain RTP and RTCP on our side, nothing of
 * GStreamer or HTTP.
 *
 * Lives in the GMainContext that was thread-default at creation; callbacks come there. Only
 * cc_peer_send_rtp() and cc_peer_send_rtcp() may be called from any thread. */
#pragma once

#include <gio/gio.h>

#include "common/transport/dtls.h"

G_BEGIN_DECLS

typedef struct CcPeer CcPeer;

typedef enum {
    CC_PEER_GATHERING,
    CC_PEER_CONNECTING, /* ICE checks, then DTLS */
    CC_PEER_CONNECTED,  /* media flows both ways */
    CC_PEER_LOST,       /* ICE says so; it may come back, or cc_peer_restart_ice() */
    CC_PEER_FAILED,     /* DTLS failed or was closed by the other side: make another */
} CcPeerState;

typedef struct {
    /* @error is non-NULL for CC_PEER_FAILED only. */
    void (*state_changed)(CcPeerState state, const GError *error, gpointer user_data);
    /* "candidate:…" for trickling; NULL: gathering is done. */
    void (*local_candidate)(const char *candidate, gpointer user_data);
    void (*rtp)(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data);
    void (*rtcp)(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data);
} CcPeerCallbacks;

typedef struct {
    const char *url; /* "turn:host:port?transport=udp", "turns:…", "stun:…" */
    const char *username;
    const char *password;
    gboolean announced; /* by the relay, not configured: one of no use is skipped, not an error */
} CcIceServer;

typedef struct {
    const CcIceServer *servers;
    guint n_servers;
    gboolean enable_udp, enable_tcp;
    gboolean relay_only;       /* TURN candidates alone */
    const char *local_address; /* an address to gather besides the interfaces' (loopback in tests),
                                  or NULL */
    const CcSrtpProfile *profiles; /* offered, ended by 0; NULL for the default order */
} CcPeerOptions;

CcPeer *cc_peer_new(const CcPeerOptions *options, const CcPeerCallbacks *callbacks,
                    gpointer user_data, GError **error);
/* Sends close_notify, then closes at once. */
void cc_peer_free(CcPeer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcPeer, cc_peer_free)

/* For the offer; valid from creation on. The strings belong to @peer. */
const char *cc_peer_local_ufrag(CcPeer *peer);
const char *cc_peer_local_pwd(CcPeer *peer);
const char *cc_peer_fingerprint(CcPeer *peer);

gboolean cc_peer_start_gathering(CcPeer *peer, GError **error);

/* From the answer. @dtls_client: our role. Candidates as "candidate:…". */
gboolean cc_peer_set_remote(CcPeer *peer, const char *ufrag, const char *pwd, gboolean ice_lite,
                            const char *fingerprint_hash, const char *fingerprint,
                            gboolean dtls_client, GError **error);
gboolean cc_peer_add_remote_candidate(CcPeer *peer, const char *candidate);

/* RFC 8445 section 9: new local credentials, gathering anew; DTLS and SRTP go on. Then set_remote
 * with the new ufrag and pwd and NULL fingerprint. The path in use stays until there is a new one.
 */
gboolean cc_peer_restart_ice(CcPeer *peer, GError **error);
/* Gives a restart up that has led to nothing; the path in use stays. Not from within a callback. */
void cc_peer_cancel_restart(CcPeer *peer);

/* Shows the relay that we are still there, and where: a check along the path in use. */
void cc_peer_poke(CcPeer *peer);
/* Of the empty reports by which a peer that hears nothing shows that it is there. */
#define CC_PEER_SEEKING_SSRC 1

/* Nothing comes, or no way has been found yet: opens TCP to the relay, if that is allowed, and
 * sends along both until something comes, by whichever way. To be called again as long as that is
 * so. */
void cc_peer_seek(CcPeer *peer);
/* Closes a TCP connection that is not in use any more (@has_spare). Not from within a callback. */
void cc_peer_close_tcp(CcPeer *peer);
/* A check over UDP from a new socket, whatever the path in use is; see @udp_answered_us.
 * @renew: from another one than before. */
void cc_peer_probe_udp(CcPeer *peer, gboolean renew);

/* FALSE while not connected. The packet is copied. @video: may wait behind voice and be dropped
 * where TCP is slow. Any thread. */
gboolean cc_peer_send_rtp(CcPeer *peer, const guint8 *packet, gsize length, gboolean video);
gboolean cc_peer_send_rtcp(CcPeer *peer, const guint8 *packet, gsize length);

typedef struct {
    const char *srtp_profile;   /* NULL before DTLS has ended */
    char local[64], remote[64]; /* "192.0.2.1:5000", empty before ICE has ended */
    const char *protocol;       /* "udp", "tcp", "turn-udp", …; NULL likewise */
    gboolean has_spare;         /* TCP is open and not in use */
    guint64 bytes_sent, bytes_received;
    guint64 packets_sent, packets_received;
    gint64 last_received_us; /* anything authenticated; 0: never */
    gint64 udp_answered_us;  /* of cc_peer_probe_udp(): the newest answer; 0: none */
} CcPeerStats;
void cc_peer_get_stats(CcPeer *peer, CcPeerStats *stats);

G_END_DECLS
