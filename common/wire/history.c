#include "common/wire/history.h"

#include "common/wire/sequence.h"

struct CcPacketHistory {
    guint mask;
    gint64 max_age_us;
    gboolean started;
    guint16 newest, oldest; /* nothing is kept outside of these */
    CcPacket *slots[];      /* by sequence number & mask */
};

CcPacketHistory *
cc_packet_history_new(guint capacity, gint64 max_age_us)
{
    g_return_val_if_fail(capacity >= 2 && capacity <= 0x8000, NULL);
    g_return_val_if_fail((capacity & (capacity - 1)) == 0, NULL);

    CcPacketHistory *history = g_malloc0(sizeof(CcPacketHistory) + capacity * sizeof(CcPacket *));
    history->mask = capacity - 1;
    history->max_age_us = max_age_us;
    return history;
}

void
cc_packet_history_keep_longer(CcPacketHistory *history, gint64 max_age_us)
{
    history->max_age_us = MAX(history->max_age_us, max_age_us);
}

void
cc_packet_history_free(CcPacketHistory *history)
{
    if (history == NULL)
        return;
    cc_packet_history_clear(history);
    g_free(history);
}

static void
widen(CcPacketHistory *history, guint16 sequence)
{
    if (!history->started)
        history->newest = history->oldest = sequence;
    history->started = TRUE;
    if (cc_sequence_newer(sequence, history->newest))
        history->newest = sequence;
    if (cc_sequence_newer(history->oldest, sequence))
        history->oldest = sequence;
    if ((guint16)(history->newest - history->oldest) > history->mask)
        history->oldest = (guint16)(history->newest - history->mask);
}

/* What is too old to be given out does not occupy the pool either. */
static void
expire(CcPacketHistory *history, gint64 now_us)
{
    for (; history->oldest != history->newest; history->oldest++) {
        CcPacket **slot = &history->slots[history->oldest & history->mask];
        if (*slot && now_us - (*slot)->arrival_us <= history->max_age_us)
            return;
        g_clear_pointer(slot, cc_packet_unref);
    }
}

gboolean
cc_packet_history_add(CcPacketHistory *history, CcPacket *packet)
{
    CcPacket **slot = &history->slots[packet->rtp.sequence & history->mask];
    CcPacket *before = *slot;

    /* After a long pause the same number may come round again: only a packet that is still of use
     * stands in the way. */
    if (before != NULL && packet->arrival_us - before->arrival_us <= history->max_age_us &&
        !cc_sequence_newer(packet->rtp.sequence, before->rtp.sequence))
        return FALSE;

    *slot = cc_packet_ref(packet);
    cc_packet_unref(before);
    widen(history, packet->rtp.sequence);
    expire(history, packet->arrival_us);
    return TRUE;
}

CcPacket *
cc_packet_history_get(CcPacketHistory *history, guint16 sequence, gint64 now_us)
{
    CcPacket *packet = history->slots[sequence & history->mask];
    if (packet == NULL || packet->rtp.sequence != sequence ||
        now_us - packet->arrival_us > history->max_age_us)
        return NULL;
    return packet;
}

void
cc_packet_history_clear(CcPacketHistory *history)
{
    for (guint i = 0; i <= history->mask; i++)
        g_clear_pointer(&history->slots[i], cc_packet_unref);
    history->started = FALSE;
}
