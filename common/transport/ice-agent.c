#define CC_LOG_AREA "ice"
#include "common/transport/ice-agent.h"

#include "common/base/error.h"
#include "common/base/log.h"
#include "common/transport/ice-candidate.h"
#include "common/transport/ice-setup.h"
#include "common/transport/stun-check.h"

#define LITE_CANDIDATES_MS 500 /* after the answer all of a lite peer's candidates are known */

/* libnice emits signals in whichever thread happens to be in it, so each becomes an event in our
 * context. Reference-counted because events may outlive cc_ice_agent_free(). */
struct CcIceAgent {
    gatomicrefcount references;
    const CcIceConfig *config;
    const CcIceAgentCallbacks *callbacks;
    gpointer user_data;
    GMainContext *context;
    NiceAgent *nice;
    guint stream;
    char *ufrag, *pwd;
    CcIceRemote remote;
    CcIceState state;
    gboolean closed;
    gboolean has_allocations; /* on TURN servers */
    guint receiving;          /* depth of datagram callbacks on the stack */
    GSource *lite_timer;
};

static void
unref(CcIceAgent *ice)
{
    if (!g_atomic_ref_count_dec(&ice->references))
        return;
    g_free(ice->ufrag);
    g_free(ice->pwd);
    cc_ice_remote_clear(&ice->remote);
    g_main_context_unref(ice->context);
    g_free(ice);
}

typedef struct {
    CcIceAgent *ice;
    void (*run)(CcIceAgent *ice, const char *text);
    char *text;
} Event;

static void
event_free(gpointer data)
{
    Event *event = data;
    unref(event->ice);
    g_free(event->text);
    g_free(event);
}

static gboolean
on_event(gpointer data)
{
    Event *event = data;
    if (!event->ice->closed)
        event->run(event->ice, event->text);
    return G_SOURCE_REMOVE;
}

/* @text: (transfer full) or NULL. Any thread. */
static void
post(CcIceAgent *ice, void (*run)(CcIceAgent *, const char *), char *text)
{
    Event *event = g_new(Event, 1);
    g_atomic_ref_count_inc(&ice->references);
    *event = (Event){ice, run, text};
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, on_event, event, event_free);
    g_source_attach(source, ice->context);
}

static void
run_local_candidate(CcIceAgent *ice, const char *text)
{
    ice->callbacks->local_candidate(ice, text, ice->user_data);
}

static void
run_state_check(CcIceAgent *ice, const char *unused)
{
    NiceComponentState now =
        nice_agent_get_component_state(ice->nice, ice->stream, CC_ICE_COMPONENT);
    NiceCandidate *local, *remote;
    CcIceState state = CC_ICE_CHECKING;
    if (now == NICE_COMPONENT_STATE_FAILED)
        state = CC_ICE_FAILED;
    else if (nice_agent_get_selected_pair(ice->nice, ice->stream, CC_ICE_COMPONENT, &local,
                                          &remote))
        state = CC_ICE_CONNECTED;
    if (state == ice->state)
        return;
    ice->state = state;
    ice->callbacks->state_changed(ice, state, ice->user_data);
}

static void
on_new_candidate(NiceAgent *nice, NiceCandidate *candidate, gpointer user_data)
{
    CcIceAgent *ice = user_data;
    if (candidate->transport != NICE_CANDIDATE_TRANSPORT_UDP)
        return; /* TCP without TURN is ours */
    g_autofree char *line = nice_agent_generate_local_candidate_sdp(nice, candidate);
    if (line)
        post(ice, run_local_candidate, g_strdup(g_str_has_prefix(line, "a=") ? line + 2 : line));
}

static void
on_gathering_done(NiceAgent *nice, guint stream, gpointer user_data)
{
    post(user_data, run_local_candidate, NULL);
}

static void
on_state_changed(NiceAgent *nice, guint stream, guint component, guint state, gpointer user_data)
{
    post(user_data, run_state_check, NULL);
}

static void
on_selected_pair(NiceAgent *nice, guint stream, guint component, NiceCandidate *local,
                 NiceCandidate *remote, gpointer user_data)
{
    post(user_data, run_state_check, NULL);
}

static void
on_datagram(NiceAgent *nice, guint stream, guint component, guint length, gchar *data,
            gpointer user_data)
{
    CcIceAgent *ice = user_data;
    if (ice->closed)
        return;
    g_atomic_ref_count_inc(&ice->references);
    ice->receiving++;
    ice->callbacks->datagram(ice, (guint8 *)data, length, ice->user_data);
    ice->receiving--;
    unref(ice);
}

