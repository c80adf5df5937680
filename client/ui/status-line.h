/* The one calm line that tells how it goes: rewritten in place on a terminal; elsewhere (a log
 * file, the journal) a plain line now and then. On standard error, like the log, which clears it
 * before writing a line of its own. One for the process; main thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct CcStatusLine CcStatusLine;

CcStatusLine *cc_status_line_new(void);
/* For tests: @fd is not closed; @columns of 0 means that it is no terminal. */
CcStatusLine *cc_status_line_new_for_fd(int fd, guint columns);
/* Leaves the last text standing. */
void cc_status_line_free(CcStatusLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcStatusLine, cc_status_line_free)

/* Numbers have moved: shown at once on a terminal, every 5 s elsewhere. */
void cc_status_line_update(CcStatusLine *line, const char *text);
/* The state has changed: shown at once everywhere. Repeating the last text shows nothing. */
void cc_status_line_announce(CcStatusLine *line, const char *text);
/* Something that stays to be read: a line of its own. */
void cc_status_line_tell(CcStatusLine *line, const char *text);

G_END_DECLS
