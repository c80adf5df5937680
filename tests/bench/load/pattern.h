/* What the publishers' packets hold: valid VP8 payload descriptors and frame headers (the first
 * bytes of an Opus packet), then a stamp that names the packet, then bytes that follow from its
 * number, so that a receiver can verify them all. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LOAD_MIN_PAYLOAD 48 /* bytes */
#define LOAD_MAX_PAYLOAD 1200
#define LOAD_MAX_BURST 16 /* packets of a frame */

#define LOAD_MAX_PUBLISHER 0xffffff

typedef enum { LOAD_AUDIO, LOAD_VIDEO, LOAD_N_KINDS } LoadKind;

typedef struct {
    LoadKind kind;
    guint publisher; /* which one it is, up to LOAD_MAX_PUBLISHER */
    guint64 number;  /* counts the publisher's packets of this kind; RTP's number is its end */
    gboolean begins_frame;
    gboolean keyframe;
    guint16 picture_id;
    guint8 tl0picidx;
} LoadPayload;

void load_pattern_write(guint8 *out, gsize length, const LoadPayload *payload);
/* FALSE if this is none of our payloads, or of the other kind. */
gboolean load_pattern_read(const guint8 *data, gsize length, LoadKind kind, guint64 *number);
/* Whose payload it is, which load_pattern_read() has found to be one. */
guint load_pattern_publisher(const guint8 *data);
/* TRUE if every byte behind the headers (which relays may rewrite) is as it was sent. */
gboolean load_pattern_verify(const guint8 *data, gsize length, LoadKind kind, guint64 number);

G_END_DECLS
