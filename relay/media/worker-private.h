/* The worker as its own files see it. Everything here belongs to the worker's thread. */
#pragma once

#include "common/base/config-rules.h"
#include "common/rate/shedder.h"
#include "common/wire/packet.h"
#include "relay/media/egress.h"
#include "relay/media/handshakes.h"
#include "relay/media/packet-ring.h"
#include "relay/media/session-table.h"
#include "relay/media/worker.h"

G_BEGIN_DECLS

typedef struct CcEventGate CcEventGate;

struct CcWorker {
    CcWorkerOptions options; /* without its pointers */
    CcDtlsIdentity *identity;
    CcEventGate *events;
    guint16 port;

    GThread *thread;
    GMainContext *context;
    GSource *source;
    gboolean stopping;
    CcSessionTimers timers; /* when which session wants to be called */

    GPtrArray *udp_ports;    /* CcUdpPort * */
    GPtrArray *udp_tags;     /* of the source, same order */
    GPtrArray *tcp_ports;    /* CcTcpPort * */
    GPtrArray *report_polls; /* GPollFD *: of RTCP's sockets */
    gint64 reports_us;       /* when RTCP was last read */
    gboolean reports_gather; /* it is not polled for */
    guint8 tcp_slot[CC_EGRESS_CAPACITY + CC_SRTP_MAX_TRAILER];

    gint64 now_us; /* when this turn began: the time of all that happens in it */

    gpointer arrivals; /* atomic: sessions that the control thread has added, newest first */
    CcHandshakes handshakes;
    CcSessionTable sessions;
    GHashTable *paths; /* CcAddress * (inside the path) → CcPath *; UDP only */
    GHashTable *rooms; /* char * → CcMediaRoom * */
    CcPacketPool *pool;
    GPtrArray *rooms_due;     /* CcMediaRoom *: with packets queued in this turn */
    GPtrArray *rooms_wanting; /* CcMediaRoom *: whose receivers want something else */
    GPtrArray *ended;         /* CcMediaSession *: to be removed at the end of the turn */

    /* What comes from rooms whose home is another worker, and what goes to other workers. */
    CcRingBell bell;
    gpointer bell_tag;                      /* of the source */
    CcPacketRing *rings_in[CC_MAX_WORKERS]; /* by the writer's index; NULL: nothing yet */
    guint n_rings_in;                       /* the highest of them and one */
    GHashTable *mirrors;                    /* number → CcRoomMirror * */
    guint32 n_mirrors;                      /* ever */
    GPtrArray *rings_out;                   /* CcPacketRing * of the readers */

    guint64 drops[CC_N_DROPS]; /* [CC_DROP_NONE]: accepted */
    guint64 datagrams_in, datagrams_out, bytes_in, bytes_out;
    guint64 receive_overflows, send_overflows; /* of the kernel's buffers */
    guint64 sends;                             /* of one or more datagrams to one receiver */

    CcLinkAllowance link_checks; /* of all sessions that measure their links */
    CcShedder shedder;
    gint64 delay_us;    /* how long this turn's oldest datagram was waiting; -1: there was none */
    guint64 overflows;  /* in all, as of the last turn */
    guint n_receivers;  /* ever */
    gint links_wanted;  /* atomic */
    gint load_permille; /* atomic, for the control thread */
    gint load_seconds;  /* atomic: when that was, in monotonic seconds */
    CcSessionTotals ended_totals[2]; /* of sessions that are gone */
};

/* Tells the control thread. @reason: a literal, or NULL. */
void cc_worker_emit(CcWorker *worker, const CcMediaSession *session, CcSessionEventKind kind,
                    const char *reason);

void cc_worker_emit_link(CcWorker *worker, const CcMediaSession *session, const CcLinkReport *link);

/* The end of every loop turn, and of every call from another thread: what is due, what is to be
 * sent, and when to wake up. */
void cc_worker_end_turn(CcWorker *worker, gint64 now_us);

/* Takes in the sessions that have been added since; FALSE if there are none. */
gboolean cc_worker_take_arrivals(CcWorker *worker, gint64 now_us);
/* Frees them instead. */
void cc_worker_forget_arrivals(CcWorker *worker);

/* Keeps the counts of a session that is about to be removed. */
void cc_worker_remember_totals(CcWorker *worker, CcMediaSession *session, gint64 now_us);

/* Processor time of the calling thread. */
gint64 cc_worker_cpu_us(void);

/* The present state as the control thread wants it. (transfer full) */
CcWorkerStats *cc_worker_collect_stats(CcWorker *worker, gint64 now_us);

G_END_DECLS
