#include "tests/bench/load/ice.h"

#include <stun/stunagent.h>
#include <stun/usages/ice.h>

#define PRIORITY (110u << 24 | 65535u << 8 | 255) /* RFC 8445 section 5.1.2.1, peer reflexive */
#define BINDING_SUCCESS 0x0101

void
load_ice_init(LoadIce *ice)
{
    *ice = (LoadIce){.controlling = TRUE};
    cc_ice_generate_credentials(ice->ufrag, ice->pwd);
    ice->tie_breaker = (guint64)g_random_int() << 32 | g_random_int();
}

void
load_ice_clear(LoadIce *ice)
{
    g_clear_pointer(&ice->remote_ufrag, g_free);
    g_clear_pointer(&ice->remote_pwd, g_free);
}

void
load_ice_set_remote(LoadIce *ice, const char *ufrag, const char *pwd, gboolean controlling)
{
    load_ice_clear(ice);
    ice->remote_ufrag = g_strdup(ufrag);
    ice->remote_pwd = g_strdup(pwd);
    ice->controlling = controlling;
}

/* libnice's agent has 10 KiB for transactions that it remembers; a session has only one, so that
 * the agent lives for a call and the session remembers that one itself. */
static void
init_agent(StunAgent *agent)
{
    stun_agent_init(agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT |
                        STUN_AGENT_USAGE_NO_INDICATION_AUTH);
}

gsize
load_ice_write_check(LoadIce *ice, guint8 out[LOAD_ICE_MAX_MESSAGE])
{
    StunAgent agent;
    StunMessage message;
    init_agent(&agent);
    g_autofree char *username = g_strconcat(ice->remote_ufrag, ":", ice->ufrag, NULL);
    gsize length = stun_usage_ice_conncheck_create(
        &agent, &message, out, LOAD_ICE_MAX_MESSAGE, (guint8 *)username, strlen(username),
        (guint8 *)ice->remote_pwd, strlen(ice->remote_pwd), ice->controlling, ice->controlling,
        PRIORITY, ice->tie_breaker, NULL, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
    if (length > 0)
        memcpy(ice->transaction, out + 4, sizeof ice->transaction);
    return length;
}

/* A StunMessageIntegrityValidate. */
static bool
on_validate(StunAgent *agent, StunMessage *message, uint8_t *username, uint16_t username_length,
            uint8_t **password, size_t *password_length, void *user_data)
{
    LoadIce *ice = user_data;
    gsize own = strlen(ice->ufrag);
    if (username_length <= own || memcmp(username, ice->ufrag, own) != 0 || username[own] != ':')
        return false;
    *password = (uint8_t *)ice->pwd;
    *password_length = strlen(ice->pwd);
    return true;
}

static void
answer(LoadIce *ice, const guint8 *data, gsize length, const struct sockaddr_in *source,
       LoadIceResult *result)
{
    StunAgent agent;
    StunMessage request, reply;
    init_agent(&agent);
    if (stun_agent_validate(&agent, &request, data, length, on_validate, ice) !=
            STUN_VALIDATION_SUCCESS ||
        stun_message_get_class(&request) != STUN_REQUEST ||
        stun_message_get_method(&request) != STUN_BINDING)
        return;
    struct sockaddr_storage address = {0};
    memcpy(&address, source, sizeof *source);
    size_t reply_length = sizeof result->reply;
    bool controlling = ice->controlling;
    StunUsageIceReturn made = stun_usage_ice_conncheck_create_reply(
        &agent, &request, &reply, result->reply, &reply_length, &address, sizeof *source,
        &controlling, ice->tie_breaker, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
    ice->controlling = controlling; /* a role conflict may have changed it */
    if (made == STUN_USAGE_ICE_RETURN_SUCCESS || made == STUN_USAGE_ICE_RETURN_ROLE_CONFLICT)
        result->reply_length = reply_length;
}

void
load_ice_receive(LoadIce *ice, const guint8 *data, gsize length, const struct sockaddr_in *source,
                 LoadIceResult *result)
{
    result->confirmed = FALSE;
    result->reply_length = 0;
    if (length < STUN_MESSAGE_HEADER_LENGTH)
        return;
    if (data[0] == BINDING_SUCCESS >> 8 && data[1] == (BINDING_SUCCESS & 0xff))
        result->confirmed = memcmp(data + 4, ice->transaction, sizeof ice->transaction) == 0;
    else
        answer(ice, data, length, source, result);
}
