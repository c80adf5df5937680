#include "client/ui/chat-words.h"

#include <glib/gi18n.h>
#include <string.h>

char *
cc_chat_words(const CcChatLine *line)
{
    const char *unnamed = line->teacher ? "老师 Teacher" : "教室 Classroom";
    const char *name = *line->name != '\0' ? line->name : unnamed;
    return g_strdup_printf("%s: %s", name, line->text);
}

const char *
cc_chat_refusal_words(CcChatRefusal refusal)
{
    switch (refusal) {
    case CC_CHAT_REFUSED_NOT:
        return "";
    case CC_CHAT_REFUSED_NO_SEAT:
        return _("Not connected at the moment");
    case CC_CHAT_REFUSED_NO_LESSON:
        return _("There is no lesson at the moment");
    case CC_CHAT_REFUSED_OFF:
        return _("Only the teacher writes at the moment");
    case CC_CHAT_REFUSED_MUTED:
        return _("The teacher lets you write no longer");
    case CC_CHAT_REFUSED_EMPTY:
        return _("There was nothing in it to read.");
    case CC_CHAT_REFUSED_TOO_LONG:
        return _("This is too long: at most 200 characters.");
    case CC_CHAT_REFUSED_TOO_OFTEN:
        return _("Too much at once. Wait a moment, then press Send again.");
    case CC_CHAT_REFUSED_SILENTLY:
        return _("It did not get through. Press Send again.");
    }
    g_return_val_if_reached("");
}

static void
add(CcChatNote *note, const CcChatLine *line)
{
    g_autofree char *before = note->words;
    g_autofree char *words = cc_chat_words(line);
    const char *kept = before;
    if (note->n_lines == CC_CHAT_NOTE_LINES)
        kept = strchr(before, '\n') + 1; /* the oldest one goes */
    else
        note->n_lines++;
    note->words = kept != NULL ? g_strconcat(kept, "\n", words, NULL) : g_steal_pointer(&words);
}

gboolean
cc_chat_note_see(CcChatNote *note, const CcRoomChat *chat, gint64 now_us)
{
    gint64 known_ms = note->newest_ms;
    for (guint i = 0; i < chat->lines->len; i++) {
        const CcChatLine *line = chat->lines->pdata[i];
        if (line->time_ms <= known_ms)
            continue;
        add(note, line);
        note->newest_ms = line->time_ms;
        note->until_us = now_us + CC_CHAT_NOTE_US;
    }
    return note->newest_ms != known_ms;
}

gboolean
cc_chat_note_tick(CcChatNote *note, gint64 now_us)
{
    if (note->words == NULL || now_us < note->until_us)
        return FALSE;
    cc_chat_note_clear(note);
    return TRUE;
}

void
cc_chat_note_clear(CcChatNote *note)
{
    g_clear_pointer(&note->words, g_free);
    note->n_lines = 0;
}
