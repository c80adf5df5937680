/* The way out of what the pipelines make: voice at once, pictures at the pace that the link takes,
 * the screen ahead of the camera, repair ahead of both, so that a keyframe is spread instead of standing in front of the next word.
 * On a link with room nothing waits. It also learns from the relay's transport-wide feedback what
 * the link takes, and tests whether it would take more with packets that went out before (RTX).
 *
 *   pipelines ─→ voice ─────────────────────→ rewrite (uplink.h) → estimator → send
 *   └→ repair, screen, pictures → pacer ────↗   (a thread of its own while anything waits)
 *
 * Any thread, but made and freed by one. */
#pragma once

#include "client/send/uplink.h"

G_BEGIN_DECLS

typedef struct CcOutgoing CcOutgoing;

typedef struct {
    /* Takes a packet to the transport. From any thread, one at a time. */
    void (*send)(const guint8 *packet, gsize length, gboolean video, gpointer user_data);
    /* Pictures waited for so long that they were thrown away: keyframes are wanted. From any
     * thread. */
    void (*overflow)(gpointer user_data);
} CcOutgoingCallbacks;

/* @uplink outlives. @max_bps: more than this is never of use, on the wire. */
CcOutgoing *cc_outgoing_new(CcUplink *uplink, guint max_bps, const CcOutgoingCallbacks *callbacks,
                            gpointer user_data);
/* After the pipelines have stopped. */
void cc_outgoing_free(CcOutgoing *outgoing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcOutgoing, cc_outgoing_free)

/* Forgets what waits and what is known of the link; after cc_uplink_negotiated(). */
void cc_outgoing_begin_session(CcOutgoing *outgoing);
/* The transport takes another way from now on. */
void cc_outgoing_moved(CcOutgoing *outgoing);
/* An RTP packet of the pipelines. */
void cc_outgoing_push(CcOutgoing *outgoing, const guint8 *packet, gsize length);
/* A compound from the relay, of any content. */
void cc_outgoing_rtcp(CcOutgoing *outgoing, const guint8 *rtcp, gsize length);
/* How much could be made use of, pictures and voice together, on the wire. */
void cc_outgoing_want(CcOutgoing *outgoing, guint bps);

/* What the voice's codec may take, by what the relay wants and what the link takes, at most
 * @configured_bps; also heeds the relay's wish for longer packets. */
guint cc_outgoing_voice_bps(CcOutgoing *outgoing, guint frame_ms, guint configured_bps);
/* What pictures may take, on the wire; -1 where the relay gives no transport-wide feedback. */
gint64 cc_outgoing_picture_bps(CcOutgoing *outgoing);

G_END_DECLS
