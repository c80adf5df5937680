#include "common/base/json-object.h"

static void
test_members(void)
{
    JsonBuilder *builder = cc_json_begin();
    g_autofree char *text = NULL;

    cc_json_add_string(builder, "name", "\"东乡\"\n");
    cc_json_add_string(builder, "nobody", NULL);
    cc_json_add_int(builder, "bytes", G_MAXINT64);
    cc_json_add_int_if(builder, "known", TRUE, -1);
    cc_json_add_int_if(builder, "unknown", FALSE, 7);
    cc_json_add_boolean(builder, "ready", TRUE);
    cc_json_add_double(builder, "loss", 0.25);
    cc_json_begin_array(builder, "rooms");
    json_builder_add_int_value(builder, 1);
    json_builder_end_array(builder);
    cc_json_begin_object(builder, "inner");
    cc_json_add_int(builder, "n", 2);
    json_builder_end_object(builder);
    text = cc_json_end(builder);
    g_assert_cmpstr(text, ==,
                    "{\"name\":\"\\\"东乡\\\"\\n\",\"nobody\":null,"
                    "\"bytes\":9223372036854775807,\"known\":-1,\"unknown\":null,"
                    "\"ready\":true,\"loss\":0.25,\"rooms\":[1],\"inner\":{\"n\":2}}");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json-object/members", test_members);
    return g_test_run();
}
