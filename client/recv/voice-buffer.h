/* What has arrived of the voice and is not played yet: Opus frames by their RTP time, whichever way
 * they came (plain, several in a packet, as an earlier block of RED, repeated by RTX). Each frame
 * is kept once. Everything from outside is bounded.
 *
 * Pure; owner's thread. */
#pragma once

#include "common/wire/opus.h"

G_BEGIN_DECLS

#define CC_VOICE_RATE 48000        /* samples a second of RTP time and of the output */
#define CC_VOICE_BUFFER_FRAMES 256 /* beyond that the oldest go: 5 s of 20 ms frames */
#define CC_VOICE_MAX_NEW (CC_OPUS_MAX_FRAMES * 4)

typedef enum {
    CC_VOICE_PLAIN,
    CC_VOICE_RED, /* an earlier block, where the packet itself had not come */
    CC_VOICE_RTX,
    CC_VOICE_N_ORIGINS,
} CcVoiceOrigin;

typedef struct {
    gint64 time; /* of its first sample: RTP time, unwrapped */
    guint16 samples;
    guint16 length; /* bytes of data: an Opus packet with this frame alone */
    gboolean dtx;   /* "silence until further notice" */
    gboolean fec;   /* has a coarse copy of the frame before it */
    guint8 data[CC_OPUS_MAX_FRAME + 3];
} CcVoiceFrame;

typedef struct {
    CcVoiceFrame frames[CC_VOICE_BUFFER_FRAMES];
    guint8 order[CC_VOICE_BUFFER_FRAMES]; /* indices into frames by time; those behind n are free */
    guint n;
    gint64 newest_time; /* of all packets; for unwrapping */
    gboolean started;
    gint64 played_until;                /* what is older comes too late */
    gint64 had[CC_VOICE_BUFFER_FRAMES]; /* times of the newest that came at all: a ring */
    guint n_had;

    guint64 kept[CC_VOICE_N_ORIGINS]; /* frames; how they came first */
    guint64 late;                     /* frames that came after their time, by whatever way */
    guint64 malformed;                /* packets */
} CcVoiceBuffer;

/* What one packet brought that had not been there. */
typedef struct {
    guint n;
    gint64 times[CC_VOICE_MAX_NEW]; /* late ones too */
    gboolean restarted; /* its time is nowhere near the others': what was kept is gone */
    gint64 packet_time; /* of the packet itself: its primary block */
    guint samples;      /* of the primary block */
} CcVoiceArrived;

typedef struct {
    guint32 timestamp;
    const guint8 *payload;
    gsize length;
    gboolean red;     /* else plain Opus */
    guint8 opus_type; /* payload type that RED's blocks must have */
    gboolean retransmitted;
} CcVoicePacket;

void cc_voice_buffer_init(CcVoiceBuffer *buffer);
/* FALSE if @packet is malformed. */
gboolean cc_voice_buffer_add(CcVoiceBuffer *buffer, const CcVoicePacket *packet,
                             CcVoiceArrived *arrived);
/* TRUE if the frame that begins at @time has come, be it played already. */
gboolean cc_voice_buffer_had(const CcVoiceBuffer *buffer, gint64 time);
/* The frame that @time lies in, or NULL. Valid until the next call that changes @buffer. */
const CcVoiceFrame *cc_voice_buffer_at(const CcVoiceBuffer *buffer, gint64 time);
/* The first one that begins at @time or later, or NULL. */
const CcVoiceFrame *cc_voice_buffer_from(const CcVoiceBuffer *buffer, gint64 time);
/* Forgets what ends at @time or earlier; what comes for that time is late. */
void cc_voice_buffer_played(CcVoiceBuffer *buffer, gint64 time);

G_END_DECLS
