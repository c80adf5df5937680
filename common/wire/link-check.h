/* The datagrams by which `classcast check` measures the way to a relay's media port
 * (docs/protocol.md, "Measuring a link"): a question, and as many answers as it asks for. Both are
 * authenticated by a key that both sides have. Pure; any thread. */
#pragma once

#include "common/wire/drop.h"

G_BEGIN_DECLS

#define CC_LINK_CHECK_BYTE 12 /* the first one; RFC 7983 leaves it free */
#define CC_LINK_CHECK_HEADER 44
#define CC_LINK_CHECK_MAX 1200
#define CC_LINK_CHECK_MAX_ANSWERS 32

typedef struct {
    guint32 number;
    guint32 sent_us;     /* by the asker's clock; comes back as it is */
    guint64 cookie;      /* of the newest answer; 0: none yet */
    guint16 answers;     /* at most CC_LINK_CHECK_MAX_ANSWERS */
    guint16 answer_size; /* bytes of each, CC_LINK_CHECK_HEADER to CC_LINK_CHECK_MAX */
} CcLinkQuestion;

typedef enum {
    CC_LINK_CHECK_GRANTED,
    CC_LINK_CHECK_NEW_ADDRESS, /* one answer alone: the cookie has not been there and back yet */
    CC_LINK_CHECK_BUSY,        /* one answer alone: the relay has no time or room for more */
    CC_LINK_CHECK_SPENT,       /* one answer alone: this session has had all that one may have */
} CcLinkCheckStatus;

typedef struct {
    guint32 number, sent_us; /* of the question */
    guint32 arrival_us;      /* when that came, by the answerer's clock */
    guint64 cookie;
    guint16 index;    /* among the answers to this question */
    guint32 received; /* questions in this session so far */
    guint32 answered; /* answers in this session so far, with this one */
    CcLinkCheckStatus status;
} CcLinkAnswer;

/* Writes @size bytes (CC_LINK_CHECK_HEADER to CC_LINK_CHECK_MAX), the rest of them padding. */
void cc_link_question_write(const CcLinkQuestion *question, const char *key, guint8 *out,
                            gsize size);
void cc_link_answer_write(const CcLinkAnswer *answer, const char *key, guint8 *out, gsize size);

/* FALSE for anything that @key has not signed, or with values out of range. */
gboolean cc_link_question_read(CcLinkQuestion *question, const char *key, const guint8 *data,
                               gsize length);
gboolean cc_link_answer_read(CcLinkAnswer *answer, const char *key, const guint8 *data,
                             gsize length);

G_END_DECLS
