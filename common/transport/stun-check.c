#include "common/transport/stun-check.h"

#include <string.h>
#include <stun/usages/ice.h>

/* Of a host candidate over UDP (RFC 8445 section 5.1.2); the relay, being lite, does not use it. */
#define PRIORITY 2130706431u
#define TIE_BREAKER G_GUINT64_CONSTANT(0x636c617373636173)

void
cc_stun_check_init_agent(StunAgent *agent)
{
    stun_agent_init(agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
}

gsize
cc_stun_check_write(StunAgent *agent, const char *username, const char *password, gboolean nominate,
                    guint8 buffer[CC_STUN_CHECK_CAPACITY], StunTransactionId id)
{
    StunMessage message;
    size_t length = stun_usage_ice_conncheck_create(
        agent, &message, buffer, CC_STUN_CHECK_CAPACITY, (const uint8_t *)username,
        strlen(username), (const uint8_t *)password, strlen(password), nominate, true, PRIORITY,
        TIE_BREAKER, NULL, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
    if (length > 0)
        stun_message_id(&message, id);
    return length;
}

/* A StunMessageIntegrityValidate: answers carry no USERNAME. */
static bool
on_validate(StunAgent *agent, StunMessage *message, uint8_t *username, uint16_t username_length,
            uint8_t **password, size_t *password_length, void *user_data)
{
    *password = user_data;
    *password_length = strlen(user_data);
    return true;
}

gboolean
cc_stun_check_is_answer(StunAgent *agent, const char *password, const guint8 *data, gsize length)
{
    StunMessage message;
    StunValidationStatus status =
        stun_agent_validate(agent, &message, data, length, on_validate, (void *)password);
    return status == STUN_VALIDATION_SUCCESS && stun_message_get_class(&message) == STUN_RESPONSE &&
           stun_message_get_method(&message) == STUN_BINDING;
}

typedef struct {
    const char *username, *password;
} Keys;

/* Likewise, for requests. */
static bool
on_validate_request(StunAgent *agent, StunMessage *message, uint8_t *username,
                    uint16_t username_length, uint8_t **password, size_t *password_length,
                    void *user_data)
{
    const Keys *keys = user_data;
    if (username_length != strlen(keys->username) ||
        memcmp(username, keys->username, username_length) != 0)
        return false;
    *password = (uint8_t *)keys->password;
    *password_length = strlen(keys->password);
    return true;
}

gsize
cc_stun_check_answer(const char *username, const char *password, const guint8 *data, gsize length,
                     const struct sockaddr_storage *source, guint8 buffer[CC_STUN_CHECK_CAPACITY])
{
    Keys keys = {username, password};
    struct sockaddr_storage from = *source;
    StunAgent agent;
    StunMessage request, reply;
    bool controlling = true;
    size_t size = CC_STUN_CHECK_CAPACITY;
    cc_stun_check_init_agent(&agent);
    if (stun_agent_validate(&agent, &request, data, length, on_validate_request, &keys) !=
            STUN_VALIDATION_SUCCESS ||
        stun_message_get_class(&request) != STUN_REQUEST ||
        stun_message_get_method(&request) != STUN_BINDING)
        return 0;
    StunUsageIceReturn made = stun_usage_ice_conncheck_create_reply(
        &agent, &request, &reply, buffer, &size, &from, sizeof from, &controlling, TIE_BREAKER,
        STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
    return made == STUN_USAGE_ICE_RETURN_SUCCESS || made == STUN_USAGE_ICE_RETURN_ROLE_CONFLICT
               ? size
               : 0;
}
