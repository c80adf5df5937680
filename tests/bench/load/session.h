/* One WebRTC session over a socket of its own: ICE checks, DTLS, SRTP. It is the first member of a
 * LoadPublisher or LoadReceiver, which hears of it by callbacks. */
#pragma once

#include "common/transport/dtls.h"
#include "common/wire/sdp.h"
#include "tests/bench/load/ice.h"
#include "tests/bench/load/options.h"

G_BEGIN_DECLS

typedef enum {
    LOAD_SESSION_SIGNALLING,
    LOAD_SESSION_CHECKING, /* ICE */
    LOAD_SESSION_SHAKING,  /* DTLS */
    LOAD_SESSION_CONNECTED,
    LOAD_SESSION_FAILED,
} LoadSessionState;

typedef struct LoadSession LoadSession;

typedef struct {
    void (*connected)(LoadSession *session, gint64 now_ns);
    /* As it came, @length bytes of which @have are there (fewer unless session->whole). */
    void (*rtp)(LoadSession *session, guint8 *packet, gsize have, gsize length, gint64 arrival_ns);
    /* Decrypted and validated. */
    void (*rtcp)(LoadSession *session, const guint8 *packet, gsize length, gint64 arrival_ns);
} LoadSessionCallbacks;

struct LoadSession {
    int fd;         /* -1 once failed to open */
    gboolean whole; /* wants packets to their last byte */
    LoadSessionState state;
    const LoadSessionCallbacks *callbacks;
    CcSrtp *inbound, *outbound; /* once connected */
    struct sockaddr_in remote;
    guint16 port; /* ours */
    const LoadOptions *options;
    CcDtlsIdentity *identity;
    LoadIce ice;
    CcDtls *dtls; /* until connected: it is not needed any more, and is large */
    char *fingerprint_hash, *fingerprint;
    gboolean dtls_client;
    gint64 check_due_ns, check_interval_ns;
    gint64 asked_wall_ns; /* when signalling began */
    guint consent;        /* seconds until the next check */
    char *problem;        /* once failed */
    guint http_status;    /* of a refusal, or 0 */
};

/* Opens the socket. @options and @identity must outlive it. */
gboolean load_session_init(LoadSession *session, const LoadSessionCallbacks *callbacks,
                           const LoadOptions *options, CcDtlsIdentity *identity, GError **error);
void load_session_clear(LoadSession *session);

/* The other side's offer or answer; the checks begin. */
gboolean load_session_set_remote(LoadSession *session, const CcSdp *sdp, gboolean we_offered,
                                 GError **error);
void load_session_fail(LoadSession *session, guint http_status, const char *problem);

/* One datagram from the socket. */
void load_session_receive(LoadSession *session, guint8 *data, gsize have, gsize length,
                          gint64 arrival_ns);
/* Until connected: retransmissions. */
void load_session_tick(LoadSession *session, gint64 now_ns);
/* Once connected, every second: consent. */
void load_session_second(LoadSession *session);

/* Datagrams that the socket had no room for, ever. */
guint64 load_session_overflows(const LoadSession *session);

/* Protects and sends; @packet has CC_SRTP_MAX_TRAILER bytes of room behind it. */
void load_session_send_rtcp(LoadSession *session, guint8 *packet, gsize length);
void load_session_send(LoadSession *session, const guint8 *data, gsize length);

G_END_DECLS
