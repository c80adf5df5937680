/* What a WHIP session publishes: tells its streams apart and keeps its transport-wide record.
 * Worker's thread; owned by its session. */
#pragma once

#include "common/wire/transport-cc.h"
#include "relay/media/publisher-track.h"

G_BEGIN_DECLS

/* That it is told of: pictures and a voice. */
#define CC_PUBLISHER_LIMITS (CC_TEACHER_VIDEOS * CC_MAX_LAYERS + 1)
#define CC_PUBLISHER_STREAMS 16 /* SSRCs told apart; more than that is nonsense */

typedef struct {
    guint32 ssrc;
    CcPublisherTrack *track;
    gboolean rtx;
} CcStream;

struct CcPublisher {
    CcMediaSession *session;
    guint rank; /* a later publisher of the room has a higher one */
    guint8 mid_ext, rid_ext, repaired_rid_ext, transport_cc_ext; /* 0: not negotiated */
    guint n_streams;
    CcStream streams[CC_PUBLISHER_STREAMS];

    gboolean flowing;                      /* media have arrived, and not fallen silent since */
    gint64 heard_us;                       /* newest authenticated datagram */
    gint64 report_due_us, feedback_due_us; /* G_MAXINT64: nothing to say */
    guint32 feedback_ssrc;
    CcTransportCcRecorder transport_cc;

    guint n_told; /* of what was last told by TMMBR */
    CcRtcpTmmbr told[CC_PUBLISHER_LIMITS];

    guint n_tracks;
    CcPublisherTrack tracks[]; /* room for one a layer of each slot */
};

CcPublisher *cc_publisher_new(CcMediaSession *session);
void cc_publisher_free(CcPublisher *publisher);
void cc_publisher_connected(CcPublisher *publisher, gint64 now_us);
/* Something authenticated has come: it is not silent. */
void cc_publisher_heard(CcPublisher *publisher, gint64 now_us);
/* It was cut off for a while, and is back: it is told that we are here, for it may have been
 * waiting for that, and its receivers need not wait for what had gone with it. */
void cc_publisher_returned(CcPublisher *publisher, gint64 now_us);

/* One decrypted and parsed packet; the caller keeps its reference. */
CcDrop cc_publisher_receive(CcPublisher *publisher, CcPacket *packet, gint64 now_us);

/* (transfer none) NULL if it sends no media with @ssrc. */
CcPublisherTrack *cc_publisher_find_track(CcPublisher *publisher, guint32 ssrc);

/* Gives the packets of its histories back to the pool. */
void cc_publisher_forget_packets(CcPublisher *publisher);

/* Its media have stopped, if they were flowing. */
void cc_publisher_fell_silent(CcPublisher *publisher);
void cc_publisher_say_goodbye(CcPublisher *publisher);
/* What is wanted of its layers and its voice now (wants.h). Returns how many it can be told of. */
guint cc_publisher_limits(CcPublisher *publisher, CcRtcpTmmbr limits[CC_PUBLISHER_LIMITS],
                          gint64 now_us);
/* Tells it, if it is something else than before; reports repeat it. */
void cc_publisher_tell_wants(CcPublisher *publisher, gint64 now_us);
/* Feedback and reports that are due, and the silence. Returns the next time. */
gint64 cc_publisher_tick(CcPublisher *publisher, gint64 now_us);

G_END_DECLS
