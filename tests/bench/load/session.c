#include "tests/bench/load/session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/transport/datagram.h"
#include "common/wire/rtcp.h"
#include "common/wire/rtp.h"
#include "tests/bench/load/clock.h"

#define RECEIVE_BUFFER (1024 * 1024) /* bytes: a frame of some seconds; overflows are counted */
#define CHECK_INTERVAL_NS (50 * LOAD_NS_PER_MS)
#define MAX_CHECK_INTERVAL_NS (800 * LOAD_NS_PER_MS)
#define CONSENT_S 5 /* RFC 7675 section 5.1 */

static gboolean
open_socket(LoadSession *self, GError **error)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = self->options->local};
    socklen_t length = sizeof address;
    int on = 1, size = RECEIVE_BUFFER;
    self->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (self->fd < 0 || bind(self->fd, (struct sockaddr *)&address, length) != 0 ||
        setsockopt(self->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
        setsockopt(self->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) != 0 ||
        getsockname(self->fd, (struct sockaddr *)&address, &length) != 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "no UDP socket: %s",
                    g_strerror(errno));
        return FALSE;
    }
    self->port = ntohs(address.sin_port);
    return TRUE;
}

gboolean
load_session_init(LoadSession *session, const LoadSessionCallbacks *callbacks,
                  const LoadOptions *options, CcDtlsIdentity *identity, GError **error)
{
    session->callbacks = callbacks;
    session->identity = identity;
    session->options = options;
    session->whole = TRUE;
    load_ice_init(&session->ice);
    return open_socket(session, error);
}

void
load_session_clear(LoadSession *session)
{
    if (session->fd >= 0)
        close(session->fd);
    session->fd = -1;
    load_ice_clear(&session->ice);
    g_clear_pointer(&session->dtls, cc_dtls_free);
    g_clear_pointer(&session->inbound, cc_srtp_free);
    g_clear_pointer(&session->outbound, cc_srtp_free);
    g_clear_pointer(&session->fingerprint_hash, g_free);
    g_clear_pointer(&session->fingerprint, g_free);
    g_clear_pointer(&session->problem, g_free);
}

void
load_session_fail(LoadSession *session, guint http_status, const char *problem)
{
    if (session->state == LOAD_SESSION_FAILED)
        return;
    session->state = LOAD_SESSION_FAILED;
    session->http_status = http_status;
    session->problem = g_strdup(problem);
}

void
load_session_send(LoadSession *session, const guint8 *data, gsize length)
{
    /* What the kernel does not take is lost, as on any network: all of it is repeated or counted.
     */
    if (sendto(session->fd, data, length, MSG_DONTWAIT, (struct sockaddr *)&session->remote,
               sizeof session->remote) < 0 &&
        errno != EAGAIN && errno != ECONNREFUSED && errno != ENOBUFS)
        load_session_fail(session, 0, g_strerror(errno));
}

void
load_session_send_rtcp(LoadSession *session, guint8 *packet, gsize length)
{
    if (cc_srtp_protect_rtcp(session->outbound, packet, &length) == CC_DROP_NONE)
        load_session_send(session, packet, length);
}

static gboolean
find_address(const CcSdp *sdp, struct sockaddr_in *address)
{
    for (guint i = 0; i < sdp->media->len; i++) {
        const CcSdpMedia *media = sdp->media->pdata[i];
        for (guint k = 0; k < media->candidates->len; k++) {
            const CcSdpCandidate *candidate = media->candidates->pdata[k];
            *address =
                (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(candidate->port)};
            if (candidate->component == 1 && g_str_equal(candidate->transport, "udp") &&
                inet_pton(AF_INET, candidate->address, &address->sin_addr) == 1)
                return TRUE;
        }
    }
    return FALSE;
}

static const CcSdpMedia *
find_transport(const CcSdp *sdp)
{
    for (guint i = 0; i < sdp->media->len; i++) {
        const CcSdpMedia *media = sdp->media->pdata[i];
        if (media->port != 0 && media->ice_ufrag && media->ice_pwd && media->fingerprint)
            return media;
    }
    return NULL;
}

gboolean
load_session_set_remote(LoadSession *session, const CcSdp *sdp, gboolean we_offered, GError **error)
{
    const CcSdpMedia *transport = find_transport(sdp);
    if (!transport || !find_address(sdp, &session->remote)) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                            "the SDP has no transport or no UDP candidate over IPv4");
        return FALSE;
    }
    load_ice_set_remote(&session->ice, transport->ice_ufrag, transport->ice_pwd,
                        we_offered || sdp->ice_lite);
    session->dtls_client = transport->setup != CC_SDP_ACTIVE;
    session->fingerprint_hash = g_strdup(transport->fingerprint_hash);
    session->fingerprint = g_strdup(transport->fingerprint);
    session->state = LOAD_SESSION_CHECKING;
    session->check_due_ns = 0;
    session->check_interval_ns = CHECK_INTERVAL_NS;
    return TRUE;
}

