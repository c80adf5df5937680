/* Who may do what with which token. */
#include "relay/control/auth.h"

#include "common/base/error.h"

#define NOW_S 1800000000

static const char *const secrets[] = {"new-secret-of-sixteen", "old-secret-of-sixteen", NULL};
static const CcAuthRules rules = {.open = FALSE, .secrets = secrets};

static char *
make_token(const char *secret, const char *room, CcRole role, gint64 expires_s)
{
    CcTokenClaims claims = {
        .room = (char *)room, .role = role, .name = (char *)"Huli", .expires_s = expires_s};

    return cc_token_sign(secret, &claims);
}

static char *
bearer(const char *room, CcRole role)
{
    g_autofree char *token = make_token(secrets[0], room, role, NOW_S + 60);

    return g_strconcat("Bearer ", token, NULL);
}

/* 0: allowed. */
static int
check(const CcAuthRules *with, const char *authorization, const char *query_token, const char *room,
      CcAccess access)
{
    g_auto(CcTokenClaims) claims = {0};
    g_autoptr(GError) error = NULL;

    if (cc_auth_check(with, authorization, query_token, room, access, NOW_S, &claims, &error)) {
        g_assert_no_error(error);
        g_assert_nonnull(claims.room);
        return 0;
    }
    g_assert_nonnull(error);
    g_assert_true(error->domain == CC_ERROR);
    g_assert_null(claims.room);
    return error->code;
}

static void
test_roles(void)
{
    static const struct {
        CcRole role;
        CcAccess access;
        int expected;
    } cases[] = {
        {CC_ROLE_TEACHER, CC_ACCESS_PUBLISH, 0},
        {CC_ROLE_TEACHER, CC_ACCESS_WATCH, 0},
        {CC_ROLE_TEACHER, CC_ACCESS_OBSERVE, 0},
        {CC_ROLE_CLASSROOM, CC_ACCESS_PUBLISH, CC_ERROR_FORBIDDEN},
        {CC_ROLE_CLASSROOM, CC_ACCESS_WATCH, 0},
        {CC_ROLE_CLASSROOM, CC_ACCESS_OBSERVE, 0},
        {CC_ROLE_VIEWER, CC_ACCESS_PUBLISH, CC_ERROR_FORBIDDEN},
        {CC_ROLE_VIEWER, CC_ACCESS_WATCH, 0},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *authorization = bearer("math", cases[i].role);
        g_assert_cmpint(check(&rules, authorization, NULL, "math", cases[i].access), ==,
                        cases[i].expected);
    }
}

static void
test_rooms(void)
{
    g_autofree char *math = bearer("math", CC_ROLE_TEACHER);
    g_autofree char *every = bearer("*", CC_ROLE_TEACHER);

    g_assert_cmpint(check(&rules, math, NULL, "history", CC_ACCESS_WATCH), ==, CC_ERROR_FORBIDDEN);
    g_assert_cmpint(check(&rules, math, NULL, "mat", CC_ACCESS_WATCH), ==, CC_ERROR_FORBIDDEN);
    g_assert_cmpint(check(&rules, math, NULL, NULL, CC_ACCESS_OBSERVE), ==, 0);
    g_assert_cmpint(check(&rules, every, NULL, "history", CC_ACCESS_PUBLISH), ==, 0);
    /* What names everybody takes a token for all rooms, even a teacher's. */
    g_assert_cmpint(check(&rules, math, NULL, NULL, CC_ACCESS_OPERATE), ==, CC_ERROR_FORBIDDEN);
    g_assert_cmpint(check(&rules, every, NULL, NULL, CC_ACCESS_OPERATE), ==, 0);
    g_assert_cmpint(check(&rules, NULL, NULL, NULL, CC_ACCESS_OPERATE), ==, CC_ERROR_UNAUTHORIZED);
}

static void
test_tokens(void)
{
    g_autofree char *good = make_token(secrets[1], "math", CC_ROLE_VIEWER, NOW_S + 60);
    g_autofree char *lower = g_strconcat("bearer ", good, NULL);
    g_autofree char *basic = g_strconcat("Basic ", good, NULL);
    g_autofree char *expired = make_token(secrets[0], "math", CC_ROLE_VIEWER, NOW_S - 1);
    g_autofree char *foreign =
        make_token("a-secret-of-somebody-else", "math", CC_ROLE_VIEWER, NOW_S + 60);

    g_assert_cmpint(check(&rules, NULL, NULL, "math", CC_ACCESS_WATCH), ==, CC_ERROR_UNAUTHORIZED);
    g_assert_cmpint(check(&rules, "Bearer ", NULL, "math", CC_ACCESS_WATCH), ==,
                    CC_ERROR_UNAUTHORIZED);
    g_assert_cmpint(check(&rules, "Bearer x.y.z", NULL, "math", CC_ACCESS_WATCH), ==,
                    CC_ERROR_UNAUTHORIZED);
    g_assert_cmpint(check(&rules, basic, NULL, "math", CC_ACCESS_WATCH), ==, CC_ERROR_UNAUTHORIZED);
    g_assert_cmpint(check(&rules, lower, NULL, "math", CC_ACCESS_WATCH), ==, 0);
    g_assert_cmpint(check(&rules, NULL, good, "math", CC_ACCESS_WATCH), ==, 0);
    g_assert_cmpint(check(&rules, NULL, "", "math", CC_ACCESS_WATCH), ==, CC_ERROR_UNAUTHORIZED);
    g_assert_cmpint(check(&rules, NULL, expired, "math", CC_ACCESS_WATCH), ==,
                    CC_ERROR_UNAUTHORIZED);
    g_assert_cmpint(check(&rules, NULL, foreign, "math", CC_ACCESS_WATCH), ==,
                    CC_ERROR_UNAUTHORIZED);
    /* The header decides, if there is one. */
    g_assert_cmpint(check(&rules, "Bearer x.y.z", good, "math", CC_ACCESS_WATCH), ==,
                    CC_ERROR_UNAUTHORIZED);
}

static void
test_open(void)
{
    const char *const none[] = {NULL};
    const CcAuthRules open = {.open = TRUE, .secrets = none};
    const CcAuthRules closed = {.open = FALSE, .secrets = none};
    g_auto(CcTokenClaims) claims = {0};
    g_autofree char *token = bearer("math", CC_ROLE_TEACHER);

    g_assert_cmpint(check(&open, NULL, NULL, "math", CC_ACCESS_WATCH), ==, 0);
    g_assert_true(
        cc_auth_check(&open, NULL, NULL, "math", CC_ACCESS_PUBLISH, NOW_S, &claims, NULL));
    g_assert_cmpint(claims.role, ==, CC_ROLE_TEACHER);
    g_assert_cmpstr(claims.room, ==, "*");
    /* No secret is no reason to let anybody in. */
    g_assert_cmpint(check(&closed, token, NULL, "math", CC_ACCESS_WATCH), ==,
                    CC_ERROR_UNAUTHORIZED);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay/auth/roles", test_roles);
    g_test_add_func("/relay/auth/rooms", test_rooms);
    g_test_add_func("/relay/auth/tokens", test_tokens);
    g_test_add_func("/relay/auth/open", test_open);
    return g_test_run();
}
