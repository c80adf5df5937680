/* What a classroom that may be called on is told about its own camera and microphone. Pure; any
 * thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    gboolean called;  /* everybody is to see and hear us */
    gboolean muted;   /* by the teacher */
    gboolean hushed;  /* by ourselves */
    gboolean visible; /* somebody sees our pictures: everybody, or the teacher small */
    gboolean has_microphone;
} CcTalk;

/* TRUE if what is said here is heard elsewhere. */
gboolean cc_talk_is_heard(const CcTalk *talk);

/* Large, over the picture, in both languages; NULL: nothing is live. (transfer full) */
char *cc_talk_words_screen(const CcTalk *talk);
/* For the status line, translated; NULL likewise. */
const char *cc_talk_words(const CcTalk *talk);

G_END_DECLS
