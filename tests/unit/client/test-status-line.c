#include <unistd.h>

#include "client/ui/display-width.h"
#include "client/ui/messages.h"
#include "client/ui/status-line.h"

static void
test_width(void)
{
    g_assert_cmpuint(cc_display_width(""), ==, 0);
    g_assert_cmpuint(cc_display_width("abc"), ==, 3);
    g_assert_cmpuint(cc_display_width("正在连接"), ==, 8);
    g_assert_cmpuint(cc_display_width("e\xcc\x81"), ==, 1);
}

static void
test_fit(void)
{
    static const struct {
        const char *text;
        guint columns;
        const char *expected;
    } cases[] = {
        {"abc", 3, "abc"},
        {"abcd", 3, "ab…"},
        {"正在连接", 8, "正在连接"},
        {"正在连接", 7, "正在连…"},
        {"正在连接", 6, "正在…"},
        {"正在", 1, "…"},
        {"正在", 0, ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = cc_display_fit(cases[i].text, cases[i].columns);
        g_assert_cmpstr(text, ==, cases[i].expected);
    }
}

static void
assert_written(int fd, const char *expected)
{
    char text[512];
    gssize n = read(fd, text, sizeof text - 1);
    text[MAX(n, 0)] = '\0';
    g_assert_cmpstr(text, ==, expected);
}

static void
test_terminal(void)
{
    int pipes[2];
    g_assert_cmpint(pipe(pipes), ==, 0);
    CcStatusLine *line = cc_status_line_new_for_fd(pipes[1], 11);

    cc_status_line_update(line, "connected");
    assert_written(pipes[0], "\r\033[Kconnected");
    cc_status_line_update(line, "connected, 32 kbit/s");
    assert_written(pipes[0], "\r\033[Kconnected…");
    cc_status_line_announce(line, "断线");
    assert_written(pipes[0], "\r\033[K断线");
    cc_status_line_tell(line,
                        "虎力: 老师好\033[2J"); /* whole: it stays, and the line goes on below it */
    assert_written(pipes[0], "\r\033[K虎力: 老师好�[2J\n\r\033[K断线");
    cc_status_line_free(line);
    assert_written(pipes[0], "\n");
    close(pipes[0]);
    close(pipes[1]);
}

static void
test_plain(void)
{
    int pipes[2];
    g_assert_cmpint(pipe(pipes), ==, 0);
    CcStatusLine *line = cc_status_line_new_for_fd(pipes[1], 0);

    cc_status_line_update(line, "one");
    cc_status_line_update(line, "two"); /* too soon */
    cc_status_line_announce(line, "lost");
    cc_status_line_announce(line, "lost");       /* nothing new */
    cc_status_line_update(line, "lost for 1 s"); /* too soon */
    cc_status_line_tell(line, "said");
    cc_status_line_tell(line, "said"); /* once more */
    cc_status_line_free(line);
    assert_written(pipes[0], "one\nlost\nsaid\nsaid\n");
    close(pipes[0]);
    close(pipes[1]);
}

static void
test_harmless(void)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"县一中 · <b>Zhang</b> & 'co'", "县一中 · <b>Zhang</b> & 'co'"},
        {"\033[2J\033[31mred", "�[2J�[31mred"},
        {"a\nb\rc\td\be\177f", "a�b�c�d�e�f"},
        {"\xc2\x9b"
         "2J",
         "�2J"}, /* the eight-bit CSI */
        {"a\xe2\x80\xa8"
         "b\xe2\x80\xae"
         "c",
         "a�b�c"}, /* line separator, right-to-left override */
        {"\xff\xfe", "��"},
        {"\xe2\x80\x8d", "\xe2\x80\x8d"},
        {"", ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = cc_display_harmless(cases[i].text);
        g_assert_cmpstr(text, ==, cases[i].expected);
    }
}

/* What a stranger calls himself cannot move the cursor. */
static void
test_hostile_name(void)
{
    int pipes[2];
    g_assert_cmpint(pipe(pipes), ==, 0);
    CcStatusLine *line = cc_status_line_new_for_fd(pipes[1], 40);
    cc_status_line_update(line, "watching: 1 (\033[2J\nroot#)");
    cc_status_line_free(line);
    assert_written(pipes[0], "\r\033[Kwatching: 1 (�[2J�root#)\n");
    close(pipes[0]);
    close(pipes[1]);
}

static void
test_messages(void)
{
    g_assert_cmpstr(cc_message_for_state(CC_CONNECTION_WAITING), ==,
                    "正在等待上课 · Waiting for the lesson");
    for (int state = CC_CONNECTION_CONNECTING; state <= CC_CONNECTION_REFUSED; state++) {
        gboolean silent = state == CC_CONNECTION_ON;
        g_assert_cmpint(*cc_message_for_state(state) == '\0', ==, silent);
        g_assert_cmpint(*cc_message_for_state_zh(state) == '\0', ==, silent);
        g_assert_cmpint(*cc_message_for_state_en(state) == '\0', ==, silent);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/status-line/width", test_width);
    g_test_add_func("/status-line/fit", test_fit);
    g_test_add_func("/status-line/terminal", test_terminal);
    g_test_add_func("/status-line/plain", test_plain);
    g_test_add_func("/status-line/harmless", test_harmless);
    g_test_add_func("/status-line/hostile-name", test_hostile_name);
    g_test_add_func("/status-line/messages", test_messages);
    return g_test_run();
}
