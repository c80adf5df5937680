/* What the files of the lasting connection share. The life of a session:
 *
 *   WAITING ─(timer)→ GATHERING ─(host candidates)→ POSTING ─(201)→ CONNECTING ─(ICE, DTLS)→ CONNECTED
 *   POSTING, CONNECTING ─(no answer, refused, timeout, DTLS failed)→ WAITING
 *   CONNECTED ─(silence)→ RESTARTING ─(media)→ CONNECTED
 *   CONNECTED ─(DTLS closed)→ WAITING
 *   RESTARTING ─(404, or no media after the restart)→ WAITING
 *
 * connection.c          the public calls and the peer's callbacks
 * connection-session.c  a new session: offer, POST, answer, trickled candidates
 * connection-recovery.c the watchdog and ICE restart
 * connection-paths.c    knocking while it is silent, and the way back from TCP to UDP
 * connection-state.c    what all this means to a person, and telling it
 *
 * A peer is never freed from within its own callbacks: new sessions begin from a timer. */
#pragma once

#include "client/connection-address.h"
#include "client/connection.h"
#include "client/signalling/backoff.h"
#include "client/signalling/events.h"
#include "client/signalling/chat-wish.h"
#include "client/signalling/hand.h"
#include "client/signalling/signalling.h"
#include "client/signalling/stage.h"

G_BEGIN_DECLS

typedef enum {
    CC_PHASE_IDLE, /* not started, or stopped */
    CC_PHASE_WAITING,
    CC_PHASE_GATHERING,
    CC_PHASE_POSTING,
    CC_PHASE_CONNECTING,
    CC_PHASE_CONNECTED,
    CC_PHASE_RESTARTING,
} CcPhase;

typedef enum { CC_PATCH_NONE, CC_PATCH_UNDER_WAY, CC_PATCH_WAITING } CcPatch;

/* How long an unusual gap between packets is remembered. */
#define CC_USUAL_GAP_MEMORY_US (20 * G_USEC_PER_SEC)

/* The way back to UDP while the session uses TCP. */
typedef struct {
    gint64 since_us; /* TCP's beginning; 0: not in use */
    gint64 next_us, interval_us, asked_us;
    guint answers, repeated;
    gboolean under_way; /* an ICE restart for it, until @next_us */
    gint64 left_us;     /* when UDP took over again, for the last time */
    gint64 rest_us;     /* how long it is left alone because it did not last */
} CcReturn;

struct CcConnection {
    CcConnectionCallbacks callbacks;
    gpointer user_data;
    CcSdp *(*make_offer)(gpointer user_data);
    gboolean publish;
    const CcConfig *config;
    guint watchdog_ms;
    GMainContext *context;

    CcRelayAddress address;
    CcSignalling *signalling;
    CcEventStream *events; /* NULL if the address does not tell where */
    CcHand hand;
    CcStageWish stage;
    CcChatWish chat;
    GNetworkMonitor *monitor;
    gulong monitor_handler;

    GMutex peer_lock; /* guards the pointer against senders in other threads */
    CcPeer *peer;

    CcPhase phase;
    gint64 phase_us; /* when it began */
    CcBackoff backoff;
    GSource *retry_timer; /* WAITING: the next session; or the next PATCH */
    GSource *gather_timer;
    GSource *tick;

    /* This session. */
    CcSdp *offer;
    guint offered_lines;
    char **mids;           /* of the offer; candidates belong to the first */
    GPtrArray *candidates; /* char *: ours */
    guint candidates_sent;
    gboolean gathered, remote_lite, trickle_refused, trickle_under_way;
    CcPatch patch;
    gint64 patch_us;   /* when it was asked for the restart */
    gint64 patched_us; /* when the relay agreed to the restart; 0: not yet */
    gint64 post_us, connected_us, last_rtp_us;

    gint64 heard_us;     /* the newest authentic packet */
    gint64 usual_gap_us; /* between them, the longest of late */
    gint64 knocked_us, answered_us;
    guint n_knocks;
    guint fruitless; /* ICE restarts in a row that the relay agreed to and that brought nothing */
    CcReturn back;
    char path[64 + 8]; /* protocol and our address, of the path in use; empty before there is one */
    gint64 spare_us;   /* since when there is a TCP connection that is not in use; 0: none */

    gint64 hint_us;             /* something suggests that the session is dead; 0: nothing */
    gboolean peer_lost;         /* ICE says so */
    gint64 network_changed_us;  /* to be looked into; 0: no */
    GPtrArray *learned_servers; /* CcSignallingIceServer *, from the latest 201; or NULL */

    /* For people. */
    gboolean ever_connected;
    gboolean refused;         /* waiting, since trying again is of little use */
    gboolean not_begun;       /* waiting, since the lesson has not begun (409 to a watcher) */
    gboolean another_teacher; /* waiting, since somebody else teaches (409 to a publisher) */
    char *problem;            /* why it does not work at the moment, or NULL */
    CcLesson lesson;
    CcConnectionState state;
    char *message;
    GPtrArray *receivers; /* char *, NULL-terminated */
    GSource *notify;
    gboolean state_dirty, audience_dirty;

    GSourceOnceFunc stopped;
    gpointer stopped_data;
};

/* connection.c */
void cc_connection_set_phase(CcConnection *connection, CcPhase phase);
GSource *cc_connection_add_timer(CcConnection *connection, guint delay_ms, GSourceFunc func);
void cc_connection_clear_timer(GSource **timer);
void cc_connection_replace_peer(CcConnection *connection, CcPeer *peer);
extern const CcPeerCallbacks cc_connection_peer_callbacks;

/* connection-session.c */
/* After @delay_ms, everything anew. */
void cc_connection_schedule_session(CcConnection *connection, guint delay_ms);
/* The same with the next step of the back-off. @problem: for people, or NULL to keep the last. */
void cc_connection_retry_session(CcConnection *connection, const char *problem);
void cc_connection_add_local_candidate(CcConnection *connection, const char *candidate);
void cc_connection_trickle(CcConnection *connection);
/* Adds the candidates of @media to the peer. */
void cc_connection_add_remote_candidates(CcConnection *connection, const CcSdpMedia *media);

/* connection-recovery.c */
gboolean cc_connection_on_tick(gpointer connection);
void cc_connection_relay_is_back(CcConnection *connection);
/* New ICE credentials and candidates, and the PATCH that tells the relay. */
gboolean cc_connection_send_restart(CcConnection *connection, GError **error);
gint64 cc_connection_last_received_us(CcConnection *connection);

/* connection-paths.c */
void cc_connection_watch_paths(CcConnection *connection, gint64 now_us);
/* While the first way to the relay is looked for. */
void cc_connection_watch_connecting(CcConnection *connection, gint64 now_us);
void cc_connection_heard(CcConnection *connection, gint64 arrival_us);
/* Between packets. Before anything is known: a relay shows once a second that it is there. */
gint64 cc_connection_usual_gap_us(const CcConnection *connection);
/* Ends what is under way to get back to UDP, for something more urgent. */
void cc_connection_cancel_return(CcConnection *connection);

/* connection-state.c */
/* Tells the relay who may write, which it may not know. */
void cc_connection_tell_chat_rules(CcConnection *connection);
/* Tells the relay of a hand that it may not know. */
void cc_connection_ask_for_hand(CcConnection *connection);
void cc_connection_set_problem(CcConnection *connection, const char *problem);
void cc_connection_update_state(CcConnection *connection);
extern const CcEventStreamCallbacks cc_connection_events_callbacks;

G_END_DECLS
