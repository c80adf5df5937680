/* The classroom's window as people have it: readable in both languages on each screen, complete for
 * the keyboard and for who does not see it. */
#include "client/window/gtk/classroom-window.h"
#include "window-fixture.h"

static CcClassroomView
make_view(CcConnectionState state)
{
    CcClassroomView view = {.state = state,
                            .link = {.known = TRUE, .picture = CC_PICTURE_WHOLE, .rtt_ms = 60},
                            .school = "甘肃省临夏州东乡族自治县湖里希望小学",
                            .lesson = "五年级数学",
                            .volume = 0.5,
                            .cameras = {.chosen = "auto"},
                            .speakers = {.chosen = "auto"}};
    cc_view_add_device(&view.cameras, "auto", "自动");
    cc_view_add_device(&view.speakers, "auto", "自动");
    cc_view_add_device(&view.speakers, "hdmi", "HDMI / DisplayPort 2");
    return view;
}

static void
show_picture(CcClassroomWindow *window)
{
    cairo_surface_t *picture = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 320, 180);
    cc_classroom_window_set_picture(window, 0, picture);
    cairo_surface_destroy(picture);
}

static void
look_at_state(CcConnectionState state, int width, int height)
{
    g_autoptr(CcClassroomWindow) window = cc_classroom_window_new(&window_fixture_host, TRUE);
    CcClassroomView view = make_view(state);
    view.hand_raised = view.several = TRUE;
    view.talk = (CcTalk){.called = TRUE, .has_microphone = TRUE, .visible = TRUE};
    if (state == CC_CONNECTION_ON) {
        view.link.picture = CC_PICTURE_PAUSED;
        view.link.reason = CC_GIVEN_UP_FOR_RATE;
        view.link.estimate_kbps = 48;
    }
    show_picture(window);
    cc_classroom_window_show(window, &view);
    window_fixture_present(cc_classroom_window_get(window), width, height);
    window_fixture_assert_whole(cc_classroom_window_get(window), width, height);
    g_assert_cmpuint(window_fixture_assert_names(GTK_WIDGET(cc_classroom_window_get(window))), >=,
                     7);
}

static void
test_whole(gconstpointer language)
{
    window_fixture_speak(language);
    for (guint size = 0; size < G_N_ELEMENTS(window_sizes); size++)
        for (CcConnectionState state = 0; state <= CC_CONNECTION_REFUSED; state++)
            look_at_state(state, window_sizes[size][0], window_sizes[size][1]);
}

static void
test_languages(void)
{
    static const struct {
        const char *language, *hand, *link;
    } wanted[] = {{"zh_CN", "举手", "良好"}, {"en", "Raise hand", "good"}};
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
        window_fixture_speak(wanted[i].language);
        g_autoptr(CcClassroomWindow) window = cc_classroom_window_new(&window_fixture_host, FALSE);
        CcClassroomView view = make_view(CC_CONNECTION_ON);
        GtkWidget *widget = GTK_WIDGET(cc_classroom_window_get(window));
        cc_classroom_window_show(window, &view);
        window_fixture_present(cc_classroom_window_get(window), 1366, 768);
        g_assert_nonnull(window_fixture_find(widget, wanted[i].hand));
        g_assert_nonnull(window_fixture_find(widget, wanted[i].link));
    }
}

/* There is no lesson to ask in; then there is one. */
static void
test_hand(void)
{
    window_fixture_speak("en");
    g_autoptr(CcClassroomWindow) window = cc_classroom_window_new(&window_fixture_host, FALSE);
    GtkWidget *widget = GTK_WIDGET(cc_classroom_window_get(window));
    CcClassroomView view = make_view(CC_CONNECTION_WAITING);
    cc_classroom_window_show(window, &view);
    window_fixture_present(cc_classroom_window_get(window), 1366, 768);
    g_assert_nonnull(window_fixture_find(widget, "Waiting for the lesson"));
    g_assert_nonnull(window_fixture_find(widget, view.school));
    g_assert_nonnull(window_fixture_find(widget, view.lesson));
    g_assert_false(gtk_widget_is_sensitive(window_fixture_find(widget, "Raise hand")));
    view.state = CC_CONNECTION_ON;
    cc_classroom_window_show(window, &view);
    window_fixture_draw(cc_classroom_window_get(window));
    g_assert_null(window_fixture_find(widget, "Waiting for the lesson"));
    GtkWidget *button = window_fixture_find(widget, "Raise hand");
    g_assert_true(gtk_widget_is_sensitive(button));
    g_string_truncate(window_fixture_said, 0);
    g_signal_emit_by_name(button, "clicked");
    g_assert_cmpstr(window_fixture_said->str, ==, "hand=true;");
    g_assert_null(window_fixture_find(widget, "Hand raised"));
    view.hand_raised = TRUE; /* the relay knows it */
    cc_classroom_window_show(window, &view);
    window_fixture_draw(cc_classroom_window_get(window));
    g_assert_nonnull(window_fixture_find(widget, "Hand raised"));
    g_assert_nonnull(window_fixture_find(widget, "Lower hand"));
}

