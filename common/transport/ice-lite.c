#include "common/transport/ice-lite.h"

#include <openssl/rand.h>
#include <stun/stunagent.h>
#include <stun/usages/ice.h>

#include "common/wire/bytes.h"

#define STUN_HEADER 20
#define MAGIC_COOKIE 0x2112A442u
#define BINDING_REQUEST 0x0001

/* A full peer of a lite agent has to control (RFC 8445 section 6.1.1). Against the lowest
 * tie-breaker one that does not gets a 487 and changes its role; we never change ours. */
#define TIE_BREAKER 0

struct CcIceLite {
    char *local_pwd;
    char *username; /* "local:remote", as the peer's checks carry it (RFC 8445 section 7.2.2) */
    gsize username_length;
};

void
cc_ice_generate_credentials(char ufrag[CC_ICE_UFRAG_LENGTH + 1], char pwd[CC_ICE_PWD_LENGTH + 1])
{
    /* 64 characters: six bits of each random byte (RFC 8839 section 5.4: ice-char). */
    static const char characters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    guint8 random[CC_ICE_UFRAG_LENGTH + CC_ICE_PWD_LENGTH];
    if (RAND_bytes(random, sizeof random) != 1)
        g_error("the system gives no random numbers");
    for (guint i = 0; i < CC_ICE_UFRAG_LENGTH; i++)
        ufrag[i] = characters[random[i] & 63];
    for (guint i = 0; i < CC_ICE_PWD_LENGTH; i++)
        pwd[i] = characters[random[CC_ICE_UFRAG_LENGTH + i] & 63];
    ufrag[CC_ICE_UFRAG_LENGTH] = pwd[CC_ICE_PWD_LENGTH] = '\0';
}

/* RFC 8489 section 5. */
static gboolean
is_stun(const guint8 *data, gsize length)
{
    return length >= STUN_HEADER && data[0] < 4 && cc_read_u32(data + 4) == MAGIC_COOKIE &&
           cc_read_u16(data + 2) % 4 == 0 && cc_read_u16(data + 2) == length - STUN_HEADER;
}

/* (transfer none) the value of the first attribute of @type, or NULL. */
static const guint8 *
find_attribute(const guint8 *data, gsize length, guint16 type, gsize *value_length)
{
    gsize at = STUN_HEADER;
    while (at + 4 <= length) {
        gsize size = cc_read_u16(data + at + 2);
        if (at + 4 + size > length)
            return NULL;
        if (cc_read_u16(data + at) == type) {
            *value_length = size;
            return data + at + 4;
        }
        at += 4 + (size + 3) / 4 * 4;
    }
    return NULL;
}

gboolean
cc_ice_lite_peek_ufrag(const guint8 *data, gsize length, char *ufrag, gsize capacity)
{
    if (!is_stun(data, length) || cc_read_u16(data) != BINDING_REQUEST)
        return FALSE;
    gsize size;
    const guint8 *username = find_attribute(data, length, STUN_ATTRIBUTE_USERNAME, &size);
    const guint8 *colon = username ? memchr(username, ':', size) : NULL;
    gsize local = colon ? (gsize)(colon - username) : 0;
    if (local == 0 || local >= capacity || memchr(username, '\0', local))
        return FALSE;
    memcpy(ufrag, username, local);
    ufrag[local] = '\0';
    return TRUE;
}

CcIceLite *
cc_ice_lite_new(const char *local_ufrag, const char *local_pwd, const char *remote_ufrag,
                const char *remote_pwd)
{
    CcIceLite *ice = g_new0(CcIceLite, 1);
    ice->local_pwd = g_strdup(local_pwd);
    ice->username = g_strconcat(local_ufrag, ":", remote_ufrag, NULL);
    ice->username_length = strlen(ice->username);
    return ice;
}

void
cc_ice_lite_free(CcIceLite *ice)
{
    if (!ice)
        return;
    g_free(ice->local_pwd);
    g_free(ice->username);
    g_free(ice);
}

