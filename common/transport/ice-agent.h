/* libnice's full ICE agent with one stream and one component, its signals brought into one thread;
 * UDP and TURN, TCP being tcp-path.h's.
 * Lives in the GMainContext given at creation; only cc_ice_agent_send() may be called from any
 * thread (its caller sees to it that the agent still exists). */
#pragma once

#include "common/transport/ice-config.h"
#include "common/transport/ice-remote.h"

G_BEGIN_DECLS

typedef struct CcIceAgent CcIceAgent;

typedef enum {
    CC_ICE_CHECKING,
    CC_ICE_CONNECTED, /* a pair is selected: datagrams pass */
    CC_ICE_FAILED,    /* no pair works, or the peer's consent (RFC 7675) has run out */
} CcIceState;

/* All come from the main context. cc_ice_agent_free() is allowed in each of them. */
typedef struct {
    void (*state_changed)(CcIceAgent *agent, CcIceState state, gpointer user_data);
    /* "candidate:…"; NULL: gathering is done. */
    void (*local_candidate)(CcIceAgent *agent, const char *candidate, gpointer user_data);
    /* @datagram may be changed in place. */
    void (*datagram)(CcIceAgent *agent, guint8 *datagram, gsize length, gpointer user_data);
} CcIceAgentCallbacks;

/* @config, @callbacks: must outlive the agent. */
CcIceAgent *cc_ice_agent_new(const CcIceConfig *config, GMainContext *context,
                             const CcIceAgentCallbacks *callbacks, gpointer user_data,
                             GError **error);
void cc_ice_agent_free(CcIceAgent *ice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcIceAgent, cc_ice_agent_free)

const char *cc_ice_agent_ufrag(CcIceAgent *ice);
const char *cc_ice_agent_pwd(CcIceAgent *ice);
CcIceState cc_ice_agent_state(CcIceAgent *ice);

gboolean cc_ice_agent_gather(CcIceAgent *ice, GError **error);
/* @lite: all candidates come at once, there is no trickling to wait for. */
gboolean cc_ice_agent_set_remote(CcIceAgent *ice, const char *ufrag, const char *pwd, gboolean lite,
                                 GError **error);
/* FALSE for nonsense and for names that we do not resolve (mDNS). */
gboolean cc_ice_agent_add_candidate(CcIceAgent *ice, const char *candidate);

/* FALSE if the datagram was not sent. Any thread. Does not block. */
gboolean cc_ice_agent_send(CcIceAgent *ice, const guint8 *datagram, gsize length);

/* A check along the selected pair, at once, whatever libnice thinks of it by now: the relay answers
 * from wherever it comes, and goes on sending there. Nothing if there is no pair. */
void cc_ice_agent_poke(CcIceAgent *ice);

/* For checks of our own. (transfer none) */
const CcIceRemote *cc_ice_agent_remote(CcIceAgent *ice);

/* Of the selected pair; "" and NULL before there is one. */
void cc_ice_agent_describe(CcIceAgent *ice, char local[64], char remote[64], const char **protocol);

G_END_DECLS
