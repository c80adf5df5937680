/* The worker's one way to the control thread: events go to its main context in order, and none
 * arrives after the gate was closed, even if it was on its way. */
#pragma once

#include "relay/media/worker.h"

G_BEGIN_DECLS

typedef struct CcEventGate CcEventGate;

/* Delivers to the thread-default main context of the caller. */
CcEventGate *cc_event_gate_new(void (*func)(const CcSessionEvent *event, gpointer user_data),
                               gpointer user_data);
/* Any thread. The strings are copied; @reason must be a literal or NULL. */
void cc_event_gate_send(CcEventGate *gate, const CcSessionEvent *event);
/* In the receiving thread, when nobody sends any more. NULL is fine. */
void cc_event_gate_close(CcEventGate *gate);

/* Runs @func once in @context from its main loop, never at once in the caller. Any thread. */
void cc_call_in_context(GMainContext *context, GSourceFunc func, gpointer user_data,
                        GDestroyNotify destroy);

G_END_DECLS