static void
send_check(LoadSession *self)
{
    guint8 check[LOAD_ICE_MAX_MESSAGE];
    load_session_send(self, check, load_ice_write_check(&self->ice, check));
}

/* A CcDtlsSendFunc. */
static void
on_dtls_datagram(const guint8 *datagram, gsize length, gpointer user_data)
{
    load_session_send(user_data, datagram, length);
}

static void
begin_dtls(LoadSession *self)
{
    self->state = LOAD_SESSION_SHAKING;
    self->dtls = cc_dtls_new(self->identity, self->dtls_client, self->fingerprint_hash,
                             self->fingerprint, on_dtls_datagram, self);
    cc_dtls_start(self->dtls);
}

static void
receive_stun(LoadSession *self, const guint8 *data, gsize length)
{
    LoadIceResult result;
    if (self->state == LOAD_SESSION_SIGNALLING) /* to whom belongs it? The other side asks again */
        return;
    load_ice_receive(&self->ice, data, length, &self->remote, &result);
    if (result.reply_length > 0)
        load_session_send(self, result.reply, result.reply_length);
    if (result.confirmed && self->state == LOAD_SESSION_CHECKING)
        begin_dtls(self);
}

static void
become_connected(LoadSession *self)
{
    g_autoptr(GError) error = NULL;
    CcSrtpProfile profile;
    if (!cc_dtls_export_srtp(self->dtls, &profile, &self->outbound, &self->inbound, &error)) {
        load_session_fail(self, 0, error->message);
        return;
    }
    if (profile != self->options->profile) {
        load_session_fail(self, 0, "another SRTP profile was chosen than the one asked for");
        return;
    }
    self->state = LOAD_SESSION_CONNECTED;
    self->consent = g_random_int() % CONSENT_S;
    /* As the client we had the last message of the handshake; nobody needs ours again. A server's
     * could be lost, and it would have to repeat it. */
    if (self->dtls_client)
        g_clear_pointer(&self->dtls, cc_dtls_free);
    self->callbacks->connected(self, load_now_ns());
}

static void
receive_dtls(LoadSession *self, const guint8 *data, gsize length)
{
    if (self->state == LOAD_SESSION_CHECKING && !self->dtls_client)
        begin_dtls(self);
    if (!self->dtls || self->state == LOAD_SESSION_FAILED)
        return;
    cc_dtls_receive(self->dtls, data, length);
    CcDtlsState state = cc_dtls_state(self->dtls);
    if (state == CC_DTLS_CONNECTED && self->state == LOAD_SESSION_SHAKING)
        become_connected(self);
    else if (state == CC_DTLS_FAILED || state == CC_DTLS_CLOSED)
        load_session_fail(self, 0, "DTLS failed or was closed");
}

void
load_session_receive(LoadSession *session, guint8 *data, gsize have, gsize length,
                     gint64 arrival_ns)
{
    switch (cc_datagram_classify(data, have)) {
    case CC_DATAGRAM_STUN:
        receive_stun(session, data, have);
        break;
    case CC_DATAGRAM_DTLS:
        receive_dtls(session, data, have);
        break;
    case CC_DATAGRAM_RTP:
        if (session->state != LOAD_SESSION_CONNECTED)
            break;
        if (!cc_rtp_is_rtcp(data, have))
            session->callbacks->rtp(session, data, have, length, arrival_ns);
        else if (have == length &&
                 cc_srtp_unprotect_rtcp(session->inbound, data, &length) == CC_DROP_NONE &&
                 cc_rtcp_validate(data, length) == CC_DROP_NONE)
            session->callbacks->rtcp(session, data, length, arrival_ns);
        break;
    default:
        break;
    }
}

void
load_session_tick(LoadSession *session, gint64 now_ns)
{
    if (session->state == LOAD_SESSION_CHECKING && now_ns >= session->check_due_ns) {
        send_check(session);
        session->check_due_ns = now_ns + session->check_interval_ns;
        session->check_interval_ns = MIN(2 * session->check_interval_ns, MAX_CHECK_INTERVAL_NS);
    } else if (session->state == LOAD_SESSION_SHAKING && session->dtls &&
               cc_dtls_timeout_us(session->dtls) == 0) {
        cc_dtls_handle_timeout(session->dtls);
        if (cc_dtls_state(session->dtls) == CC_DTLS_FAILED)
            load_session_fail(session, 0, "no answer to DTLS");
    }
}

void
load_session_second(LoadSession *session)
{
    if (session->consent > 0) {
        session->consent--;
        return;
    }
    session->consent = CONSENT_S - 1;
    send_check(session);
}

/* The count that SO_RXQ_OVFL puts beside each datagram, read once instead. */
guint64
load_session_overflows(const LoadSession *session)
{
    guint32 memory[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof memory;
    if (session->fd < 0 || getsockopt(session->fd, SOL_SOCKET, SO_MEMINFO, memory, &length) != 0)
        return 0;
    return memory[SK_MEMINFO_DROPS];
}
