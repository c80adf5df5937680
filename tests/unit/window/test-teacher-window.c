/* The teacher's window: readable in both languages on each screen, and it says what she does. */
#include "client/window/gtk/teacher-window.h"
#include "window-fixture.h"

static CcTeacherView *
make_view(guint n_classrooms)
{
    static const char *const names[] = {"甘肃省临夏州东乡族自治县虎里希望小学",
                                        "Huli Hope Primary School", "河滩小学"};
    CcTeacherView *view = g_new0(CcTeacherView, 1);
    *view = (CcTeacherView){.state = CC_CONNECTION_ON,
                            .message = "",
                            .school = "厦门一中",
                            .lesson = "五年级数学",
                            .uplink_kbps = 1180,
                            .elapsed_s = 1834,
                            .loss = 0.012,
                            .rtt_ms = 46,
                            .n_classrooms = n_classrooms};
    for (guint i = 0; i < n_classrooms; i++)
        view->classrooms[i] = (CcViewClassroom){.id = "c1",
                                                .name = names[i % G_N_ELEMENTS(names)],
                                                .hand = i % 3 == 0,
                                                .hand_s = 130,
                                                .ready = i % 2 == 0,
                                                .on_stage = i % 5 == 4,
                                                .link = {.known = TRUE,
                                                         .picture = CC_PICTURE_PAUSED,
                                                         .reason = CC_GIVEN_UP_FOR_RATE,
                                                         .estimate_kbps = 40,
                                                         .rtt_ms = 300}};
    return view;
}

static void
look_at(gboolean question, CcAudibility audibility, int width, int height)
{
    g_autoptr(CcTeacherWindow) window = cc_teacher_window_new(&window_fixture_host, TRUE);
    GtkWindow *widget = cc_teacher_window_get(window);
    g_autofree CcTeacherView *view = make_view(40);
    cc_teacher_window_show(window, view);
    cc_teacher_window_show_level(window, 0.6, audibility);
    window_fixture_present(widget, width, height);
    if (question)
        gtk_window_close(widget);
    window_fixture_draw(widget);
    window_fixture_assert_whole(widget, width, height);
    g_assert_cmpuint(window_fixture_assert_names(GTK_WIDGET(widget)), >=, 3 + 40);
}

static void
test_whole(gconstpointer language)
{
    window_fixture_speak(language);
    for (guint size = 0; size < G_N_ELEMENTS(window_sizes); size++) {
        look_at(TRUE, CC_AUDIBILITY_NOTHING, window_sizes[size][0], window_sizes[size][1]);
        look_at(FALSE, CC_AUDIBILITY_QUIET, window_sizes[size][0], window_sizes[size][1]);
    }
}

static void
test_trouble(void)
{
    window_fixture_speak("en");
    g_autoptr(CcTeacherWindow) window = cc_teacher_window_new(&window_fixture_host, FALSE);
    g_autofree CcTeacherView *view = make_view(0);
    GtkWidget *widget = GTK_WIDGET(cc_teacher_window_get(window));
    view->state = CC_CONNECTION_LOST;
    view->message = "the relay does not answer";
    cc_teacher_window_show(window, view);
    window_fixture_present(cc_teacher_window_get(window), 1024, 768);
    g_assert_nonnull(window_fixture_find(widget, "the relay does not answer"));
    g_assert_nonnull(window_fixture_find(widget, "No classroom is here yet"));
    g_assert_nonnull(window_fixture_find(widget, "no link"));
    view->state = CC_CONNECTION_ON;
    cc_teacher_window_show(window, view);
    window_fixture_draw(cc_teacher_window_get(window));
    g_assert_null(window_fixture_find(widget, "the relay does not answer"));
}

static void
test_hands(void)
{
    window_fixture_speak("en");
    g_autoptr(CcTeacherWindow) window = cc_teacher_window_new(&window_fixture_host, FALSE);
    g_autofree CcTeacherView *view = make_view(1);
    GtkWidget *widget = GTK_WIDGET(cc_teacher_window_get(window));
    cc_teacher_window_show(window, view);
    window_fixture_present(cc_teacher_window_get(window), 1366, 768);
    g_assert_nonnull(window_fixture_find(widget, "Hand up for 2 minutes"));
    g_assert_nonnull(window_fixture_find(widget, "voice only, 40 kbit/s"));
    g_string_truncate(window_fixture_said, 0);
    g_signal_emit_by_name(window_fixture_find(widget, "Lower hand"), "clicked");
    g_assert_cmpstr(window_fixture_said->str, ==, "lower-hand='c1';");
    view->classrooms[0].hand = FALSE;
    cc_teacher_window_show(window, view);
    window_fixture_draw(cc_teacher_window_get(window));
    g_assert_null(window_fixture_find(widget, "Lower hand"));
    view->n_classrooms = 0;
    cc_teacher_window_show(window, view);
    window_fixture_draw(cc_teacher_window_get(window));
    g_assert_null(window_fixture_find(widget, "voice only"));
}

