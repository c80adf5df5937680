#include "client/send/terminal-keys.h"

#include <glib-unix.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define MAX_KEY 8 /* bytes; what is longer and has no end is none */

struct CcTerminalKeys {
    int fd;
    struct termios before;
    guint source;
    char pending[64];
    gsize length;
    CcTerminalTurnFunc turn;
    CcTerminalKeyFunc key; /* or NULL */
    gpointer user_data;
};

typedef struct {
    const char *text;
    CcTurn turn;
} Key;

/* As xterm, the Linux console, rxvt and screen send them. */
static const Key keys_known[] = {
    {"\033[6~", CC_TURN_NEXT},  {"\033[5~", CC_TURN_BACK},  {"\033[B", CC_TURN_NEXT},
    {"\033[C", CC_TURN_NEXT},   {"\033OB", CC_TURN_NEXT},   {"\033OC", CC_TURN_NEXT},
    {"\033[A", CC_TURN_BACK},   {"\033[D", CC_TURN_BACK},   {"\033OA", CC_TURN_BACK},
    {"\033OD", CC_TURN_BACK},   {"\033[H", CC_TURN_FIRST},  {"\033OH", CC_TURN_FIRST},
    {"\033[1~", CC_TURN_FIRST}, {"\033[7~", CC_TURN_FIRST}, {"\033[F", CC_TURN_LAST},
    {"\033OF", CC_TURN_LAST},   {"\033[4~", CC_TURN_LAST},  {"\033[8~", CC_TURN_LAST},
    {" ", CC_TURN_NEXT},        {"n", CC_TURN_NEXT},        {"\r", CC_TURN_NEXT},
    {"\n", CC_TURN_NEXT},       {"p", CC_TURN_BACK},        {"\177", CC_TURN_BACK},
    {"\b", CC_TURN_BACK},       {"b", CC_TURN_BLANK},       {"B", CC_TURN_BLANK},
    {".", CC_TURN_BLANK},
};

/* "ESC [ 1 ; 5 ~" and its like end with a byte from '@' on; "ESC O" takes one more. */
static gsize
sequence_length(const char *text, gsize length)
{
    if (*text != '\033')
        return 1;
    if (length < 2)
        return 0;
    if (text[1] == 'O')
        return length < 3 ? 0 : 3;
    if (text[1] != '[')
        return 1;
    for (gsize i = 2; i < MIN(length, MAX_KEY); i++)
        if (text[i] >= '@' && text[i] <= '~')
            return i + 1;
    return length < MAX_KEY ? 0 : MAX_KEY;
}

gsize
cc_terminal_key(const char *text, gsize length, CcTurn *turn, gboolean *found)
{
    gsize taken = length > 0 ? sequence_length(text, length) : 0;

    *found = FALSE;
    for (guint i = 0; taken > 0 && i < G_N_ELEMENTS(keys_known); i++) {
        if (strlen(keys_known[i].text) == taken && memcmp(keys_known[i].text, text, taken) == 0) {
            *turn = keys_known[i].turn;
            *found = TRUE;
        }
    }
    return taken;
}

static gboolean
on_readable(int fd, GIOCondition condition, gpointer user_data)
{
    CcTerminalKeys *keys = user_data;
    gssize n = read(fd, keys->pending + keys->length, sizeof keys->pending - keys->length);
    gsize at = 0, taken;

    if (n <= 0) { /* the terminal has gone, the lesson goes on */
        keys->source = 0;
        return G_SOURCE_REMOVE;
    }
    keys->length += (gsize)n;
    do {
        CcTurn turn;
        gboolean found;
        taken = cc_terminal_key(keys->pending + at, keys->length - at, &turn, &found);
        if (found)
            keys->turn(turn, keys->user_data);
        else if (taken == 1 && keys->key != NULL && g_ascii_isalnum(keys->pending[at]))
            keys->key(keys->pending[at], keys->user_data);
        at += taken;
    } while (taken > 0);
    keys->length -= at;
    memmove(keys->pending, keys->pending + at, keys->length);
    return G_SOURCE_CONTINUE;
}

/* A key at a time, and unseen. FALSE if @fd is no terminal of ours. */
static gboolean
take_terminal(int fd, struct termios *before)
{
    pid_t foreground = tcgetpgrp(fd); /* -1: a terminal that controls nobody */
    if (!isatty(fd) || (foreground != -1 && foreground != getpgrp()) || tcgetattr(fd, before) != 0)
        return FALSE;
    struct termios raw = *before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(fd, TCSANOW, &raw);
    return TRUE;
}

CcTerminalKeys *
cc_terminal_keys_new(int fd, CcTerminalTurnFunc turn, CcTerminalKeyFunc key, gpointer user_data)
{
    struct termios before;
    if (!take_terminal(fd, &before))
        return NULL;
    CcTerminalKeys *keys = g_new0(CcTerminalKeys, 1);
    keys->fd = fd;
    keys->before = before;
    keys->turn = turn;
    keys->key = key;
    keys->user_data = user_data;
    keys->source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, on_readable, keys);
    return keys;
}

void
cc_terminal_keys_free(CcTerminalKeys *keys)
{
    if (keys == NULL)
        return;
    g_clear_handle_id(&keys->source, g_source_remove);
    tcsetattr(keys->fd, TCSANOW, &keys->before);
    g_free(keys);
}
