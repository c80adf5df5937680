/* A media worker: one thread, one UDP socket and one TCP listener on the same port, and all the
 * sessions whose packets cross them. The control thread talks to it only through this header: each
 * call is carried over to the worker's thread; nothing is shared.
 *
 * The packet trail runs entirely inside (docs/architecture.md). */
#pragma once

#include <gio/gio.h>

#include "common/base/slots.h"
#include "common/rate/ladder.h"
#include "common/transport/dtls.h"
#include "common/wire/negotiation.h"
#include "relay/media/link-report.h"

G_BEGIN_DECLS

typedef struct CcWorker CcWorker;

/* Everything that the worker must know of a session; made by the control thread from an offer. */
typedef struct {
    char *id; /* unguessable; the resource's last path component */
    char *room;
    CcWorker *home; /* (transfer none) where the room's publisher is; NULL: with this session */
    CcSessionDirection direction;
    gboolean guest; /* it publishes, but is not the teacher: see CcStagePlaces */
    guint64 owner;  /* the same for all sessions of one client; 0: unknown */
    char *local_ufrag, *local_pwd;
    char *cname; /* of what the relay sends on this session */
    CcNegotiated negotiated;
} CcSessionSetup;
void cc_session_setup_free(CcSessionSetup *setup);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcSessionSetup, cc_session_setup_free)

/* Which guests' sessions feed which slots of a room (slots.h): ids, or NULL. */
typedef struct {
    char *guests[CC_GUESTS];
    gboolean muted[CC_GUESTS]; /* seen, but not heard */
    char *grid[CC_GRID_PLACES];
} CcStagePlaces;
void cc_stage_places_clear(CcStagePlaces *places);
gboolean cc_stage_places_equal(const CcStagePlaces *a, const CcStagePlaces *b);
/* Copies @from into @places, which is cleared before. */
void cc_stage_places_set(CcStagePlaces *places, const CcStagePlaces *from);

typedef enum {
    CC_SESSION_CONNECTED, /* DTLS is up */
    CC_SESSION_MEDIA,  /* publisher: the first media packet after connecting or after a silence */
    CC_SESSION_SILENT, /* publisher: nothing at all arrived for silence_timeout_ms */
    CC_SESSION_LOST,   /* nothing for session_timeout_ms; CONNECTED if it comes back */
    CC_SESSION_LINK,   /* receiver: how its link is doing, see cc_worker_want_links() */
    CC_SESSION_ENDED,  /* the worker has removed it: never connected, timed out, DTLS closed or
                          failed */
} CcSessionEventKind;

typedef struct {
    CcSessionEventKind kind;
    const char *session_id;
    const char *room;
    CcLinkReport link;  /* CC_SESSION_LINK */
    const char *reason; /* CC_SESSION_ENDED: "never-connected", "timed-out", "closed-by-peer",
                           "dtls-failed" */
} CcSessionEvent;

typedef struct {
    GPtrArray *listen_addresses; /* char *: IP literals; "::" listens on IPv4 too */
    guint16 port;                /* 0: any free one, the same for UDP and TCP */
    guint index;                 /* among the relay's workers */
    gboolean enable_tcp;
    CcDtlsIdentity *identity;   /* (transfer none), outlives the worker */
    guint connect_timeout_ms;   /* from setup to DTLS: 30000 */
    guint session_timeout_ms;   /* without any authenticated datagram: 15000 */
    guint resume_timeout_ms;    /* receiver: how much longer its session is kept then: 600000 */
    guint silence_timeout_ms;   /* publisher: 2000 */
    guint history_ms;           /* how long packets stay available for RTX: 2000 */
    guint keyframe_interval_ms; /* at most one keyframe request per track in this time: 500 */
    guint receive_buffer_bytes, send_buffer_bytes; /* SO_RCVBUF, SO_SNDBUF */
    guint max_packets;                             /* of the packet pool */
    guint start_bps;         /* what a receiver's link is thought to take at first; 0: a default */
    CcLadderSettings ladder; /* if @start_bps is set */
    guint voice_bps; /* of the codec: not less for all, unless all have so little; 0: a default */
    /* Called in the main context that was thread-default in cc_worker_new(). */
    void (*session_event)(const CcSessionEvent *event, gpointer user_data);
    gpointer user_data;
} CcWorkerOptions;

/* Binds the sockets and starts the thread. Error: CC_ERROR_NETWORK ("port 3478 is in use …"). */
CcWorker *cc_worker_new(const CcWorkerOptions *options, GError **error);
/* Says goodbye to every session (RTCP BYE, DTLS close_notify), joins the thread, forgets the
 * sessions. Workers that have rooms in common must all be stopped before the first is freed. */
