/* What SRTP remembers of each SSRC: packet indices and the windows against replays (RFC 3711
 * section 3.3). Embedded in a CcSrtp. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_SRTP_REPLAY_WINDOW 128 /* packets */
#define CC_SRTP_MAX_INBOUND 64    /* SSRCs; the least recently used one makes room */

typedef struct {
    guint64 highest;
    guint64 seen[2]; /* bit n: index highest - n was seen */
    gboolean started;
} CcSrtpWindow;

/* RFC 3711 section 3.3.1: the 48-bit index that @sequence most probably has; FALSE if it lies
 * before the stream's beginning or behind its end. */
gboolean cc_srtp_window_guess(const CcSrtpWindow *window, guint16 sequence, guint64 *index);
/* TRUE if @index is new: above the window, or inside and not seen. */
gboolean cc_srtp_window_is_new(const CcSrtpWindow *window, guint64 index);
void cc_srtp_window_add(CcSrtpWindow *window, guint64 index);

typedef struct {
    guint64 used; /* for finding the least recently used one */
    CcSrtpWindow rtp;
    CcSrtpWindow rtcp;
} CcSrtpStream;

typedef struct {
    guint32 *ssrcs; /* apart from the streams, so that a search touches few cache lines */
    CcSrtpStream *streams;
    guint n, capacity;
    guint last; /* found by the search before */
    guint64 clock;
} CcSrtpStreams;

void cc_srtp_streams_clear(CcSrtpStreams *streams);
/* NULL if @ssrc is unknown. Valid until the next _add. */
CcSrtpStream *cc_srtp_streams_find(CcSrtpStreams *streams, guint32 ssrc);
/* @limit: 0 for none; otherwise the least recently used stream is forgotten for the new one. */
CcSrtpStream *cc_srtp_streams_add(CcSrtpStreams *streams, guint32 ssrc, guint limit);

G_END_DECLS
