/* A classroom: receives both tracks of a room and keeps count. It decrypts the first packet of each
 * stream, which names the publisher's packet; from then on pictures' sequence numbers in clear tell
 * everything, as long as the timestamps fit them. Where a relay leaves packets out and closes the
 * gap in the numbers, they do not fit any more, and the next packet is decrypted again: what was
 * left out counts as lost. Of voice the timestamps alone tell, for a relay may merge it. Some
 * receivers decrypt and verify all. */
#pragma once

#include "common/transport/srtp-cipher.h"
#include "common/wire/sequence.h"
#include "tests/bench/load/room.h"
#include "tests/bench/load/session.h"
#include "tests/bench/load/tally.h"

G_BEGIN_DECLS

/* What a packet says in clear. Its number may be known only when the next one has been decrypted.
 */
typedef struct {
    guint16 sequence;
    guint32 timestamp;
    guint count; /* of the publisher's packets in it */
    gint64 arrival_ns;
} LoadArrival;

#define LOAD_MAX_HELD 16

typedef struct {
    guint32 ssrc; /* 0: nothing came yet */
    gboolean mapped, began;
    guint16 offset;           /* RTP's sequence number minus the packet's number, modulo 2^16 */
    guint32 timestamp_offset; /* the same of RTP's timestamps */
    guint64 highest;          /* number of the newest packet */
    guint64 seen;             /* bit n: highest - n has come */
    guint64 from;             /* losses count from this number on */
    guint64 in_window;        /* different packets received that were published in the window */
    /* For receiver reports. */
    CcSequenceUnwrapper received;
    gint64 first_received;
    guint64 total, reported_expected, reported_total;
    gint64 arrival_ns; /* of the newest packet */
    guint32 timestamp; /* its */
    guint32 jitter;    /* RTP time units, times 16 */
    guint32 last_sr;
    gint64 last_sr_ns;
    guint n_held;
    LoadArrival held[LOAD_MAX_HELD];
} LoadStream;

typedef struct LoadFeedback LoadFeedback;
typedef struct LoadFeedbackWheel LoadFeedbackWheel;

typedef struct {
    LoadSession session; /* first */
    LoadRoom *room;
    LoadTally *tally;
    LoadFeedbackWheel *wheel;
    guint8 payload_types[LOAD_N_KINDS];
    guint8 rtx_payload_type; /* of the video */
    guint8 expected_kinds;   /* bit for each kind that the room has */
    gboolean decrypts;       /* all */
    gboolean plain;          /* a sink's: nothing but SRTP */
    CcSrtpKeys *keys;        /* a sink's that verifies; or NULL */
    gboolean was_there;      /* when the window began: gaps and losses count */
    gboolean asked_keyframe;
    guint seconds_connected;
    guint32 ssrc;                           /* ours, in reports */
    guint32 video_ssrc;                     /* announced by the relay, or 0 */
    gint64 last_arrival_ns, first_media_ns; /* wall clock; 0: none */
    LoadFeedback *feedback;                 /* NULL: the other side does not want any */
    LoadStream streams[LOAD_N_KINDS];
} LoadReceiver;

gboolean load_receiver_init(LoadReceiver *receiver, LoadRoom *room, LoadTally *tally,
                            LoadFeedbackWheel *wheel, const LoadOptions *options,
                            CcDtlsIdentity *identity, GError **error);
void load_receiver_clear(LoadReceiver *receiver);

/* For a sink: no session; sequence numbers are the publisher's. @verify: decrypts all with the keys
 * of tests/bench/floor.c. */
void load_receiver_set_plain(LoadReceiver *receiver, gboolean verify);

/* TRUE once all tracks of the room have come. */
gboolean load_receiver_is_watching(const LoadReceiver *receiver);
void load_receiver_begin_window(LoadReceiver *receiver);
/* Packets of this kind that should have come; after the window. */
guint64 load_receiver_expected(const LoadReceiver *receiver, LoadKind kind);

/* RTCP that came, decrypted. */
void load_receiver_take_rtcp(LoadSession *session, const guint8 *data, gsize length,
                             gint64 arrival_ns);
/* Receiver reports, and PLI where no picture comes. */
void load_receiver_second(LoadReceiver *receiver);

G_END_DECLS
