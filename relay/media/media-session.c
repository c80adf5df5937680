#define CC_LOG_AREA "media"

#include "relay/media/media-session.h"

#include "common/base/log.h"
#include "relay/media/downlink.h"
#include "relay/media/egress.h"
#include "relay/media/media-room.h"
#include "relay/media/publisher.h"
#include "relay/media/receiver.h"
#include "relay/media/rtcp-receive.h"
#include "relay/media/session-wake.h"
#include "relay/media/worker-private.h"

/* A peer of which nothing has come for this long may have been cut off, unless that is how it
 * always speaks. */
#define AWAY_US 500000
#define USUAL_GAPS 2
#define MAX_USUAL_GAP_US (10 * G_USEC_PER_SEC)
#define GAP_MEMORY_US (20 * G_USEC_PER_SEC)

void
cc_session_setup_free(CcSessionSetup *setup)
{
    if (!setup)
        return;
    g_free(setup->id);
    g_free(setup->room);
    g_free(setup->local_ufrag);
    g_free(setup->local_pwd);
    g_free(setup->cname);
    g_free(setup);
}

static void
on_dtls_datagram(const guint8 *datagram, gsize length, gpointer user_data)
{
    CcMediaSession *self = user_data;
    if (self->active)
        cc_egress_send(self->worker, &self->active->route, datagram, length);
}

CcMediaSession *
cc_media_session_new(CcWorker *worker, CcSessionSetup *setup, gint64 now_us)
{
    const CcNegotiated *negotiated = &setup->negotiated;
    CcMediaSession *self = g_new0(CcMediaSession, 1);
    self->worker = worker;
    self->setup = setup;
    self->room = cc_media_room_acquire(worker, setup->room, setup->home);
    self->ice = cc_ice_lite_new(setup->local_ufrag, setup->local_pwd, negotiated->remote_ufrag,
                                negotiated->remote_pwd);
    self->dtls =
        cc_dtls_new(worker->identity, negotiated->dtls_client, negotiated->fingerprint_hash,
                    negotiated->fingerprint, on_dtls_datagram, self);
    self->dtls_due_us = G_MAXINT64;
    self->created_us = self->last_us = now_us;
    self->ssrc = g_random_int();
    if (setup->direction == CC_DIRECTION_PUBLISH) {
        self->publisher = cc_publisher_new(self);
        cc_media_room_add_publisher(self->room, self);
    } else {
        self->receiver = cc_receiver_new(self);
    }
    return self;
}

void
cc_media_session_free(CcMediaSession *session)
{
    if (!session)
        return;
    cc_session_timers_remove(&session->worker->timers, &session->timer);
    cc_path_forget_all(session);
    if (session->publisher)
        cc_media_room_forget_publisher(session->room, session);
    cc_publisher_free(session->publisher);
    cc_receiver_free(session->receiver);
    cc_downlink_free(session->downlink);
    cc_media_room_release(session->room);
    cc_srtp_free(session->inbound);
    cc_srtp_free(session->outbound);
    cc_dtls_free(session->dtls);
    cc_ice_lite_free(session->ice);
    cc_ice_lite_free(session->previous_ice);
    g_free(session->previous_ufrag);
    g_free(session->link_check);
    cc_session_setup_free(session->setup);
    g_free(session);
}

void
cc_media_session_wake_at(CcMediaSession *session, gint64 when_us)
{
    if (session->timer.place == 0 || when_us < session->timer.due_us)
        cc_session_timers_set(&session->worker->timers, &session->timer, when_us);
}

void
cc_media_session_end(CcMediaSession *session, const char *reason)
{
    if (session->end_reason)
        return;
    session->end_reason = reason;
    g_ptr_array_add(session->worker->ended, session);
}

static void
forget_previous_ice(CcMediaSession *self)
{
    if (!self->previous_ice)
        return;
    cc_session_table_remove_ufrag(&self->worker->sessions, self->previous_ufrag);
    g_clear_pointer(&self->previous_ice, cc_ice_lite_free);
    g_clear_pointer(&self->previous_ufrag, g_free);
}

void
cc_media_session_restart_ice(CcMediaSession *session, const char *local_ufrag,
                             const char *local_pwd, const char *remote_ufrag,
                             const char *remote_pwd)
{
    CcSessionTable *sessions = &session->worker->sessions;
    if (g_hash_table_contains(sessions->by_ufrag, local_ufrag))
        return;
    if (session->previous_ice) { /* the present ones have never been used, those before are */
        cc_session_table_remove_ufrag(sessions, session->setup->local_ufrag);
        cc_ice_lite_free(session->ice);
        g_free(session->setup->local_ufrag);
    } else {
        session->previous_ice = session->ice;
        session->previous_ufrag = session->setup->local_ufrag;
    }
    session->ice = cc_ice_lite_new(local_ufrag, local_pwd, remote_ufrag, remote_pwd);
    session->setup->local_ufrag = g_strdup(local_ufrag);
    g_free(session->setup->local_pwd);
    session->setup->local_pwd = g_strdup(local_pwd);
    cc_session_table_add_ufrag(sessions, local_ufrag, session);
}

