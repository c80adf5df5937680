#include "relay/control/deck-store.h"

typedef struct {
    GByteArray *arrived; /* or NULL: whole */
    GBytes *whole;       /* or NULL */
} Still;

struct CcDeckStore {
    GHashTable *decks; /* room → CcDeck (owned) */
    guint64 room_bytes, all_bytes, reserved;
};

static void
still_free(gpointer data)
{
    Still *still = data;

    g_clear_pointer(&still->arrived, g_byte_array_unref);
    g_clear_pointer(&still->whole, g_bytes_unref);
    g_free(still);
}

static void
deck_free(gpointer data)
{
    CcDeck *deck = data;

    cc_deck_manifest_free(deck->manifest);
    g_hash_table_unref(deck->stills);
    g_free(deck);
}

CcDeckStore *
cc_deck_store_new(void)
{
    CcDeckStore *store = g_new0(CcDeckStore, 1);

    store->decks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, deck_free);
    return store;
}

void
cc_deck_store_free(CcDeckStore *store)
{
    if (store == NULL)
        return;
    g_hash_table_unref(store->decks);
    g_free(store);
}

void
cc_deck_store_set_limits(CcDeckStore *store, guint64 room_bytes, guint64 all_bytes)
{
    store->room_bytes = room_bytes;
    store->all_bytes = all_bytes;
}

/* The stills of @manifest, each counted once. */
static guint64
announced_bytes(const CcDeckManifest *manifest)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    guint64 sum = 0;

    for (guint i = 0; i < manifest->pages->len; i++) {
        const CcDeckPage *page = cc_deck_manifest_page(manifest, i);
        if (*page->hash != '\0' && g_hash_table_add(seen, (gpointer)page->hash))
            sum += page->bytes;
    }
    return sum;
}

/* A still that no page names any more, or that was announced with another size. */
static gboolean
is_unwanted(gpointer key, gpointer value, gpointer user_data)
{
    const CcDeckPage *page = cc_deck_manifest_find(user_data, key);
    const Still *still = value;

    return page == NULL || (still->whole != NULL ? g_bytes_get_size(still->whole) != page->bytes
                                                 : still->arrived->len > page->bytes);
}

static CcDeck *
take_deck(CcDeckStore *store, const char *room)
{
    CcDeck *deck = g_hash_table_lookup(store->decks, room);

    if (deck != NULL)
        return deck;
    deck = g_new0(CcDeck, 1);
    deck->stills = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, still_free);
    g_hash_table_insert(store->decks, g_strdup(room), deck);
    return deck;
}

CcDeckResult
cc_deck_store_put(CcDeckStore *store, const char *room, CcDeckManifest *manifest, gint64 now_us)
{
    CcDeck *deck = g_hash_table_lookup(store->decks, room);
    guint64 before = deck != NULL ? deck->reserved : 0;
    guint64 bytes = announced_bytes(manifest);

    if (bytes > store->room_bytes || store->reserved - before + bytes > store->all_bytes) {
        cc_deck_manifest_free(manifest);
        return CC_DECK_FULL;
    }
    deck = take_deck(store, room);
    if (deck->manifest == NULL || !g_str_equal(deck->manifest->id, manifest->id)) {
        deck->page = 0;
        deck->blank = deck->pointing = FALSE;
    }
    g_clear_pointer(&deck->manifest, cc_deck_manifest_free);
    deck->manifest = manifest;
    deck->page = MIN(deck->page, manifest->pages->len - 1);
    deck->version++;
    deck->touched_us = now_us;
    deck->reserved = bytes;
    store->reserved += bytes - before;
    g_hash_table_foreach_remove(deck->stills, is_unwanted, manifest);
    return CC_DECK_OK;
}

CcDeck *
cc_deck_store_lookup(const CcDeckStore *store, const char *room)
{
    return g_hash_table_lookup(store->decks, room);
}

gboolean
cc_deck_store_remove(CcDeckStore *store, const char *room)
{
    const CcDeck *deck = g_hash_table_lookup(store->decks, room);

    if (deck == NULL)
        return FALSE;
    store->reserved -= deck->reserved;
    return g_hash_table_remove(store->decks, room);
}

GPtrArray *
cc_deck_store_idle(const CcDeckStore *store, gint64 before_us)
{
    GPtrArray *rooms = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer room, value;

    g_hash_table_iter_init(&iter, store->decks);
    while (g_hash_table_iter_next(&iter, &room, &value))
        if (((const CcDeck *)value)->touched_us < before_us)
            g_ptr_array_add(rooms, g_strdup(room));
    return rooms;
}

guint64
cc_deck_store_bytes(const CcDeckStore *store)
{
    return store->reserved;
}

static Still *
take_still(CcDeck *deck, const char *hash)
{
    Still *still = g_hash_table_lookup(deck->stills, hash);

    if (still != NULL)
        return still;
    still = g_new0(Still, 1);
    still->arrived = g_byte_array_new();
    g_hash_table_insert(deck->stills, g_strdup(hash), still);
    return still;
}

static CcDeckResult
complete(Still *still, const char *hash)
{
    char found[CC_DECK_HASH_LENGTH + 1];

    cc_deck_hash(still->arrived->data, still->arrived->len, found);
    if (!g_str_equal(found, hash)) {
        g_byte_array_set_size(still->arrived, 0);
        return CC_DECK_WRONG_HASH;
    }
    still->whole = g_byte_array_free_to_bytes(g_steal_pointer(&still->arrived));
    return CC_DECK_OK;
}

CcDeckResult
cc_deck_receive(CcDeck *deck, const char *hash, guint64 offset, const guint8 *data, gsize length)
{
    const CcDeckPage *page = cc_deck_manifest_find(deck->manifest, hash);
    Still *still;

    if (page == NULL)
        return CC_DECK_UNKNOWN;
    still = take_still(deck, hash);
    if (still->whole != NULL || offset != still->arrived->len ||
        length > page->bytes - still->arrived->len)
        return CC_DECK_WRONG_OFFSET;
    g_byte_array_append(still->arrived, data, (guint)length);
    return still->arrived->len == page->bytes ? complete(still, hash) : CC_DECK_OK;
}

guint
cc_deck_received(const CcDeck *deck, const char *hash)
{
    const Still *still = g_hash_table_lookup(deck->stills, hash);

    if (still == NULL)
        return 0;
    return still->whole != NULL ? (guint)g_bytes_get_size(still->whole) : still->arrived->len;
}

GBytes *
cc_deck_still(const CcDeck *deck, const char *hash)
{
    const Still *still = g_hash_table_lookup(deck->stills, hash);

    return still != NULL ? still->whole : NULL;
}
