/* One participant's connection: ICE-lite, DTLS, SRTP, and behind them either what it publishes or
 * what it watches. Worker's thread; owned by the worker's session table. */
#pragma once

#include "common/transport/ice-lite.h"
#include "common/wire/packet.h"
#include "common/wire/rtcp.h"
#include "relay/media/link-check.h"
#include "relay/media/path.h"
#include "relay/media/session-timers.h"
#include "relay/media/worker.h"

G_BEGIN_DECLS

typedef struct CcMediaRoom CcMediaRoom;
typedef struct CcPublisher CcPublisher;
typedef struct CcReceiver CcReceiver;
typedef struct CcDownlink CcDownlink;

struct CcMediaSession {
    /* What every outgoing packet needs. */
    CcWorker *worker;
    CcPath *active;       /* one of @paths; NULL until the first valid check */
    CcSrtp *outbound;     /* NULL until DTLS is up */
    CcDownlink *downlink; /* of a receiver; NULL until DTLS is up */
    CcSrtp *inbound;
    CcPath paths[CC_SESSION_PATHS];

    CcSessionSetup *setup;
    CcMediaRoom *room;

    CcIceLite *ice;
    CcIceLite *previous_ice; /* after a restart, until a check with the new credentials is valid */
    char *previous_ufrag;

    CcDtls *dtls;
    gboolean dtls_started;
    gint64 dtls_due_us; /* retransmission of a flight; G_MAXINT64: none */
    const char *srtp_profile;

    CcSessionTimer timer; /* when cc_media_session_tick() is due */
    gint64 created_us;
    gint64 last_us;      /* newest authenticated datagram */
    gint64 usual_gap_us; /* between them, the longest of late */
    gboolean connected;
    gboolean asleep;        /* out of reach: gets nothing, wakes up with its first sign of life */
    const char *end_reason; /* set: it is over and will be removed at the end of the turn */

    guint32 ssrc;           /* of our RTCP where we send no media */
    CcPublisher *publisher; /* one of these two, by direction */
    CcReceiver *receiver;
    CcLinkCheck *link_check; /* NULL until somebody measures */
};

/* (transfer full) @setup. */
CcMediaSession *cc_media_session_new(CcWorker *worker, CcSessionSetup *setup, gint64 now_us);
void cc_media_session_free(CcMediaSession *session);

/* The input side, from ingress.c. Each says why it dropped the datagram. */
CcDrop cc_media_session_receive_stun(CcMediaSession *session, CcIceLite *ice, const CcRoute *route,
                                     const guint8 *data, gsize length, gint64 now_us);
CcDrop cc_media_session_receive_dtls(CcMediaSession *session, CcPath *path, const guint8 *data,
                                     gsize length, gint64 now_us);
CcDrop cc_media_session_receive_rtp(CcMediaSession *session, CcPath *path, const guint8 *data,
                                    gsize length, gint64 now_us);
CcDrop cc_media_session_receive_rtcp(CcMediaSession *session, CcPath *path, const guint8 *data,
                                     gsize length, gint64 now_us);

/* New credentials; the old ones stay good until the new ones have been used. */
void cc_media_session_restart_ice(CcMediaSession *session, const char *local_ufrag,
                                  const char *local_pwd, const char *remote_ufrag,
                                  const char *remote_pwd);

/* RTCP BYE and DTLS close_notify, as far as there is a path. */
void cc_media_session_say_goodbye(CcMediaSession *session);

/* The session will be removed at the end of the turn; @reason as in CcSessionEvent. */
void cc_media_session_end(CcMediaSession *session, const char *reason);

/* Does what is due and returns when the next thing will be, in monotonic µs. */
gint64 cc_media_session_tick(CcMediaSession *session, gint64 now_us);

G_END_DECLS
