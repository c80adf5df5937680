/* Chat as listeners to a room's events write it: who they are, how often they may, and what they
 * are told if they may not. Owned by the control; control thread only. */
#pragma once

#include "relay/control/control.h"

G_BEGIN_DECLS

CcChatting *cc_chatting_new(CcControl *control);
void cc_chatting_free(CcChatting *chatting);

/* The one who is known by @client (or NULL) writes into @room. NULL: everybody has been told;
 * else what is to be said to that one alone. (transfer full) */
char *cc_chatting_say(CcChatting *chatting, const char *room, const char *client, const char *text,
                      gint64 now_us);

G_END_DECLS
