/* What a classroom's screen says over the picture, or instead of it; one text for all windows.
 * Pure; any thread. */
#pragma once

#include "client/connection.h"
#include "client/ui/talk-words.h"

G_BEGIN_DECLS

/* In both languages, but for @chat, what others have just written (NULL or "": nothing): what is
 * live of us, that, and what the link cannot carry, or, where there is no lesson, why.
 * @hand_raised: FALSE if that is told elsewhere. NULL: nothing. (transfer full) */
char *cc_screen_words(CcConnectionState state, const CcLink *link, gboolean hand_raised,
                      const CcTalk *talk, const char *chat);

G_END_DECLS