static void
press(CcTeacherWindow *window, const char *button, const char *said)
{
    g_string_truncate(window_fixture_said, 0);
    g_signal_emit_by_name(window_fixture_find(GTK_WIDGET(cc_teacher_window_get(window)), button),
                          "clicked");
    g_assert_cmpstr(window_fixture_said->str, ==, said);
}

static void
test_stage(void)
{
    window_fixture_speak("en");
    g_autoptr(CcTeacherWindow) window = cc_teacher_window_new(&window_fixture_host, FALSE);
    g_autofree CcTeacherView *view = make_view(1);
    CcViewClassroom *one = &view->classrooms[0];
    GtkWidget *widget = GTK_WIDGET(cc_teacher_window_get(window));
    one->ready = FALSE;
    cc_teacher_window_show(window, view);
    window_fixture_present(cc_teacher_window_get(window), 1366, 768);
    g_assert_null(window_fixture_find(widget, "Call")); /* it has no camera */
    one->ready = TRUE;
    cc_teacher_window_show(window, view);
    window_fixture_draw(cc_teacher_window_get(window));
    g_assert_null(window_fixture_find(widget, "Thank you"));
    press(window, "Call", "call='c1';");
    one->on_stage = TRUE; /* the relay knows it */
    cc_teacher_window_show(window, view);
    window_fixture_draw(cc_teacher_window_get(window));
    g_assert_nonnull(window_fixture_find(widget, "everybody sees and hears them"));
    g_assert_null(window_fixture_find(widget, "Call"));
    press(window, "Mute", "mute=('c1', true);");
    one->muted = TRUE;
    cc_teacher_window_show(window, view);
    window_fixture_draw(cc_teacher_window_get(window));
    g_assert_nonnull(window_fixture_find(widget, "seen, not heard"));
    press(window, "Unmute", "mute=('c1', false);");
    one->ready = FALSE; /* its camera has gone */
    cc_teacher_window_show(window, view);
    window_fixture_draw(cc_teacher_window_get(window));
    press(window, "Thank you", "thank='c1';");
}

/* No lesson ends by one wrong click. */
static void
test_over(void)
{
    window_fixture_speak("en");
    g_autoptr(CcTeacherWindow) window = cc_teacher_window_new(&window_fixture_host, FALSE);
    g_autofree CcTeacherView *view = make_view(1);
    GtkWidget *widget = GTK_WIDGET(cc_teacher_window_get(window));
    cc_teacher_window_show(window, view);
    window_fixture_present(cc_teacher_window_get(window), 1366, 768);
    g_string_truncate(window_fixture_said, 0);
    g_signal_emit_by_name(window_fixture_find(widget, "Lesson over"), "clicked");
    window_fixture_draw(cc_teacher_window_get(window));
    g_assert_null(strstr(window_fixture_said->str, "over"));
    g_signal_emit_by_name(window_fixture_find(widget, "Go on teaching"), "clicked");
    window_fixture_draw(cc_teacher_window_get(window));
    gtk_window_close(cc_teacher_window_get(window)); /* asks as well */
    window_fixture_draw(cc_teacher_window_get(window));
    g_assert_null(strstr(window_fixture_said->str, "over"));
    g_signal_emit_by_name(window_fixture_find(widget, "Yes, it is over"), "clicked");
    g_assert_nonnull(strstr(window_fixture_said->str, "over=true;"));
}

int
main(int argc, char **argv)
{
    window_fixture_begin(&argc, &argv);
    g_test_add_data_func("/teacher-window/whole/zh", "zh_CN", test_whole);
    g_test_add_data_func("/teacher-window/whole/en", "en", test_whole);
    g_test_add_func("/teacher-window/trouble", test_trouble);
    g_test_add_func("/teacher-window/hands", test_hands);
    g_test_add_func("/teacher-window/stage", test_stage);
    g_test_add_func("/teacher-window/over", test_over);
    return g_test_run();
}
