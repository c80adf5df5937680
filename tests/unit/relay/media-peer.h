/* Workers under test and participants made of bare sockets: each has its own STUN checks, DTLS and
 * SRTP, so that a test sees every packet that the worker sends and may send anything itself.
 * Single-threaded: everything moves in media_test_wait(). */
#pragma once

#include "common/transport/dtls.h"
#include "common/wire/framing.h"
#include "common/wire/rtcp.h"
#include "common/wire/rtp.h"
#include "relay/media/worker-group.h"

#define AUDIO_PT 111
#define RED_PT 63
#define VIDEO_PT 96
#define VIDEO_RTX_PT 97
#define WATCH_AUDIO_PT 109
#define WATCH_RED_PT 110
#define WATCH_AUDIO_RTX_PT 112
#define WATCH_VIDEO_PT 120
#define WATCH_RTX_PT 121
#define MID_EXT 4
#define TRANSPORT_CC_EXT 5
#define RID_EXT 6
#define REPAIRED_RID_EXT 7

typedef struct {
    guint8 data[1600];
    gsize length;
    CcRtpHeader rtp; /* not for RTCP */
    gint64 arrival_us;
} Received;

typedef struct MediaTest MediaTest;

typedef struct {
    MediaTest *test;
    CcWorker *worker;
    CcSessionSetup *setup; /* a copy of what the worker got */
    char ufrag[9], pwd[25];
    int fd;
    gboolean tcp;
    CcFrameReader reader;
    CcDtls *dtls;
    CcSrtp *outbound, *inbound;
    gboolean checked; /* a valid answer to a check has come */
    gboolean exported;
    gboolean deaf;         /* reads nothing, so that its kernel buffers fill up */
    GPtrArray *rtp, *rtcp; /* Received * */
    GPtrArray *answers;    /* GBytes *: of link checks */
    guint n_bad;           /* what could not be decrypted */
} Peer;

struct MediaTest {
    CcWorkerOptions options;
    guint n_workers;
    CcWorkerGroup *group;
    CcWorker *worker; /* the first one, the home of the room */
    guint watch_on;   /* which worker carries the next receivers */
    CcDtlsIdentity *identity;
    GPtrArray *events; /* char *: "connected s1", "ended s2 timed-out" */
    GPtrArray *peers;  /* Peer * (transfer none) */
    guint n_sessions;
    const char *relay_address;    /* where the next peers send: 127.0.0.1 */
    CcDtlsIdentity *stranger;     /* NULL, or whose certificate the next peers show */
    CcSlotCodec published_video;  /* of the next publisher: VP8 */
    gboolean published_screen;    /* the next publisher has a second video, mid 2 */
    gboolean published_obeys;     /* and its videos do what they are told */
    guint published_layers;       /* of its simulcast, "h", "m", "l"; 0: no simulcast */
    CcSlotCodec watched_video[2]; /* of the next receiver: VP8, nothing */
    gboolean watched_by_number;   /* the next receiver has transport-wide numbers */
    gboolean watched_red;         /* the next receivers take RFC 2198, and RTX for voice */
    gboolean watched_stage;       /* the next receivers have places for guests and the grid */
    gboolean guest;               /* the next publishers are guests; they do what they are told */
    guint64 owner;                /* of the next session */
    CcWorkerGroupStats *all_stats;
    const CcWorkerStats *stats; /* of all workers, by the latest media_test_stats() */
};

/* Whether receivers are on a second worker, to which the room spills over: so the same tests can be
 * run both ways. By the environment variable MEDIA_TEST_SPILL. */
gboolean media_test_spills(void);

/* @options may be changed between init and start. */
void media_test_init(MediaTest *test);
void media_test_start(MediaTest *test);
void media_test_clear(MediaTest *test);

