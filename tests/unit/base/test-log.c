/* Each case logs in a child process, whose standard error is looked at. */
#define CC_LOG_AREA "relay"
#include "common/base/log.h"

static void
test_line_format(void)
{
    if (g_test_subprocess()) {
        cc_log_init(CC_LOG_INFO);
        cc_info("lesson begins room=%s", "math");
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    /* 2026-01-02T03:04:05.678Z */
    g_test_trap_assert_stderr("20*-*-*T*:*:*.*Z INFO  relay: lesson begins room=math\n");
}

static void
test_levels(void)
{
    if (g_test_subprocess()) {
        cc_log_init(CC_LOG_WARNING);
        cc_error("shown1");
        cc_warning("shown2");
        cc_info("hidden1");
        cc_debug("hidden2");
        cc_log_set_level(CC_LOG_DEBUG);
        cc_debug("shown3");
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*ERROR relay: shown1\n*WARN  relay: shown2\n*DEBUG relay: shown3\n");
    g_test_trap_assert_stderr_unmatched("*hidden*");
}

/* What a stranger sends must not look like a line of ours, nor move the terminal's cursor. */
static void
test_forged_lines(void)
{
    if (g_test_subprocess()) {
        cc_warning("name=%s", "a\nb\r\x1b[2Jc\x7f\xff\xc2\x9b d\xe2\x80\xa8"
                              "湖里");
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*Z WARN  relay: name=a\\u000ab\\u000d\\u001b[2Jc\\u007f\\xff\\u009b "
                              "d\\u2028湖里\n");
}

static void
test_long_message(void)
{
    if (g_test_subprocess()) {
        g_autofree char *text = g_strnfill(100000, 'x');
        cc_warning("%s", text);
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_autofree char *longest = g_strnfill(2000, 'x');
    g_autofree char *pattern = g_strdup_printf("*WARN  relay: %s…\n", longest);
    g_test_trap_assert_stderr(pattern);
}

static void
test_glib_messages(void)
{
    if (g_test_subprocess()) {
        g_log_set_always_fatal(G_LOG_FATAL_MASK);
        cc_log_init(CC_LOG_INFO);
        g_log_structured("libnice", G_LOG_LEVEL_WARNING, "MESSAGE", "odd");
        g_log_structured("libnice", G_LOG_LEVEL_MESSAGE, "MESSAGE", "chatter");
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*WARN  libnice: odd\n");
    g_test_trap_assert_stderr_unmatched("*chatter*");
}

static void
log_often(int times)
{
    for (int i = 0; i < times; i++)
        cc_warning_limited("bad packet reason=%s", "auth");
}

static void
test_limited(void)
{
    if (g_test_subprocess()) {
        log_often(1000);
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr(
        "20*-*-*T*:*:*.*Z WARN  relay: bad packet reason=auth (suppressed=0)\n");
}

static void
test_limit_counts(void)
{
    CcLogLimit limit = {0};
    guint suppressed = 99;

    g_assert_true(cc_log_limit_pass(&limit, &suppressed));
    g_assert_cmpuint(suppressed, ==, 0);
    for (int i = 0; i < 7; i++)
        g_assert_false(cc_log_limit_pass(&limit, &suppressed));
    limit.next_us = 0; /* a second later */
    g_assert_true(cc_log_limit_pass(&limit, &suppressed));
    g_assert_cmpuint(suppressed, ==, 7);
    limit.next_us = 0;
    g_assert_true(cc_log_limit_pass(&limit, &suppressed));
    g_assert_cmpuint(suppressed, ==, 0);
}

static gpointer
on_thread(gpointer data)
{
    guint passed = 0, suppressed;

    for (int i = 0; i < 10000; i++)
        passed += (guint)cc_log_limit_pass(data, &suppressed);
    return GUINT_TO_POINTER(passed);
}

static void
test_limit_in_threads(void)
{
    CcLogLimit limit = {0};
    GThread *threads[4];
    guint passed = 0, suppressed = 0;
    gint64 begin_us = g_get_monotonic_time();

    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("log", on_thread, &limit);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        passed += GPOINTER_TO_UINT(g_thread_join(threads[i]));
    gint64 seconds = (g_get_monotonic_time() - begin_us) / G_USEC_PER_SEC;
    g_assert_cmpuint(passed, >=, 1);
    g_assert_cmpuint(passed, <=, 1 + (guint)seconds);
    if (passed == 1) { /* the usual case: all within a second */
        limit.next_us = 0;
        g_assert_true(cc_log_limit_pass(&limit, &suppressed));
        g_assert_cmpuint(suppressed, ==, 4 * 10000 - 1);
    }
}

static void
test_level_names(void)
{
    CcLogLevel level = CC_LOG_ERROR;

    g_assert_true(cc_log_level_from_string("debug", &level));
    g_assert_cmpint(level, ==, CC_LOG_DEBUG);
    g_assert_true(cc_log_level_from_string("error", &level));
    g_assert_cmpint(level, ==, CC_LOG_ERROR);
    g_assert_false(cc_log_level_from_string("loud", &level));
    g_assert_false(cc_log_level_from_string("", &level));
    g_assert_false(cc_log_level_from_string(NULL, &level));
    g_assert_cmpint(level, ==, CC_LOG_ERROR);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/log/line-format", test_line_format);
    g_test_add_func("/log/levels", test_levels);
    g_test_add_func("/log/forged-lines", test_forged_lines);
    g_test_add_func("/log/long-message", test_long_message);
    g_test_add_func("/log/glib-messages", test_glib_messages);
    g_test_add_func("/log/limited", test_limited);
    g_test_add_func("/log/limit-counts", test_limit_counts);
    g_test_add_func("/log/limit-in-threads", test_limit_in_threads);
    g_test_add_func("/log/level-names", test_level_names);
    return g_test_run();
}
