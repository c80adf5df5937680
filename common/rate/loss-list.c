#include "common/rate/loss-list.h"

#include <string.h>

#include "common/wire/sequence.h"

#define MAX_DISORDER_US 10000 /* a packet that is only late arrives within this, mostly */
#define DISORDER_SPARE 2
#define DISORDER_MEMORY 16 /* gaps */
#define MIN_RETRY_US 20000 /* an RTT of next to nothing must not make a flood */
#define TRIES_SECOND 10    /* at most, copies not counted */
#define MAX_JUMP 3000 /* packets; beyond this the sender started anew (RFC 3550, MAX_DROPOUT) */

void
cc_loss_list_init(CcLossList *list)
{
    memset(list, 0, sizeof *list);
}

static void
remove_entry(CcLossList *list, guint index)
{
    list->n_entries--;
    memmove(&list->entries[index], &list->entries[index + 1],
            (list->n_entries - index) * sizeof list->entries[0]);
}

/* What came after all, too soon for an answer, had been overtaken on its way. */
static void
note_disorder(CcLossList *list, gint64 late_us)
{
    if (late_us <= MAX_DISORDER_US)
        list->disorder_us = MAX(list->disorder_us, MIN(late_us * DISORDER_SPARE, MAX_DISORDER_US));
}

static gboolean
recovered(CcLossList *list, guint16 sequence, gint64 now_us)
{
    /* The youngest losses are the likeliest to come. */
    for (guint i = list->n_entries; i-- > 0;) {
        if (list->entries[i].sequence == sequence) {
            note_disorder(list, now_us - list->entries[i].found_us);
            remove_entry(list, i);
            list->recovered_total++;
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
cc_loss_list_arrived(CcLossList *list, guint16 sequence, gint64 now_us)
{
    if (!list->started) {
        list->started = TRUE;
        list->highest = sequence;
        return FALSE;
    }
    int distance = cc_sequence_distance(sequence, list->highest);
    if (distance <= 0 && (recovered(list, sequence, now_us) || distance > -MAX_JUMP))
        return FALSE;

    gboolean jumped = distance <= -MAX_JUMP || distance > MAX_JUMP;
    guint gap = jumped ? 0 : (guint)distance - 1;
    list->lost_total += gap;
    guint16 first_missing = (guint16)(list->highest + 1);
    list->highest = sequence;
    if (jumped || list->n_entries + gap > CC_LOSS_LIST_MAX) {
        list->n_entries = 0;
        return TRUE;
    }
    for (guint i = 0; i < gap; i++)
        list->entries[list->n_entries++] = (CcLossEntry){
            .sequence = (guint16)(first_missing + i),
            .found_us = now_us,
            .next_us = now_us + list->disorder_us,
        };
    if (gap > 0)
        list->disorder_us -= list->disorder_us / DISORDER_MEMORY;
    return FALSE;
}

void
cc_loss_list_set_patience(CcLossList *list, gint64 patience_us)
{
    list->patience_us = patience_us;
}

void
cc_loss_list_set_copies(CcLossList *list, guint copies)
{
    list->copies = copies;
}

static gint64
copy_space_us(const CcLossList *list, gint64 rtt_us)
{
    return MAX(rtt_us, MIN_RETRY_US) / 4 / (list->copies + 1);
}

static gboolean
is_hopeless(const CcLossList *list, const CcLossEntry *entry, gint64 now_us)
{
    gint64 patience_us = list->patience_us > 0 ? list->patience_us : CC_LOSS_LIST_PATIENCE_US;
    return entry->tries * G_USEC_PER_SEC >= TRIES_SECOND * patience_us ||
           now_us - entry->found_us > patience_us;
}

guint
cc_loss_list_due(CcLossList *list, gint64 now_us, gint64 rtt_us, guint16 *sequences,
                 guint max_sequences)
{
    guint n = 0;
    guint kept = 0;
    for (guint i = 0; i < list->n_entries; i++) {
        CcLossEntry *entry = &list->entries[i];
        if (entry->next_us <= now_us) {
            if (is_hopeless(list, entry, now_us))
                continue;
            if (n < max_sequences) {
                sequences[n++] = entry->sequence;
                entry->tries++;
                entry->next_us = now_us + MAX(rtt_us, MIN_RETRY_US);
                entry->copies = (guint8)list->copies;
                entry->copy_us = now_us + copy_space_us(list, rtt_us);
            }
        }
        list->entries[kept++] = *entry;
    }
    list->n_entries = kept;
    return n;
}

guint
cc_loss_list_due_copies(CcLossList *list, gint64 now_us, gint64 rtt_us, guint16 *sequences,
                        guint max_sequences)
{
    guint n = 0;
    for (guint i = 0; i < list->n_entries && n < max_sequences; i++) {
        CcLossEntry *entry = &list->entries[i];
        if (entry->next_us - now_us < rtt_us / 2)
            entry->copies = 0; /* it could not be sent in time: whoever answers takes it for new */
        if (entry->copies == 0 || entry->copy_us > now_us)
            continue;
        sequences[n++] = entry->sequence;
        entry->copies--;
        entry->copy_us = now_us + copy_space_us(list, rtt_us);
    }
    return n;
}

void
cc_loss_list_forget_before(CcLossList *list, guint16 sequence)
{
    guint n = 0;
    while (n < list->n_entries && cc_sequence_newer(sequence, list->entries[n].sequence))
        n++;
    list->n_entries -= n;
    memmove(list->entries, list->entries + n, list->n_entries * sizeof list->entries[0]);
}

static gint64
next_of(const CcLossEntry *entry)
{
    return entry->copies > 0 ? MIN(entry->copy_us, entry->next_us) : entry->next_us;
}

gint64
cc_loss_list_next_us(const CcLossList *list)
{
    gint64 next_us = G_MAXINT64;
    for (guint i = 0; i < list->n_entries; i++)
        next_us = MIN(next_us, next_of(&list->entries[i]));
    return next_us;
}
