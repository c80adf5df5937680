#include "relay/control/staging.h"

#include "common/base/clock.h"
#include "relay/control/event-message.h"
#include "relay/control/events.h"
#include "relay/room/stage.h"

#define TURNS_CHECK_S 1

/* What has been told of a room. */
typedef struct {
    CcStagePlaces places;
    char *grid;     /* the message */
    gint64 turn_us; /* when the next one is seen in the grid; -1: nobody waits */
} Told;

struct CcStaging {
    CcControl *control;
    GHashTable *due;  /* names of rooms */
    GHashTable *told; /* name → Told */
    GSource *soon;    /* or NULL: nothing is due */
    GSource *turns;   /* or NULL: nobody waits for a turn */
};

static void
told_free(gpointer data)
{
    Told *told = data;

    cc_stage_places_clear(&told->places);
    g_free(told->grid);
    g_free(told);
}

CcStaging *
cc_staging_new(CcControl *control)
{
    CcStaging *staging = g_new0(CcStaging, 1);

    staging->control = control;
    staging->due = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    staging->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, told_free);
    return staging;
}

static void
stop(GSource **source)
{
    if (*source != NULL)
        g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

void
cc_staging_free(CcStaging *staging)
{
    if (staging == NULL)
        return;
    stop(&staging->soon);
    stop(&staging->turns);
    g_hash_table_unref(staging->due);
    g_hash_table_unref(staging->told);
    g_free(staging);
}

static void
find_places(const CcRoom *room, CcStagePlaces *places)
{
    for (guint i = 0; i < CC_GUESTS; i++) {
        places->guests[i] = g_strdup(cc_stage_session(room, room->guests[i].id));
        places->muted[i] = room->guests[i].muted;
    }
    for (guint i = 0; i < CC_GRID_PLACES; i++)
        places->grid[i] = g_strdup(cc_stage_session(room, room->grid[i].id));
}

static void
tell(CcStaging *staging, const CcRoom *room, Told *told)
{
    CcStagePlaces places = {0};
    g_autofree char *grid = cc_event_grid_message(room);

    find_places(room, &places);
    if (!cc_stage_places_equal(&places, &told->places)) {
        cc_worker_set_stage(cc_control_worker(staging->control, room->home), room->name, &places);
        cc_stage_places_set(&told->places, &places);
    }
    cc_stage_places_clear(&places);
    if (g_strcmp0(grid, told->grid) == 0)
        return;
    cc_events_tell_teachers(staging->control->events, room->name, grid);
    g_free(told->grid);
    told->grid = g_steal_pointer(&grid);
}

static gboolean on_turns(gpointer user_data);

static void
await_turns(CcStaging *staging)
{
    if (staging->turns != NULL)
        return;
    staging->turns = g_timeout_source_new_seconds(TURNS_CHECK_S);
    g_source_set_callback(staging->turns, on_turns, staging, NULL);
    g_source_attach(staging->turns, g_main_context_get_thread_default());
}

static void
update(CcStaging *staging, const char *name)
{
    const CcRoom *room = cc_room_registry_lookup(staging->control->rooms, name);
    Told *told = g_hash_table_lookup(staging->told, name);

    if (room == NULL)
        return;
    if (told == NULL) {
        told = g_new0(Told, 1);
        g_hash_table_insert(staging->told, g_strdup(name), told);
    }
    told->turn_us = cc_grid_update(staging->control->rooms, name, cc_clock_now_us());
    tell(staging, room, told);
    if (told->turn_us >= 0)
        await_turns(staging);
}

static gboolean
is_gone(gpointer name, gpointer told, gpointer user_data)
{
    const CcStaging *staging = user_data;

    return cc_room_registry_lookup(staging->control->rooms, name) == NULL;
}

static gboolean
on_soon(gpointer user_data)
{
    CcStaging *staging = user_data;
    g_autoptr(GHashTable) due = staging->due;
    GHashTableIter iter;
    gpointer name;

    staging->due = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_clear_pointer(&staging->soon, g_source_unref);
    g_hash_table_iter_init(&iter, due);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        update(staging, name);
    g_hash_table_foreach_remove(staging->told, is_gone, staging);
    return G_SOURCE_REMOVE;
}

static gboolean
on_turns(gpointer user_data)
{
    CcStaging *staging = user_data;
    gint64 now_us = cc_clock_now_us();
    gboolean waits = FALSE;
    GHashTableIter iter;
    gpointer name, value;

    g_hash_table_iter_init(&iter, staging->told);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        const Told *told = value;
        waits |= told->turn_us >= 0;
        if (told->turn_us >= 0 && now_us >= told->turn_us)
            cc_staging_changed(staging, name);
    }
    if (waits)
        return G_SOURCE_CONTINUE;
    g_clear_pointer(&staging->turns, g_source_unref);
    return G_SOURCE_REMOVE;
}

void
cc_staging_room_event(CcStaging *staging, const CcRoomEvent *event)
{
    const char *room = event->room->name;

    if (event->kind == CC_ROOM_READY || event->kind == CC_ROOM_STAGE ||
        (event->kind == CC_ROOM_JOINED && event->participant->ready) ||
        g_hash_table_contains(staging->told, room))
        cc_staging_changed(staging, room);
}

void
cc_staging_changed(CcStaging *staging, const char *room)
{
    g_hash_table_add(staging->due, g_strdup(room));
    if (staging->soon != NULL)
        return;
    staging->soon = g_idle_source_new();
    g_source_set_priority(staging->soon, G_PRIORITY_DEFAULT);
    g_source_set_callback(staging->soon, on_soon, staging, NULL);
    g_source_attach(staging->soon, g_main_context_get_thread_default());
}

char *
cc_staging_describe_grid(const CcStaging *staging, const char *room)
{
    const Told *told = g_hash_table_lookup(staging->told, room);

    return told != NULL ? g_strdup(told->grid) : NULL;
}
