/* Which packets of the voice to ask for again (RFC 4585 generic NACK), and how long the answer
 * takes. A packet is asked for only if no other way has brought its frames: where RED makes
 * everything good, nothing is asked.
 *
 * Pure: time is an argument. */
#pragma once

#include "client/recv/voice-player.h"
#include "common/rate/loss-list.h"

G_BEGIN_DECLS

#define CC_VOICE_REPAIR_RING 256
#define CC_VOICE_REPAIR_FIRST_RTT_US 100000

typedef struct {
    CcLossList losses;
    struct {
        guint16 sequence;
        guint16 samples;
        guint32 timestamp;
        gboolean known;
    } packets[CC_VOICE_REPAIR_RING]; /* that came, by sequence number */
    struct {
        guint16 sequence;
        guint8 tries;
        gint64 us;                 /* 0: none */
    } asked[CC_VOICE_REPAIR_RING]; /* by sequence number */
    gint64 rtt_us;                 /* from question to answer */
    gboolean measured;
    guint64 requests, answers;
} CcVoiceRepair;

void cc_voice_repair_init(CcVoiceRepair *repair);
/* A packet came; @samples: its length in time, without RED's earlier blocks. */
void cc_voice_repair_arrived(CcVoiceRepair *repair, guint16 sequence, guint32 timestamp,
                             guint samples, gboolean repeated, gint64 now_us);
/* Like cc_loss_list_due(), but leaves out what @player has. */
guint cc_voice_repair_due(CcVoiceRepair *repair, const CcVoicePlayer *player, gint64 now_us,
                          guint16 *sequences, guint max_sequences);
gint64 cc_voice_repair_next_us(const CcVoiceRepair *repair);

G_END_DECLS
