#include "client/send/terminal-keys.h"

#include <pty.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* One letter for each turn; '?' for what is none of our keys. */
static char *
read_all(const char *text)
{
    GString *turns = g_string_new(NULL);
    gsize length = strlen(text), taken;
    gboolean found;
    CcTurn turn;

    for (gsize at = 0; (taken = cc_terminal_key(text + at, length - at, &turn, &found)) > 0;
         at += taken)
        g_string_append_c(turns, found ? "nbfl."[turn] : '?');
    return g_string_free(turns, FALSE);
}

static void
test_keys(void)
{
    static const struct {
        const char *text, *turns;
    } cases[] = {
        {"\033[6~\033[5~", "nb"},
        {" \033[C\033OC\033[B\r", "nnnnn"},
        {"\033[D\033[A\033OD\177", "bbbb"},
        {"\033[H\033OH\033[1~\033[F\033OF\033[4~", "ffflll"},
        {"b.B", "..."},
        {"xyz", "???"},
        {"\033[6;5~ \033[200~", "?n?"},
        {"\033", ""},
        {"\033[", ""},
        {"\033[6", ""},
        {"\033[11111111111111", "?????????"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *turns = read_all(cases[i].text);
        g_assert_cmpstr(turns, ==, cases[i].turns);
    }
}

static void
on_turn(CcTurn turn, gpointer user_data)
{
    g_string_append_c(user_data, "nbfl."[turn]);
}

/* A key that comes in two parts, and a terminal that is as it was in the end. */
static void
on_key(char key, gpointer user_data)
{
    g_string_append_c(user_data, key);
}

static void
test_terminal(void)
{
    int master, slave;
    struct termios before, during, after;
    g_autoptr(GString) turns = g_string_new(NULL);

    g_assert_cmpint(openpty(&master, &slave, NULL, NULL, NULL), ==, 0);
    g_assert_cmpint(tcgetattr(slave, &before), ==, 0);
    g_autoptr(CcTerminalKeys) keys = cc_terminal_keys_new(slave, on_turn, on_key, turns);
    g_assert_nonnull(keys);
    tcgetattr(slave, &during);
    g_assert_false(during.c_lflag & (ICANON | ECHO));
    g_assert_true(during.c_lflag & ISIG); /* Ctrl+C ends the lesson all the same */
    g_assert_cmpint(write(master, " \033[", 3), ==, 3);
    while (turns->len < 1)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(write(master, "5~b", 3), ==, 3);
    while (turns->len < 3)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(write(master, "7x\033[5~", 6), ==, 6); /* keys for other things */
    while (turns->len < 6)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpstr(turns->str, ==, "nb.7xb");
    g_clear_pointer(&keys, cc_terminal_keys_free);
    tcgetattr(slave, &after);
    g_assert_cmpuint(after.c_lflag, ==, before.c_lflag);
    close(slave);
    close(master);
}

static void
test_no_terminal(void)
{
    int ends[2];

    g_assert_cmpint(pipe(ends), ==, 0);
    g_assert_null(cc_terminal_keys_new(ends[0], on_turn, NULL, NULL));
    close(ends[0]);
    close(ends[1]);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/terminal-keys/keys", test_keys);
    g_test_add_func("/client/terminal-keys/terminal", test_terminal);
    g_test_add_func("/client/terminal-keys/no-terminal", test_no_terminal);
    return g_test_run();
}