/* One whose link was away for minutes goes on as if it had been seconds. */
static void
wake_up(CcMediaSession *self, gint64 now_us)
{
    self->asleep = FALSE;
    cc_info("session %.6s… is back", self->setup->id);
    cc_worker_emit(self->worker, self, CC_SESSION_CONNECTED, NULL);
    if (self->publisher)
        cc_publisher_returned(self->publisher, now_us);
    else
        cc_receiver_connected(self->receiver, now_us);
    cc_media_session_wake_at(self, now_us);
}

static void
fall_asleep(CcMediaSession *self)
{
    self->asleep = TRUE;
    cc_info("session %.6s… is out of reach", self->setup->id);
    if (self->publisher)
        cc_publisher_fell_silent(self->publisher);
    else
        cc_receiver_disconnected(self->receiver);
    cc_worker_emit(self->worker, self, CC_SESSION_LOST, "timed-out");
}

/* Anything that only the peer can have sent. One who has been away for longer than usual is told at
 * once that we are here, and a watcher gets a picture to begin with. */
static void
heard(CcMediaSession *self, gint64 now_us)
{
    gint64 away_us = now_us - self->last_us;
    self->last_us = now_us;
    if (self->publisher)
        cc_publisher_heard(self->publisher, now_us);
    if (self->asleep)
        wake_up(self, now_us);
    else if (self->connected && away_us > AWAY_US && away_us > USUAL_GAPS * self->usual_gap_us) {
        cc_debug("session %.6s… was away for %d ms", self->setup->id, (int)(away_us / 1000));
        if (self->publisher)
            cc_publisher_returned(self->publisher, now_us);
        else
            cc_receiver_returned(self->receiver, now_us);
    }
    if (away_us > self->usual_gap_us)
        self->usual_gap_us = MIN(away_us, MAX_USUAL_GAP_US);
    else
        self->usual_gap_us -= self->usual_gap_us * away_us / (GAP_MEMORY_US + away_us);
}

static void
schedule_dtls(CcMediaSession *self, gint64 now_us)
{
    gint64 timeout_us = cc_dtls_timeout_us(self->dtls);
    self->dtls_due_us = timeout_us < 0 ? G_MAXINT64 : now_us + timeout_us;
    cc_media_session_wake_at(self, self->dtls_due_us);
}

CcDrop
cc_media_session_receive_stun(CcMediaSession *session, CcIceLite *ice, const CcRoute *route,
                              const guint8 *data, gsize length, gint64 now_us)
{
    struct sockaddr_storage source;
    socklen_t source_length = cc_address_to_sockaddr(&route->remote, AF_UNSPEC, &source);
    CcIceLiteResult result;
    CcDrop drop =
        cc_ice_lite_receive(ice, data, length, (struct sockaddr *)&source, source_length, &result);
    if (drop != CC_DROP_NONE)
        return drop;
    if (result.validated) {
        if (!cc_path_validate(session, route, result.nominated, now_us))
            return CC_DROP_STUN_UNEXPECTED;
        heard(session, now_us);
        if (ice == session->ice)
            forget_previous_ice(session);
    }
    if (result.reply_length > 0)
        cc_egress_send(session->worker, route, result.reply, result.reply_length);
    if (result.validated && !session->dtls_started) {
        session->dtls_started = TRUE;
        cc_dtls_start(session->dtls);
        schedule_dtls(session, now_us);
    }
    return CC_DROP_NONE;
}

static void
become_connected(CcMediaSession *self, gint64 now_us)
{
    g_autoptr(GError) error = NULL;
    CcSrtpProfile profile;
    if (!cc_dtls_export_srtp(self->dtls, &profile, &self->outbound, &self->inbound, &error)) {
        cc_warning("session %.6s…: no SRTP keys: %s", self->setup->id, error->message);
        cc_media_session_end(self, "dtls-failed");
        return;
    }
    self->srtp_profile = cc_srtp_profile_name(profile);
    heard(self, now_us); /* a slow handshake is no absence: there is nothing to come back to yet */
    self->connected = TRUE;
    cc_worker_emit(self->worker, self, CC_SESSION_CONNECTED, NULL);
    if (self->publisher)
        cc_publisher_connected(self->publisher, now_us);
    else
        cc_receiver_connected(self->receiver, now_us);
    cc_media_session_wake_at(self, now_us);
}

