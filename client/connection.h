/* One lasting connection to a room: signalling, transport, the room's events, the watchdog and all
 * recovery (ICE restart, new session, back-off up to 5 s, for ever). The pipelines of send and recv
 * see only RTP, RTCP and the state. Main context of creation; cc_connection_send_* from any thread.
 */
#pragma once

#include "client/signalling/chat-wish.h"
#include "client/signalling/deck-http.h"
#include "client/signalling/room-state.h"
#include "common/base/config.h"
#include "common/transport/peer.h"
#include "common/wire/sdp.h"

G_BEGIN_DECLS

typedef struct CcConnection CcConnection;

typedef enum {
    CC_CONNECTION_CONNECTING, /* the first time, or to a relay that does not answer */
    CC_CONNECTION_WAITING,    /* recv: connected, the lesson has not begun */
    CC_CONNECTION_ON,         /* media flows */
    CC_CONNECTION_LOST,       /* it did, and now does not: recovering */
    CC_CONNECTION_AWAY,       /* recv: the relay is there, the teacher is not (she may come back) */
    CC_CONNECTION_OVER,       /* recv: the lesson has ended; goes on waiting for the next */
    CC_CONNECTION_REFUSED, /* token, room or offer refused: the message says why; retries slowly */
} CcConnectionState;

/* cc_connection_free() and cc_connection_stop() may be called from state_changed and
 * audience_changed, not from the others, which come from inside the transport. Nothing comes after
 * either. */
typedef struct {
    /* Also the first state, and each time that @message changes. */
    void (*state_changed)(CcConnectionState state, const char *message, gpointer user_data);
    /* A new session was negotiated: payload types and SSRCs are in @answer. Comes before any media.
     */
    void (*negotiated)(const CcSdp *answer, gpointer user_data);
    void (*rtp)(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data);
    void (*rtcp)(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data);
    /* What is sent takes another way to the relay from now on, or did some moments ago. NULL if
     * that does not matter. */
    void (*moved)(gpointer user_data);
    /* Who is here, from the room's events: receivers' names, NULL-terminated. */
    void (*audience_changed)(guint n_receivers, const char *const *names, gpointer user_data);
    /* Who is here, with links and hands, as the relay tells; @own: ourselves among them, or NULL.
     * NULL if that does not matter. */
    void (*room_changed)(const CcRoomState *room, const CcParticipant *own, gpointer user_data);
} CcConnectionCallbacks;

typedef struct {
    /* "https://relay.example:8443", or a whole WHIP or WHEP endpoint of any server (then @room is
     * only for its events). */
    const char *relay_url;
    const char *room;
    gboolean publish; /* WHIP; else WHEP */
    /* Makes the offer for a new session from the transport's facts: m-lines, codecs, SSRCs.
     * cc_connection fills ICE credentials, fingerprint, setup, mids' BUNDLE. (transfer full) */
    CcSdp *(*make_offer)(gpointer user_data);
    const CcConfig *config; /* [network] and [auth]; outlives */
    gboolean speak;         /* with publish: as a classroom that may be called on */
    /* Another session of the same client: the one whose events this one shares. It lives longer.
     * NULL: this one has events of its own. */
    CcConnection *beside;
} CcConnectionOptions;

CcConnection *cc_connection_new(const CcConnectionOptions *options,
                                const CcConnectionCallbacks *callbacks, gpointer user_data,
                                GError **error);
/* Begins, and never stops trying. */
void cc_connection_start(CcConnection *connection);
/* Ends the session on the relay (DELETE, at most 1 s), then calls @done, in which the connection
 * may be freed. Freeing it earlier drops @done. */
void cc_connection_stop(CcConnection *connection, GSourceOnceFunc done, gpointer user_data);
void cc_connection_free(CcConnection *connection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcConnection, cc_connection_free)

/* @video: as cc_peer_send_rtp() has it. */
gboolean cc_connection_send_rtp(CcConnection *connection, const guint8 *packet, gsize length,
                                gboolean video);
gboolean cc_connection_send_rtcp(CcConnection *connection, const guint8 *packet, gsize length);

/* Raises our hand, or lowers it; where there is no classroom and no lesson it does nothing. What
 * the relay makes of it comes with room_changed. */
void cc_connection_press_hand(CcConnection *connection);

/* The slides' way to and from the relay, for this connection's time. (transfer full) NULL if it
 * does not tell its room's address. */
CcDeckHttp *cc_connection_deck_http(const CcConnection *connection);
/* What the teacher says of her deck; nothing while the room's events are not open. */
void cc_connection_turn_page(CcConnection *connection, const char *deck, guint page,
                             gboolean blank);
void cc_connection_point(CcConnection *connection, const guint place[2]);
/* The stage, for who may publish: see client/signalling/stage.h. Told to the relay again whenever
 * it has forgotten. */
void cc_connection_call(CcConnection *connection, const char *participant);
void cc_connection_thank(CcConnection *connection, const char *participant);
void cc_connection_mute(CcConnection *connection, const char *participant, gboolean muted);
/* Chat, for who may publish: see client/signalling/chat-wish.h. What becomes of @text comes with
 * room_changed. */
void cc_connection_write(CcConnection *connection, const char *text);
void cc_connection_let_write(CcConnection *connection, gboolean on);
void cc_connection_mute_writer(CcConnection *connection, const char *participant, gboolean muted);
/* Who may write, at once, before the relay knows. (transfer none) */
const CcChatWish *cc_connection_chat(const CcConnection *connection);
/* As the relay has told; NULL where there are no events. (transfer none) */
const CcRoomState *cc_connection_room(const CcConnection *connection);
/* What it is to be now: at once, before the relay knows. (transfer none) */
const CcStage *cc_connection_stage(const CcConnection *connection);
/* The hand of another. */
void cc_connection_lower_hand(CcConnection *connection, const char *participant);

/* The relay seems to be there (again), as another connection has found out. */
void cc_connection_hurry(CcConnection *connection);

void cc_connection_get_stats(CcConnection *connection, CcPeerStats *stats);
/* Monotonic time of the newest session's POST; 0 before. */
gint64 cc_connection_post_us(const CcConnection *connection);

G_END_DECLS