/* A StunMessageIntegrityValidate: gives libnice the password for this USERNAME, if it is ours. */
static bool
on_validate(StunAgent *agent, StunMessage *message, uint8_t *username, uint16_t username_length,
            uint8_t **password, size_t *password_length, void *user_data)
{
    CcIceLite *ice = user_data;
    if (username_length != ice->username_length ||
        memcmp(username, ice->username, username_length) != 0)
        return false;
    *password = (uint8_t *)ice->local_pwd;
    *password_length = strlen(ice->local_pwd);
    return true;
}

static CcDrop
drop_for_status(StunValidationStatus status)
{
    switch (status) {
    case STUN_VALIDATION_SUCCESS:
        return CC_DROP_NONE;
    case STUN_VALIDATION_UNAUTHORIZED:
    case STUN_VALIDATION_UNAUTHORIZED_BAD_REQUEST:
        return CC_DROP_STUN_BAD_INTEGRITY;
    case STUN_VALIDATION_UNMATCHED_RESPONSE:
        return CC_DROP_STUN_UNEXPECTED;
    default:
        return CC_DROP_STUN_MALFORMED;
    }
}

/* An IPv4 peer on a dual-stack socket must read its IPv4 address in the answer. */
static socklen_t
unmap(const struct sockaddr *source, gsize length, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof *out);
    if (source->sa_family == AF_INET6 && length >= sizeof(struct sockaddr_in6)) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)source;
        if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
            struct sockaddr_in *v4 = (struct sockaddr_in *)out;
            v4->sin_family = AF_INET;
            v4->sin_port = v6->sin6_port;
            memcpy(&v4->sin_addr, v6->sin6_addr.s6_addr + 12, 4);
            return sizeof *v4;
        }
    }
    memcpy(out, source, MIN(length, sizeof *out));
    return (socklen_t)MIN(length, sizeof *out);
}

static CcDrop
answer(StunAgent *agent, StunMessage *request, const struct sockaddr *source, gsize source_length,
       CcIceLiteResult *result)
{
    struct sockaddr_storage address;
    socklen_t address_length = unmap(source, source_length, &address);
    StunMessage reply;
    size_t reply_length = sizeof result->reply;
    bool controlling = false;
    StunUsageIceReturn made = stun_usage_ice_conncheck_create_reply(
        agent, request, &reply, result->reply, &reply_length, &address, address_length,
        &controlling, TIE_BREAKER, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
    if (made == STUN_USAGE_ICE_RETURN_ROLE_CONFLICT) {
        result->reply_length = reply_length;
        return CC_DROP_NONE;
    }
    if (made != STUN_USAGE_ICE_RETURN_SUCCESS)
        return CC_DROP_STUN_UNEXPECTED;
    result->reply_length = reply_length;
    result->validated = TRUE;
    result->nominated = stun_usage_ice_conncheck_use_candidate(request);
    return CC_DROP_NONE;
}

CcDrop
cc_ice_lite_receive(CcIceLite *ice, const guint8 *data, gsize length, const struct sockaddr *source,
                    gsize source_length, CcIceLiteResult *result)
{
    result->reply_length = 0;
    result->validated = result->nominated = FALSE;
    if (!is_stun(data, length))
        return CC_DROP_STUN_MALFORMED;

    /* 13 KiB of memory for the transactions of those who ask; we only answer, so it need not last.
     */
    StunAgent agent;
    /* Keepalive indications carry no credentials (RFC 8445 section 11). */
    stun_agent_init(&agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT |
                        STUN_AGENT_USAGE_NO_INDICATION_AUTH);
    StunMessage message;
    StunValidationStatus status =
        stun_agent_validate(&agent, &message, data, length, on_validate, ice);
    CcDrop drop = drop_for_status(status);
    if (drop != CC_DROP_NONE)
        return drop;
    if (stun_message_get_method(&message) != STUN_BINDING)
        return CC_DROP_STUN_UNEXPECTED;
    switch (stun_message_get_class(&message)) {
    case STUN_INDICATION:
        return CC_DROP_NONE;
    case STUN_REQUEST:
        return answer(&agent, &message, source, source_length, result);
    default:
        return CC_DROP_STUN_UNEXPECTED;
    }
}
