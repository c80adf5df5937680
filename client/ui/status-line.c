#include "client/ui/status-line.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "client/ui/display-width.h"
#include "common/base/clock.h"
#include "common/base/log.h"

#define PLAIN_INTERVAL_US (5 * G_USEC_PER_SEC)
#define FALLBACK_COLUMNS 80
#define CLEAR_LINE "\r\033[K"

struct CcStatusLine {
    int fd;
    gboolean terminal;
    guint fixed_columns; /* 0: ask the terminal */
    char *shown;         /* or NULL */
    gint64 shown_us;
};

static void
write_all(int fd, const char *text)
{
    gsize length = strlen(text);
    while (length > 0) {
        gssize n = write(fd, text, length);
        if (n <= 0)
            return; /* a status line that cannot be shown is no reason to stop a lesson */
        text += n;
        length -= n;
    }
}

CcStatusLine *
cc_status_line_new_for_fd(int fd, guint columns)
{
    CcStatusLine *line = g_new0(CcStatusLine, 1);
    line->fd = fd;
    line->terminal = columns > 0;
    line->fixed_columns = columns;
    return line;
}

CcStatusLine *
cc_status_line_new(void)
{
    CcStatusLine *line = cc_status_line_new_for_fd(STDERR_FILENO, 0);
    const char *kind = g_getenv("TERM");
    line->terminal = isatty(STDERR_FILENO) && g_strcmp0(kind, "dumb") != 0;
    if (line->terminal)
        cc_log_set_line_prefix(CLEAR_LINE);
    return line;
}

void
cc_status_line_free(CcStatusLine *line)
{
    if (line == NULL)
        return;
    if (line->terminal) {
        if (line->fixed_columns == 0)
            cc_log_set_line_prefix(NULL);
        if (line->shown != NULL)
            write_all(line->fd, "\n");
    }
    g_free(line->shown);
    g_free(line);
}

static guint
columns_of(const CcStatusLine *line)
{
    struct winsize size;
    if (line->fixed_columns != 0)
        return line->fixed_columns;
    return ioctl(line->fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                      : FALLBACK_COLUMNS;
}

static void
show(CcStatusLine *line, const char *text)
{
    g_autofree char *output = NULL;
    g_autofree char *harmless = cc_display_harmless(text);
    if (line->terminal) {
        /* The last column stays free: some terminals wrap as soon as it is used. */
        g_autofree char *fitting = cc_display_fit(harmless, columns_of(line) - 1);
        output = g_strconcat(CLEAR_LINE, fitting, NULL);
    } else {
        output = g_strconcat(harmless, "\n", NULL);
    }
    write_all(line->fd, output);
    line->shown_us = cc_clock_now_us();
    g_free(line->shown);
    line->shown = g_strdup(text);
}

void
cc_status_line_update(CcStatusLine *line, const char *text)
{
    /* On a terminal also the same text again: a log line may have cleared it. */
    if (line->terminal || line->shown == NULL ||
        cc_clock_now_us() - line->shown_us >= PLAIN_INTERVAL_US)
        show(line, text);
}

void
cc_status_line_announce(CcStatusLine *line, const char *text)
{
    if (g_strcmp0(text, line->shown) != 0)
        show(line, text);
}

void
cc_status_line_tell(CcStatusLine *line, const char *text)
{
    g_autofree char *harmless = cc_display_harmless(text);
    g_autofree char *output = g_strconcat(line->terminal ? CLEAR_LINE : "", harmless, "\n", NULL);
    g_autofree char *shown = g_strdup(line->shown);
    write_all(line->fd, output);
    if (line->terminal && shown != NULL)
        show(line, shown);
}
