#include "common/wire/voice-line.h"

#define MAX_SAMPLES 5760   /* RFC 6716: an Opus packet has at most 120 ms */
#define MAX_LENGTH 1000    /* bytes that are merged, together: one datagram takes them */
#define CONFIGURATION 0xfc /* of a TOC: all but the number of frames */

void
cc_voice_line_init(CcVoiceLine *line, const CcVoicePlan *plan, gint64 number)
{
    *line = (CcVoiceLine){.plan = *plan, .next_number = number, .first_number = number};
}

const CcVoiceSpan *
cc_voice_line_find(const CcVoiceLine *line, gint64 number)
{
    if (number < line->first_number || number >= line->next_number ||
        line->next_number - number > CC_VOICE_REMEMBERED)
        return NULL;
    return &line->sent[number % CC_VOICE_REMEMBERED];
}

/* Gives @span the next number, and earlier ones to carry. */
static void
shape(CcVoiceLine *self, const CcVoiceSpan *span, gboolean marker, CcVoiceShape *out)
{
    out->number = self->next_number;
    out->marker = marker;
    out->primary = *span;
    out->n_earlier = 0;
    for (guint i = 1; i <= MIN(self->plan.n_earlier, CC_VOICE_MAX_EARLIER); i++) {
        const CcVoiceSpan *earlier =
            cc_voice_line_find(self, out->number - (gint64)i * self->plan.spacing);
        if (!earlier)
            break;
        guint32 offset = span->timestamp - earlier->timestamp;
        if (offset > 0 && offset <= CC_VOICE_MAX_OFFSET)
            out->earlier[out->n_earlier++] = *earlier;
    }
    self->sent[self->next_number++ % CC_VOICE_REMEMBERED] = *span;
}

guint
cc_voice_line_flush(CcVoiceLine *line, CcVoiceShape out[1])
{
    if (line->waiting.count == 0)
        return 0;
    shape(line, &line->waiting, line->waiting_marker, out);
    line->waiting.count = 0;
    return 1;
}

/* TRUE if @source can become one packet with what waits. */
static gboolean
fits(const CcVoiceLine *self, const CcVoiceSource *source)
{
    const CcVoiceSpan *waiting = &self->waiting;
    return waiting->count > 0 && source->sequence == waiting->first + waiting->count &&
           source->timestamp == waiting->timestamp + self->waiting_samples && !source->marker &&
           source->samples > 0 && (source->toc & CONFIGURATION) == self->waiting_toc &&
           self->waiting_samples + source->samples <= MAX_SAMPLES &&
           self->waiting_length + source->length <= MAX_LENGTH;
}

guint
cc_voice_line_add(CcVoiceLine *line, const CcVoiceSource *source, CcVoiceShape out[2])
{
    CcVoiceLine *self = line;
    CcVoiceSpan alone = {source->sequence, source->timestamp, 1};
    if (self->started && source->sequence <= self->newest) {
        shape(self, &alone, source->marker, &out[0]);
        return 1;
    }
    self->started = TRUE;
    self->newest = source->sequence;
    guint n = 0;
    if (fits(self, source)) {
        self->waiting.count++;
        self->waiting_samples += source->samples;
        self->waiting_length += source->length;
    } else {
        n = cc_voice_line_flush(self, out);
        self->waiting = alone;
        self->waiting_marker = source->marker;
        self->waiting_toc = source->toc & CONFIGURATION;
        self->waiting_samples = source->samples;
        self->waiting_length = source->length;
    }
    if (source->last || source->samples == 0 || self->waiting_samples >= self->plan.samples)
        n += cc_voice_line_flush(self, out + n);
    return n;
}
