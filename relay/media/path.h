/* A validated way to a participant: a remote address over UDP, or a TCP connection. A session has a
 * few and sends along one of them, the active one. Worker's thread. */
#pragma once

#include "relay/media/route.h"

G_BEGIN_DECLS

typedef struct CcWorker CcWorker;
typedef struct CcMediaSession CcMediaSession;
typedef struct CcPath CcPath;

#define CC_SESSION_PATHS 4

struct CcPath {
    CcMediaSession *session; /* NULL: this entry is free */
    CcRoute route;
    gint64 last_us; /* of the newest authenticated datagram */
};

/* (transfer none) NULL if no session has validated @route. */
CcPath *cc_path_find(CcWorker *worker, const CcRoute *route);

/* A valid STUN check came along @route. Becomes the active path if there is none, or if it was
 * @nominated and is new (a network change), or if the active one has fallen silent. NULL if another
 * session is using that very address: nobody can take it from a living participant. */
CcPath *cc_path_validate(CcMediaSession *session, const CcRoute *route, gboolean nominated,
                         gint64 now_us);

/* Authenticated traffic came along @path: the peer has chosen it, so our media go there too. */
void cc_path_used(CcPath *path, gint64 now_us);

/* The TCP connection under @path has gone. */
void cc_path_lost(CcPath *path);

/* At the end of a session. */
void cc_path_forget_all(CcMediaSession *session);

G_END_DECLS
