/* What stills may take of the link of one client, and what they were seen to take of it. The link's
 * estimate is of media alone, and sees stills only as a queue; so what they take is measured, and
 * remembered from one request to the next. A value; pure; @now_us in µs of one clock. */
#pragma once

#include "relay/media/link-report.h"

G_BEGIN_DECLS

typedef struct {
    guint taken_bps; /* on the wire: that arrived lately, 0: not known */
    gint64 seen_us;  /* when something last flowed */
} CcDeckShare;

/* Of one request. */
typedef struct {
    gint64 since_us; /* of what is being measured; 0: nothing is */
    guint64 since_bytes;
} CcDeckMeter;

/* One more request begins. */
void cc_deck_share_begin(CcDeckShare *share, gint64 now_us);
/* @arrived: bytes of @meter's request of which the client's kernel has told. */
void cc_deck_share_arrived(CcDeckShare *share, CcDeckMeter *meter, guint64 arrived, gint64 now_us);

/* How fast a still's bytes may be sent. @link: NULL if nobody watches over it. @shown: the page is
 * on, so that it comes before the teacher's face; else it leaves most of the link to her.
 * @taken_bps: what stills take of the link already. */
guint cc_deck_share_bps(const CcLinkReport *link, gboolean shown, guint taken_bps);
/* What is over so soon that pictures need not become smaller for it and larger again. */
gboolean cc_deck_share_is_brief(gsize bytes, guint bps);
/* Bytes that may be on their way at that rate: more would be a queue before the voice. @rtt_us: the
 * way's own; @queue_us: what it takes longer now. Where there is hardly any queue, they may be what
 * waits for something to be repeated. */
guint cc_deck_share_window(guint bps, guint rtt_us, guint queue_us);

G_END_DECLS
