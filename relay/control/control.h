/* What the handlers of HTTP requests share: the settings, the rooms, the sessions, the workers that
 * carry their media, and the counters. Owned by the relay; control thread only. */
#pragma once

#include "relay/control/problem.h"
#include "relay/control/rate-limit.h"
#include "relay/control/settings.h"
#include "relay/media/worker-group.h"
#include "relay/room/room-registry.h"

G_BEGIN_DECLS

typedef struct CcControl CcControl;
typedef struct CcChatting CcChatting;
typedef struct CcDecks CcDecks;
typedef struct CcEvents CcEvents;
typedef struct CcHealthWatch CcHealthWatch;
typedef struct CcLinks CcLinks;
typedef struct CcMetrics CcMetrics;
typedef struct CcStaging CcStaging;

/* What the relay remembers of a session for its HTTP resource. */
typedef struct {
    char *id;   /* secret, unguessable */
    char *etag; /* of the ICE session, with its quotes (RFC 9725 section 4.3.1) */
    char *room;
    CcSessionDirection direction;
    guint worker; /* index in the group */
    char *remote_ufrag, *remote_pwd;
    CcSdp *fragment; /* answers an ICE restart; the first media wants new credentials */
} CcSession;

struct CcControl {
    CcSettings *settings;
    CcRoomRegistry *rooms;
    CcWorkerGroup *workers;     /* (transfer none) */
    guint load[CC_MAX_WORKERS]; /* sessions on each */
    CcDtlsIdentity *identity;   /* (transfer none) */
    gboolean tcp;               /* the workers listen on TCP too */
    GHashTable *sessions;       /* id → CcSession (owned) */
    CcEvents *events;
    CcLinks *links;
    CcDecks *decks;
    CcMetrics *metrics;
    CcStaging *staging;
    CcChatting *chatting;
    CcHealthWatch *health;
    GPtrArray *waiting; /* CcExchange * (transfer none) that wait for the workers' numbers */
    GSource *expiry;    /* of grace periods, or NULL */
    guint64 refusals[CC_N_PROBLEMS];
    CcRateLimit *rate_limit; /* of requests that change something, by address */
};

/* @settings: (transfer full). @workers, @identity: outlive the control. */
CcControl *cc_control_new(CcSettings *settings, CcWorkerGroup *workers, CcDtlsIdentity *identity,
                          gboolean tcp);
void cc_control_free(CcControl *control);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcControl, cc_control_free)

/* (transfer full) */
void cc_control_set_settings(CcControl *control, CcSettings *settings);

/* The worker (its index) for somebody who is about to join @room. The one place where that is
 * decided. */
guint cc_control_choose_worker(const CcControl *control, const char *room,
                               CcSessionDirection direction);
/* (transfer none) */
CcWorker *cc_control_worker(const CcControl *control, guint index);

/* Something has happened to a session's media. */
void cc_control_session_event(CcControl *control, const CcSessionEvent *event);

/* (transfer full) @session. */
void cc_control_add_session(CcControl *control, CcSession *session);
/* By the wish of the client (@deliberate), or because another one takes its place. */
void cc_control_end_session(CcControl *control, const char *session_id, const char *reason,
                            gboolean deliberate);
/* (transfer none) */
CcSession *cc_control_find_session(CcControl *control, const char *session_id);
void cc_session_free(CcSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcSession, cc_session_free)

/* To be called whenever a lesson's state may have changed: arms the timer of its grace period. */
void cc_control_schedule_expiry(CcControl *control);

G_END_DECLS
