#include "common/transport/srtp-streams.h"

#define SEQUENCE_RANGE G_GUINT64_CONSTANT(0x10000)
#define INDEX_RANGE (G_GUINT64_CONSTANT(1) << 48)

gboolean
cc_srtp_window_guess(const CcSrtpWindow *window, guint16 sequence, guint64 *index)
{
    if (!window->started) {
        *index = sequence;
        return TRUE;
    }
    guint64 guess = (window->highest & ~(SEQUENCE_RANGE - 1)) | sequence;
    if (guess > window->highest + SEQUENCE_RANGE / 2) {
        if (guess < SEQUENCE_RANGE)
            return FALSE;
        guess -= SEQUENCE_RANGE;
    } else if (guess + SEQUENCE_RANGE / 2 < window->highest) {
        guess += SEQUENCE_RANGE;
    }
    *index = guess;
    return guess < INDEX_RANGE;
}

gboolean
cc_srtp_window_is_new(const CcSrtpWindow *window, guint64 index)
{
    if (!window->started || index > window->highest)
        return TRUE;
    guint64 age = window->highest - index;
    return age < CC_SRTP_REPLAY_WINDOW && !(window->seen[age / 64] >> (age % 64) & 1);
}

static void
shift(guint64 seen[2], guint64 by)
{
    if (by >= 128) {
        seen[0] = seen[1] = 0;
    } else if (by >= 64) {
        seen[1] = seen[0] << (by - 64);
        seen[0] = 0;
    } else if (by > 0) {
        seen[1] = seen[1] << by | seen[0] >> (64 - by);
        seen[0] <<= by;
    }
}

void
cc_srtp_window_add(CcSrtpWindow *window, guint64 index)
{
    if (!window->started) {
        window->started = TRUE;
        window->highest = index;
    } else if (index > window->highest) {
        shift(window->seen, index - window->highest);
        window->highest = index;
    }
    guint64 age = window->highest - index;
    if (age < CC_SRTP_REPLAY_WINDOW)
        window->seen[age / 64] |= G_GUINT64_CONSTANT(1) << (age % 64);
}

void
cc_srtp_streams_clear(CcSrtpStreams *streams)
{
    g_free(streams->ssrcs);
    g_free(streams->streams);
    *streams = (CcSrtpStreams){0};
}

CcSrtpStream *
cc_srtp_streams_find(CcSrtpStreams *streams, guint32 ssrc)
{
    if (streams->last >= streams->n || streams->ssrcs[streams->last] != ssrc) {
        guint i = 0;
        while (i < streams->n && streams->ssrcs[i] != ssrc)
            i++;
        if (i == streams->n)
            return NULL;
        streams->last = i;
    }
    return &streams->streams[streams->last];
}

static guint
least_recently_used(const CcSrtpStreams *streams)
{
    guint oldest = 0;
    for (guint i = 1; i < streams->n; i++) {
        if (streams->streams[i].used < streams->streams[oldest].used)
            oldest = i;
    }
    return oldest;
}

CcSrtpStream *
cc_srtp_streams_add(CcSrtpStreams *streams, guint32 ssrc, guint limit)
{
    guint slot;
    if (limit != 0 && streams->n >= limit) {
        slot = least_recently_used(streams);
    } else {
        if (streams->n == streams->capacity) {
            streams->capacity = MAX(4, streams->capacity * 2);
            streams->ssrcs = g_renew(guint32, streams->ssrcs, streams->capacity);
            streams->streams = g_renew(CcSrtpStream, streams->streams, streams->capacity);
        }
        slot = streams->n++;
    }
    streams->ssrcs[slot] = ssrc;
    streams->streams[slot] = (CcSrtpStream){.used = ++streams->clock};
    streams->last = slot;
    return &streams->streams[slot];
}
