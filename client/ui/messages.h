/* The words on the classroom's screen, in Chinese and English at once, whatever the locale: a
 * screen in a village school is read by children, teachers and visitors. */
#pragma once

#include "client/connection.h"

G_BEGIN_DECLS

/* "正在等待上课 · Waiting for the lesson". "" for CC_CONNECTION_ON, when nothing needs saying. */
const char *cc_message_for_state(CcConnectionState state);
/* The halves of it, for two lines. */
const char *cc_message_for_state_zh(CcConnectionState state);
const char *cc_message_for_state_en(CcConnectionState state);

G_END_DECLS
