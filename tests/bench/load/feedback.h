/* What receivers tell the relay of their packets' arrival (transport-wide feedback), as `recv`
 * does: client/recv/feedback.h says when and what. Due times lie in a wheel of milliseconds, so
 * that those who have nothing to say cost nothing. Receivers begin at different moments: a real
 * relay's do not all speak at once. */
#pragma once

#include "tests/bench/load/receiver.h"

G_BEGIN_DECLS

LoadFeedbackWheel *load_feedback_wheel_new(void);

/* @extension: the id of the number that packets of @kind will carry; 0: none. */
void load_feedback_negotiated(LoadReceiver *receiver, LoadKind kind, guint8 extension);
/* Of a receiver with ->feedback: an RTP packet of @length bytes, of which @have are there. */
void load_feedback_arrived(LoadReceiver *receiver, LoadKind kind, const guint8 *packet, gsize have,
                           gsize length, gint64 arrival_ns);
/* Sends what is due by now, wall clock. */
void load_feedback_send_due(LoadFeedbackWheel *wheel, gint64 wall_ns);
/* Messages, ever. */
guint64 load_feedback_count(const LoadFeedbackWheel *wheel);

G_END_DECLS
