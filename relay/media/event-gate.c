#include "relay/media/event-gate.h"

struct CcEventGate {
    GMainContext *context;
    gatomicrefcount references; /* one for the owner, one for each event on its way */
    gboolean closed;            /* receiving thread only */
    void (*func)(const CcSessionEvent *event, gpointer user_data);
    gpointer user_data;
};

typedef struct {
    CcEventGate *gate;
    CcSessionEvent event;
    char *session_id, *room;
} Delivery;

static void
gate_unref(CcEventGate *gate)
{
    if (!g_atomic_ref_count_dec(&gate->references))
        return;
    g_main_context_unref(gate->context);
    g_free(gate);
}

CcEventGate *
cc_event_gate_new(void (*func)(const CcSessionEvent *event, gpointer user_data), gpointer user_data)
{
    CcEventGate *gate = g_new0(CcEventGate, 1);
    gate->context = g_main_context_ref_thread_default();
    gate->func = func;
    gate->user_data = user_data;
    g_atomic_ref_count_init(&gate->references);
    return gate;
}

/* @handed orders what was written before against what the other thread reads. GLib's own lock does
 * so too, but a GLib that was not built for it hides that from the thread sanitizer. */
typedef struct {
    GSourceFunc func;
    gpointer user_data;
    GDestroyNotify destroy;
    int handed; /* atomic */
} Call;

static Call *
received(gpointer user_data)
{
    Call *call = user_data;
    (void)g_atomic_int_get(&call->handed);
    return call;
}

static gboolean
on_call(gpointer user_data)
{
    Call *call = received(user_data);
    return call->func(call->user_data);
}

static void
call_free(gpointer user_data)
{
    Call *call = received(user_data);
    if (call->destroy)
        call->destroy(call->user_data);
    g_free(call);
}

void
cc_call_in_context(GMainContext *context, GSourceFunc func, gpointer user_data,
                   GDestroyNotify destroy)
{
    Call *call = g_new0(Call, 1);
    GSource *source = g_idle_source_new();
    call->func = func;
    call->user_data = user_data;
    call->destroy = destroy;
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, on_call, call, call_free);
    g_atomic_int_set(&call->handed, TRUE);
    g_source_attach(source, context);
    g_source_unref(source);
}

static gboolean
on_deliver(gpointer user_data)
{
    Delivery *delivery = user_data;
    if (!delivery->gate->closed && delivery->gate->func)
        delivery->gate->func(&delivery->event, delivery->gate->user_data);
    return G_SOURCE_REMOVE;
}

static void
delivery_free(gpointer user_data)
{
    Delivery *delivery = user_data;
    gate_unref(delivery->gate);
    g_free(delivery->session_id);
    g_free(delivery->room);
    g_free(delivery);
}

void
cc_event_gate_send(CcEventGate *gate, const CcSessionEvent *event)
{
    Delivery *delivery = g_new0(Delivery, 1);
    g_atomic_ref_count_inc(&gate->references);
    delivery->gate = gate;
    delivery->event = *event;
    delivery->event.session_id = delivery->session_id = g_strdup(event->session_id);
    delivery->event.room = delivery->room = g_strdup(event->room);
    cc_call_in_context(gate->context, on_deliver, delivery, delivery_free);
}

void
cc_event_gate_close(CcEventGate *gate)
{
    if (!gate)
        return;
    gate->closed = TRUE;
    gate_unref(gate);
}
