/* Which pairs of TLS files the relay takes, and what it says of the others. */
#include "relay/control/tls-files.h"

#include <glib/gstdio.h>

#include "common/base/error.h"
#include "tests/unit/certificates.h"

static char *
write_file(const char *folder, const char *name, const char *text)
{
    char *path = g_build_filename(folder, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static void
test_load(void)
{
    static const struct {
        const char *certificate, *key, *complaint;
    } cases[] = {
        {certificates_good, certificates_key, NULL},
        {certificates_good, certificates_other_key, "the key is not that of the certificate"},
        {certificates_key, certificates_key, ""},
        {certificates_good, "", ""},
    };
    g_autofree char *folder = g_dir_make_tmp("tls-files-XXXXXX", NULL);

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *certificate = write_file(folder, "relay.crt", cases[i].certificate);
        g_autofree char *key = write_file(folder, "relay.key", cases[i].key);
        g_autoptr(GError) error = NULL;
        g_autoptr(GTlsCertificate) loaded = cc_tls_files_load(certificate, key, &error);

        if (cases[i].complaint == NULL) {
            g_assert_no_error(error);
            g_assert_nonnull(loaded);
        } else {
            g_autofree char *begin =
                g_strdup_printf("cannot use tls-certificate %s with tls-key %s: %s", certificate,
                                key, cases[i].complaint);
            g_assert_error(error, CC_ERROR, CC_ERROR_CONFIG);
            g_assert_true(g_str_has_prefix(error->message, begin));
            g_assert_null(loaded);
        }
        g_unlink(certificate);
        g_unlink(key);
    }
    g_rmdir(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tls-files", test_load);
    return g_test_run();
}
