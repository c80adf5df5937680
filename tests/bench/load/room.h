/* A classroom's lesson as its publisher sends it: what was sent when, for all who receive it. */
#pragma once

#include "tests/bench/load/options.h"
#include "tests/bench/load/pattern.h"

G_BEGIN_DECLS

typedef struct {
    guint64 next; /* number of the next packet; its lower 16 bits are RTP's */
    /* Published inside the measuring window: [from, to). G_MAXUINT64 until known. */
    guint64 measured_from, measured_to;
    gint64 *sent_ns;     /* wall clock, by number & mask */
    guint32 *timestamps; /* RTP's, likewise */
    guint32 step;        /* RTP time from one voice packet to the next */
    guint64 mask;
} LoadTrack;

typedef struct {
    guint index;
    LoadTrack tracks[LOAD_N_KINDS];
    gint64 last_sent_ns, longest_gap_ns; /* of any kind, while measuring */
    guint64 feed;                        /* Janus's id of the publisher */
} LoadRoom;

void load_room_init(LoadRoom *room, guint index, const LoadOptions *options);
void load_room_clear(LoadRoom *room);

/* Takes the next number of a packet that is about to be sent. */
guint64 load_room_take_number(LoadRoom *room, LoadKind kind);
/* Packets [@first, @first + @n) go out now, in one burst. */
void load_room_sent(LoadRoom *room, LoadKind kind, guint64 first, guint n, guint32 timestamp,
                    gint64 wall_ns, gboolean measuring);

void load_room_begin_window(LoadRoom *room);
void load_room_end_window(LoadRoom *room);

/* The number of the packet with @timestamp, if each has one of its own, equally far apart, as
 * voice's have; some other's if there is none such. */
guint64 load_track_find(const LoadTrack *track, guint32 timestamp);

/* TRUE if @number was sent and is not too long ago to know when. */
static inline gboolean
load_track_remembers(const LoadTrack *track, guint64 number)
{
    return number < track->next && number + track->mask >= track->next;
}

G_END_DECLS
