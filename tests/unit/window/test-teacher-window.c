/* The teacher's window: readable in both languages on each screen, and it says what she does. */
#include "client/window/gtk/teacher-window.h"
#include "window-fixture.h"

static CcTeacherView *
make_view(guint n_classrooms)
{
    static const char *const names[] = {"甘肃省临夏州东乡族自治县湖里希望小学",
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
                            .has_guests = n_classrooms > 4,
                            .several = n_classrooms > 9,
                            .chat = {.on = TRUE},
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
add_devices(CcTeacherView *view)
{
    view->cameras.chosen = view->microphones.chosen = "auto";
    cc_view_add_device(&view->cameras, "auto", "Automatic");
    cc_view_add_device(&view->cameras, "usb", "HD Webcam");
    cc_view_add_device(&view->microphones, "auto", "Automatic");
    cc_view_add_device(&view->microphones, "desk", "Desk");
}

static void
add_line(CcTeacherView *view, gint64 time_ms, gboolean teacher, const char *text)
{
    view->chat.lines[view->chat.n_lines++] = (CcViewChatLine){.time_ms = time_ms,
                                                              .id = teacher ? "t1" : "c1",
                                                              .name = "河滩小学",
                                                              .text = text,
                                                              .teacher = teacher,
                                                              .own = teacher};
}

static GtkWidget *
find_entry(GtkWidget *widget)
{
    if (GTK_IS_ENTRY(widget))
        return widget;
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL;
         child = gtk_widget_get_next_sibling(child)) {
        GtkWidget *found = find_entry(child);
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* As she writes it, and presses Enter. */
static void
write_text(CcTeacherWindow *window, const char *text)
{
    GtkWidget *entry = find_entry(GTK_WIDGET(cc_teacher_window_get(window)));
    g_string_truncate(window_fixture_said, 0);
    gtk_editable_set_text(GTK_EDITABLE(entry), text);
    g_signal_emit_by_name(entry, "activate");
}

static void
look_at(gboolean question, CcAudibility audibility, int width, int height)
{
    g_autoptr(CcTeacherWindow) window = cc_teacher_window_new(&window_fixture_host, TRUE);
    GtkWindow *widget = cc_teacher_window_get(window);
    g_autofree CcTeacherView *view = make_view(40);
    view->page = view->n_pages = 128;
    view->blank = TRUE;
    add_devices(view);
    view->microphones.missing = question;
    for (guint i = 0; i < 9; i++)
        add_line(view, i + 1, i % 3 == 0,
                 "老师，八分之三加八分之二为什么不是十六分之五？We think it is.");
    view->chat.refusal = CC_CHAT_REFUSED_TOO_OFTEN;
    cc_teacher_window_show(window, view);
    write_text(window, "1");
    view->chat.answered = 1;
    cc_teacher_window_show(window, view);
    cc_teacher_window_show_level(window, 0.6, audibility);
    window_fixture_present(widget, width, height);
    if (question)
        gtk_window_close(widget);
    window_fixture_draw(widget);
    window_fixture_assert_whole(widget, width, height);
    g_assert_cmpuint(window_fixture_assert_names(GTK_WIDGET(widget)), >=, 10 + 40 + 3 + 6);
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

/* Whom she has called on is seen beside her, and she is told how large. */
static void
test_guests(void)
{
    window_fixture_speak("en");
    g_autoptr(CcTeacherWindow) window = cc_teacher_window_new(&window_fixture_host, FALSE);
    g_autofree CcTeacherView *view = make_view(1);
    GtkWindow *widget = cc_teacher_window_get(window);
    g_string_truncate(window_fixture_said, 0);
    cc_teacher_window_show(window, view);
    window_fixture_present(widget, 1366, 768);
    g_assert_nonnull(strstr(window_fixture_said->str, "size=(0, "));
    g_assert_null(strstr(window_fixture_said->str, "size=(1, "));
    view->has_guests = TRUE;
    cc_teacher_window_show(window, view);
    window_fixture_draw(widget);
    g_assert_nonnull(strstr(window_fixture_said->str, "size=(1, "));
    g_assert_null(window_fixture_find(GTK_WIDGET(widget), "Layout")); /* there is but one */
    view->several = TRUE;
    cc_teacher_window_show(window, view);
    window_fixture_draw(widget);
    press(window, "Layout", "layout=true;");
}

static void
test_slides(void)
{
    window_fixture_speak("en");
    g_autoptr(CcTeacherWindow) window = cc_teacher_window_new(&window_fixture_host, FALSE);
    g_autofree CcTeacherView *view = make_view(1);
    GtkWidget *widget = GTK_WIDGET(cc_teacher_window_get(window));
    cc_teacher_window_show(window, view);
    window_fixture_present(cc_teacher_window_get(window), 1024, 768);
    g_assert_null(window_fixture_find(widget, "Next")); /* a lesson without slides */
    view->page = 3;
    view->n_pages = 24;
    cc_teacher_window_show(window, view);
    window_fixture_draw(cc_teacher_window_get(window));
    g_assert_nonnull(window_fixture_find(widget, "Slide 3 of 24"));
    press(window, "Next", "turn=0;");
    press(window, "Previous", "turn=1;");
    view->blank = TRUE;
    cc_teacher_window_show(window, view);
    window_fixture_draw(cc_teacher_window_get(window));
    g_assert_nonnull(window_fixture_find(widget, "Slide 3 of 24, hidden"));
}

static void
test_chat(void)
{
    window_fixture_speak("en");
    g_autoptr(CcTeacherWindow) window = cc_teacher_window_new(&window_fixture_host, FALSE);
    g_autofree CcTeacherView *view = make_view(0);
    GtkWidget *widget = GTK_WIDGET(cc_teacher_window_get(window));
    GtkEditable *entry = GTK_EDITABLE(find_entry(widget));
    view->chat.answered = 7; /* by the window before this one */
    cc_teacher_window_show(window, view);
    window_fixture_present(cc_teacher_window_get(window), 1024, 768);
    write_text(window, "  ");
    g_assert_cmpstr(window_fixture_said->str, ==, "");
    gtk_editable_set_text(entry, " 同学们好 ");
    press(window, "Send", "write=(8, '同学们好');");
    g_signal_emit_by_name(entry, "activate"); /* one at a time */
    cc_teacher_window_show(window, view);
    g_assert_cmpstr(window_fixture_said->str, ==, "write=(8, '同学们好');");
    g_assert_cmpstr(gtk_editable_get_text(entry), ==, " 同学们好 ");
    view->chat.answered = 8;
    view->chat.refusal = CC_CHAT_REFUSED_TOO_OFTEN;
    cc_teacher_window_show(window, view);
    window_fixture_draw(cc_teacher_window_get(window));
    g_assert_nonnull(window_fixture_find(widget, "Wait a moment"));
    g_assert_cmpstr(gtk_editable_get_text(entry), ==, " 同学们好 "); /* to be sent again */
    g_string_truncate(window_fixture_said, 0);
    g_signal_emit_by_name(entry, "activate");
    g_assert_cmpstr(window_fixture_said->str, ==, "write=(9, '同学们好');");
    view->chat.answered = 9;
    view->chat.refusal = CC_CHAT_REFUSED_NOT;
    add_line(view, 1, TRUE, "同学们好");
    add_line(view, 2, FALSE, "<b>&amp;");
    cc_teacher_window_show(window, view);
    window_fixture_draw(cc_teacher_window_get(window));
    g_assert_cmpstr(gtk_editable_get_text(entry), ==, "");
    g_assert_null(window_fixture_find(widget, "Wait a moment"));
    g_assert_nonnull(window_fixture_find(widget, "You  同学们好"));
    g_assert_nonnull(window_fixture_find(widget, "河滩小学  <b>&amp;")); /* as text */
    g_autoptr(GString) much = g_string_new(NULL);
    for (guint i = 0; i < 300; i++)
        g_string_append(much, "字");
    gtk_editable_set_text(entry, much->str);
    g_assert_cmpint(g_utf8_strlen(gtk_editable_get_text(entry), -1), ==, 200);
    view->chat.hindrance = CC_CHAT_REFUSED_NO_LESSON;
    cc_teacher_window_show(window, view);
    write_text(window, "a");
    g_assert_cmpstr(window_fixture_said->str, ==, "");
}

/* She says who may write. */
static void
test_writers(void)
{
    window_fixture_speak("en");
    g_autoptr(CcTeacherWindow) window = cc_teacher_window_new(&window_fixture_host, FALSE);
    g_autofree CcTeacherView *view = make_view(0);
    GtkWidget *widget = GTK_WIDGET(cc_teacher_window_get(window));
    cc_teacher_window_show(window, view);
    window_fixture_present(cc_teacher_window_get(window), 1024, 768);
    g_assert_null(window_fixture_find(widget, "Mute"));
    press(window, "Classrooms may write", "let-write=false;");
    view->chat.on = FALSE;
    add_line(view, 1, FALSE, "hello");
    add_line(view, 2, FALSE, "again");
    cc_teacher_window_show(window, view);
    window_fixture_draw(cc_teacher_window_get(window));
    press(window, "Only you may write", "let-write=true;");
    GtkWidget *mute = window_fixture_find(widget, "Mute");
    press(window, "Mute", "mute-writer=('c1', true);");
    view->chat.lines[0].muted = view->chat.lines[1].muted = TRUE;
    cc_teacher_window_show(window, view);
    window_fixture_draw(cc_teacher_window_get(window));
    g_assert_null(window_fixture_find(widget, "Mute"));
    g_assert_true(window_fixture_find(widget, "Let write") == mute); /* what stands stays */
    press(window, "Let write", "mute-writer=('c1', false);");
    view->chat.lines[0] = view->chat.lines[1]; /* the oldest one is not kept any more */
    view->chat.n_lines = 1;
    cc_teacher_window_show(window, view);
    window_fixture_draw(cc_teacher_window_get(window));
    g_assert_null(window_fixture_find(widget, "hello"));
    g_assert_nonnull(window_fixture_find(widget, "again"));
}

static GtkEventController *
find_keys(GtkWidget *widget)
{
    g_autoptr(GListModel) controllers = gtk_widget_observe_controllers(widget);
    for (guint i = 0; i < g_list_model_get_n_items(controllers); i++) {
        g_autoptr(GtkEventController) one = g_list_model_get_item(controllers, i);
        if (GTK_IS_EVENT_CONTROLLER_KEY(one) &&
            gtk_event_controller_get_propagation_phase(one) == GTK_PHASE_CAPTURE)
            return one; /* the widget keeps it */
    }
    return NULL;
}

/* A remote presenter's keys turn pages wherever the focus is; others do as in the terminal. */
static void
test_keys(void)
{
    static const struct {
        guint key;
        const char *said;
    } keys[] = {{GDK_KEY_Page_Down, "turn=0;"},
                {GDK_KEY_Page_Up, "turn=1;"},
                {GDK_KEY_b, "turn=4;"},
                {GDK_KEY_l, "layout=true;"},
                {GDK_KEY_H, "key=0x68;"},
                {GDK_KEY_1, "key=0x31;"},
                {GDK_KEY_Tab, ""},
                {GDK_KEY_Escape, ""}};
    g_autoptr(CcTeacherWindow) window = cc_teacher_window_new(&window_fixture_host, FALSE);
    GtkEventController *controller = find_keys(GTK_WIDGET(cc_teacher_window_get(window)));
    g_assert_nonnull(controller);
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        gboolean handled = FALSE;
        g_string_truncate(window_fixture_said, 0);
        g_signal_emit_by_name(controller, "key-pressed", keys[i].key, 0, 0, &handled);
        g_assert_cmpstr(window_fixture_said->str, ==, keys[i].said);
        g_assert_cmpint(handled, ==, *keys[i].said != '\0');
    }
}

static GtkWidget *
find_list(GtkWidget *widget, const char *chosen)
{
    GtkWidget *label = window_fixture_find(widget, chosen);
    return label != NULL ? gtk_widget_get_ancestor(label, GTK_TYPE_DROP_DOWN) : NULL;
}

/* By the keyboard alone: D opens the lists. What is missing is said at once. */
static void
test_devices(void)
{
    window_fixture_speak("en");
    g_autoptr(CcTeacherWindow) window = cc_teacher_window_new(&window_fixture_host, FALSE);
    g_autofree CcTeacherView *view = make_view(1);
    GtkWindow *widget = cc_teacher_window_get(window);
    gboolean handled = FALSE;
    cc_teacher_window_show(window, view);
    window_fixture_present(widget, 1366, 768);
    g_assert_null(window_fixture_find(GTK_WIDGET(widget), "Devices")); /* she plays a file */
    add_devices(view);
    cc_teacher_window_show(window, view);
    window_fixture_draw(widget);
    g_assert_nonnull(window_fixture_find(GTK_WIDGET(widget), "Devices"));
    g_assert_null(window_fixture_find(GTK_WIDGET(widget), "Microphone"));
    g_signal_emit_by_name(find_keys(GTK_WIDGET(widget)), "key-pressed", GDK_KEY_d, 0, 0, &handled);
    g_assert_true(handled);
    while (window_fixture_find(GTK_WIDGET(widget), "Microphone") == NULL)
        g_main_context_iteration(NULL, TRUE);
    g_string_truncate(window_fixture_said, 0);
    gtk_drop_down_set_selected(GTK_DROP_DOWN(find_list(GTK_WIDGET(widget), "Automatic")), 1);
    g_assert_cmpstr(window_fixture_said->str, ==, "device=('camera', 'usb');");
}

static void
test_unplugged(void)
{
    window_fixture_speak("en");
    g_autoptr(CcTeacherWindow) window = cc_teacher_window_new(&window_fixture_host, FALSE);
    g_autofree CcTeacherView *view = make_view(1);
    GtkWidget *widget = GTK_WIDGET(cc_teacher_window_get(window));
    add_devices(view);
    view->cameras.missing = TRUE;
    cc_teacher_window_show(window, view);
    window_fixture_present(cc_teacher_window_get(window), 1024, 768);
    g_assert_nonnull(window_fixture_find(widget, "The camera is unplugged"));
    view->microphones.missing = TRUE; /* worse */
    cc_teacher_window_show(window, view);
    window_fixture_draw(cc_teacher_window_get(window));
    g_assert_nonnull(window_fixture_find(widget, "Nobody hears you"));
    view->microphones.missing = view->cameras.missing = FALSE;
    cc_teacher_window_show(window, view);
    window_fixture_draw(cc_teacher_window_get(window));
    g_assert_null(window_fixture_find(widget, "Nobody hears you"));
    g_assert_null(window_fixture_find(widget, "unplugged"));
}

static void
press_key(CcTeacherWindow *window, guint key, gboolean handled, const char *said)
{
    gboolean taken = FALSE;
    g_string_truncate(window_fixture_said, 0);
    g_signal_emit_by_name(find_keys(GTK_WIDGET(cc_teacher_window_get(window))), "key-pressed", key,
                          0, 0, &taken);
    g_assert_cmpstr(window_fixture_said->str, ==, said);
    g_assert_cmpint(taken, ==, handled);
}

/* While she writes no letter calls on anybody; a remote presenter turns pages all the same. */
static void
test_keys_while_writing(void)
{
    g_autoptr(CcTeacherWindow) window = cc_teacher_window_new(&window_fixture_host, FALSE);
    g_autofree CcTeacherView *view = make_view(0);
    GtkRoot *root = GTK_ROOT(cc_teacher_window_get(window));
    cc_teacher_window_show(window, view);
    window_fixture_present(cc_teacher_window_get(window), 1024, 768);
    press_key(window, GDK_KEY_c, TRUE, "");
    g_assert_true(gtk_widget_is_ancestor(gtk_root_get_focus(root), find_entry(GTK_WIDGET(root))));
    press_key(window, GDK_KEY_h, FALSE, "");
    press_key(window, GDK_KEY_1, FALSE, "");
    press_key(window, GDK_KEY_c, FALSE, "");
    press_key(window, GDK_KEY_Page_Down, TRUE, "turn=0;");
    press_key(window, GDK_KEY_Escape, TRUE, "");
    press_key(window, GDK_KEY_h, TRUE, "key=0x68;");
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
    g_test_add_func("/teacher-window/guests", test_guests);
    g_test_add_func("/teacher-window/slides", test_slides);
    g_test_add_func("/teacher-window/chat", test_chat);
    g_test_add_func("/teacher-window/writers", test_writers);
    g_test_add_func("/teacher-window/keys", test_keys);
    g_test_add_func("/teacher-window/devices", test_devices);
    g_test_add_func("/teacher-window/unplugged", test_unplugged);
    g_test_add_func("/teacher-window/keys-while-writing", test_keys_while_writing);
    g_test_add_func("/teacher-window/over", test_over);
    return g_test_run();
}
