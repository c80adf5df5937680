#include "common/wire/drop.h"

static void
test_names(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < CC_N_DROPS; i++) {
        const char *name = cc_drop_name((CcDrop)i);
        g_assert_nonnull(name);
        for (const char *p = name; *p != '\0'; p++)
            g_assert_true(g_ascii_islower(*p) || *p == '-');
        /* /metrics has one counter for each. */
        g_assert_true(g_hash_table_add(seen, (gpointer)name));
    }
    g_assert_cmpstr(cc_drop_name(CC_DROP_STUN_BAD_INTEGRITY), ==, "stun-bad-integrity");
    g_assert_cmpstr(cc_drop_name(CC_N_DROPS), ==, "unknown");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/drop/names", test_names);
    return g_test_run();
}
