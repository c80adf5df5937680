#include "common/deck/manifest.h"

#include <string.h>

#include "common/base/error.h"

#define HASH "0123456789abcdef0123456789abcdef"

static CcDeckManifest *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    CcDeckManifest *manifest = cc_deck_manifest_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    return manifest;
}

static void
assert_refused(const char *text, gsize length)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(cc_deck_manifest_parse(text, length, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_PROTOCOL);
}

static void
test_round_trip(void)
{
    static const char text[] =
        "deck 5be1C2 勾股定理 lesson.pdf\n" HASH " 31250\n-\n" HASH " 31250\n";
    g_autoptr(CcDeckManifest) manifest = parse(text);
    g_autofree char *again = cc_deck_manifest_to_string(manifest);

    g_assert_cmpstr(again, ==, text);
    g_assert_cmpstr(manifest->id, ==, "5be1C2");
    g_assert_cmpstr(manifest->title, ==, "勾股定理 lesson.pdf");
    g_assert_cmpuint(manifest->pages->len, ==, 3);
    g_assert_cmpstr(cc_deck_manifest_page(manifest, 1)->hash, ==, "");
    g_assert_cmpuint(cc_deck_manifest_page(manifest, 2)->bytes, ==, 31250);
    g_assert_null(cc_deck_manifest_page(manifest, 3));
    g_assert_true(cc_deck_manifest_find(manifest, HASH) == cc_deck_manifest_page(manifest, 0));
    g_assert_null(cc_deck_manifest_find(manifest, "ffffffffffffffffffffffffffffffff"));
    g_assert_null(cc_deck_manifest_find(manifest, "")); /* pages that are not drawn have none */
}

static void
test_hostile(void)
{
    static const char *const cases[] = {
        "deck",
        "deck 5be1\n",
        "deck  title\n-\n",
        "deck ../../etc title\n-\n",
        "deck 5be1 t\n" HASH "\n",
        "deck 5be1 t\n" HASH " 0\n",
        "deck 5be1 t\n" HASH " -5\n",
        "deck 5be1 t\n" HASH " 1048577\n",
        "deck 5be1 t\n" HASH " 99999999999999999999\n",
        "deck 5be1 t\n" HASH "0 5\n",
        "deck 5be1 t\n0123456789ABCDEF0123456789ABCDEF 5\n",
        "deck 5be1 t\n-\n\n-\n",
        "deck 5be1 t\n\xff\n",
        "dock 5be1 t\n-\n",
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_refused(cases[i], strlen(cases[i]));
    assert_refused("", 0);
    assert_refused("deck 5be1 t\n-\0\n", 16);
    g_autofree char *long_line = g_strnfill(5000, 'x');
    g_autofree char *long_title = g_strdup_printf("deck 5be1 %s\n-\n", long_line);
    assert_refused(long_title, strlen(long_title));
    g_autofree char *long_page = g_strdup_printf("deck 5be1 t\n%s\n", long_line);
    assert_refused(long_page, strlen(long_page));
}

static void
test_pages_are_bounded(void)
{
    g_autoptr(GString) text = g_string_new("deck 5be1 t\n");

    for (guint i = 0; i < CC_DECK_MAX_PAGES; i++)
        g_string_append(text, "-\n");
    g_autoptr(CcDeckManifest) full = parse(text->str);
    g_assert_cmpuint(full->pages->len, ==, CC_DECK_MAX_PAGES);
    g_string_append(text, "-\n");
    assert_refused(text->str, text->len);
}

/* A file's name may hold anything. */
static void
test_title(void)
{
    g_autofree char *filled = g_strnfill(1000, 'x');
    g_autofree char *wild = g_strconcat("one\ntwo\r\033[31m\xe2\x80\xae", filled, NULL);
    g_autoptr(CcDeckManifest) manifest = cc_deck_manifest_new("5be1", wild, 2);
    g_autofree char *text = cc_deck_manifest_to_string(manifest);
    g_autoptr(CcDeckManifest) again = parse(text);

    g_assert_true(g_str_has_prefix(again->title, "onetwo[31mxxx"));
    g_assert_cmpuint(strlen(again->title), <=, CC_DECK_MAX_TITLE);
    g_assert_cmpuint(again->pages->len, ==, 2);
}

static void
test_hash(void)
{
    char hash[CC_DECK_HASH_LENGTH + 1];

    cc_deck_hash((const guint8 *)"abc", 3, hash); /* FIPS 180-2 appendix B.1 */
    g_assert_cmpstr(hash, ==, "ba7816bf8f01cfea414140de5dae2223");
    g_assert_true(cc_deck_hash_is_valid(hash));
    g_assert_false(cc_deck_hash_is_valid("ba7816bf"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/deck/manifest/round-trip", test_round_trip);
    g_test_add_func("/deck/manifest/hostile", test_hostile);
    g_test_add_func("/deck/manifest/pages-are-bounded", test_pages_are_bounded);
    g_test_add_func("/deck/manifest/title", test_title);
    g_test_add_func("/deck/manifest/hash", test_hash);
    return g_test_run();
}
