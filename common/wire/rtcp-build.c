#include <string.h>

#include "common/wire/bytes.h"
#include "common/wire/rtcp.h"
#include "common/wire/sequence.h"

#define RTCP_HEADER 4
#define SDES_CNAME 1
#define MAX_BLOCKS 31 /* the count has five bits */

void
cc_rtcp_builder_init(CcRtcpBuilder *builder, guint8 *data, gsize capacity)
{
    *builder = (CcRtcpBuilder){.data = data, .capacity = capacity};
}

guint8 *
cc_rtcp_builder_append(CcRtcpBuilder *builder, guint8 type, guint8 count, gsize body_length)
{
    g_return_val_if_fail(body_length % 4 == 0 && count <= 31, NULL);
    if (builder->capacity - builder->length < RTCP_HEADER + body_length) {
        builder->overflow = TRUE;
        return NULL;
    }
    guint8 *p = builder->data + builder->length;
    p[0] = 0x80 | count;
    p[1] = type;
    cc_write_u16(p + 2, (guint16)(body_length / 4));
    builder->length += RTCP_HEADER + body_length;
    return p + RTCP_HEADER;
}

static void
write_blocks(guint8 *p, const CcRtcpReportBlock *blocks, guint n_blocks)
{
    for (guint i = 0; i < n_blocks; i++, p += 24) {
        const CcRtcpReportBlock *block = &blocks[i];
        cc_write_u32(p, block->ssrc);
        p[4] = block->fraction_lost;
        cc_write_u24(p + 5, (guint32)CLAMP(block->cumulative_lost, -0x800000, 0x7fffff) & 0xffffff);
        cc_write_u32(p + 8, block->highest_sequence);
        cc_write_u32(p + 12, block->jitter);
        cc_write_u32(p + 16, block->last_sr);
        cc_write_u32(p + 20, block->delay_since_last_sr);
    }
}

void
cc_rtcp_add_sender_report(CcRtcpBuilder *builder, const CcRtcpSenderInfo *info,
                          const CcRtcpReportBlock *blocks, guint n_blocks)
{
    n_blocks = MIN(n_blocks, MAX_BLOCKS);
    guint8 *p =
        cc_rtcp_builder_append(builder, CC_RTCP_SR, (guint8)n_blocks, 24 + n_blocks * (gsize)24);
    if (p == NULL)
        return;
    cc_write_u32(p, info->ssrc);
    cc_write_u64(p + 4, info->ntp);
    cc_write_u32(p + 12, info->rtp);
    cc_write_u32(p + 16, info->packet_count);
    cc_write_u32(p + 20, info->octet_count);
    write_blocks(p + 24, blocks, n_blocks);
}

void
cc_rtcp_add_receiver_report(CcRtcpBuilder *builder, guint32 sender_ssrc,
                            const CcRtcpReportBlock *blocks, guint n_blocks)
{
    n_blocks = MIN(n_blocks, MAX_BLOCKS);
    guint8 *p =
        cc_rtcp_builder_append(builder, CC_RTCP_RR, (guint8)n_blocks, 4 + n_blocks * (gsize)24);
    if (p == NULL)
        return;
    cc_write_u32(p, sender_ssrc);
    write_blocks(p + 4, blocks, n_blocks);
}

void
cc_rtcp_add_sdes_cname(CcRtcpBuilder *builder, guint32 ssrc, const char *cname)
{
    gsize cname_length = MIN(strlen(cname), 255);
    gsize used = 4 + 2 + cname_length;
    gsize body_length = (used + 4) & ~(gsize)3; /* at least one zero ends the item list */
    guint8 *p = cc_rtcp_builder_append(builder, CC_RTCP_SDES, 1, body_length);
    if (p == NULL)
        return;
    cc_write_u32(p, ssrc);
    p[4] = SDES_CNAME;
    p[5] = (guint8)cname_length;
    memcpy(p + 6, cname, cname_length);
    memset(p + used, 0, body_length - used);
}

void
cc_rtcp_add_bye(CcRtcpBuilder *builder, guint32 ssrc)
{
    guint8 *p = cc_rtcp_builder_append(builder, CC_RTCP_BYE, 1, 4);
    if (p != NULL)
        cc_write_u32(p, ssrc);
}

void
cc_rtcp_add_pli(CcRtcpBuilder *builder, guint32 sender_ssrc, guint32 media_ssrc)
{
    guint8 *p = cc_rtcp_builder_append(builder, CC_RTCP_PSFB, CC_PSFB_PLI, 8);
    if (p == NULL)
        return;
    cc_write_u32(p, sender_ssrc);
    cc_write_u32(p + 4, media_ssrc);
}

/* Packs the next numbers into one entry and returns how many it holds. */
static guint
pack_nack_entry(const guint16 *sequences, guint n_sequences, guint16 *following)
{
    guint n = 1;
    *following = 0;
    while (n < n_sequences) {
        int distance = cc_sequence_distance(sequences[n], sequences[0]);
        if (distance < 1 || distance > 16)
            break;
        *following |= (guint16)(1 << (distance - 1));
        n++;
    }
    return n;
}

void
cc_rtcp_add_nack(CcRtcpBuilder *builder, guint32 sender_ssrc, guint32 media_ssrc,
                 const guint16 *sequences, guint n_sequences)
{
    guint16 following;
    gsize n_entries = 0;
    for (guint i = 0; i < n_sequences; n_entries++)
        i += pack_nack_entry(sequences + i, n_sequences - i, &following);
    if (n_entries == 0)
        return;

    guint8 *p = cc_rtcp_builder_append(builder, CC_RTCP_RTPFB, CC_RTPFB_NACK, 8 + n_entries * 4);
    if (p == NULL)
        return;
    cc_write_u32(p, sender_ssrc);
    cc_write_u32(p + 4, media_ssrc);
    p += 8;
    for (guint i = 0; i < n_sequences; p += 4) {
        cc_write_u16(p, sequences[i]);
        i += pack_nack_entry(sequences + i, n_sequences - i, &following);
        cc_write_u16(p + 2, following);
    }
}

void
cc_rtcp_add_tmmbr(CcRtcpBuilder *builder, guint32 sender_ssrc, const CcRtcpTmmbr *entries,
                  guint n_entries)
{
    if (n_entries == 0)
        return;
    guint8 *p =
        cc_rtcp_builder_append(builder, CC_RTCP_RTPFB, CC_RTPFB_TMMBR, 8 + n_entries * (gsize)8);
    if (p == NULL)
        return;
    cc_write_u32(p, sender_ssrc);
    cc_write_u32(p + 4, 0); /* the entries say who is meant */
    for (guint i = 0; i < n_entries; i++) {
        guint32 exponent = 0;
        guint64 mantissa = entries[i].bitrate_bps;
        for (; mantissa > 0x1ffff; mantissa >>= 1)
            exponent++;
        cc_write_u32(p + 8 + i * 8, entries[i].ssrc);
        cc_write_u32(p + 12 + i * 8,
                     exponent << 26 | (guint32)mantissa << 9 | (entries[i].overhead & 0x1ff));
    }
}
