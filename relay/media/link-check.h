/* Answers the datagrams by which `classcast check` measures a link (common/wire/link-check.h), on a
 * session that has been let in and has not connected. Nothing is sent that was not just asked for,
 * so there is no timer; more than one answer no larger than the question goes only to an address
 * that has shown the cookie sent there. What one session and all together may have is bounded.
 * Worker's thread. */
#pragma once

#include "common/wire/link-check.h"
#include "relay/media/path.h"

G_BEGIN_DECLS

#define CC_LINK_CHECK_SESSION_BYTES (3 * 1024 * 1024) /* of answers, in all */
#define CC_LINK_CHECK_SESSION_US (30 * G_USEC_PER_SEC)
#define CC_LINK_CHECK_SESSION_BPS 8000000
#define CC_LINK_CHECK_WORKER_BPS 20000000 /* of all answers of one worker */
#define CC_LINK_CHECK_BURST_US 100000     /* of both rates may come at once */
#define CC_LINK_CHECK_MAX_LOAD 0.6        /* of a worker that still has time for it */

/* A rate that may be used up to: bytes that are there, and since when. All 0 at first. */
typedef struct {
    double bytes;
    gint64 refilled_us;
} CcLinkAllowance;

/* What a session has asked and got. */
typedef struct {
    guint64 cookie; /* sent to @remote */
    CcRoute remote;
    guint32 received, answered;
    guint64 bytes;
    gint64 began_us;
    CcLinkAllowance allowance;
} CcLinkCheck;

/* A datagram that begins with CC_LINK_CHECK_BYTE, from @route. */
CcDrop cc_link_check_receive(CcWorker *worker, const CcRoute *route, const guint8 *data,
                             gsize length, gint64 now_us);

/* How many answers @question gets, at least one, and in @status why not all. @check: the session's;
 * @known: the question showed the cookie; @busy: the worker has other things to do; @all: of the
 * worker. */
guint cc_link_check_grant(CcLinkCheck *check, CcLinkAllowance *all, const CcLinkQuestion *question,
                          gboolean known, gboolean busy, gint64 now_us, CcLinkCheckStatus *status);

G_END_DECLS
