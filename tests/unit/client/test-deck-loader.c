#include "client/deck/loader.h"

#include <string.h>

#include "tests/unit/client/deck-server.h"

#define SIZE 70000 /* several pieces */

typedef struct {
    DeckServer *server;
    CcDeckLoader *loader;
    GPtrArray *arrived; /* char *, in that order */
    guint wanted;
    gboolean enough;
    CcRoomDeck deck;
} Fixture;

static void
on_arrived(const char *hash, gpointer user_data)
{
    Fixture *fixture = user_data;
    g_ptr_array_add(fixture->arrived, g_strdup(hash));
    fixture->enough = fixture->arrived->len >= fixture->wanted;
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->server = deck_server_new();
    fixture->arrived = g_ptr_array_new_with_free_func(g_free);
    deck_server_fill(fixture->server, "5be1", 5, SIZE);
    fixture->deck = (CcRoomDeck){.id = g_strdup("5be1"), .version = 1, .n_pages = 5, .bytes = SIZE};
    g_autoptr(GError) error = NULL;
    CcDeckHttp *http = cc_deck_http_new(fixture->server->url, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    fixture->loader = cc_deck_loader_new(http, on_arrived, fixture);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    cc_deck_loader_free(fixture->loader);
    deck_server_free(fixture->server);
    g_ptr_array_unref(fixture->arrived);
    cc_room_deck_clear(&fixture->deck);
}

static void
turn(Fixture *fixture, guint page)
{
    g_bytes_unref(deck_server_still(page, SIZE, fixture->deck.hash));
    fixture->deck.page = page;
    fixture->deck.ready = TRUE;
    cc_deck_loader_follow(fixture->loader, &fixture->deck);
}

static void
wait_for_pages(Fixture *fixture, guint n)
{
    fixture->wanted = n;
    fixture->enough = fixture->arrived->len >= n;
    deck_server_wait(&fixture->enough);
}

static void
assert_page(Fixture *fixture, guint nth, guint page)
{
    char hash[CC_DECK_HASH_LENGTH + 1];
    g_autoptr(GBytes) still = deck_server_still(page, SIZE, hash);
    g_assert_cmpstr(fixture->arrived->pdata[nth], ==, hash);
    g_assert_true(g_bytes_equal(cc_deck_loader_still(fixture->loader, hash), still));
}

static guint
count_asked(const Fixture *fixture, const char *prefix)
{
    guint n = 0;
    for (guint i = 0; i < fixture->server->asked->len; i++)
        n += g_str_has_prefix(fixture->server->asked->pdata[i], prefix);
    return n;
}

/* The page that is shown, even before the manifest; then its neighbours. */
static void
test_order(Fixture *fixture, gconstpointer data)
{
    cc_deck_loader_set_fetch(fixture->loader, CC_DECK_FETCH_ALL);
    turn(fixture, 2);
    wait_for_pages(fixture, 5);
    static const guint order[] = {2, 3, 4, 1, 0};
    for (guint i = 0; i < 5; i++)
        assert_page(fixture, i, order[i]);
    g_assert_cmpuint(count_asked(fixture, "GET deck"), ==, 1);
    g_assert_cmpuint(cc_deck_loader_n_pages(fixture->loader), ==, 5);
    guint asked = fixture->server->asked->len;
    turn(fixture, 4); /* is here already */
    g_assert_cmpuint(fixture->server->asked->len, ==, asked);
}

/* Nothing without a session; on a link in trouble the page that is shown, and no other. */
static void
test_fetch(Fixture *fixture, gconstpointer data)
{
    turn(fixture, 1);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpuint(fixture->server->asked->len, ==, 0);
    cc_deck_loader_set_fetch(fixture->loader, CC_DECK_FETCH_PAGE);
    wait_for_pages(fixture, 1);
    assert_page(fixture, 0, 1);
    turn(fixture, 3);
    wait_for_pages(fixture, 2);
    assert_page(fixture, 1, 3);
    g_assert_cmpuint(count_asked(fixture, "GET deck"), ==, 0);
}

/* A connection that breaks costs what was still to come, not what came. */
static void
test_resumes(Fixture *fixture, gconstpointer data)
{
    fixture->server->cut = 2;
    cc_deck_loader_set_fetch(fixture->loader, CC_DECK_FETCH_PAGE);
    turn(fixture, 0);
    wait_for_pages(fixture, 1);
    assert_page(fixture, 0, 0);
    g_assert_cmpuint(count_asked(fixture, "GET"), >=, 3);
    for (guint i = 1; i < fixture->server->asked->len; i++)
        g_assert_null(strstr(fixture->server->asked->pdata[i], "bytes=0-"));
}

/* What does not have the hash that it should have is never shown. */
static void
test_damaged(Fixture *fixture, gconstpointer data)
{
    fixture->server->damage = 1;
    cc_deck_loader_set_fetch(fixture->loader, CC_DECK_FETCH_PAGE);
    turn(fixture, 0);
    wait_for_pages(fixture, 1);
    assert_page(fixture, 0, 0);
}

/* A relay that has not got the still yet, or is away, is asked again. */
static void
test_refused(Fixture *fixture, gconstpointer data)
{
    fixture->server->status = 503;
    cc_deck_loader_set_fetch(fixture->loader, CC_DECK_FETCH_PAGE);
    turn(fixture, 0);
    while (fixture->server->asked->len == 0)
        g_main_context_iteration(NULL, TRUE);
    fixture->server->status = 0;
    wait_for_pages(fixture, 1);
    assert_page(fixture, 0, 0);
}

/* What is far from the page goes first, and is not fetched again and again. */
static void
test_bounded(Fixture *fixture, gconstpointer data)
{
    char hash[CC_DECK_HASH_LENGTH + 1];
    cc_deck_loader_set_bound(fixture->loader, 3 * SIZE);
    cc_deck_loader_set_fetch(fixture->loader, CC_DECK_FETCH_ALL);
    turn(fixture, 0);
    wait_for_pages(fixture, 3);
    turn(fixture, 4);
    wait_for_pages(fixture, 5);
    assert_page(fixture, 3, 4);
    assert_page(fixture, 4, 3);
    g_bytes_unref(deck_server_still(0, SIZE, hash));
    g_assert_null(cc_deck_loader_still(fixture->loader, hash));
    g_assert_cmpuint(cc_deck_loader_n_pages(fixture->loader), ==, 3);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add(name, Fixture, NULL, set_up, function, tear_down)
    ADD("/client/deck-loader/order", test_order);
    ADD("/client/deck-loader/fetch", test_fetch);
    ADD("/client/deck-loader/resumes", test_resumes);
    ADD("/client/deck-loader/damaged", test_damaged);
    ADD("/client/deck-loader/refused", test_refused);
    ADD("/client/deck-loader/bounded", test_bounded);
    return g_test_run();
}
