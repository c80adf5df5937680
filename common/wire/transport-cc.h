/* Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01):
 * the receiving side's record of arrivals and its RTCP message, and the reader that the sending
 * side uses. One recorder for each transport. Time is an argument. */
#pragma once

#include "common/wire/rtcp.h"

G_BEGIN_DECLS

#define CC_TRANSPORT_CC_WINDOW 1024     /* packets remembered between two messages */
#define CC_TRANSPORT_CC_MAX_STATUS 8192 /* packets in one message that is read */

typedef struct {
    gint64 arrival_us[CC_TRANSPORT_CC_WINDOW]; /* 0: not arrived */
    gint64 first;  /* unwrapped sequence number of the next message's base */
    gint64 last;   /* newest that arrived */
    gint64 oldest; /* nothing is known of those before */
    gboolean started;
    guint8 message_count;
} CcTransportCcRecorder;

void cc_transport_cc_recorder_init(CcTransportCcRecorder *recorder);
void cc_transport_cc_record(CcTransportCcRecorder *recorder, guint16 sequence, gint64 arrival_us);
/* Appends one feedback message for what arrived since the last one. FALSE if there is nothing, or
 * no room for it (then @builder has overflow set). What the message cannot hold (no room, arrivals
 * more than 8 s apart) is left for the next call. */
gboolean cc_transport_cc_build(CcTransportCcRecorder *recorder, CcRtcpBuilder *builder,
                               guint32 sender_ssrc, guint32 media_ssrc);

/* The next message begins @packets further back, as far as there is memory: with what has been told
 * in messages that may have been lost. */
void cc_transport_cc_repeat(CcTransportCcRecorder *recorder, guint packets);

/* Called for each packet that a message reports on, in order. @arrival_us counts from the message's
 * reference time (possibly below 0, but never -1); -1 if the packet did not arrive. */
typedef void (*CcTransportCcFunc)(guint16 sequence, gint64 arrival_us, gpointer user_data);
/* The message's reference time (a multiple of 64 ms on the other side's clock, modulo 2^24 of
 * them). Of a packet that cc_transport_cc_read() accepted. */
gint64 cc_transport_cc_reference_us(const CcRtcpPacket *packet);
/* Of how many packets it claims to tell. Its body must have 16 bytes. */
guint cc_transport_cc_n_status(const CcRtcpPacket *packet);
/* CC_DROP_NONE, or CC_DROP_RTCP_MALFORMED / CC_DROP_RTCP_ABSURD before any call of @func. */
CcDrop cc_transport_cc_read(const CcRtcpPacket *packet, CcTransportCcFunc func, gpointer user_data);

G_END_DECLS
