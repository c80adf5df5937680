/* CcIceLite against checks made by libnice's own STUN library, as a full agent would send them. */
#include <arpa/inet.h>
#include <stun/stunagent.h>
#include <stun/usages/ice.h>

#include "common/transport/ice-lite.h"
#include "common/wire/bytes.h"

#define PASSWORD "correct-horse-battery-st"

typedef struct {
    StunAgent agent;
    guint8 data[512];
    gsize length;
} Check;

typedef struct {
    const char *username, *password;
    gboolean use_candidate, controlling;
} CheckOptions;

static const CheckOptions good = {"local:remote", PASSWORD, FALSE, TRUE};

static void
check_init(Check *check, const CheckOptions *options)
{
    StunMessage message;
    stun_agent_init(&check->agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
    check->length = stun_usage_ice_conncheck_create(
        &check->agent, &message, check->data, sizeof check->data, (const guint8 *)options->username,
        strlen(options->username), (const guint8 *)options->password, strlen(options->password),
        options->use_candidate, options->controlling, 12345, 1, NULL,
        STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
    g_assert_cmpuint(check->length, >, 20);
}

static CcIceLite *
ice_new(void)
{
    return cc_ice_lite_new("local", PASSWORD, "remote", "unused");
}

static struct sockaddr_storage
address(const char *ip, guint16 port, gsize *length)
{
    struct sockaddr_storage storage = {0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&storage;
    if (inet_pton(AF_INET, ip, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        *length = sizeof *v4;
    } else {
        g_assert_cmpint(inet_pton(AF_INET6, ip, &v6->sin6_addr), ==, 1);
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        *length = sizeof *v6;
    }
    return storage;
}

/* A heap block of the very size, so that the sanitizer sees a read beyond. */
static CcDrop
receive(CcIceLite *ice, const guint8 *data, gsize length, const char *from, CcIceLiteResult *result)
{
    gsize from_length;
    struct sockaddr_storage source = address(from, 4000, &from_length);
    g_autofree guint8 *block = g_memdup2(data, length);
    return cc_ice_lite_receive(ice, block, length, (struct sockaddr *)&source, from_length, result);
}

static bool
password_for_reply(StunAgent *agent, StunMessage *message, uint8_t *username, uint16_t length,
                   uint8_t **password, size_t *password_length, void *user_data)
{
    *password = (uint8_t *)(gpointer)PASSWORD;
    *password_length = strlen(PASSWORD);
    return true;
}

/* The full agent accepts the answer (integrity, fingerprint, transaction) and reads its address. */
static void
assert_answers(const char *from, const char *expected)
{
    g_autoptr(CcIceLite) ice = ice_new();
    Check check;
    CcIceLiteResult result;
    check_init(&check, &good);
    g_assert_cmpint(receive(ice, check.data, check.length, from, &result), ==, CC_DROP_NONE);
    g_assert_true(result.validated);
    g_assert_false(result.nominated);

    StunMessage reply;
    g_assert_cmpint(stun_agent_validate(&check.agent, &reply, result.reply, result.reply_length,
                                        password_for_reply, NULL),
                    ==, STUN_VALIDATION_SUCCESS);
    g_assert_true(stun_message_has_attribute(&reply, STUN_ATTRIBUTE_MESSAGE_INTEGRITY));
    g_assert_true(stun_message_has_attribute(&reply, STUN_ATTRIBUTE_FINGERPRINT));
    g_assert_true(stun_message_has_attribute(&reply, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS));
    struct sockaddr_storage mapped, want;
    socklen_t mapped_length = sizeof mapped;
    g_assert_cmpint(stun_usage_ice_conncheck_process(&reply, &mapped, &mapped_length,
                                                     STUN_USAGE_ICE_COMPATIBILITY_RFC5245),
                    ==, STUN_USAGE_ICE_RETURN_SUCCESS);
    gsize want_length;
    want = address(expected, 4000, &want_length);
    g_assert_cmpint(mapped.ss_family, ==, want.ss_family);
    if (want.ss_family == AF_INET) {
        g_assert_cmpmem(&((struct sockaddr_in *)&mapped)->sin_addr, 4,
                        &((struct sockaddr_in *)&want)->sin_addr, 4);
        g_assert_cmpuint(((struct sockaddr_in *)&mapped)->sin_port, ==, htons(4000));
    } else {
        g_assert_cmpmem(&((struct sockaddr_in6 *)&mapped)->sin6_addr, 16,
                        &((struct sockaddr_in6 *)&want)->sin6_addr, 16);
        g_assert_cmpuint(((struct sockaddr_in6 *)&mapped)->sin6_port, ==, htons(4000));
    }
}

static void
test_answers(void)
{
    assert_answers("192.0.2.7", "192.0.2.7");
    assert_answers("2001:db8::7", "2001:db8::7");
    assert_answers("::ffff:192.0.2.7", "192.0.2.7");
}

static void
test_nomination(void)
{
    g_autoptr(CcIceLite) ice = ice_new();
    Check check;
    CcIceLiteResult result;
    check_init(&check, &(CheckOptions){good.username, good.password, TRUE, TRUE});
    g_assert_cmpint(receive(ice, check.data, check.length, "192.0.2.7", &result), ==, CC_DROP_NONE);
    g_assert_true(result.validated && result.nominated);
}

/* Both think that they are controlled (RFC 8445 section 7.3.1.1): the other side has to change. */
static void
test_role_conflict(void)
{
    g_autoptr(CcIceLite) ice = ice_new();
    Check check;
    CcIceLiteResult result;
    check_init(&check, &(CheckOptions){good.username, good.password, TRUE, FALSE});
    g_assert_cmpint(receive(ice, check.data, check.length, "192.0.2.7", &result), ==, CC_DROP_NONE);
    g_assert_false(result.validated || result.nominated);

    StunMessage reply;
    int code = 0;
    g_assert_cmpint(stun_agent_validate(&check.agent, &reply, result.reply, result.reply_length,
                                        password_for_reply, NULL),
                    ==, STUN_VALIDATION_SUCCESS);
    g_assert_cmpint(stun_message_get_class(&reply), ==, STUN_ERROR);
    g_assert_cmpint(stun_message_find_error(&reply, &code), ==, STUN_MESSAGE_RETURN_SUCCESS);
    g_assert_cmpint(code, ==, STUN_ERROR_ROLE_CONFLICT);
}

static void
test_bad_credentials(void)
{
    static const CheckOptions bad[] = {{"local:remote", "wrong-horse", TRUE, TRUE},
                                       {"local:stranger", PASSWORD, TRUE, TRUE},
                                       {"stranger:remote", PASSWORD, TRUE, TRUE},
                                       {"local:remote2", PASSWORD, TRUE, TRUE},
                                       {"local", PASSWORD, TRUE, TRUE}};
    g_autoptr(CcIceLite) ice = ice_new();
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        Check check;
        CcIceLiteResult result;
        check_init(&check, &bad[i]);
        g_assert_cmpint(receive(ice, check.data, check.length, "192.0.2.7", &result), ==,
                        CC_DROP_STUN_BAD_INTEGRITY);
        g_assert_cmpuint(result.reply_length, ==, 0);
        g_assert_false(result.validated || result.nominated);
    }
}

static void
test_damage(void)
{
    g_autoptr(CcIceLite) ice = ice_new();
    Check check;
    CcIceLiteResult result;
    char ufrag[64];
    check_init(&check, &(CheckOptions){good.username, good.password, TRUE, TRUE});
    for (gsize cut = 0; cut < check.length; cut++) {
        g_assert_cmpint(receive(ice, check.data, cut, "192.0.2.7", &result), !=, CC_DROP_NONE);
        g_autofree guint8 *block = g_memdup2(check.data, cut);
        g_assert_false(cc_ice_lite_peek_ufrag(block, cut, ufrag, sizeof ufrag));
    }
    for (gsize bit = 0; bit < check.length * 8; bit++) {
        check.data[bit / 8] ^= (guint8)(1 << bit % 8);
        CcDrop drop = receive(ice, check.data, check.length, "192.0.2.7", &result);
        /* A damaged method bit may leave an unauthenticated indication: nothing comes of it. */
        g_assert_true(drop != CC_DROP_NONE || result.reply_length == 0);
        g_assert_false(result.validated || result.nominated);
        g_autofree guint8 *block = g_memdup2(check.data, check.length);
        cc_ice_lite_peek_ufrag(block, check.length, ufrag, sizeof ufrag);
        check.data[bit / 8] ^= (guint8)(1 << bit % 8);
    }
    g_assert_cmpint(receive(ice, check.data, check.length, "192.0.2.7", &result), ==, CC_DROP_NONE);
}

static void
test_indications_and_others(void)
{
    g_autoptr(CcIceLite) ice = ice_new();
    StunAgent agent;
    StunMessage message;
    guint8 data[200];
    CcIceLiteResult result;
    stun_agent_init(&agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);

    g_assert_true(stun_agent_init_indication(&agent, &message, data, sizeof data, STUN_BINDING));
    gsize length = stun_agent_finish_message(&agent, &message, NULL, 0);
    g_assert_cmpint(receive(ice, data, length, "192.0.2.7", &result), ==, CC_DROP_NONE);
    g_assert_cmpuint(result.reply_length, ==, 0);
    g_assert_false(result.validated);

    g_assert_true(stun_agent_init_indication(&agent, &message, data, sizeof data, STUN_IND_DATA));
    length = stun_agent_finish_message(&agent, &message, NULL, 0);
    g_assert_cmpint(receive(ice, data, length, "192.0.2.7", &result), ==, CC_DROP_STUN_UNEXPECTED);

    /* An answer to a question that nobody asked. */
    Check check;
    check_init(&check, &good);
    g_assert_cmpint(receive(ice, check.data, check.length, "192.0.2.7", &result), ==, CC_DROP_NONE);
    guint8 reply[512];
    gsize reply_length = result.reply_length;
    memcpy(reply, result.reply, reply_length);
    g_assert_cmpint(receive(ice, reply, reply_length, "192.0.2.7", &result), ==,
                    CC_DROP_STUN_UNEXPECTED);
    g_assert_cmpuint(result.reply_length, ==, 0);
}

static void
test_peek(void)
{
    Check check;
    char ufrag[CC_ICE_UFRAG_LENGTH + 1];
    check_init(&check, &good);
    g_assert_true(cc_ice_lite_peek_ufrag(check.data, check.length, ufrag, sizeof ufrag));
    g_assert_cmpstr(ufrag, ==, "local");
    g_assert_false(cc_ice_lite_peek_ufrag(check.data, check.length, ufrag, 5));
    static const char *const bad[] = {"nocolon", ":remote", "longer-than-any:remote"};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        check_init(&check, &(CheckOptions){bad[i], PASSWORD, FALSE, TRUE});
        g_assert_false(cc_ice_lite_peek_ufrag(check.data, check.length, ufrag, sizeof ufrag));
    }
}

static void
test_credentials(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < 200; i++) {
        char ufrag[CC_ICE_UFRAG_LENGTH + 1], pwd[CC_ICE_PWD_LENGTH + 1];
        cc_ice_generate_credentials(ufrag, pwd);
        g_assert_cmpuint(strlen(ufrag), ==, CC_ICE_UFRAG_LENGTH);
        g_assert_cmpuint(strlen(pwd), ==, CC_ICE_PWD_LENGTH);
        for (const char *p = pwd; *p; p++)
            g_assert_true(g_ascii_isalnum(*p) || *p == '+' || *p == '/');
        g_assert_true(g_hash_table_add(seen, g_strconcat(ufrag, pwd, NULL)));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ice-lite/answers", test_answers);
    g_test_add_func("/ice-lite/nomination", test_nomination);
    g_test_add_func("/ice-lite/role-conflict", test_role_conflict);
    g_test_add_func("/ice-lite/bad-credentials", test_bad_credentials);
    g_test_add_func("/ice-lite/damage", test_damage);
    g_test_add_func("/ice-lite/indications-and-others", test_indications_and_others);
    g_test_add_func("/ice-lite/peek", test_peek);
    g_test_add_func("/ice-lite/credentials", test_credentials);
    return g_test_run();
}
