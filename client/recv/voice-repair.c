#include "client/recv/voice-repair.h"

#include <string.h>

#define SEARCH 64       /* packets back to one that came */
#define FRAME 960       /* samples */
#define LOSS_MEMORY 200 /* packets */
#define TURN_US (4 * G_USEC_PER_SEC)
#define MANY 64           /* losses at once that still say something about the link */
#define NEEDED 2          /* of two turns; one is no rule yet */
#define MISSING 0.0005    /* of packets, in the end */
#define HOPE_TRIES 3      /* then the voice goes on without it */
#define HOPE_LOSS 0.4     /* more is lost: a repetition is, too */
#define HELD_UP_US 700000 /* an answer, by a queue that it has to pass */
/* Behind a pause the distance in packets says nothing about the time; at worst it is asked in vain.
 */
#define MAX_SAMPLES CC_OPUS_MAX_DURATION

void
cc_voice_repair_init(CcVoiceRepair *repair)
{
    memset(repair, 0, sizeof *repair);
    cc_loss_list_init(&repair->losses);
    cc_answer_time_init(&repair->answers);
}

static void
measure(CcVoiceRepair *repair, guint64 lost, gboolean repeated, gboolean answer, gint64 now_us)
{
    for (guint64 i = 0; i < MIN(lost, MANY); i++)
        repair->loss += (1 - repair->loss) / LOSS_MEMORY;
    if (!repeated)
        repair->loss -= repair->loss / LOSS_MEMORY;
    repair->packets++;
    repair->repeated += answer;
    if (repair->turn_us != 0 && now_us - repair->turn_us < TURN_US)
        return;
    repair->turn_us = now_us;
    repair->packets_before = repair->packets;
    repair->repeated_before = repair->repeated;
    repair->packets = repair->repeated = 0;
}

void
cc_voice_repair_arrived(CcVoiceRepair *repair, guint16 sequence, guint32 timestamp, guint samples,
                        gboolean repeated, gboolean needed, gint64 now_us)
{
    guint at = sequence % CC_VOICE_REPAIR_RING;
    guint64 lost_before = repair->losses.lost_total, answers_before = repair->answers.answers;
    if (repeated)
        cc_answer_time_answered(&repair->answers, sequence, now_us);
    cc_loss_list_arrived(&repair->losses, sequence, now_us);
    measure(repair, repair->losses.lost_total - lost_before, repeated,
            needed && repair->answers.answers > answers_before, now_us);
    if (!repeated)
        repair->spacing = CLAMP(samples, FRAME, MAX_SAMPLES);
    repair->came[at].sequence = sequence;
    repair->came[at].samples = (guint16)CLAMP(samples, FRAME, MAX_SAMPLES);
    repair->came[at].timestamp = timestamp;
    repair->came[at].known = TRUE;
}

/* The time that a packet which did not come must have had, by the nearest one before that did. */
static gboolean
guess_time(const CcVoiceRepair *repair, guint16 sequence, guint32 *timestamp, guint *samples)
{
    for (guint back = 1; back <= SEARCH; back++) {
        guint16 before = (guint16)(sequence - back);
        guint at = before % CC_VOICE_REPAIR_RING;
        if (!repair->came[at].known || repair->came[at].sequence != before)
            continue;
        *samples = repair->came[at].samples;
        *timestamp = repair->came[at].timestamp + back * *samples;
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

/* What has come some other way is not missing any more. Returns how many are left. */
static guint
leave_wanted(CcVoiceRepair *repair, const CcVoicePlayer *player, gint64 now_us, guint16 *sequences,
             guint n)
{
    guint kept = 0;
    for (guint i = 0; i < n; i++) {
        if (is_wanted(repair, player, sequences[i]))
            sequences[kept++] = sequences[i];
        else
            cc_loss_list_arrived(&repair->losses, sequences[i], now_us);
    }
    return kept;
}

guint
cc_voice_repair_due(CcVoiceRepair *repair, const CcVoicePlayer *player, gint64 now_us,
                    guint16 *sequences, guint max_sequences)
{
    CcLossList *losses = &repair->losses;
    CcAnswerTime *answers = &repair->answers;
    gint64 overdue_us = cc_answer_time_overdue_us(answers);
    cc_loss_list_set_patience(losses, CC_VOICE_DELAY_MAX_US + answers->rtt_us);
    cc_loss_list_set_copies(losses, cc_answer_time_choose_copies(answers, repair->loss));
    guint n = cc_loss_list_due(losses, now_us, overdue_us, sequences, max_sequences);
    n = leave_wanted(repair, player, now_us, sequences, n);
    for (guint i = 0; i < n; i++)
        cc_answer_time_asked(answers, sequences[i], now_us);
    guint copies =
        cc_loss_list_due_copies(losses, now_us, overdue_us, sequences + n, max_sequences - n);
    return n + leave_wanted(repair, player, now_us, sequences + n, copies);
}

gint64
cc_voice_repair_expected_us(const CcVoiceRepair *repair)
{
    guint repeated = repair->repeated + repair->repeated_before;
    guint packets = repair->packets + repair->packets_before;
    double missing = repair->loss * repeated / MAX(packets, 1);
    gint64 overdue_us = cc_answer_time_overdue_us(&repair->answers);
    if (repeated < NEEDED || !repair->answers.measured)
        return 0;
    /* Missed by the next packet's coming, asked for, answered. */
    gint64 delay_us = (gint64)repair->spacing * 1000 / 48 + overdue_us;
    while (missing > MISSING && delay_us < CC_VOICE_DELAY_MAX_US) {
        missing *= repair->loss; /* copies of questions make good what is lost on the way back */
        delay_us += overdue_us;
    }
    return MIN(delay_us, CC_VOICE_DELAY_MAX_US);
}

gint64
cc_voice_repair_next_us(const CcVoiceRepair *repair)
{
    return cc_loss_list_next_us(&repair->losses);
}

/* A link that has just become narrow holds answers up, however quick they were before. */
static gint64
answer_us(const CcVoiceRepair *repair, const CcLossEntry *entry)
{
    gint64 held_up_us = entry->found_us + HELD_UP_US;
    if (entry->tries > HOPE_TRIES)
        return held_up_us;
    gint64 overdue_us = cc_answer_time_overdue_us(&repair->answers);
    return MAX(entry->next_us + (entry->tries == 0 ? overdue_us : 0), held_up_us);
}

gint64
cc_voice_repair_answer_us(const CcVoiceRepair *repair, const CcVoicePlayer *player)
{
    gboolean in_vain = !repair->answers.measured && repair->answers.questions > MANY;
    if (in_vain || repair->loss > HOPE_LOSS)
        return 0;
    for (guint i = 0; i < repair->losses.n_entries; i++) {
        const CcLossEntry *entry = &repair->losses.entries[i];
        if (is_wanted(repair, player, entry->sequence))
            return answer_us(repair, entry);
    }
    return 0;
}
