#include "tests/bench/load/room.h"

/* Below 2^15 so that nobody takes the first packets for wrapped ones (RFC 3711 section 3.3.1). */
#define FIRST_NUMBER 1000
#define MEMORY_S 8 /* what takes longer counts as lost */

static void
init_track(LoadTrack *track, gint rate)
{
    guint64 size = G_GUINT64_CONSTANT(1) << g_bit_storage((gulong)(rate * MEMORY_S));
    *track = (LoadTrack){.next = FIRST_NUMBER, .mask = size - 1};
    track->measured_from = track->measured_to = G_MAXUINT64;
    track->sent_ns = g_new0(gint64, size);
    track->timestamps = g_new0(guint32, size);
}

void
load_room_init(LoadRoom *room, guint index, const LoadOptions *options)
{
    *room = (LoadRoom){.index = index};
    init_track(&room->tracks[LOAD_AUDIO], options->audio_rate);
    init_track(&room->tracks[LOAD_VIDEO], options->fps * options->packets_per_frame);
}

void
load_room_clear(LoadRoom *room)
{
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++) {
        g_clear_pointer(&room->tracks[kind].sent_ns, g_free);
        g_clear_pointer(&room->tracks[kind].timestamps, g_free);
    }
}

guint64
load_room_take_number(LoadRoom *room, LoadKind kind)
{
    return room->tracks[kind].next++;
}

void
load_room_sent(LoadRoom *room, LoadKind kind, guint64 first, guint n, guint32 timestamp,
               gint64 wall_ns, gboolean measuring)
{
    LoadTrack *track = &room->tracks[kind];
    track->step = timestamp - track->timestamps[(first - 1) & track->mask];
    for (guint64 number = first; number < first + n; number++) {
        track->sent_ns[number & track->mask] = wall_ns;
        track->timestamps[number & track->mask] = timestamp;
    }
    if (measuring && room->last_sent_ns != 0)
        room->longest_gap_ns = MAX(room->longest_gap_ns, wall_ns - room->last_sent_ns);
    room->last_sent_ns = wall_ns;
}

guint64
load_track_find(const LoadTrack *track, guint32 timestamp)
{
    guint64 newest = track->next - 1;
    guint32 ahead = timestamp - track->timestamps[newest & track->mask];
    return newest + (guint64)((gint64)(gint32)ahead / MAX(track->step, 1));
}

void
load_room_begin_window(LoadRoom *room)
{
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++)
        room->tracks[kind].measured_from = room->tracks[kind].next;
}

void
load_room_end_window(LoadRoom *room)
{
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++)
        room->tracks[kind].measured_to = room->tracks[kind].next;
}
