/* Which packets of the voice to ask for again (RFC 4585 generic NACK), and how long the answer
 * takes. A packet is asked for only if no other way has brought its frames: where RED makes
 * everything good, nothing is asked.
 *
 * Pure: time is an argument. */
#pragma once

#include "client/recv/answer-time.h"
#include "client/recv/voice-player.h"
#include "common/rate/loss-list.h"

G_BEGIN_DECLS

#define CC_VOICE_REPAIR_RING 256

typedef struct {
    CcLossList losses;
    struct {
        guint16 sequence;
        guint16 samples;
        guint32 timestamp;
        gboolean known;
    } came[CC_VOICE_REPAIR_RING]; /* by sequence number */
    CcAnswerTime answers;
    double loss;             /* 0..1 of packets, of the last few hundred */
    gint64 turn_us;          /* when the present turn began; 0: none has */
    guint packets, repeated; /* in it; those that were asked for, came and were still needed */
    guint packets_before, repeated_before; /* in the one before */
    guint spacing;                         /* samples: a packet's length */
} CcVoiceRepair;

void cc_voice_repair_init(CcVoiceRepair *repair);
/* A packet came; @samples: its length in time, without RED's earlier blocks. @needed: it has
 * brought what no other way had. */
void cc_voice_repair_arrived(CcVoiceRepair *repair, guint16 sequence, guint32 timestamp,
                             guint samples, gboolean repeated, gboolean needed, gint64 now_us);
/* Like cc_loss_list_due(), but leaves out what @player has. */
guint cc_voice_repair_due(CcVoiceRepair *repair, const CcVoicePlayer *player, gint64 now_us,
                          guint16 *sequences, guint max_sequences);
/* The delay with which repetitions leave hardly anything missing; 0 if so few are needed that it
 * does not matter. */
gint64 cc_voice_repair_expected_us(const CcVoiceRepair *repair);
gint64 cc_voice_repair_next_us(const CcVoiceRepair *repair);
/* When the answer to the present question for the oldest packet that @player lacks should have
 * come; 0 if none is to be waited for: nothing is lacking, or answers are lost too often. */
gint64 cc_voice_repair_answer_us(const CcVoiceRepair *repair, const CcVoicePlayer *player);

G_END_DECLS
