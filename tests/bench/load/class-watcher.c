#include "common/wire/opus.h"
#include "common/wire/rtp.h"
#include "tests/bench/load/class.h"
#include "tests/bench/load/feedback.h"
#include "tests/bench/load/merged.h"

/* What a packet holds: one of a publisher's, or of voice several in a row. */
typedef struct {
    guint publisher, n;
    guint64 first;
} Content;

static gboolean
read_voice(const CcRtpHeader *rtp, Content *content)
{
    guint8 frame[LOAD_MAX_PAYLOAD];
    CcOpusPacket packet;
    if (!load_merged_verify(rtp->payload, rtp->payload_length, &content->first) ||
        !cc_opus_parse(rtp->payload, rtp->payload_length, &packet))
        return FALSE;
    cc_opus_write_frame(frame, sizeof frame, &packet, 0);
    content->publisher = load_pattern_publisher(frame);
    content->n = packet.n_frames;
    return TRUE;
}

static gboolean
read_content(const CcRtpHeader *rtp, LoadKind kind, Content *content)
{
    if (kind == LOAD_AUDIO)
        return read_voice(rtp, content);
    content->n = 1;
    if (!load_pattern_read(rtp->payload, rtp->payload_length, kind, &content->first) ||
        !load_pattern_verify(rtp->payload, rtp->payload_length, kind, content->first))
        return FALSE;
    content->publisher = load_pattern_publisher(rtp->payload);
    return TRUE;
}

static void
count(ClassWatcher *self, guint publisher, LoadKind kind, guint64 number, gint64 arrival_ns)
{
    Class *class = self->class;
    LoadTrack *track = &class->rooms[publisher].tracks[kind];
    ClassRun *run = &self->runs[publisher][kind];
    if (number < track->measured_from || number >= track->measured_to)
        return;
    run->first = run->n == 0 ? number : MIN(run->first, number);
    run->last = MAX(run->last, number);
    run->n++;
    if (load_track_remembers(track, number))
        load_histogram_add(class->latency[kind],
                           (arrival_ns - track->sent_ns[number & track->mask]) / 1000);
}

void
class_watcher_take(ClassWatcher *watcher, guint8 *packet, gsize length, gint64 arrival_ns)
{
    ClassWatcher *self = watcher;
    LoadReceiver *receiver = &self->receiver;
    CcRtpHeader rtp;
    guint8 payload_type = packet[1] & 0x7f;
    gboolean repair = payload_type == receiver->rtx_payload_type;
    LoadKind kind = payload_type == receiver->payload_types[LOAD_AUDIO] ? LOAD_AUDIO : LOAD_VIDEO;
    Content content;
    self->class->forwarded += self->class->measuring;
    if (receiver->feedback)
        load_feedback_arrived(receiver, kind, packet, length, length, arrival_ns);
    if (repair) /* padding, for the greater part */
        return;
    if (cc_srtp_unprotect_rtp(receiver->session.inbound, packet, &length) != CC_DROP_NONE ||
        cc_rtp_parse(packet, length, &rtp) != CC_DROP_NONE || !read_content(&rtp, kind, &content) ||
        content.publisher >= self->class->n) {
        self->class->damaged++;
        return;
    }
    for (guint i = 0; i < content.n; i++)
        count(self, content.publisher, kind, content.first + i, arrival_ns);
}
