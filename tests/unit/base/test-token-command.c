/* Each case runs `classcast token` in a child process and looks at what it prints. */
#include "common/auth/token-command.h"
#include "common/auth/token.h"

#include <sysexits.h>

#define SECRET "0123456789abcdef"
#define WITH_SECRET "--set auth.secrets=" SECRET

static int
run(const char *line)
{
    g_autofree char *whole = g_strconcat("token ", line, NULL);
    g_auto(GStrv) words = g_strsplit(whole, " ", -1);
    g_autofree char **argv = g_memdup2(words, sizeof(char *) * (g_strv_length(words) + 1));

    return cc_token_main((int)g_strv_length(words), argv);
}

static void
trap(void)
{
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
}

static void
test_wrong_lines(void)
{
    if (g_test_subprocess()) {
        g_assert_cmpint(run("--room math --role teacher"), ==, EX_CONFIG);
        g_assert_cmpint(run(WITH_SECRET " --role teacher"), ==, EX_USAGE);
        g_assert_cmpint(run(WITH_SECRET " --room a/b --role teacher"), ==, EX_USAGE);
        g_assert_cmpint(run(WITH_SECRET " --room math"), ==, EX_USAGE);
        g_assert_cmpint(run(WITH_SECRET " --room math --role boss"), ==, EX_USAGE);
        g_assert_cmpint(run(WITH_SECRET " --room math --role viewer math"), ==, EX_USAGE);
        g_assert_cmpint(run("--set auth.secrets=short --room math --role viewer"), ==, EX_USAGE);
        return;
    }
    trap();
    g_test_trap_assert_stderr(
        "*there is no secret to sign with*--generate-secret*--room is missing*--room: expected*"
        "--role is missing*--role: expected*unexpected argument \"math\"*at least 16 bytes*");
    g_test_trap_assert_stdout_unmatched("*eyJ*");
}

static void
test_wrong_times(void)
{
    static const char *const bad[] = {
        "", "12", "h", "-1h", "0s", "1w", "1.5h", "3651d", "99999999999999999999s"};

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *line =
            g_strdup_printf(WITH_SECRET " --room a --role viewer --expires=%s", bad[i]);
        g_assert_cmpint(run(line), ==, EX_USAGE);
    }
}

static void
test_makes_a_token(void)
{
    if (g_test_subprocess()) {
        g_assert_cmpint(run(WITH_SECRET " --room 数学 --role teacher --expires 7d --name 湖里"), ==,
                        EX_OK);
        return;
    }
    trap();
    /* HS256 with our header; what else is in it is shown by the next case. */
    g_test_trap_assert_stdout("*eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.*.*\n*");
}

static void
test_show(void)
{
    const CcTokenClaims claims = {
        .room = (char *)"math", .role = CC_ROLE_VIEWER, .expires_s = 4102444800};
    const CcTokenClaims old = {.room = (char *)"math", .role = CC_ROLE_VIEWER, .expires_s = 1};

    if (g_test_subprocess()) {
        g_autofree char *token = cc_token_sign(SECRET, &claims);
        g_autofree char *expired = cc_token_sign(SECRET, &old);
        g_autofree char *valid = g_strconcat(WITH_SECRET " --show ", token, NULL);
        g_autofree char *foreign =
            g_strconcat("--set auth.secrets=fedcba9876543210 --show ", token, NULL);
        g_autofree char *late = g_strconcat(WITH_SECRET " --show ", expired, NULL);
        g_autofree char *unknown = g_strconcat("--show ", token, NULL);
        g_assert_cmpint(run(valid), ==, EX_OK);
        g_assert_cmpint(run(foreign), ==, EX_NOPERM);
        g_assert_cmpint(run(late), ==, EX_NOPERM);
        g_assert_cmpint(run(unknown), ==, EX_CONFIG);
        g_assert_cmpint(run("--show nonsense"), ==, EX_NOPERM);
        return;
    }
    trap();
    g_test_trap_assert_stdout("*room: math\nrole: viewer\nexpires: 2*\nvalid\n*");
    g_test_trap_assert_stderr("*not valid: the token's signature is wrong*not valid: the token "
                              "expired at *cannot be said*the token is malformed*");
}

static void
test_generate_secret(void)
{
    if (g_test_subprocess()) {
        g_assert_cmpint(run("--generate-secret"), ==, EX_OK);
        return;
    }
    trap();
    g_autofree char *pattern = g_strnfill(43, '?');
    g_autofree char *line = g_strconcat(pattern, "\n", NULL);
    g_test_trap_assert_stdout(line);
}

int
main(int argc, char **argv)
{
    g_setenv("XDG_CONFIG_HOME", "/nonexistent", TRUE);
    g_setenv("CLASSCAST_SYSTEM_CONFIG", "/nonexistent/classcast.conf", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token-command/wrong-lines", test_wrong_lines);
    g_test_add_func("/token-command/wrong-times", test_wrong_times);
    g_test_add_func("/token-command/makes-a-token", test_makes_a_token);
    g_test_add_func("/token-command/show", test_show);
    g_test_add_func("/token-command/generate-secret", test_generate_secret);
    return g_test_run();
}
