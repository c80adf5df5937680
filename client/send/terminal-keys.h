/* The keys of the terminal that `classcast send` runs in, one at a time and without Enter; also
 * those of a remote presenter, which is a keyboard. Main thread. */
#pragma once

#include "client/deck/presenter.h"

G_BEGIN_DECLS

typedef struct CcTerminalKeys CcTerminalKeys;

typedef void (*CcTerminalTurnFunc)(CcTurn turn, gpointer user_data);
typedef void (*CcTerminalKeyFunc)(char key, gpointer user_data);

/* @key: letters and digits that turn no page; may be NULL. NULL if @fd is no terminal, or one that
 * another program has in the foreground. */
CcTerminalKeys *cc_terminal_keys_new(int fd, CcTerminalTurnFunc turn, CcTerminalKeyFunc key,
                                     gpointer user_data);
/* The terminal is as it was. */
void cc_terminal_keys_free(CcTerminalKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcTerminalKeys, cc_terminal_keys_free)

/* Finds the first key of @text. Returns how many bytes it takes, whether it is one of ours or not;
 * 0: its end has not come. @turn: set if @found. Pure. */
gsize cc_terminal_key(const char *text, gsize length, CcTurn *turn, gboolean *found);

G_END_DECLS