CcDrop
cc_media_session_receive_dtls(CcMediaSession *session, CcPath *path, const guint8 *data,
                              gsize length, gint64 now_us)
{
    if (!session->connected)
        cc_path_used(path, now_us); /* the peer has chosen this one; the answer goes back there */
    CcDrop drop = cc_dtls_receive(session->dtls, data, length);
    CcDtlsState state = cc_dtls_state(session->dtls);
    if (state == CC_DTLS_CONNECTED && !session->connected)
        become_connected(session, now_us);
    else if (state == CC_DTLS_FAILED)
        cc_media_session_end(session, "dtls-failed");
    else if (state == CC_DTLS_CLOSED)
        cc_media_session_end(session, "closed-by-peer");
    schedule_dtls(session, now_us);
    return drop;
}

CcDrop
cc_media_session_receive_rtp(CcMediaSession *session, CcPath *path, const guint8 *data,
                             gsize length, gint64 now_us)
{
    if (!session->inbound)
        return CC_DROP_SRTP_NOT_READY;
    if (!session->publisher)
        return CC_DROP_RTP_NOT_ALLOWED;
    if (length > CC_RTP_MAX_PACKET + CC_SRTP_MAX_TRAILER)
        return CC_DROP_RTP_MALFORMED;
    CcPacket *packet = cc_packet_pool_take(session->worker->pool);
    if (!packet) { /* its own history is the first thing to do without */
        cc_media_room_forward(session->room);
        cc_media_room_forward(session->room);
        cc_publisher_forget_packets(session->publisher);
        packet = cc_packet_pool_take(session->worker->pool);
    }
    if (!packet)
        return CC_DROP_POOL_EMPTY;
    memcpy(packet->data, data, length);
    CcDrop drop = cc_srtp_unprotect_rtp(session->inbound, packet->data, &length);
    if (drop == CC_DROP_NONE && length > CC_RTP_MAX_PACKET)
        drop = CC_DROP_RTP_MALFORMED;
    if (drop == CC_DROP_NONE)
        drop = cc_rtp_parse(packet->data, length, &packet->rtp);
    if (drop == CC_DROP_NONE) {
        packet->length = (guint16)length;
        packet->arrival_us = now_us;
        cc_path_used(path, now_us);
        heard(session, now_us);
        drop = cc_publisher_receive(session->publisher, packet, now_us);
    }
    cc_packet_unref(packet);
    return drop;
}

CcDrop
cc_media_session_receive_rtcp(CcMediaSession *session, CcPath *path, const guint8 *data,
                              gsize length, gint64 now_us)
{
    guint8 plain[CC_RTP_MAX_PACKET + CC_SRTP_MAX_TRAILER];
    if (!session->inbound)
        return CC_DROP_SRTP_NOT_READY;
    if (length > sizeof plain)
        return CC_DROP_RTCP_MALFORMED;
    memcpy(plain, data, length);
    CcDrop drop = cc_srtp_unprotect_rtcp(session->inbound, plain, &length);
    if (drop != CC_DROP_NONE)
        return drop;
    cc_path_used(path, now_us);
    heard(session, now_us);
    return cc_rtcp_receive(session, plain, length, now_us);
}

void
cc_media_session_say_goodbye(CcMediaSession *session)
{
    if (session->connected && session->publisher)
        cc_publisher_say_goodbye(session->publisher);
    else if (session->connected)
        cc_receiver_say_goodbye(session->receiver);
    if (session->dtls_started)
        cc_dtls_close(session->dtls);
}

/* Ends it, or lets it sleep, when nothing comes. Returns when to look again. */
static gint64
watch_silence(CcMediaSession *self, gint64 now_us)
{
    const CcWorkerOptions *options = &self->worker->options;
    gint64 patience_us = options->session_timeout_ms * (gint64)1000;
    gint64 resume_us = options->resume_timeout_ms * (gint64)1000;
    if (!self->connected) {
        patience_us = self->created_us + options->connect_timeout_ms * (gint64)1000;
        if (now_us >= patience_us)
            cc_media_session_end(self, "never-connected");
        return patience_us;
    }
    if (now_us < self->last_us + patience_us)
        return self->last_us + patience_us;
    if (now_us >= self->last_us + patience_us + resume_us)
        cc_media_session_end(self, "timed-out");
    else if (!self->asleep)
        fall_asleep(self);
    return self->last_us + patience_us + resume_us;
}

gint64
cc_media_session_tick(CcMediaSession *session, gint64 now_us)
{
    if (now_us >= session->dtls_due_us) {
        cc_dtls_handle_timeout(session->dtls);
        if (cc_dtls_state(session->dtls) == CC_DTLS_FAILED)
            cc_media_session_end(session, "dtls-failed");
        schedule_dtls(session, now_us);
    }
    gint64 next_us = MIN(session->dtls_due_us, watch_silence(session, now_us));
    if (session->end_reason)
        return G_MAXINT64;
    if (!session->connected || session->asleep)
        return next_us;
    return MIN(next_us, session->publisher ? cc_publisher_tick(session->publisher, now_us)
                                           : cc_receiver_tick(session->receiver, now_us));
}
