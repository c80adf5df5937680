/* Refusals: every code has a status and a JSON body that a program can read. */
#include "relay/control/problem.h"

#include <json-glib/json-glib.h>

#include "common/base/error.h"

static void
test_all(void)
{
    g_autoptr(GHashTable) codes = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < CC_N_PROBLEMS; i++) {
        const char *detail = "quotes \" and \\ and 汉字 and \n";
        g_autofree char *text = cc_problem_to_json((CcProblem)i, detail);
        g_autoptr(JsonNode) node = json_from_string(text, NULL);
        JsonObject *object = json_node_get_object(node);
        guint status = cc_problem_status((CcProblem)i);

        g_assert_cmpuint(status, >=, 400);
        g_assert_cmpuint(status, <, 600);
        g_assert_cmpint(json_object_get_int_member(object, "status"), ==, status);
        g_assert_cmpstr(json_object_get_string_member(object, "code"), ==,
                        cc_problem_code((CcProblem)i));
        g_assert_cmpstr(json_object_get_string_member(object, "detail"), ==, detail);
        g_assert_cmpstr(json_object_get_string_member(object, "type"), ==, "about:blank");
        g_assert_cmpstr(json_object_get_string_member(object, "title"), !=, "");
        g_assert_cmpstr(json_object_get_string_member(object, "title"), !=, "Unknown Error");
        g_assert_true(g_hash_table_add(codes, (gpointer)cc_problem_code((CcProblem)i)));
        if (status == 503 || status == 409)
            g_assert_cmpuint(cc_problem_retry_after_s((CcProblem)i), >, 0);
    }
}

static void
test_from_error(void)
{
    static const struct {
        CcError error;
        CcProblem problem;
        guint status;
    } cases[] = {
        {CC_ERROR_NOT_SDP, CC_PROBLEM_NOT_SDP, 400},
        {CC_ERROR_NO_BUNDLE, CC_PROBLEM_NO_BUNDLE, 422},
        {CC_ERROR_NO_FINGERPRINT, CC_PROBLEM_NO_FINGERPRINT, 422},
        {CC_ERROR_NO_ICE, CC_PROBLEM_NO_ICE, 422},
        {CC_ERROR_NO_CODEC, CC_PROBLEM_NO_CODEC, 422},
        {CC_ERROR_BAD_OFFER, CC_PROBLEM_BAD_OFFER, 422},
        {CC_ERROR_UNAUTHORIZED, CC_PROBLEM_UNAUTHORIZED, 401},
        {CC_ERROR_FORBIDDEN, CC_PROBLEM_FORBIDDEN, 403},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = g_error_new_literal(CC_ERROR, cases[i].error, "x");
        g_assert_cmpint(cc_problem_from_error(error), ==, cases[i].problem);
        g_assert_cmpuint(cc_problem_status(cases[i].problem), ==, cases[i].status);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay/problem/all", test_all);
    g_test_add_func("/relay/problem/from-error", test_from_error);
    return g_test_run();
}