CcIceAgent *
cc_ice_agent_new(const CcIceConfig *config, GMainContext *context,
                 const CcIceAgentCallbacks *callbacks, gpointer user_data, GError **error)
{
    CcIceAgent *ice = g_new0(CcIceAgent, 1);
    g_atomic_ref_count_init(&ice->references);
    ice->config = config;
    ice->callbacks = callbacks;
    ice->user_data = user_data;
    ice->context = g_main_context_ref(context);
    cc_ice_remote_init(&ice->remote);
    ice->nice = cc_ice_setup(config, context, &ice->stream);
    if (!ice->nice ||
        !nice_agent_get_local_credentials(ice->nice, ice->stream, &ice->ufrag, &ice->pwd)) {
        g_set_error(error, CC_ERROR, CC_ERROR_FAILED, "libnice cannot make a stream");
        g_clear_object(&ice->nice);
        unref(ice);
        return NULL;
    }
    ice->has_allocations = config->turn->len > 0;
    g_signal_connect(ice->nice, "new-candidate-full", G_CALLBACK(on_new_candidate), ice);
    g_signal_connect(ice->nice, "candidate-gathering-done", G_CALLBACK(on_gathering_done), ice);
    g_signal_connect(ice->nice, "component-state-changed", G_CALLBACK(on_state_changed), ice);
    g_signal_connect(ice->nice, "new-selected-pair-full", G_CALLBACK(on_selected_pair), ice);
    nice_agent_attach_recv(ice->nice, ice->stream, CC_ICE_COMPONENT, context, on_datagram, ice);
    return ice;
}

static void
on_nice_closed(GObject *nice, GAsyncResult *result, gpointer unused)
{
    g_object_unref(nice);
}

/* Not within libnice's own call stacks. */
static gboolean
on_dispose(gpointer data)
{
    CcIceAgent *ice = data;
    nice_agent_attach_recv(ice->nice, ice->stream, CC_ICE_COMPONENT, ice->context, NULL, NULL);
    if (ice->has_allocations) {
        /* Gives allocations back to their servers, which takes a round trip. */
        g_main_context_push_thread_default(ice->context);
        nice_agent_close_async(ice->nice, on_nice_closed, NULL);
        g_main_context_pop_thread_default(ice->context);
    } else {
        nice_agent_remove_stream(ice->nice, ice->stream);
        g_object_unref(ice->nice);
    }
    ice->nice = NULL;
    return G_SOURCE_REMOVE;
}

void
cc_ice_agent_free(CcIceAgent *ice)
{
    if (!ice)
        return;
    ice->closed = TRUE;
    g_signal_handlers_disconnect_by_data(ice->nice, ice);
    if (ice->lite_timer) {
        g_source_destroy(ice->lite_timer);
        g_clear_pointer(&ice->lite_timer, g_source_unref);
    }
    if (ice->receiving == 0) {
        on_dispose(ice);
        unref(ice);
        return;
    }
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, on_dispose, ice, (GDestroyNotify)unref);
    g_source_attach(source, ice->context);
}

const char *
cc_ice_agent_ufrag(CcIceAgent *ice)
{
    return ice->ufrag;
}

const char *
cc_ice_agent_pwd(CcIceAgent *ice)
{
    return ice->pwd;
}

CcIceState
cc_ice_agent_state(CcIceAgent *ice)
{
    return ice->state;
}

gboolean
cc_ice_agent_gather(CcIceAgent *ice, GError **error)
{
    if (!cc_ice_setup_can_gather(ice->config)) {
        post(ice, run_local_candidate, NULL);
        return TRUE;
    }
    if (nice_agent_gather_candidates(ice->nice, ice->stream))
        return TRUE;
    g_set_error(error, CC_ERROR, CC_ERROR_NETWORK, "no network address to connect from");
    return FALSE;
}

static gboolean
on_lite_candidates_known(gpointer user_data)
{
    CcIceAgent *ice = user_data;
    nice_agent_peer_candidate_gathering_done(ice->nice, ice->stream);
    g_clear_pointer(&ice->lite_timer, g_source_unref);
    return G_SOURCE_REMOVE;
}

