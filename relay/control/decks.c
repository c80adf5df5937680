#define CC_LOG_AREA "deck"

#include "relay/control/decks.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "relay/control/deck-flow.h"
#include "relay/control/links.h"

#define IDLE_CHECK_S 60
/* Without a lesson: the teacher has put it there ahead of time, or has gone for good. */
#define IDLE_US (30 * 60 * (gint64)G_USEC_PER_SEC)

static gboolean
is_old(gpointer client, gpointer value, gpointer user_data)
{
    const CcDeckShare *share = value;

    return share->seen_us < *(const gint64 *)user_data;
}

static gboolean
on_idle_check(gpointer user_data)
{
    CcDecks *decks = user_data;
    gint64 before_us = cc_clock_now_us() - IDLE_US;
    g_autoptr(GPtrArray) rooms = cc_deck_store_idle(decks->store, before_us);

    g_hash_table_foreach_remove(decks->shares, is_old, &before_us);
    for (guint i = 0; i < rooms->len; i++)
        if (cc_room_registry_lookup(decks->control->rooms, rooms->pdata[i]) == NULL)
            cc_decks_forget(decks, rooms->pdata[i]);
    return G_SOURCE_CONTINUE;
}

CcDecks *
cc_decks_new(CcControl *control)
{
    CcDecks *decks = g_new0(CcDecks, 1);

    decks->control = control;
    decks->store = cc_deck_store_new();
    decks->flows = g_ptr_array_new();
    decks->shares = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    decks->pointing = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    decks->idle_timer = g_timeout_source_new_seconds(IDLE_CHECK_S);
    g_source_set_callback(decks->idle_timer, on_idle_check, decks, NULL);
    g_source_attach(decks->idle_timer, g_main_context_get_thread_default());
    cc_decks_reload(decks);
    return decks;
}

static void
clear_timer(GSource **timer)
{
    if (*timer == NULL)
        return;
    g_source_destroy(*timer);
    g_clear_pointer(timer, g_source_unref);
}

void
cc_decks_free(CcDecks *decks)
{
    if (decks == NULL)
        return;
    while (decks->flows->len > 0)
        cc_deck_flow_free(g_ptr_array_index(decks->flows, 0));
    g_ptr_array_unref(decks->flows);
    clear_timer(&decks->pointer_timer);
    clear_timer(&decks->idle_timer);
    g_hash_table_unref(decks->shares);
    g_hash_table_unref(decks->pointing);
    cc_deck_store_free(decks->store);
    g_free(decks);
}

CcDeckShare *
cc_decks_share(CcDecks *decks, const char *client)
{
    CcDeckShare *share = g_hash_table_lookup(decks->shares, client);

    if (share == NULL) {
        share = g_new0(CcDeckShare, 1);
        g_hash_table_insert(decks->shares, g_strdup(client), share);
    }
    return share;
}

void
cc_decks_reload(CcDecks *decks)
{
    const CcSettings *settings = decks->control->settings;

    cc_deck_store_set_limits(decks->store, settings->max_deck_bytes, settings->max_decks_bytes);
}

void
cc_decks_forget(CcDecks *decks, const char *room)
{
    g_autofree char *name = g_strdup(room);

    if (!cc_deck_store_remove(decks->store, name))
        return;
    g_hash_table_remove(decks->pointing, name);
    cc_links_set_wanted(decks->control->links, CC_LINKS_DECKS,
                        cc_deck_store_bytes(decks->store) > 0);
    cc_info("deck room=%s is not kept any longer", name);
    cc_decks_announce(decks, name);
}
