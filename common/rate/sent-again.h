/* Which packets were sent again a moment ago. Where questions are lost they come in several copies,
 * and one answer will do. A value; {0} is ready. Pure: time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_SENT_AGAIN_RING 64

typedef struct {
    struct {
        guint32 us; /* the low 32 bits */
        guint16 sequence;
        gboolean known : 1;
    } ring[CC_SENT_AGAIN_RING]; /* by sequence number */
} CcSentAgain;

void cc_sent_again_note(CcSentAgain *again, guint16 sequence, gint64 now_us);
/* TRUE if who asks for @sequence cannot have known that it went out again already: for that not
 * enough of a round trip has passed. @rtt_us below 0: unknown, then nothing is a copy. */
gboolean cc_sent_again_is_copy(const CcSentAgain *again, guint16 sequence, gint64 rtt_us,
                               gint64 now_us);

G_END_DECLS
