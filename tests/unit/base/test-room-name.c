#include "common/auth/token.h"

static void
test_good(void)
{
    static const char *const good[] = {"a",           "math",    "Math-3_b.2", "数学",
                                       "三年级-数学", "ქართული", "é",          "e\xcc\x81",
                                       "a.",          "-",       "_"};
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_test_message("%s", good[i]);
        g_assert_true(cc_room_name_is_valid(good[i]));
    }
}

static void
test_bad(void)
{
    static const char *const bad[] = {"",
                                      ".",
                                      "..",
                                      ".hidden",
                                      "a b",
                                      "a/b",
                                      "../etc",
                                      "a%2fb",
                                      "a\nb",
                                      "a\x7f",
                                      "a?b",
                                      "a#b",
                                      "<b>",
                                      "a\"",
                                      "*",
                                      "a*",
                                      "a\xff",
                                      "\xe6\x95",
                                      "a\xed\xa0\x80" /* surrogate */,
                                      "\xc0\xae" /* overlong '.' */,
                                      "\xe2\x80\xae"
                                      "a" /* right-to-left override */,
                                      "a\xe2\x80\x8b" /* zero width space */,
                                      "\xcc\x81" /* a mark on nothing */,
                                      "a\xc2\xa0"
                                      "b",
                                      "😀"};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_test_message("number %" G_GSIZE_FORMAT, i);
        g_assert_false(cc_room_name_is_valid(bad[i]));
    }
}

static void
test_length(void)
{
    g_autofree char *longest = g_strnfill(64, 'x');
    g_autofree char *too_long = g_strnfill(65, 'x');
    g_autoptr(GString) chinese = g_string_new(NULL);

    g_assert_true(cc_room_name_is_valid(longest));
    g_assert_false(cc_room_name_is_valid(too_long));
    for (int i = 0; i < 64; i++)
        g_string_append(chinese, "课");
    g_assert_true(cc_room_name_is_valid(chinese->str));
    g_string_append(chinese, "课");
    g_assert_false(cc_room_name_is_valid(chinese->str));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/room-name/good", test_good);
    g_test_add_func("/room-name/bad", test_bad);
    g_test_add_func("/room-name/length", test_length);
    return g_test_run();
}
