#include "common/auth/token.h"
#include "common/base/error.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT(1800000000)
#define SECRET "0123456789abcdef"
#define OTHER_SECRET "fedcba9876543210"

static const char *const secrets[] = {SECRET, NULL};

static char *
make_token(void)
{
    const CcTokenClaims claims = {.room = (char *)"数学",
                                  .role = CC_ROLE_CLASSROOM,
                                  .name = (char *)"Huli \"Hope\"",
                                  .expires_s = NOW + 60};
    return cc_token_sign(SECRET, &claims);
}

static void
assert_refused(const char *token, gint64 now_s, const char *why)
{
    g_auto(CcTokenClaims) claims = {0};
    g_autoptr(GError) error = NULL;

    g_assert_false(cc_token_verify(secrets, token, now_s, &claims, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_UNAUTHORIZED);
    g_assert_cmpstr(error->message, ==, why);
    g_assert_null(claims.room);
    g_assert_null(claims.name);
}

/* base64url of @text. */
static char *
encode(const char *text)
{
    char *encoded = g_base64_encode((const guchar *)text, strlen(text));
    g_strdelimit(encoded, "+", '-');
    g_strdelimit(encoded, "/", '_');
    *strchrnul(encoded, '=') = '\0';
    return encoded;
}

/* A token with a right signature, whatever it says. */
static char *
forge(const char *header, const char *payload)
{
    g_autofree char *h = encode(header);
    g_autofree char *p = encode(payload);
    g_autofree char *signed_part = g_strdup_printf("%s.%s", h, p);
    g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)SECRET, strlen(SECRET));
    guint8 digest[32];
    gsize length = sizeof digest;

    g_hmac_update(hmac, (const guchar *)signed_part, -1);
    g_hmac_get_digest(hmac, digest, &length);
    g_autofree char *signature = g_base64_encode(digest, length);
    g_strdelimit(signature, "+", '-');
    g_strdelimit(signature, "/", '_');
    *strchrnul(signature, '=') = '\0';
    return g_strdup_printf("%s.%s", signed_part, signature);
}