gboolean
cc_ice_agent_set_remote(CcIceAgent *ice, const char *ufrag, const char *pwd, gboolean lite,
                        GError **error)
{
    if (!nice_agent_set_remote_credentials(ice->nice, ice->stream, ufrag, pwd)) {
        g_set_error(error, CC_ERROR, CC_ERROR_PROTOCOL,
                    "the answer's ICE credentials are unusable");
        return FALSE;
    }
    cc_ice_remote_set_credentials(&ice->remote, ufrag, pwd, ice->ufrag, ice->pwd);
    if (lite && !ice->lite_timer) {
        ice->lite_timer = g_timeout_source_new(LITE_CANDIDATES_MS);
        g_source_set_callback(ice->lite_timer, on_lite_candidates_known, ice, NULL);
        g_source_attach(ice->lite_timer, ice->context);
    }
    return TRUE;
}

gboolean
cc_ice_agent_add_candidate(CcIceAgent *ice, const char *text)
{
    NiceCandidate *candidate = cc_ice_candidate_parse(text, ice->stream, CC_ICE_COMPONENT);
    if (!candidate) {
        cc_debug("no use for remote candidate '%s'", text);
        return FALSE;
    }
    gboolean used = cc_ice_remote_add(&ice->remote, candidate);
    if (candidate->transport == NICE_CANDIDATE_TRANSPORT_UDP) {
        g_autoptr(GSList) list = g_slist_prepend(NULL, candidate);
        used =
            nice_agent_set_remote_candidates(ice->nice, ice->stream, CC_ICE_COMPONENT, list) == 1;
    }
    nice_candidate_free(candidate);
    return used;
}

gboolean
cc_ice_agent_send(CcIceAgent *ice, const guint8 *datagram, gsize length)
{
    return nice_agent_send(ice->nice, ice->stream, CC_ICE_COMPONENT, (guint)length,
                           (const gchar *)datagram) == (gint)length;
}

const CcIceRemote *
cc_ice_agent_remote(CcIceAgent *ice)
{
    return &ice->remote;
}

void
cc_ice_agent_poke(CcIceAgent *ice)
{
    NiceCandidate *local, *remote;
    if (!ice->remote.password ||
        !nice_agent_get_selected_pair(ice->nice, ice->stream, CC_ICE_COMPONENT, &local, &remote))
        return;
    StunAgent stun;
    StunTransactionId id;
    guint8 check[CC_STUN_CHECK_CAPACITY];
    cc_stun_check_init_agent(&stun);
    gsize length =
        cc_stun_check_write(&stun, ice->remote.username, ice->remote.password, TRUE, check, id);
    /* The socket itself, where it may be had: libnice sends nothing along a pair that it has given
     * up. */
    g_autoptr(GSocket) socket =
        nice_agent_get_selected_socket(ice->nice, ice->stream, CC_ICE_COMPONENT);
    struct sockaddr_storage to = {0};
    nice_address_copy_to_sockaddr(&remote->addr, (struct sockaddr *)&to);
    g_autoptr(GSocketAddress) address = g_socket_address_new_from_native(&to, sizeof to);
    if (length == 0)
        return;
    if (socket && address)
        g_socket_send_to(socket, address, (const char *)check, length, NULL, NULL);
    else
        cc_ice_agent_send(ice, check, length);
}

/* libnice does not tell by which server a candidate came. */
static const char *
describe_turn(const CcIceConfig *config)
{
    guint tcp = 0;
    for (guint i = 0; i < config->turn->len; i++)
        tcp +=
            ((CcTurnServer *)g_ptr_array_index(config->turn, i))->type == NICE_RELAY_TYPE_TURN_TCP;
    return tcp == 0 ? "turn-udp" : tcp == config->turn->len ? "turn-tcp" : "turn";
}

void
cc_ice_agent_describe(CcIceAgent *ice, char local[64], char remote[64], const char **protocol)
{
    NiceCandidate *ours, *theirs;
    local[0] = remote[0] = '\0';
    *protocol = NULL;
    if (!nice_agent_get_selected_pair(ice->nice, ice->stream, CC_ICE_COMPONENT, &ours, &theirs))
        return;
    cc_ice_describe_address(&ours->addr, local);
    cc_ice_describe_address(&theirs->addr, remote);
    if (ours->type == NICE_CANDIDATE_TYPE_RELAYED)
        *protocol = describe_turn(ice->config);
    else
        *protocol = "udp";
}
