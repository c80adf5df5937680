/* The files under configs/ say what the program does. */
#include "common/base/config-schema.h"
#include "common/base/config.h"

#include <glib/gstdio.h>
#include <string.h>

#define CONFIGS CC_SOURCE_ROOT "/configs/"

/* Not inline: gcc 12 -O3 then takes what is found in the text for a pointer to the local variable.
 */
static G_NO_INLINE char *
read_file(const char *path)
{
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

/* After a change of the schema: classcast config --example > configs/classcast.conf */
static void
test_generated(void)
{
    g_autofree char *committed = read_file(CONFIGS "classcast.conf");
    g_autofree char *generated = cc_config_schema_example();
    g_assert_cmpstr(committed, ==, generated);
}

/* The key's line stands with its default in its own section of @text. */
static void
assert_documented(const char *text, const CcConfigKey *key)
{
    g_autofree char *header = g_strdup_printf("\n[%s]\n", key->section);
    g_autofree char *line = g_strdup_printf("\n#%s =%s%s\n", key->key,
                                            *key->default_text ? " " : "", key->default_text);
    const char *section = strstr(text, header);
    g_assert_nonnull(section);
    const char *next = strstr(section + strlen(header), "\n[");
    const char *found = strstr(section, line);
    g_test_message("[%s] %s", key->section, key->key);
    g_assert_nonnull(found);
    g_assert_true(!next || found < next);
    g_assert_cmpuint(strlen(key->doc), >, 10);
}

static void
test_every_key_with_its_default(void)
{
    g_autofree char *text = read_file(CONFIGS "classcast.conf");
    for (guint i = 0; i < cc_config_n_keys; i++)
        assert_documented(text, &cc_config_keys[i]);
}

static void
test_all_pass(void)
{
    static const char *const names[] = {"classcast.conf", "relay.conf", "send.conf", "recv.conf"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_strconcat(CONFIGS, names[i], NULL);
        g_autoptr(GError) error = NULL;
        cc_config_check(path, &error);
        g_assert_no_error(error);
    }
}

/* What the examples offer behind a # must be right too. */
static void
test_uncommented(void)
{
    g_autofree char *text = read_file(CONFIGS "classcast.conf");
    g_autoptr(GRegex) commented = g_regex_new("^#([a-z])", G_REGEX_MULTILINE, 0, NULL);
    g_autofree char *active = g_regex_replace(commented, text, -1, 0, "\\1", 0, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *file = NULL;
    int fd = g_file_open_tmp("classcast-XXXXXX", &file, &error);

    g_assert_no_error(error);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(file, active, -1, NULL));
    cc_config_check(file, &error);
    g_assert_no_error(error);
    g_remove(file);
}

static void
test_schema_sections(void)
{
    for (guint i = 0; i < cc_config_n_keys; i++) {
        g_assert_true(cc_config_schema_has_section(cc_config_keys[i].section));
        /* Each key once. */
        g_assert_cmpint(cc_config_schema_find(cc_config_keys[i].section, cc_config_keys[i].key), ==,
                        (int)i);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config-examples/generated", test_generated);
    g_test_add_func("/config-examples/every-key", test_every_key_with_its_default);
    g_test_add_func("/config-examples/all-pass", test_all_pass);
    g_test_add_func("/config-examples/uncommented", test_uncommented);
    g_test_add_func("/config-examples/schema-sections", test_schema_sections);
    return g_test_run();
}
