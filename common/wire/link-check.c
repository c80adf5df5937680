#include "common/wire/link-check.h"

#include <string.h>

#include "common/wire/bytes.h"

enum {
    KIND = 1,
    COUNT = 2,
    NUMBER = 4,
    SENT = 8,
    ARRIVAL = 12,
    COOKIE = 16,
    RECEIVED = 24,
    ANSWERED = 28,
    STATUS = 32,
    TAG = 36
};
#define TAG_LENGTH (CC_LINK_CHECK_HEADER - TAG)
#define SHA256_LENGTH 32

typedef enum { QUESTION = 1, ANSWER = 2 } Kind;

static void
make_tag(const char *key, const guint8 *header, guint8 tag[TAG_LENGTH])
{
    guint8 digest[SHA256_LENGTH];
    gsize length = sizeof digest;
    GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)key, strlen(key));
    g_hmac_update(hmac, header, TAG);
    g_hmac_get_digest(hmac, digest, &length);
    g_hmac_unref(hmac);
    memcpy(tag, digest, TAG_LENGTH);
}

static void
begin(guint8 *out, gsize size, Kind kind)
{
    memset(out, 0, size);
    out[0] = CC_LINK_CHECK_BYTE;
    out[KIND] = kind;
}

/* In constant time as to the tag. */
static gboolean
is_authentic(const char *key, const guint8 *data, gsize length, Kind kind)
{
    guint8 tag[TAG_LENGTH], differs = 0;
    if (length < CC_LINK_CHECK_HEADER || length > CC_LINK_CHECK_MAX ||
        data[0] != CC_LINK_CHECK_BYTE || data[KIND] != kind)
        return FALSE;
    make_tag(key, data, tag);
    for (guint i = 0; i < TAG_LENGTH; i++)
        differs |= tag[i] ^ data[TAG + i];
    return differs == 0;
}

void
cc_link_question_write(const CcLinkQuestion *question, const char *key, guint8 *out, gsize size)
{
    g_return_if_fail(size >= CC_LINK_CHECK_HEADER && size <= CC_LINK_CHECK_MAX);
    begin(out, size, QUESTION);
    cc_write_u16(out + COUNT, question->answers);
    cc_write_u32(out + NUMBER, question->number);
    cc_write_u32(out + SENT, question->sent_us);
    cc_write_u16(out + ARRIVAL, question->answer_size);
    cc_write_u64(out + COOKIE, question->cookie);
    make_tag(key, out, out + TAG);
}

gboolean
cc_link_question_read(CcLinkQuestion *question, const char *key, const guint8 *data, gsize length)
{
    if (!is_authentic(key, data, length, QUESTION))
        return FALSE;
    *question = (CcLinkQuestion){
        .number = cc_read_u32(data + NUMBER),
        .sent_us = cc_read_u32(data + SENT),
        .cookie = cc_read_u64(data + COOKIE),
        .answers = cc_read_u16(data + COUNT),
        .answer_size = cc_read_u16(data + ARRIVAL),
    };
    return question->answers >= 1 && question->answers <= CC_LINK_CHECK_MAX_ANSWERS &&
           question->answer_size >= CC_LINK_CHECK_HEADER &&
           question->answer_size <= CC_LINK_CHECK_MAX;
}

void
cc_link_answer_write(const CcLinkAnswer *answer, const char *key, guint8 *out, gsize size)
{
    g_return_if_fail(size >= CC_LINK_CHECK_HEADER && size <= CC_LINK_CHECK_MAX);
    begin(out, size, ANSWER);
    cc_write_u16(out + COUNT, answer->index);
    cc_write_u32(out + NUMBER, answer->number);
    cc_write_u32(out + SENT, answer->sent_us);
    cc_write_u32(out + ARRIVAL, answer->arrival_us);
    cc_write_u64(out + COOKIE, answer->cookie);
    cc_write_u32(out + RECEIVED, answer->received);
    cc_write_u32(out + ANSWERED, answer->answered);
    out[STATUS] = answer->status;
    make_tag(key, out, out + TAG);
}

gboolean
cc_link_answer_read(CcLinkAnswer *answer, const char *key, const guint8 *data, gsize length)
{
    if (!is_authentic(key, data, length, ANSWER) || data[STATUS] > CC_LINK_CHECK_SPENT)
        return FALSE;
    *answer = (CcLinkAnswer){
        .number = cc_read_u32(data + NUMBER),
        .sent_us = cc_read_u32(data + SENT),
        .arrival_us = cc_read_u32(data + ARRIVAL),
        .cookie = cc_read_u64(data + COOKIE),
        .index = cc_read_u16(data + COUNT),
        .received = cc_read_u32(data + RECEIVED),
        .answered = cc_read_u32(data + ANSWERED),
        .status = data[STATUS],
    };
    return TRUE;
}
