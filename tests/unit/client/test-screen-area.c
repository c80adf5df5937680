#include "client/send/screen-area.h"

#include "common/base/error.h"

static void
test_good(void)
{
    static const struct {
        const char *text;
        CcScreenArea area;
    } cases[] = {
        {"monitor", {CC_SCREEN_MONITOR, "", 0, 0, 0, 0}},
        {"monitor:HDMI-1", {CC_SCREEN_MONITOR, "HDMI-1", 0, 0, 0, 0}},
        {"window", {CC_SCREEN_WINDOW, "", 0, 0, 0, 0}},
        {"window:课件: 光", {CC_SCREEN_WINDOW, "课件: 光", 0, 0, 0, 0}},
        {"window:0x1e00007", {CC_SCREEN_WINDOW, "0x1e00007", 0, 0, 0, 0}},
        {"region:1280x720+0+80", {CC_SCREEN_REGION, "", 0, 80, 1280, 720}},
        {"region:16x16+32767+1", {CC_SCREEN_REGION, "", 32767, 1, 16, 16}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        CcScreenArea area;
        g_autoptr(GError) error = NULL;
        g_test_message("%s", cases[i].text);
        g_assert_true(cc_screen_area_parse(cases[i].text, &area, &error));
        g_assert_no_error(error);
        g_assert_cmpint(area.kind, ==, cases[i].area.kind);
        g_assert_cmpstr(area.name, ==, cases[i].area.name);
        g_assert_cmpuint(area.left, ==, cases[i].area.left);
        g_assert_cmpuint(area.top, ==, cases[i].area.top);
        g_assert_cmpuint(area.width, ==, cases[i].area.width);
        g_assert_cmpuint(area.height, ==, cases[i].area.height);
    }
}

static void
test_bad(void)
{
    static const char *const texts[] = {
        "",
        "monitors",
        "screen",
        "region",
        "region:",
        "region:1280x720",
        "region:1280x720+0+80+",
        "region:1280x720+0+80 ",
        "region:1280x720-5+80",
        "region:8x720+0+0",
        "region:1280x720+0+99999999999999999999",
        "region:x720+0+0",
        "region:+1280x720+0+0",
    };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        CcScreenArea area;
        g_autoptr(GError) error = NULL;
        g_test_message("\"%s\"", texts[i]);
        g_assert_false(cc_screen_area_parse(texts[i], &area, &error));
        g_assert_error(error, CC_ERROR, CC_ERROR_USAGE);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/screen-area/good", test_good);
    g_test_add_func("/screen-area/bad", test_bad);
    return g_test_run();
}