static void
test_sound(void)
{
    window_fixture_speak("en");
    g_autoptr(CcClassroomWindow) window = cc_classroom_window_new(&window_fixture_host, FALSE);
    GtkWidget *widget = GTK_WIDGET(cc_classroom_window_get(window));
    CcClassroomView view = make_view(CC_CONNECTION_ON);
    g_string_truncate(window_fixture_said, 0);
    cc_classroom_window_show(window, &view);
    window_fixture_present(cc_classroom_window_get(window), 1366, 768);
    g_assert_null(strstr(window_fixture_said->str, "volume")); /* what is shown is not said back */
    g_assert_null(strstr(window_fixture_said->str, "device"));
    g_string_truncate(window_fixture_said, 0);
    g_signal_emit_by_name(window_fixture_find(widget, "Sound off"), "clicked");
    g_assert_cmpstr(window_fixture_said->str, ==, "volume=(0.5, true);");
    view.muted = TRUE;
    cc_classroom_window_show(window, &view);
    g_assert_nonnull(window_fixture_find(widget, "Sound on"));
}

/* What the plain window says of camera and microphone stands here as well. */
static void
test_talk(void)
{
    window_fixture_speak("en");
    g_autoptr(CcClassroomWindow) window = cc_classroom_window_new(&window_fixture_host, FALSE);
    GtkWidget *widget = GTK_WIDGET(cc_classroom_window_get(window));
    CcClassroomView view = make_view(CC_CONNECTION_ON);
    view.talk.visible = TRUE;
    cc_classroom_window_show(window, &view);
    window_fixture_present(cc_classroom_window_get(window), 1366, 768);
    g_assert_nonnull(window_fixture_find(widget, "the teacher sees you"));
    g_assert_null(window_fixture_find(widget, "Mute us"));
    view.talk.called = view.talk.has_microphone = TRUE;
    cc_classroom_window_show(window, &view);
    window_fixture_draw(cc_classroom_window_get(window));
    g_assert_nonnull(window_fixture_find(widget, "Everybody sees and hears you"));
    g_string_truncate(window_fixture_said, 0);
    g_signal_emit_by_name(window_fixture_find(widget, "Mute us"), "clicked");
    g_assert_cmpstr(window_fixture_said->str, ==, "talk=true;");
    view.talk.hushed = TRUE;
    cc_classroom_window_show(window, &view);
    window_fixture_draw(cc_classroom_window_get(window));
    g_assert_true(gtk_widget_is_sensitive(window_fixture_find(widget, "Let us be heard")));
    view.talk.muted = TRUE; /* by the teacher */
    cc_classroom_window_show(window, &view);
    window_fixture_draw(cc_classroom_window_get(window));
    g_assert_nonnull(window_fixture_find(widget, "The teacher has muted you"));
    g_assert_false(gtk_widget_is_sensitive(window_fixture_find(widget, "Let us be heard")));
}

static void
test_layout(void)
{
    window_fixture_speak("en");
    g_autoptr(CcClassroomWindow) window = cc_classroom_window_new(&window_fixture_host, FALSE);
    GtkWidget *widget = GTK_WIDGET(cc_classroom_window_get(window));
    CcClassroomView view = make_view(CC_CONNECTION_ON);
    cc_classroom_window_show(window, &view);
    window_fixture_present(cc_classroom_window_get(window), 1366, 768);
    g_assert_null(window_fixture_find(widget, "Layout")); /* of one picture there is but one */
    view.several = TRUE;
    cc_classroom_window_show(window, &view);
    window_fixture_draw(cc_classroom_window_get(window));
    g_string_truncate(window_fixture_said, 0);
    g_signal_emit_by_name(window_fixture_find(widget, "Layout"), "clicked");
    g_assert_cmpstr(window_fixture_said->str, ==, "layout=true;");
}

int
main(int argc, char **argv)
{
    window_fixture_begin(&argc, &argv);
    g_test_add_data_func("/classroom-window/whole/zh", "zh_CN", test_whole);
    g_test_add_data_func("/classroom-window/whole/en", "en", test_whole);
    g_test_add_func("/classroom-window/languages", test_languages);
    g_test_add_func("/classroom-window/hand", test_hand);
    g_test_add_func("/classroom-window/sound", test_sound);
    g_test_add_func("/classroom-window/talk", test_talk);
    g_test_add_func("/classroom-window/layout", test_layout);
    return g_test_run();
}
