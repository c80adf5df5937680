#include "relay/control/deck-store.h"

#include <string.h>

#define ROOM_BYTES 1000
#define ALL_BYTES 1500

typedef struct {
    CcDeckStore *store;
    char hash[4][CC_DECK_HASH_LENGTH + 1];
    guint8 still[4][400];
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->store = cc_deck_store_new();
    cc_deck_store_set_limits(fixture->store, ROOM_BYTES, ALL_BYTES);
    for (guint i = 0; i < 4; i++) {
        memset(fixture->still[i], (int)i, sizeof fixture->still[i]);
        cc_deck_hash(fixture->still[i], sizeof fixture->still[i], fixture->hash[i]);
    }
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    cc_deck_store_free(fixture->store);
}

/* @pages: "01-" are the stills 0 and 1 and a page that is not drawn. */
static CcDeckResult
put(Fixture *fixture, const char *room, const char *id, const char *pages)
{
    CcDeckManifest *manifest = cc_deck_manifest_new(id, "", (guint)strlen(pages));

    for (guint i = 0; i < strlen(pages); i++) {
        CcDeckPage *page = cc_deck_manifest_page(manifest, i);
        if (pages[i] == '-')
            continue;
        g_strlcpy(page->hash, fixture->hash[pages[i] - '0'], sizeof page->hash);
        page->bytes = sizeof fixture->still[0];
    }
    return cc_deck_store_put(fixture->store, room, manifest, 1);
}

static CcDeckResult
receive(Fixture *fixture, CcDeck *deck, guint still, guint64 offset, gsize length)
{
    return cc_deck_receive(deck, fixture->hash[still], offset, fixture->still[still], length);
}

static void
test_in_pieces(Fixture *fixture, gconstpointer data)
{
    g_assert_cmpint(put(fixture, "math", "a", "0-"), ==, CC_DECK_OK);
    CcDeck *deck = cc_deck_store_lookup(fixture->store, "math");

    g_assert_cmpint(receive(fixture, deck, 0, 0, 150), ==, CC_DECK_OK);
    g_assert_cmpint(receive(fixture, deck, 0, 0, 150), ==, CC_DECK_WRONG_OFFSET);
    g_assert_cmpint(receive(fixture, deck, 0, 151, 10), ==, CC_DECK_WRONG_OFFSET);
    g_assert_cmpint(receive(fixture, deck, 0, 150, 251), ==, CC_DECK_WRONG_OFFSET);
    g_assert_cmpint(receive(fixture, deck, 1, 0, 10), ==, CC_DECK_UNKNOWN);
    g_assert_cmpuint(cc_deck_received(deck, fixture->hash[0]), ==, 150);
    g_assert_null(cc_deck_still(deck, fixture->hash[0]));
    g_assert_cmpint(receive(fixture, deck, 0, 150, 250), ==, CC_DECK_OK);
    GBytes *still = cc_deck_still(deck, fixture->hash[0]);
    g_assert_cmpmem(g_bytes_get_data(still, NULL), g_bytes_get_size(still), fixture->still[0], 400);
    g_assert_cmpint(receive(fixture, deck, 0, 400, 1), ==, CC_DECK_WRONG_OFFSET);
}

/* What is not what was announced is never shown to anybody, and may be sent again. */
static void
test_wrong_hash(Fixture *fixture, gconstpointer data)
{
    put(fixture, "math", "a", "0");
    CcDeck *deck = cc_deck_store_lookup(fixture->store, "math");

    g_assert_cmpint(cc_deck_receive(deck, fixture->hash[0], 0, fixture->still[1], 400), ==,
                    CC_DECK_WRONG_HASH);
    g_assert_null(cc_deck_still(deck, fixture->hash[0]));
    g_assert_cmpuint(cc_deck_received(deck, fixture->hash[0]), ==, 0);
    g_assert_cmpint(receive(fixture, deck, 0, 0, 400), ==, CC_DECK_OK);
    g_assert_nonnull(cc_deck_still(deck, fixture->hash[0]));
}

static void
test_bounds(Fixture *fixture, gconstpointer data)
{
    g_assert_cmpint(put(fixture, "math", "a", "012"), ==, CC_DECK_FULL);
    g_assert_null(cc_deck_store_lookup(fixture->store, "math"));
    g_assert_cmpint(put(fixture, "math", "a", "00000000"), ==, CC_DECK_OK); /* one still */
    g_assert_cmpuint(cc_deck_store_bytes(fixture->store), ==, 400);
    g_assert_cmpint(put(fixture, "music", "b", "01"), ==, CC_DECK_OK);
    g_assert_cmpint(put(fixture, "art", "c", "0"), ==, CC_DECK_FULL); /* 1600 in all */
    g_assert_cmpint(put(fixture, "math", "a", "01"), ==, CC_DECK_FULL);
    g_assert_cmpuint(cc_deck_store_lookup(fixture->store, "math")->manifest->pages->len, ==, 8);
    g_assert_true(cc_deck_store_remove(fixture->store, "music"));
    g_assert_false(cc_deck_store_remove(fixture->store, "music"));
    g_assert_cmpint(put(fixture, "art", "c", "0"), ==, CC_DECK_OK);
    g_assert_cmpuint(cc_deck_store_bytes(fixture->store), ==, 800);
}

/* A teacher who comes again, or has drawn some more pages. */
static void
test_versions(Fixture *fixture, gconstpointer data)
{
    put(fixture, "math", "a", "0-");
    CcDeck *deck = cc_deck_store_lookup(fixture->store, "math");
    receive(fixture, deck, 0, 0, 400);
    deck->page = 1;
    put(fixture, "math", "a", "01");
    g_assert_cmpuint(deck->page, ==, 1);
    g_assert_cmpuint(deck->version, ==, 2);
    g_assert_nonnull(cc_deck_still(deck, fixture->hash[0]));

    /* Another deck begins at its first page, and what it does not show is forgotten. */
    put(fixture, "math", "b", "1");
    g_assert_cmpuint(deck->page, ==, 0);
    g_assert_null(cc_deck_still(deck, fixture->hash[0]));
    g_assert_cmpuint(cc_deck_received(deck, fixture->hash[0]), ==, 0);
}

static void
test_idle(Fixture *fixture, gconstpointer data)
{
    put(fixture, "math", "a", "0");
    put(fixture, "music", "b", "1");
    cc_deck_store_lookup(fixture->store, "music")->touched_us = 100;
    g_autoptr(GPtrArray) idle = cc_deck_store_idle(fixture->store, 50);
    g_assert_cmpuint(idle->len, ==, 1);
    g_assert_cmpstr(idle->pdata[0], ==, "math");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add(name, Fixture, NULL, set_up, function, tear_down)
    ADD("/relay/deck-store/in-pieces", test_in_pieces);
    ADD("/relay/deck-store/wrong-hash", test_wrong_hash);
    ADD("/relay/deck-store/bounds", test_bounds);
    ADD("/relay/deck-store/versions", test_versions);
    ADD("/relay/deck-store/idle", test_idle);
    return g_test_run();
}
