#include "tests/weak-link/departures.h"

static Departure *
get(const Departures *departures, guint i)
{
    return &g_array_index(departures->heap, Departure, i);
}

static gboolean
before(const Departure *a, const Departure *b)
{
    return a->at_us < b->at_us || (a->at_us == b->at_us && a->number < b->number);
}

static void
swap(Departure *a, Departure *b)
{
    Departure kept = *a;
    *a = *b;
    *b = kept;
}

static void
clear_one(gpointer departure)
{
    g_free(((Departure *)departure)->packet);
}

void
departures_init(Departures *departures)
{
    departures->heap = g_array_new(FALSE, FALSE, sizeof(Departure));
    g_array_set_clear_func(departures->heap, clear_one);
    departures->added = 0;
}

void
departures_clear(Departures *departures)
{
    g_clear_pointer(&departures->heap, g_array_unref);
}

void
departures_add(Departures *departures, gint64 at_us, const guint8 *packet, gsize length)
{
    Departure added = {at_us, departures->added++, g_memdup2(packet, length), length};
    g_array_append_val(departures->heap, added);
    for (guint i = departures->heap->len - 1; i > 0; i = (i - 1) / 2) {
        Departure *child = get(departures, i), *parent = get(departures, (i - 1) / 2);
        if (!before(child, parent))
            return;
        swap(child, parent);
    }
}

const Departure *
departures_first(const Departures *departures)
{
    return departures->heap->len > 0 ? get(departures, 0) : NULL;
}

void
departures_remove_first(Departures *departures)
{
    guint last = departures->heap->len - 1;
    swap(get(departures, 0), get(departures, last));
    g_array_set_size(departures->heap, last);
    for (guint i = 0;;) {
        guint least = i;
        for (guint child = 2 * i + 1; child <= 2 * i + 2 && child < last; child++)
            if (before(get(departures, child), get(departures, least)))
                least = child;
        if (least == i)
            return;
        swap(get(departures, i), get(departures, least));
        i = least;
    }
}
