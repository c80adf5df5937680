/* What has been written in the room, as a person reads it: "Longquan: good morning". Pure; any
 * thread. */
#pragma once

#include "client/signalling/room-chat.h"

G_BEGIN_DECLS

/* Without a name: "老师 Teacher: …", whatever the locale. (transfer full) */
char *cc_chat_words(const CcChatLine *line);

/* Why it was not taken, or cannot be written now; "" for CC_CHAT_REFUSED_NOT. */
const char *cc_chat_refusal_words(CcChatRefusal refusal);

/* On a classroom's screen the newest ones are to be seen for some seconds. */
#define CC_CHAT_NOTE_LINES 3
#define CC_CHAT_NOTE_US (10 * (gint64)G_USEC_PER_SEC)

typedef struct {
    char *words; /* lines, or NULL: nothing is to be seen */
    guint n_lines;
    gint64 until_us;
    gint64 newest_ms; /* of what was seen; 0: nothing yet */
} CcChatNote;

/* Something may have been written. TRUE if ->words are others now. */
gboolean cc_chat_note_see(CcChatNote *note, const CcRoomChat *chat, gint64 now_us);
/* To be called once a second. TRUE if there are no more ->words from now on. */
gboolean cc_chat_note_tick(CcChatNote *note, gint64 now_us);
void cc_chat_note_clear(CcChatNote *note);

G_END_DECLS
