#include "relay/media/worker.h"

void
cc_stage_places_clear(CcStagePlaces *places)
{
    for (guint i = 0; i < CC_GUESTS; i++)
        g_clear_pointer(&places->guests[i], g_free);
    for (guint i = 0; i < CC_GRID_PLACES; i++)
        g_clear_pointer(&places->grid[i], g_free);
}

gboolean
cc_stage_places_equal(const CcStagePlaces *a, const CcStagePlaces *b)
{
    for (guint i = 0; i < CC_GUESTS; i++)
        if (g_strcmp0(a->guests[i], b->guests[i]) != 0 || a->muted[i] != b->muted[i])
            return FALSE;
    for (guint i = 0; i < CC_GRID_PLACES; i++)
        if (g_strcmp0(a->grid[i], b->grid[i]) != 0)
            return FALSE;
    return TRUE;
}

void
cc_stage_places_set(CcStagePlaces *places, const CcStagePlaces *from)
{
    cc_stage_places_clear(places);
    for (guint i = 0; i < CC_GUESTS; i++) {
        places->guests[i] = g_strdup(from->guests[i]);
        places->muted[i] = from->muted[i];
    }
    for (guint i = 0; i < CC_GRID_PLACES; i++)
        places->grid[i] = g_strdup(from->grid[i]);
}
