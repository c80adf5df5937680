#include "client/deck/uploader.h"

#include <string.h>

#include "common/deck/manifest.h"
#include "tests/unit/client/deck-server.h"

#define SIZE 30000

typedef struct {
    DeckServer *server;
    CcDeckUploader *uploader;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    fixture->server = deck_server_new();
    CcDeckHttp *http = cc_deck_http_new(fixture->server->url, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    fixture->uploader = cc_deck_uploader_new(http, cc_deck_manifest_new("5be1", "lesson.pdf", 4));
    cc_deck_uploader_set_rate(fixture->uploader, 4000000);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    cc_deck_uploader_free(fixture->uploader);
    deck_server_free(fixture->server);
}

static void
draw(Fixture *fixture, guint page)
{
    char hash[CC_DECK_HASH_LENGTH + 1];
    g_autoptr(GBytes) still = deck_server_still(page, SIZE, hash);
    cc_deck_uploader_add(fixture->uploader, page, still);
}

static gboolean
has(const Fixture *fixture, guint page)
{
    char hash[CC_DECK_HASH_LENGTH + 1];
    g_autoptr(GBytes) still = deck_server_still(page, SIZE, hash);
    const GByteArray *bytes = g_hash_table_lookup(fixture->server->brought, hash);
    return bytes != NULL && bytes->len == SIZE &&
           memcmp(bytes->data, g_bytes_get_data(still, NULL), SIZE) == 0;
}

#define wait_until(condition)                                                                      \
    G_STMT_START                                                                                   \
    {                                                                                              \
        while (!(condition))                                                                       \
            g_main_context_iteration(NULL, TRUE);                                                  \
    }                                                                                              \
    G_STMT_END

static void
test_all(Fixture *fixture, gconstpointer data)
{
    for (guint page = 0; page < 4; page++)
        draw(fixture, page);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpuint(fixture->server->asked->len, ==, 0); /* there is no session */
    cc_deck_uploader_set_online(fixture->uploader, TRUE);
    for (guint page = 0; page < 4; page++)
        wait_until(has(fixture, page));
}

/* The page that is shown goes first. */
static void
test_order(Fixture *fixture, gconstpointer data)
{
    for (guint page = 0; page < 4; page++)
        draw(fixture, page);
    cc_deck_uploader_show(fixture->uploader, 2);
    cc_deck_uploader_set_online(fixture->uploader, TRUE);
    wait_until(has(fixture, 2));
    g_assert_cmpuint(g_hash_table_size(fixture->server->brought), ==, 1);
}

/* A relay that was restarted has nothing, and gets all once more. */
static void
test_again(Fixture *fixture, gconstpointer data)
{
    draw(fixture, 0);
    cc_deck_uploader_set_online(fixture->uploader, TRUE);
    wait_until(has(fixture, 0));
    cc_deck_uploader_set_online(fixture->uploader, FALSE);
    g_hash_table_remove_all(fixture->server->brought);
    cc_deck_uploader_set_online(fixture->uploader, TRUE);
    wait_until(has(fixture, 0));
}

/* An answer that never came: the relay knows how far it got. */
static void
test_resumes(Fixture *fixture, gconstpointer data)
{
    char hash[CC_DECK_HASH_LENGTH + 1];
    g_autoptr(GBytes) still = deck_server_still(0, SIZE, hash);
    GByteArray *half = g_byte_array_new();
    g_byte_array_append(half, g_bytes_get_data(still, NULL), SIZE / 2);
    g_hash_table_insert(fixture->server->brought, g_strdup(hash), half);
    draw(fixture, 0);
    cc_deck_uploader_set_online(fixture->uploader, TRUE);
    wait_until(has(fixture, 0));
}

/* What is slow is slow: the voice is beside it. */
static void
test_rate(Fixture *fixture, gconstpointer data)
{
    cc_deck_uploader_set_rate(fixture->uploader, 200000);
    draw(fixture, 0);
    gint64 began_us = g_get_monotonic_time();
    cc_deck_uploader_set_online(fixture->uploader, TRUE);
    wait_until(has(fixture, 0));
    g_assert_cmpint(g_get_monotonic_time() - began_us, >, 900000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add(name, Fixture, NULL, set_up, function, tear_down)
    ADD("/client/deck-uploader/all", test_all);
    ADD("/client/deck-uploader/order", test_order);
    ADD("/client/deck-uploader/again", test_again);
    ADD("/client/deck-uploader/resumes", test_resumes);
    ADD("/client/deck-uploader/rate", test_rate);
    return g_test_run();
}
