#include "window-fixture.h"

#include <libintl.h>
#include <locale.h>
#include <string.h>

#include "client/window/gtk/style.h"

#define PATIENCE_S 220

const char *const window_languages[2] = {"zh_CN", "en"};
const int window_sizes[3][2] = {{1024, 768}, {1366, 768}, {1920, 1080}};
GString *window_fixture_said;

static void
say(const char *name, GVariant *value, gpointer user_data)
{
    g_variant_ref_sink(value);
    g_autofree char *text = g_variant_print(value, FALSE);
    g_string_append_printf(window_fixture_said, "%s=%s;", name, text);
    g_variant_unref(value);
}

const CcHost window_fixture_host = {.say = say};

static gboolean
on_patience(gpointer user_data)
{
    g_error("nothing happens");
    return G_SOURCE_REMOVE;
}

void
window_fixture_begin(int *argc, char ***argv)
{
    g_test_init(argc, argv, NULL);
    g_setenv("GTK_A11Y", "test", TRUE);
    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, g_getenv("CLASSCAST_LOCALES"));
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    g_assert_true(gtk_init_check());
    g_object_set(gtk_settings_get_default(), "gtk-enable-animations", FALSE, NULL);
    cc_style_load();
    window_fixture_said = g_string_new(NULL);
    g_timeout_add_seconds(PATIENCE_S, on_patience, NULL);
}

void
window_fixture_speak(const char *language)
{
    extern int _nl_msg_cat_cntr; /* glibc: what was looked up before is looked up again */
    g_setenv("LANGUAGE", language, TRUE);
    _nl_msg_cat_cntr++;
}

static void
on_painted(GdkFrameClock *clock, gpointer user_data)
{
    ++*(guint *)user_data;
}

void
window_fixture_draw(GtkWindow *window)
{
    guint painted = 0;
    GdkFrameClock *clock = gtk_widget_get_frame_clock(GTK_WIDGET(window));
    gulong handler = g_signal_connect(clock, "after-paint", G_CALLBACK(on_painted), &painted);
    for (guint i = 0; i < 3; i++) { /* letters of another size make another layout */
        guint before = painted;
        gtk_widget_queue_draw(GTK_WIDGET(window));
        while (painted == before)
            g_main_context_iteration(NULL, TRUE);
    }
    g_signal_handler_disconnect(clock, handler);
}

void
window_fixture_present(GtkWindow *window, int width, int height)
{
    gtk_window_set_default_size(window, width, height);
    gtk_window_present(window);
    while (!gtk_widget_get_mapped(GTK_WIDGET(window)))
        g_main_context_iteration(NULL, TRUE);
    window_fixture_draw(window);
}

static void
assert_label_whole(GtkLabel *label, GtkWidget *window, int width, int height)
{
    graphene_rect_t bounds;
    const char *text = gtk_label_get_text(label);
    if (*text == '\0')
        return;
    if (pango_layout_is_ellipsized(gtk_label_get_layout(label)))
        g_error("\"%s\" is cut off at %dx%d", text, width, height);
    g_assert_true(gtk_widget_compute_bounds(GTK_WIDGET(label), window, &bounds));
    if (bounds.origin.x < 0 || bounds.origin.y < 0 || bounds.origin.x + bounds.size.width > width ||
        bounds.origin.y + bounds.size.height > height)
        g_error("\"%s\" lies outside %dx%d: %.0f,%.0f %.0fx%.0f", text, width, height,
                (double)bounds.origin.x, (double)bounds.origin.y, (double)bounds.size.width,
                (double)bounds.size.height);
}

static void
assert_whole(GtkWidget *widget, GtkWidget *window, int width, int height)
{
    if (!gtk_widget_get_mapped(widget) || !gtk_widget_get_child_visible(widget))
        return;
    if (GTK_IS_LABEL(widget))
        assert_label_whole(GTK_LABEL(widget), window, width, height);
    if (GTK_IS_POPOVER(widget) || GTK_IS_VIEWPORT(widget))
        return; /* hangs over, or is scrolled, by its nature */
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL;
         child = gtk_widget_get_next_sibling(child))
        assert_whole(child, window, width, height);
}

void
window_fixture_assert_whole(GtkWindow *window, int width, int height)
{
    int least_width, least_height;
    gtk_widget_measure(GTK_WIDGET(window), GTK_ORIENTATION_HORIZONTAL, -1, &least_width, NULL, NULL,
                       NULL);
    gtk_widget_measure(GTK_WIDGET(window), GTK_ORIENTATION_VERTICAL, width, &least_height, NULL,
                       NULL, NULL);
    g_assert_cmpint(least_width, <=, width);
    g_assert_cmpint(least_height, <=, height);
    g_assert_cmpint(gtk_widget_get_width(GTK_WIDGET(window)), ==, width);
    g_assert_cmpint(gtk_widget_get_height(GTK_WIDGET(window)), ==, height);
    assert_whole(GTK_WIDGET(window), GTK_WIDGET(window), width, height);
}

static gboolean
is_control(GtkWidget *widget)
{
    return GTK_IS_BUTTON(widget) || GTK_IS_RANGE(widget) || GTK_IS_DROP_DOWN(widget) ||
           GTK_IS_ENTRY(widget) || strcmp(gtk_widget_get_css_name(widget), "picture") == 0;
}

guint
window_fixture_assert_names(GtkWidget *widget)
{
    guint n = 0;
    if (GTK_IS_SCROLLBAR(widget))
        return 0; /* the keyboard scrolls without it */
    if (is_control(widget)) {
        n++;
        if (!gtk_test_accessible_has_property(GTK_ACCESSIBLE(widget),
                                              GTK_ACCESSIBLE_PROPERTY_LABEL))
            g_error("a %s has no accessible name", G_OBJECT_TYPE_NAME(widget));
        if (GTK_IS_DROP_DOWN(widget))
            return n; /* its button is a part of it */
    }
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL;
         child = gtk_widget_get_next_sibling(child))
        n += window_fixture_assert_names(child);
    return n;
}

GtkWidget *
window_fixture_find(GtkWidget *widget, const char *text)
{
    if (!gtk_widget_get_mapped(widget))
        return NULL;
    if (GTK_IS_REVEALER(widget)) /* on a slow machine the bar has gone to rest meanwhile */
        gtk_revealer_set_reveal_child(GTK_REVEALER(widget), TRUE);
    if (GTK_IS_LABEL(widget) && strstr(gtk_label_get_text(GTK_LABEL(widget)), text) != NULL) {
        GtkWidget *button = gtk_widget_get_ancestor(widget, GTK_TYPE_BUTTON);
        return button != NULL ? button : widget;
    }
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL;
         child = gtk_widget_get_next_sibling(child)) {
        GtkWidget *found = window_fixture_find(child, text);
        if (found != NULL)
            return found;
    }
    return NULL;
}
