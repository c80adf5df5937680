#include "client/recv/voice-repair.h"

#include <string.h>

#define SEARCH 64 /* packets back to one that came */
#define FRAME 960 /* samples */
/* Behind a pause the distance in packets says nothing about the time; at worst it is asked in vain.
 */
#define MAX_SAMPLES CC_OPUS_MAX_DURATION

void
cc_voice_repair_init(CcVoiceRepair *repair)
{
    memset(repair, 0, sizeof *repair);
    cc_loss_list_init(&repair->losses);
    repair->rtt_us = CC_VOICE_REPAIR_FIRST_RTT_US;
}

/* Only what was asked once: else nobody knows which question was answered. */
static void
measure(CcVoiceRepair *repair, guint16 sequence, gint64 now_us)
{
    guint at = sequence % CC_VOICE_REPAIR_RING;
    if (repair->asked[at].us == 0 || repair->asked[at].sequence != sequence)
        return;
    repair->answers++;
    gint64 took_us = now_us - repair->asked[at].us;
    if (repair->asked[at].tries == 1) {
        repair->rtt_us = repair->measured ? (7 * repair->rtt_us + took_us) / 8 : took_us;
        repair->measured = TRUE;
    } else if (took_us > repair->rtt_us) {
        /* Asked again too soon: the answer to the first question is older than this. */
        repair->rtt_us = (7 * repair->rtt_us + took_us) / 8;
    }
    repair->asked[at].us = 0;
}

void
cc_voice_repair_arrived(CcVoiceRepair *repair, guint16 sequence, guint32 timestamp, guint samples,
                        gboolean repeated, gint64 now_us)
{
    guint at = sequence % CC_VOICE_REPAIR_RING;
    if (repeated)
        measure(repair, sequence, now_us);
    cc_loss_list_arrived(&repair->losses, sequence, now_us);
    repair->packets[at].sequence = sequence;
    repair->packets[at].samples = (guint16)CLAMP(samples, FRAME, MAX_SAMPLES);
    repair->packets[at].timestamp = timestamp;
    repair->packets[at].known = TRUE;
}

/* The time that a packet which did not come must have had, by the nearest one before that did. */
static gboolean
guess_time(const CcVoiceRepair *repair, guint16 sequence, guint32 *timestamp, guint *samples)
{
    for (guint back = 1; back <= SEARCH; back++) {
        guint16 before = (guint16)(sequence - back);
        guint at = before % CC_VOICE_REPAIR_RING;
        if (!repair->packets[at].known || repair->packets[at].sequence != before)
            continue;
        *samples = repair->packets[at].samples;
        *timestamp = repair->packets[at].timestamp + back * *samples;
        return TRUE;
    }
    return FALSE;
}

static gboolean
is_wanted(const CcVoiceRepair *repair, const CcVoicePlayer *player, guint16 sequence)
{
    guint32 timestamp;
    guint samples;
    if (!guess_time(repair, sequence, &timestamp, &samples))
        return FALSE;
    gint64 time = cc_voice_player_unwrap(player, timestamp);
    for (guint at = 0; at < samples; at += FRAME)
        if (cc_voice_player_wants(player, time + at))
            return TRUE;
    return FALSE;
}

guint
cc_voice_repair_due(CcVoiceRepair *repair, const CcVoicePlayer *player, gint64 now_us,
                    guint16 *sequences, guint max_sequences)
{
    guint16 due[CC_LOSS_LIST_MAX];
    guint n_due = cc_loss_list_due(&repair->losses, now_us, repair->rtt_us, due, G_N_ELEMENTS(due));
    guint n = 0;
    for (guint i = 0; i < n_due; i++) {
        guint at = due[i] % CC_VOICE_REPAIR_RING;
        if (!is_wanted(repair, player, due[i])) {
            cc_loss_list_arrived(&repair->losses, due[i], now_us);
            continue;
        }
        if (n == max_sequences)
            break;
        gboolean again = repair->asked[at].us != 0 && repair->asked[at].sequence == due[i];
        repair->asked[at].tries = again ? (guint8)(repair->asked[at].tries + 1) : 1;
        repair->asked[at].sequence = due[i];
        repair->asked[at].us = now_us;
        repair->requests++;
        sequences[n++] = due[i];
    }
    return n;
}

gint64
cc_voice_repair_next_us(const CcVoiceRepair *repair)
{
    return cc_loss_list_next_us(&repair->losses);
}
