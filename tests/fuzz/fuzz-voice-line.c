/* Voice of any content through the relay's line towards a receiver: merged and repeated by any
 * plan, it fits its datagram, and reads back as RFC 2198 where it says so. Each packet: plan (or
 * none anew), by how many it is ahead of the last one, by how many 2.5 ms, length. */
#include "common/wire/bytes.h"
#include "common/wire/red.h"
#include "common/wire/voice-payload.h"

#define HEAD 4
#define N_PACKETS 256
#define CAPACITY 1148

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

typedef struct {
    CcVoiceLine line;
    CcOpusPiece history[N_PACKETS];
    gint64 newest, number;
    guint32 timestamp;
} Voice;

static gboolean
fetch(gint64 sequence, CcOpusPiece *piece, gpointer user_data)
{
    Voice *voice = user_data;
    if (sequence < 0 || sequence > voice->newest || voice->newest - sequence >= N_PACKETS)
        return FALSE;
    *piece = voice->history[sequence % N_PACKETS];
    return piece->data != NULL;
}

static void
check(Voice *voice, const CcVoiceShape *shape)
{
    guint8 out[CAPACITY];
    gboolean red = FALSE;
    CcRedBlock blocks[CC_RED_MAX_BLOCKS];
    g_assert_cmpint(shape->number, ==, voice->number);
    voice->number++;
    g_assert_cmpuint(shape->n_earlier, <=, CC_VOICE_MAX_EARLIER);
    gsize length = cc_voice_write_payload(shape, fetch, voice, 111, out, sizeof out, &red);
    g_assert_cmpuint(length, <=, sizeof out);
    g_assert_true(!red || length == 0 || cc_red_read(out, length, blocks) >= 2);
    g_assert_nonnull(cc_voice_line_find(&voice->line, shape->number));
}

static void
add(Voice *voice, const guint8 *payload, gsize length)
{
    CcVoiceShape shapes[2];
    CcVoiceSource source = {
        .sequence = voice->newest,
        .timestamp = voice->timestamp,
        .length = length,
        .samples = cc_opus_duration(payload, length),
        .toc = length > 0 ? payload[0] : 0,
        .last = cc_opus_is_dtx(payload, length),
    };
    voice->history[voice->newest % N_PACKETS] = (CcOpusPiece){payload, length};
    guint n = cc_voice_line_add(&voice->line, &source, shapes);
    g_assert_cmpuint(n, <=, G_N_ELEMENTS(shapes));
    for (guint i = 0; i < n; i++)
        check(voice, &shapes[i]);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    Voice voice = {.number = 70000};
    CcVoicePlan plan = {960, 0, 1};
    cc_voice_line_init(&voice.line, &plan, voice.number);
    for (gsize at = 0; size - at > HEAD;) {
        const guint8 *head = data + at;
        if (head[0] & 0x80)
            voice.line.plan =
                (CcVoicePlan){(guint16)((head[0] & 0x30) * 60), head[0] & 0x0f, 1 + (head[1] & 3)};
        voice.newest += 1 + head[1] / 64;
        voice.timestamp += head[2] * 120u;
        gsize length = MIN(head[3] * 5u, size - at - HEAD);
        add(&voice, data + at + HEAD, length);
        at += HEAD + length;
    }
    CcVoiceShape shape;
    if (cc_voice_line_flush(&voice.line, &shape) > 0)
        check(&voice, &shape);
    return 0;
}