static void
test_round_trip(void)
{
    g_autofree char *token = make_token();
    g_auto(CcTokenClaims) claims = {0};
    g_autoptr(GError) error = NULL;

    g_assert_true(cc_token_verify(secrets, token, NOW, &claims, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(claims.room, ==, "数学");
    g_assert_cmpstr(claims.name, ==, "Huli \"Hope\"");
    g_assert_cmpint(claims.role, ==, CC_ROLE_CLASSROOM);
    g_assert_cmpint(claims.expires_s, ==, NOW + 60);
}

/* Made by another program: other white space, other order, claims that we do not know. */
static void
test_foreign_token(void)
{
    g_autofree char *token =
        forge("{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}",
              "{\"exp\":1900000000,\"role\":\"viewer\",\"room\":\"*\",\"iss\":\"joe\"}");
    g_auto(CcTokenClaims) claims = {0};

    g_assert_true(cc_token_verify(secrets, token, NOW, &claims, NULL));
    g_assert_cmpstr(claims.room, ==, "*");
    g_assert_null(claims.name);
    g_assert_cmpint(claims.role, ==, CC_ROLE_VIEWER);
}

static void
test_every_byte_tampered(void)
{
    g_autofree char *token = make_token();

    for (gsize i = 0; token[i]; i++) {
        char original = token[i];
        for (int bit = 0; bit < 8; bit++) {
            g_auto(CcTokenClaims) claims = {0};
            token[i] = (char)(original ^ (1 << bit));
            g_assert_false(cc_token_verify(secrets, token, NOW, &claims, NULL));
            g_assert_null(claims.room);
        }
        token[i] = original;
    }
}

static void
test_every_truncation(void)
{
    g_autofree char *token = make_token();

    for (gsize length = 0; length < strlen(token); length++) {
        g_auto(CcTokenClaims) claims = {0};
        g_autofree char *part = g_strndup(token, length);
        g_assert_false(cc_token_verify(secrets, part, NOW, &claims, NULL));
    }
    g_autofree char *longer = g_strconcat(token, "A", NULL);
    assert_refused(longer, NOW, "the token's signature is wrong");
    g_autofree char *padded = g_strconcat(token, "=", NULL);
    assert_refused(padded, NOW, "the token's signature is wrong");
}

static void
test_expiry(void)
{
    g_autofree char *token = make_token();
    g_auto(CcTokenClaims) claims = {0};

    g_assert_true(cc_token_verify(secrets, token, NOW + 59, &claims, NULL));
    assert_refused(token, NOW + 60,
                   "the token expired at 2027-01-15 08:01 UTC; it was checked at 2027-01-15 08:01");
    assert_refused(token, G_MAXINT64,
                   "the token expired at 2027-01-15 08:01 UTC; it was checked at ?");
}

static void
test_algorithms(void)
{
    static const char payload[] = "{\"room\":\"math\",\"role\":\"teacher\",\"exp\":1900000000}";
    static const char *const headers[] = {
        "{\"alg\":\"none\"}",
        "{\"alg\":\"HS512\"}",
        "{\"alg\":\"hs256\"}",
        "{\"alg\":\"RS256\"}",
        "{\"alg\":1}",
        "{\"typ\":\"JWT\"}",
        "[\"HS256\"]",
        "{\"alg\":[\"HS256\"]}",
        "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
        "null",
        "HS256",
    };
    g_autofree char *h = encode("{\"alg\":\"none\"}");
    g_autofree char *p = encode(payload);
    g_autofree char *unsigned_token = g_strdup_printf("%s.%s.", h, p);

    assert_refused(unsigned_token, NOW, "the token's signature is wrong");
    for (gsize i = 0; i < G_N_ELEMENTS(headers); i++) {
        g_autofree char *token = forge(headers[i], payload);
        assert_refused(token, NOW, "the token is not signed with HS256");
    }
}

static void
test_claims(void)
{
    static const struct {
        const char *payload, *why;
    } bad[] = {
        {"[]", "the token is malformed"},
        {"{", "the token is malformed"},
        {"\xff", "the token is malformed"},
        {"{\"role\":\"viewer\",\"exp\":1900000000}", "the token names no valid room"},
        {"{\"room\":\"../x\",\"role\":\"viewer\",\"exp\":1900000000}",
         "the token names no valid room"},
        {"{\"room\":7,\"role\":\"viewer\",\"exp\":1900000000}", "the token names no valid room"},
        {"{\"room\":null,\"role\":\"viewer\",\"exp\":1900000000}", "the token names no valid room"},
        {"{\"room\":[\"a\"],\"role\":\"viewer\",\"exp\":1900000000}",
         "the token names no valid room"},
        {"{\"room\":\"a\",\"exp\":1900000000}", "the token names no valid role"},
        {"{\"room\":\"a\",\"role\":\"Teacher\",\"exp\":1900000000}",
         "the token names no valid role"},
        {"{\"room\":\"a\",\"role\":\"viewer\"}", "the token does not say when it expires"},
        {"{\"room\":\"a\",\"role\":\"viewer\",\"exp\":\"1900000000\"}",
         "the token does not say when it expires"},
        {"{\"room\":\"a\",\"role\":\"viewer\",\"exp\":1e99}",
         "the token does not say when it expires"},
        {"{\"room\":\"a\",\"role\":\"viewer\",\"exp\":-1}",
         "the token expired at 1969-12-31 23:59 UTC; it was checked at 2027-01-15 08:00"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *token = forge("{\"alg\":\"HS256\"}", bad[i].payload);
        g_test_message("number %" G_GSIZE_FORMAT, i);
        assert_refused(token, NOW, bad[i].why);
    }
}

static void
test_sizes(void)
{
    g_autofree char *long_name = g_strnfill(201, 'n');
    g_autofree char *payload = g_strdup_printf(
        "{\"room\":\"a\",\"role\":\"viewer\",\"exp\":1900000000,\"name\":\"%s\"}", long_name);
    g_autofree char *token = forge("{\"alg\":\"HS256\"}", payload);
    g_autofree char *filler = g_strnfill(100000, 'n');
    g_autofree char *huge_payload = g_strdup_printf("{\"room\":\"a\",\"x\":\"%s\"}", filler);
    g_autofree char *huge = forge("{\"alg\":\"HS256\"}", huge_payload);

    assert_refused(token, NOW, "the token's name is too long");
    assert_refused(huge, NOW, "the token is malformed");
    assert_refused("", NOW, "the token is malformed");
    assert_refused("..", NOW, "the token's signature is wrong");
    assert_refused("a.b", NOW, "the token is malformed");
    assert_refused("a.b.c.d", NOW, "the token is malformed");
}

static void
test_secrets(void)
{
    static const char *const both[] = {OTHER_SECRET, SECRET, NULL};
    static const char *const retired[] = {OTHER_SECRET, NULL};
    static const char *const none[] = {NULL};
    g_autofree char *token = make_token();
    g_auto(CcTokenClaims) claims = {0};
    g_auto(CcTokenClaims) ignored = {0};

    g_assert_true(cc_token_verify(both, token, NOW, &claims, NULL));
    g_assert_false(cc_token_verify(retired, token, NOW, &ignored, NULL));
    g_assert_false(cc_token_verify(none, token, NOW, &ignored, NULL));
}

static void
test_rooms(void)
{
    const CcTokenClaims one = {.room = (char *)"math"};
    const CcTokenClaims every = {.room = (char *)"*"};

    g_assert_true(cc_token_claims_allow_room(&one, "math"));
    g_assert_false(cc_token_claims_allow_room(&one, "Math"));
    g_assert_false(cc_token_claims_allow_room(&one, "math2"));
    g_assert_false(cc_token_claims_allow_room(&one, ""));
    g_assert_true(cc_token_claims_allow_room(&every, "anything"));
}

static void
test_roles(void)
{
    CcRole role;

    for (CcRole r = CC_ROLE_TEACHER; r <= CC_ROLE_VIEWER; r++) {
        g_assert_true(cc_role_from_string(cc_role_to_string(r), &role));
        g_assert_cmpint(role, ==, r);
    }
    g_assert_false(cc_role_from_string("", &role));
    g_assert_false(cc_role_from_string("admin", &role));
    g_assert_false(cc_role_from_string(NULL, &role));
}

static void
test_generate_secret(void)
{
    g_autofree char *one = cc_token_generate_secret();
    g_autofree char *two = cc_token_generate_secret();

    g_assert_cmpuint(strlen(one), ==, 43);
    g_assert_cmpstr(one, !=, two);
    g_assert_null(strpbrk(one, "=+/;# "));
}

/* Showing a token trusts nobody: any bytes may come. */
static void
test_read_unchecked(void)
{
    g_autofree char *token = make_token();
    g_auto(CcTokenClaims) claims = {0};

    *strrchr(token, '.') = '\0';
    g_autofree char *unsigned_token = g_strconcat(token, ".AAAA", NULL);
    g_assert_true(cc_token_read_unchecked(unsigned_token, &claims, NULL));
    g_assert_cmpstr(claims.room, ==, "数学");
    for (gsize length = 0; length < strlen(token); length++) {
        g_auto(CcTokenClaims) ignored = {0};
        g_autoptr(GError) error = NULL;
        g_autofree char *part = g_strndup(token, length);
        g_assert_false(cc_token_read_unchecked(part, &ignored, &error));
        g_assert_error(error, CC_ERROR, CC_ERROR_UNAUTHORIZED);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token/round-trip", test_round_trip);
    g_test_add_func("/token/foreign-token", test_foreign_token);
    g_test_add_func("/token/every-byte-tampered", test_every_byte_tampered);
    g_test_add_func("/token/every-truncation", test_every_truncation);
    g_test_add_func("/token/expiry", test_expiry);
    g_test_add_func("/token/algorithms", test_algorithms);
    g_test_add_func("/token/claims", test_claims);
    g_test_add_func("/token/sizes", test_sizes);
    g_test_add_func("/token/secrets", test_secrets);
    g_test_add_func("/token/rooms", test_rooms);
    g_test_add_func("/token/roles", test_roles);
    g_test_add_func("/token/generate-secret", test_generate_secret);
    g_test_add_func("/token/read-unchecked", test_read_unchecked);
    return g_test_run();
}