typedef gboolean (*Condition)(gpointer user_data);
/* Moves everything until @condition holds; aborts the test after 10 s. */
void media_test_wait(MediaTest *test, Condition condition, gpointer user_data);
/* One round: reads what is there, waiting at most @timeout_ms. */
void media_test_turn(MediaTest *test, int timeout_ms);
void media_test_wait_event(MediaTest *test, const char *event);
gboolean media_test_has_event(MediaTest *test, const char *event);
/* Asks the worker; everything that was sent to it before has been read by then. */
const CcWorkerStats *media_test_stats(MediaTest *test);
const CcSessionStats *media_test_session(MediaTest *test, Peer *peer);
/* Waits until the worker has counted @count of @drop. */
void media_test_wait_drop(MediaTest *test, CcDrop drop, guint64 count);

/* A session that is known to the worker; nothing is sent yet. */
Peer *peer_new(MediaTest *test, CcSessionDirection direction, gboolean tcp);
/* Checks, DTLS, keys: returns when the worker has told of the connection. */
void peer_connect(Peer *peer);
/* Both at once. */
Peer *peer_connected(MediaTest *test, CcSessionDirection direction, gboolean tcp);
void peer_free(Peer *peer);
/* Takes what has arrived; FALSE if there was nothing. media_test_turn() calls it. */
gboolean peer_receive(Peer *peer);

/* A STUN check with these credentials; NULL: the right ones. */
void peer_send_check(Peer *peer, const char *relay_ufrag, const char *relay_pwd);
void peer_send_raw(Peer *peer, const void *data, gsize length);
/* Another local address, as after a NAT's change of mind. */
void peer_rebind(Peer *peer);

typedef struct {
    guint8 payload_type;
    guint16 sequence;
    guint32 timestamp, ssrc;
    gboolean marker;
    const char *mid;                /* or NULL */
    const char *rid, *repaired_rid; /* or NULL; not with a transport sequence */
    guint16 transport_sequence;     /* 0: no extension */
    const guint8 *payload;
    gsize payload_length;
} RtpToSend;
void peer_send_rtp(Peer *peer, const RtpToSend *rtp);
/* Encrypted, but not sent: returns the length. */
gsize peer_protect_rtp(Peer *peer, const RtpToSend *rtp, guint8 *buffer);
void peer_send_rtcp(Peer *peer, CcRtcpBuilder *builder);

/* A VP8 payload of 40 bytes; @id is found again by video_payload_id(). */
void video_payload(guint8 payload[40], gboolean keyframe, guint16 picture_id, guint32 id);
guint32 video_payload_id(const CcRtpHeader *rtp);

/* (transfer none) the @index-th packet received with @ssrc, or NULL. */
const Received *peer_packet(const Peer *peer, guint32 ssrc, guint index);
guint peer_count(const Peer *peer, guint32 ssrc);
/* How many packets of this RTCP type (and feedback format, 0: any) have come. */
guint peer_count_rtcp(const Peer *peer, guint8 type, guint8 format);
const CcSlot *peer_slot(const Peer *peer, CcMediaKind kind);
const CcSlot *peer_nth_slot(const Peer *peer, CcMediaKind kind, guint index);

/* The SSRCs of a publisher under test. */
#define PUBLISHER_AUDIO 0x0a0a0a0a
#define PUBLISHER_VIDEO 0x0b0b0b0b
#define PUBLISHER_RTX 0x0c0c0c0c
#define PUBLISHER_SCREEN 0x0d0d0d0d
#define GUEST_AUDIO 0x1a1a1a1a
#define GUEST_VIDEO 0x1b1b1b1b

/* Waits until @peer has received @count packets of its slot, and sees that there are no more. */
void wait_count(Peer *peer, CcMediaKind kind, guint count);
/* … RTCP packets of this kind; more is fine. */
void wait_rtcp(Peer *peer, guint8 type, guint8 format, guint count);
/* One frame in one packet; its id and picture id are @sequence. */
void send_video(Peer *peer, guint32 ssrc, guint16 sequence, guint32 timestamp, gboolean keyframe);
void send_audio(Peer *peer, guint32 ssrc, guint16 sequence);
void send_sender_report(Peer *peer, guint32 ssrc, guint64 ntp, guint32 rtp);
void ask_for_keyframe(Peer *peer);
/* What the receiver's link takes, in its words. */
void send_remb(Peer *peer, guint64 bps);
