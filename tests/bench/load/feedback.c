#include "tests/bench/load/feedback.h"

#include "client/recv/feedback.h"
#include "common/wire/bytes.h"
#include "common/wire/rtp.h"

#define WHEEL_MS 512 /* more than CC_FEEDBACK_MAX_INTERVAL_US, and the first moment's spread */
#define WIRE_BYTES 28
#define ONE_BYTE_PROFILE 0xbede

struct LoadFeedback {
    LoadReceiver *receiver;
    LoadFeedback *next; /* with the same due time */
    guint8 extensions[LOAD_N_KINDS];
    gboolean begun;
    CcFeedback feedback;
};

struct LoadFeedbackWheel {
    LoadFeedback *due[WHEEL_MS];
    gint64 turned_ms; /* up to and including which all has been sent */
    guint64 count;
};

LoadFeedbackWheel *
load_feedback_wheel_new(void)
{
    return g_new0(LoadFeedbackWheel, 1);
}

guint64
load_feedback_count(const LoadFeedbackWheel *wheel)
{
    return wheel->count;
}

void
load_feedback_negotiated(LoadReceiver *receiver, LoadKind kind, guint8 extension)
{
    if (extension == 0)
        return;
    if (!receiver->feedback) {
        receiver->feedback = g_new0(LoadFeedback, 1);
        receiver->feedback->receiver = receiver;
        cc_feedback_init(&receiver->feedback->feedback);
    }
    receiver->feedback->extensions[kind] = extension;
}

/* Nothing but the first bytes of a packet may be there, and no CSRCs come from a relay. */
static gboolean
find_number(const guint8 *packet, gsize have, guint8 extension, guint16 *number)
{
    if (have < CC_RTP_MIN_HEADER + 4 || (packet[0] & 0x1f) != 0x10 ||
        cc_read_u16(packet + CC_RTP_MIN_HEADER) != ONE_BYTE_PROFILE)
        return FALSE;
    CcRtpHeader header = {.extension_profile = ONE_BYTE_PROFILE,
                          .extension = packet + CC_RTP_MIN_HEADER + 4,
                          .extension_length =
                              (guint16)(4 * cc_read_u16(packet + CC_RTP_MIN_HEADER + 2))};
    guint8 length;
    if (header.extension_length > have - CC_RTP_MIN_HEADER - 4)
        return FALSE;
    const guint8 *found = cc_rtp_find_extension(&header, extension, &length);
    if (!found || length != 2)
        return FALSE;
    *number = cc_read_u16(found);
    return TRUE;
}

static void
schedule(LoadFeedbackWheel *wheel, LoadFeedback *self)
{
    gint64 due_ms =
        CLAMP(self->feedback.due_us / 1000, wheel->turned_ms + 1, wheel->turned_ms + WHEEL_MS - 1);
    LoadFeedback **place = &wheel->due[due_ms % WHEEL_MS];
    self->next = *place;
    *place = self;
}

void
load_feedback_arrived(LoadReceiver *receiver, LoadKind kind, const guint8 *packet, gsize have,
                      gsize length, gint64 arrival_ns)
{
    LoadFeedback *self = receiver->feedback;
    guint16 number;
    if (!find_number(packet, have, self->extensions[kind], &number) ||
        !cc_feedback_arrived(&self->feedback, number, (guint)length + WIRE_BYTES,
                             arrival_ns / 1000))
        return;
    if (!self->begun)
        self->feedback.due_us += g_random_int() % CC_FEEDBACK_MIN_INTERVAL_US;
    self->begun = TRUE;
    schedule(receiver->wheel, self);
}

static void
send_feedback(LoadFeedbackWheel *wheel, LoadFeedback *self, gint64 wall_us)
{
    LoadReceiver *receiver = self->receiver;
    guint8 packet[1200 + CC_SRTP_MAX_TRAILER];
    CcRtcpBuilder builder;
    gboolean more = TRUE;
    while (more) {
        cc_rtcp_builder_init(&builder, packet, sizeof packet - CC_SRTP_MAX_TRAILER);
        more = cc_feedback_build(&self->feedback, &builder, receiver->ssrc,
                                 receiver->streams[LOAD_AUDIO].ssrc, wall_us);
        if (builder.length == 0 || receiver->session.state != LOAD_SESSION_CONNECTED)
            return;
        load_session_send_rtcp(&receiver->session, packet, builder.length);
        wheel->count++;
    }
}

void
load_feedback_send_due(LoadFeedbackWheel *wheel, gint64 wall_ns)
{
    gint64 now_ms = wall_ns / 1000000;
    gint64 from_ms = MAX(wheel->turned_ms, now_ms - WHEEL_MS) + 1;
    for (gint64 ms = from_ms; ms <= now_ms; ms++) {
        LoadFeedback *due = g_steal_pointer(&wheel->due[ms % WHEEL_MS]);
        for (LoadFeedback *next; due; due = next) {
            next = due->next;
            send_feedback(wheel, due, wall_ns / 1000);
        }
    }
    wheel->turned_ms = MAX(wheel->turned_ms, now_ms);
}
