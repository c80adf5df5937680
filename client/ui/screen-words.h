/* What a classroom's screen says over the picture, or instead of it; one text for all windows.
 * Pure; any thread. */
#pragma once

#include "client/connection.h"
#include "client/ui/talk-words.h"

G_BEGIN_DECLS

/* In both languages: what is live of us and what the link cannot carry, or, where there is no
 * lesson, why. @hand_raised: FALSE if that is told elsewhere. NULL: nothing. (transfer full) */
char *cc_screen_words(CcConnectionState state, const CcLink *link, gboolean hand_raised,
                      const CcTalk *talk);

G_END_DECLS