void cc_worker_stop(CcWorker *worker);
/* Stops it, if that has not been done. NULL is fine. */
void cc_worker_free(CcWorker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcWorker, cc_worker_free)

guint16 cc_worker_port(const CcWorker *worker);

/* 0..1: its share of a processor, smoothed over about a second; 1 while it is overloaded and sheds.
 * Any thread. */
double cc_worker_load(const CcWorker *worker);

/* Whether anybody wants CC_SESSION_LINK: then each receiver's link is told once, and again, at most
 * once a second, when it has changed. Any thread. */
void cc_worker_want_links(CcWorker *worker, gboolean wanted);

/* (transfer full) @setup. A new publisher in a room replaces the one before: its tracks continue
 * towards the receivers as the same streams. */
void cc_worker_add_session(CcWorker *worker, CcSessionSetup *setup);
/* Who is seen and heard of @room's guests, whose home this worker is. Sessions that it does not
 * know, of no guest, or of another room, are passed over until they come. */
void cc_worker_set_stage(CcWorker *worker, const char *room, const CcStagePlaces *places);
/* A page is on its way to this receiver beside its lesson and takes @bps of its link; 0: it is
 * there. Until then, and for a second after it was last said, pictures leave it that much. @shown:
 * people wait for it. An unknown id is fine. */
void cc_worker_set_page_rate(CcWorker *worker, const char *session_id, guint bps, gboolean shown);
/* Says goodbye on the wire. No CC_SESSION_ENDED follows. An unknown id is fine. */
void cc_worker_remove_session(CcWorker *worker, const char *session_id);
/* New credentials on both sides; media goes on over the old path until a new one is validated. */
void cc_worker_restart_ice(CcWorker *worker, const char *session_id, const char *local_ufrag,
                           const char *local_pwd, const char *remote_ufrag, const char *remote_pwd);

/* What a session has seen, for /api/rooms and /metrics. */
typedef struct {
    char *session_id;
    char *room;
    CcSessionDirection direction;
    gboolean connected;
    char *remote_address;                  /* "192.0.2.7:40000", or NULL */
    const char *protocol;                  /* "udp", "tcp" or NULL */
    const char *srtp_profile;              /* or NULL */
    guint audio_bps, video_bps;            /* RTP with headers: from a publisher, to a receiver */
    const char *audio_codec, *video_codec; /* or NULL */
    guint video_height;                    /* lines of what flows; 0: none, or unknown */
    CcLinkReport report;                   /* receivers: for people */
    double loss;            /* 0..1: publisher: of the last seconds; receiver: its latest report */
    int rtt_ms;             /* -1: unknown */
    guint64 packets, bytes; /* RTP: received from a publisher, sent to a receiver */
    guint64 packets_lost, retransmitted, nacks, keyframe_requests;
    /* Of a receiver: what the way to it takes, as far as anybody knows; NULL and 0 before. */
    const char *link;    /* "starting", "clear", "full", "contested", "silent" */
    guint estimate_bps;  /* on the wire, headers of IP and all */
    guint delivered_bps; /* that arrives, likewise */
    guint queue_ms;      /* standing in the link's queue */
    double random_loss;  /* 0..1: what no lower rate would save */
} CcSessionStats;

/* Of all sessions of one direction that there have been since the worker began. */
typedef struct {
    guint64 packets, packets_lost, retransmitted, nacks, keyframe_requests;
} CcSessionTotals;

typedef struct {
    GPtrArray *sessions;       /* CcSessionStats * */
    CcSessionTotals totals[2]; /* by CcSessionDirection */
    guint64 drops[CC_N_DROPS];
    guint64 datagrams_in, datagrams_out, bytes_in, bytes_out;
    guint64 receive_overflows; /* datagrams that the kernel dropped (SO_RXQ_OVFL) */
    guint64 send_overflows;    /* datagrams that it did not take, its buffer being full */
    guint64 sends;             /* of one or more datagrams to one receiver (UDP_SEGMENT) */
    guint shed_level;          /* 0..CC_SHED_MAX_LEVEL */
    double load;               /* as cc_worker_load() */
    guint packets_in_use;      /* of the pool */
    gint64 cpu_us;             /* that the thread has used */
} CcWorkerStats;
void cc_worker_stats_free(CcWorkerStats *stats);
/* All of @workers (CcWorkerStats *) together; its sessions stay theirs. (transfer full) */
CcWorkerStats *cc_worker_stats_sum(const GPtrArray *workers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcWorkerStats, cc_worker_stats_free)

typedef void (*CcWorkerStatsFunc)(CcWorkerStats *stats, gpointer user_data); /* (transfer full) */
/* @func is called once, in the caller's thread-default main context. */
void cc_worker_get_stats(CcWorker *worker, CcWorkerStatsFunc func, gpointer user_data);

G_END_DECLS
