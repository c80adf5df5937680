#include "common/base/error.h"

#include <sysexits.h>

static void
test_exit_codes(void)
{
    static const struct {
        CcError code;
        int exit_code;
    } expected[] = {
        {CC_ERROR_FAILED, EX_SOFTWARE},     {CC_ERROR_USAGE, EX_USAGE},
        {CC_ERROR_CONFIG, EX_CONFIG},       {CC_ERROR_NOT_SDP, EX_PROTOCOL},
        {CC_ERROR_NO_BUNDLE, EX_PROTOCOL},  {CC_ERROR_NO_FINGERPRINT, EX_PROTOCOL},
        {CC_ERROR_NO_ICE, EX_PROTOCOL},     {CC_ERROR_NO_CODEC, EX_PROTOCOL},
        {CC_ERROR_BAD_OFFER, EX_PROTOCOL},  {CC_ERROR_UNAUTHORIZED, EX_NOPERM},
        {CC_ERROR_FORBIDDEN, EX_NOPERM},    {CC_ERROR_NOT_FOUND, EX_NOINPUT},
        {CC_ERROR_CONFLICT, EX_TEMPFAIL},   {CC_ERROR_LIMIT, EX_TEMPFAIL},
        {CC_ERROR_NETWORK, EX_UNAVAILABLE}, {CC_ERROR_PROTOCOL, EX_PROTOCOL},
        {CC_ERROR_NO_DEVICE, EX_NOINPUT},   {CC_ERROR_MEDIA, EX_SOFTWARE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_autoptr(GError) error = g_error_new_literal(CC_ERROR, (gint)expected[i].code, "x");
        g_assert_cmpint(cc_error_exit_code(error), ==, expected[i].exit_code);
    }
    g_assert_cmpint(cc_error_exit_code(NULL), ==, EX_OK);
}

static void
test_foreign_domain(void)
{
    /* Its codes overlap with ours and mean other things. */
    g_autoptr(GError) error =
        g_error_new_literal(G_FILE_ERROR, (gint)CC_ERROR_USAGE, "another library's");
    g_assert_cmpint(cc_error_exit_code(error), ==, EX_SOFTWARE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/error/exit-codes", test_exit_codes);
    g_test_add_func("/error/foreign-domain", test_foreign_domain);
    return g_test_run();
}
