/* Opus packets: parsing, and that apart and together again they hold the same frames. */
#include "common/wire/opus.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
take_apart_and_merge(const guint8 *data, gsize size, const CcOpusPacket *packet)
{
    g_autofree guint8 *singles = g_malloc(size + CC_OPUS_MAX_FRAMES);
    g_autofree guint8 *merged = g_malloc(size + CC_OPUS_MAX_FRAMES);
    CcOpusPiece pieces[CC_OPUS_MAX_FRAMES];
    CcOpusPacket again;
    gsize used = 0;

    for (guint i = 0; i < packet->n_frames; i++) {
        gsize length =
            cc_opus_write_frame(singles + used, size + CC_OPUS_MAX_FRAMES - used, packet, i);

        g_assert_cmpuint(length, ==, 1u + packet->frames[i].length);
        pieces[i] = (CcOpusPiece){singles + used, length};
        used += length;
    }
    gsize length = cc_opus_merge(merged, size + CC_OPUS_MAX_FRAMES, pieces, packet->n_frames);
    g_assert_cmpuint(length, >, 0);
    g_assert_true(cc_opus_parse(merged, length, &again));
    g_assert_cmpuint(again.n_frames, ==, packet->n_frames);
    g_assert_cmpuint(again.toc, ==, packet->toc);
    for (guint i = 0; i < again.n_frames; i++)
        g_assert_cmpmem(again.frames[i].data, again.frames[i].length, packet->frames[i].data,
                        packet->frames[i].length);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    CcOpusPacket packet;

    cc_opus_is_dtx(data, size);
    cc_opus_has_fec(data, size);
    if (cc_opus_parse(data, size, &packet)) {
        g_assert_cmpuint(packet.n_frames * packet.frame_samples, ==, cc_opus_duration(data, size));
        take_apart_and_merge(data, size, &packet);
    }
    return 0;
}
