/* A stream of voice towards one receiver whose link loses packets or is narrow: which source
 * packets go out merged into one (RFC 6716), and which earlier ones each carries again (RFC 2198).
 * Says what is to be sent under which number; the bytes are its caller's. Numbers follow each other
 * without a hole, whatever is merged. Pure; a value. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_VOICE_MAX_EARLIER 17   /* 20 ms each are RFC 2198's 341 ms */
#define CC_VOICE_REMEMBERED 128   /* packets: 2.5 s of 20 ms ones */
#define CC_VOICE_MAX_OFFSET 16383 /* samples at 48 kHz: RFC 2198's 14 bits */

/* Source packets that are, or become, one Opus packet. */
typedef struct {
    gint64 first;      /* its unwrapped sequence number */
    guint32 timestamp; /* of the first, by the source */
    guint8 count;
} CcVoiceSpan;

/* A packet to send. */
typedef struct {
    gint64 number;
    gboolean marker;
    CcVoiceSpan primary;
    guint n_earlier;
    CcVoiceSpan earlier[CC_VOICE_MAX_EARLIER]; /* from the newest on */
} CcVoiceShape;

/* How it is to be sent. */
typedef struct {
    guint16 samples;  /* a packet lasts at least so long, as far as source packets fit together */
    guint8 n_earlier; /* up to CC_VOICE_MAX_EARLIER */
    guint8 spacing;   /* packets between one copy and the next: 1, or more against bursts */
} CcVoicePlan;

typedef struct {
    CcVoicePlan plan;
    gint64 next_number, first_number;
    gboolean started;
    gint64 newest;       /* source packet */
    CcVoiceSpan waiting; /* count 0: nothing */
    gboolean waiting_marker;
    guint8 waiting_toc;
    guint waiting_samples;
    gsize waiting_length;
    CcVoiceSpan sent[CC_VOICE_REMEMBERED]; /* by number */
} CcVoiceLine;

typedef struct {
    gint64 sequence; /* unwrapped */
    guint32 timestamp;
    gboolean marker;
    gsize length;  /* bytes */
    guint samples; /* cc_opus_duration(); 0 if it cannot be merged */
    guint8 toc;    /* its first byte; only packets of one configuration fit together */
    gboolean last; /* a pause follows (DTX): do not wait for more */
} CcVoiceSource;

/* The first packet gets @number. */
void cc_voice_line_init(CcVoiceLine *line, const CcVoicePlan *plan, gint64 number);

/* A packet has come from the source. Returns how many are to be sent now: 0, 1 or 2. One that comes
 * later than its successors is sent alone. */
guint cc_voice_line_add(CcVoiceLine *line, const CcVoiceSource *source, CcVoiceShape out[2]);
/* What waits for more, without it. Returns 0 or 1. */
guint cc_voice_line_flush(CcVoiceLine *line, CcVoiceShape out[1]);

/* What went out under @number; NULL if that is not remembered. */
const CcVoiceSpan *cc_voice_line_find(const CcVoiceLine *line, gint64 number);

G_END_DECLS
