/*   ┌ lesson, time ──────────── the coloured word ┐
 *   │ whom she called on │ classrooms, hands first │
 *   │ herself            │ (scrolled)              │
 *   │ microphone, slides │ messages (chat-box.c)   │
 *   └ what she sends ──────────────── lesson over ┘   or, instead of it, the question   */
#include "client/window/gtk/teacher-window.h"

#include <glib/gi18n.h>

#include "client/deck/presenter.h"
#include "client/window/gtk/chat-box.h"
#include "client/window/gtk/classroom-card.h"
#include "client/window/gtk/device-menu.h"
#include "client/window/gtk/level-meter.h"
#include "client/window/gtk/picture-view.h"
#include "client/window/gtk/widgets.h"
#include "client/window/gtk/window-size.h"
#include "client/window/window-process.h"

struct CcTeacherWindow {
    const CcHost *host;
    GtkWidget *window, *title, *elapsed, *chip, *message;
    GtkWidget *picture, *guests, *guests_frame, *layout, *meter, *audience, *cards, *uplink,
        *devices;
    GtkWidget *slides, *page; /* a row of buttons, and which page is on */
    GtkWidget *chat;
    GtkWidget *foot;  /* a stack: what is sent, or the question */
    GPtrArray *shown; /* GtkWidget *: cards */
};

static gboolean
ask_whether_over(CcTeacherWindow *window)
{
    gtk_stack_set_visible_child_name(GTK_STACK(window->foot), "question");
    return TRUE;
}

static void
on_not_over(CcTeacherWindow *window)
{
    gtk_stack_set_visible_child_name(GTK_STACK(window->foot), "lesson");
}

static void
on_over(CcTeacherWindow *window)
{
    cc_host_say(window->host, "over", g_variant_new_boolean(TRUE));
}

static void
on_resized(CcPictureView *picture, guint width, guint height, gpointer user_data)
{
    CcTeacherWindow *window = user_data;
    guint slot = GTK_WIDGET(picture) == window->guests ? CC_WINDOW_GUESTS : CC_WINDOW_PICTURE;
    cc_host_say(window->host, "size", g_variant_new("(uuu)", slot, width, height));
}

static void
turn(CcTeacherWindow *window, CcTurn turn)
{
    cc_host_say(window->host, "turn", g_variant_new_uint32(turn));
}

static void
next_page(CcTeacherWindow *window)
{
    turn(window, CC_TURN_NEXT);
}

static void
previous_page(CcTeacherWindow *window)
{
    turn(window, CC_TURN_BACK);
}

static void
next_layout(CcTeacherWindow *window)
{
    cc_host_say(window->host, "layout", g_variant_new_boolean(TRUE));
}

/* As in the terminal; a remote presenter has the first of them. */
static gboolean
press_page_key(CcTeacherWindow *window, guint key)
{
    static const struct {
        guint key;
        CcTurn turn;
    } keys[] = {
        {GDK_KEY_Page_Down, CC_TURN_NEXT}, {GDK_KEY_KP_Page_Down, CC_TURN_NEXT},
        {GDK_KEY_Page_Up, CC_TURN_BACK},   {GDK_KEY_KP_Page_Up, CC_TURN_BACK},
        {GDK_KEY_n, CC_TURN_NEXT},         {GDK_KEY_p, CC_TURN_BACK},
        {GDK_KEY_b, CC_TURN_BLANK},        {GDK_KEY_period, CC_TURN_BLANK},
    };
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++)
        if (keys[i].key == key) {
            turn(window, keys[i].turn);
            return TRUE;
        }
    return FALSE;
}

/* While she writes, letters are letters; a remote presenter turns pages all the same. */
static gboolean
press_while_writing(CcTeacherWindow *window, guint key)
{
    if (key == GDK_KEY_Escape) {
        gtk_window_set_focus(GTK_WINDOW(window->window), NULL);
        return TRUE;
    }
    return (key == GDK_KEY_Page_Down || key == GDK_KEY_Page_Up) && press_page_key(window, key);
}

static gboolean
on_key(GtkEventControllerKey *controller, guint pressed, guint code, GdkModifierType modifiers,
       gpointer user_data)
{
    CcTeacherWindow *window = user_data;
    guint key = gdk_keyval_to_lower(pressed);
    if (modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK))
        return FALSE;
    if (cc_chat_box_has_focus(window->chat))
        return press_while_writing(window, key);
    if (press_page_key(window, key))
        return TRUE;
    if (key == GDK_KEY_d) {
        cc_device_menu_open(window->devices);
        return TRUE;
    }
    if (key == GDK_KEY_c) {
        cc_chat_box_focus(window->chat);
        return TRUE;
    }
    if (key == GDK_KEY_l) {
        next_layout(window);
        return TRUE;
    }
    if (key >= 0x80 || !g_ascii_isalnum((char)key))
        return FALSE;
    cc_host_say(window->host, "key", g_variant_new_byte((guchar)key));
    return TRUE;
}

static GtkWidget *
make_head(CcTeacherWindow *window)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 16);
    gtk_widget_add_css_class(box, "head");
    window->title = gtk_label_new("");
    gtk_widget_add_css_class(window->title, "lesson");
    gtk_label_set_ellipsize(GTK_LABEL(window->title), PANGO_ELLIPSIZE_END);
    gtk_label_set_xalign(GTK_LABEL(window->title), 0);
    gtk_widget_set_hexpand(window->title, TRUE);
    window->elapsed = gtk_label_new("");
    gtk_widget_add_css_class(window->elapsed, "elapsed");
    window->chip = cc_widget_link_chip();
    gtk_box_append(GTK_BOX(box), window->title);
    gtk_box_append(GTK_BOX(box), window->elapsed);
    gtk_box_append(GTK_BOX(box), window->chip);
    return box;
}

/* Around a new picture, which is @picture. */
static GtkWidget *
make_picture(CcTeacherWindow *window, const char *name, GtkWidget **picture)
{
    *picture = cc_picture_view_new(name);
    gtk_widget_add_css_class(*picture, "self");
    cc_picture_view_set_painter(CC_PICTURE_VIEW(*picture), window->host->painter);
    g_signal_connect(*picture, "resized", G_CALLBACK(on_resized), window);
    GtkWidget *frame = gtk_aspect_frame_new(0.5f, 0, 16 / 9.0f, FALSE);
    gtk_aspect_frame_set_child(GTK_ASPECT_FRAME(frame), *picture);
    gtk_widget_set_vexpand(*picture, FALSE);
    gtk_widget_set_vexpand(frame, TRUE);
    return frame;
}

static GtkWidget *
make_slides(CcTeacherWindow *window)
{
    window->slides = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    window->page = cc_widget_label("", "page");
    gtk_label_set_xalign(GTK_LABEL(window->page), 0);
    gtk_widget_set_hexpand(window->page, TRUE);
    gtk_box_append(GTK_BOX(window->slides), window->page);
    gtk_box_append(GTK_BOX(window->slides),
                   cc_widget_button(_("Previous"), "P", _("Previous slide"), NULL,
                                    G_CALLBACK(previous_page), window));
    gtk_box_append(GTK_BOX(window->slides), cc_widget_button(_("Next"), "N", _("Next slide"), NULL,
                                                             G_CALLBACK(next_page), window));
    gtk_widget_set_visible(window->slides, FALSE);
    return window->slides;
}

static GtkWidget *
make_self(CcTeacherWindow *window)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    window->guests_frame = make_picture(window, _("Whom you have called on"), &window->guests);
    gtk_widget_set_visible(window->guests_frame, FALSE);
    window->meter = cc_level_meter_new();
    gtk_box_append(GTK_BOX(box), window->guests_frame);
    gtk_box_append(GTK_BOX(box), make_picture(window, _("Your own picture"), &window->picture));
    gtk_box_append(GTK_BOX(box), window->meter);
    gtk_box_append(GTK_BOX(box), make_slides(window));
    return box;
}

static GtkWidget *
make_classrooms(CcTeacherWindow *window)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
    GtkWidget *top = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    window->audience = gtk_label_new("");
    gtk_widget_add_css_class(window->audience, "audience");
    gtk_label_set_xalign(GTK_LABEL(window->audience), 0);
    gtk_widget_set_hexpand(window->audience, TRUE);
    window->layout =
        cc_widget_button(_("Layout"), "L", NULL, NULL, G_CALLBACK(next_layout), window);
    gtk_widget_set_visible(window->layout, FALSE);
    gtk_box_append(GTK_BOX(top), window->audience);
    gtk_box_append(GTK_BOX(top), window->layout);
    window->cards = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), window->cards);
    gtk_widget_set_vexpand(scrolled, TRUE);
    window->chat = cc_chat_box_new(window->host);
    gtk_box_append(GTK_BOX(box), top);
    gtk_box_append(GTK_BOX(box), scrolled);
    gtk_box_append(GTK_BOX(box), window->chat);
    return box;
}

static GtkWidget *
make_question(CcTeacherWindow *window)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    GtkWidget *words = cc_widget_label(_("End the lesson for all classrooms?"), "question");
    gtk_label_set_xalign(GTK_LABEL(words), 0);
    gtk_widget_set_hexpand(words, TRUE);
    gtk_box_append(GTK_BOX(box), words);
    gtk_box_append(GTK_BOX(box), cc_widget_button(_("Go on teaching"), NULL, NULL, "big",
                                                  G_CALLBACK(on_not_over), window));
    gtk_box_append(GTK_BOX(box), cc_widget_button(_("Yes, it is over"), NULL, NULL, "danger",
                                                  G_CALLBACK(on_over), window));
    return box;
}

static GtkWidget *
make_foot(CcTeacherWindow *window)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    window->uplink = cc_widget_label("", "uplink");
    gtk_label_set_xalign(GTK_LABEL(window->uplink), 0);
    gtk_widget_set_hexpand(window->uplink, TRUE);
    gtk_box_append(GTK_BOX(box), window->uplink);
    window->devices = cc_device_menu_new(window->host);
    gtk_box_append(GTK_BOX(box), window->devices);
    gtk_box_append(GTK_BOX(box), cc_widget_button(_("Lesson over"), NULL, NULL, "danger",
                                                  G_CALLBACK(ask_whether_over), window));
    window->foot = gtk_stack_new();
    gtk_widget_add_css_class(window->foot, "foot");
    gtk_stack_add_named(GTK_STACK(window->foot), box, "lesson");
    gtk_stack_add_named(GTK_STACK(window->foot), make_question(window), "question");
    return window->foot;
}

static GtkWidget *
make_content(CcTeacherWindow *window)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *middle = gtk_grid_new();
    gtk_widget_add_css_class(middle, "middle");
    gtk_grid_set_column_homogeneous(GTK_GRID(middle), TRUE);
    gtk_grid_set_column_spacing(GTK_GRID(middle), 16);
    gtk_grid_attach(GTK_GRID(middle), make_self(window), 0, 0, 1, 1);
    gtk_grid_attach(GTK_GRID(middle), make_classrooms(window), 1, 0, 1, 1);
    gtk_widget_set_vexpand(middle, TRUE);
    window->message = cc_widget_label("", "trouble");
    gtk_box_append(GTK_BOX(box), make_head(window));
    gtk_box_append(GTK_BOX(box), window->message);
    gtk_box_append(GTK_BOX(box), middle);
    gtk_box_append(GTK_BOX(box), make_foot(window));
    return box;
}

CcTeacherWindow *
cc_teacher_window_new(const CcHost *host, gboolean fullscreen)
{
    CcTeacherWindow *window = g_new0(CcTeacherWindow, 1);
    window->host = host;
    window->shown = g_ptr_array_new();
    window->window = gtk_window_new();
    g_object_ref_sink(window->window);
    gtk_widget_add_css_class(window->window, "teacher");
    gtk_window_set_title(GTK_WINDOW(window->window), _("Teaching"));
    gtk_window_set_child(GTK_WINDOW(window->window), make_content(window));
    cc_window_size_prepare(GTK_WINDOW(window->window), fullscreen);
    g_signal_connect_swapped(window->window, "close-request", G_CALLBACK(ask_whether_over), window);
    GtkEventController *keys = gtk_event_controller_key_new();
    gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
    g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), window);
    gtk_widget_add_controller(window->window, keys);
    return window;
}

GtkWindow *
cc_teacher_window_get(CcTeacherWindow *window)
{
    return GTK_WINDOW(window->window);
}

static void
show_classrooms(CcTeacherWindow *window, const CcTeacherView *view)
{
    guint n = view->n_classrooms + view->n_more;
    g_autofree char *audience =
        n > 0 ? g_strdup_printf(ngettext("%u classroom is here", "%u classrooms are here", n), n)
              : g_strdup(_("No classroom is here yet"));
    gtk_label_set_text(GTK_LABEL(window->audience), audience);
    while (window->shown->len < view->n_classrooms) {
        GtkWidget *card = cc_classroom_card_new(window->host);
        gtk_box_append(GTK_BOX(window->cards), card);
        g_ptr_array_add(window->shown, card);
    }
    for (guint i = 0; i < window->shown->len; i++) {
        gtk_widget_set_visible(window->shown->pdata[i], i < view->n_classrooms);
        if (i < view->n_classrooms)
            cc_classroom_card_show(window->shown->pdata[i], &view->classrooms[i]);
    }
}

static void
show_uplink(CcTeacherWindow *window, const CcTeacherView *view)
{
    g_autoptr(GString) words = g_string_new(NULL);
    if (view->state == CC_CONNECTION_ON) {
        g_string_append_printf(words, _("You send %u kbit/s"), view->uplink_kbps);
        if (view->loss >= 0)
            g_string_append_printf(words, _("  loss %.1f %%"), view->loss * 100);
        if (view->rtt_ms >= 0)
            g_string_append_printf(words, _("  round trip %d ms"), view->rtt_ms);
    }
    gtk_label_set_text(GTK_LABEL(window->uplink), words->str);
}

/* The slides' page, and whom she has called on. */
static void
show_guests_and_slides(CcTeacherWindow *window, const CcTeacherView *view)
{
    /* Translators: the slide that is shown, of how many. */
    g_autofree char *page = g_strdup_printf(
        view->blank ? _("Slide %u of %u, hidden") : _("Slide %u of %u"), view->page, view->n_pages);
    gtk_label_set_text(GTK_LABEL(window->page), page);
    gtk_widget_set_visible(window->slides, view->n_pages > 0);
    if (!view->has_guests) /* who comes next has another picture */
        cc_picture_view_set_picture(CC_PICTURE_VIEW(window->guests), NULL);
    gtk_widget_set_visible(window->guests_frame, view->has_guests);
    gtk_widget_set_visible(window->layout, view->has_guests && view->several);
}

/* What she has to know at once. */
static void
show_trouble(CcTeacherWindow *window, const CcTeacherView *view)
{
    const char *words = view->message;
    if (view->state == CC_CONNECTION_ON && view->microphones.missing)
        words = _("Nobody hears you: the microphone is unplugged");
    else if (view->state == CC_CONNECTION_ON)
        words = view->cameras.missing
                    ? _("The camera is unplugged: the classrooms see a placeholder")
                    : "";
    gtk_label_set_text(GTK_LABEL(window->message), words);
    gtk_widget_set_visible(window->message, *words != '\0');
}

void
cc_teacher_window_show(CcTeacherWindow *window, const CcTeacherView *view)
{
    CcLink uplink = {.known = TRUE, .loss = MAX(view->loss, 0), .rtt_ms = view->rtt_ms};
    g_autofree char *elapsed =
        g_strdup_printf("%u:%02u", view->elapsed_s / 60, view->elapsed_s % 60);
    gtk_label_set_text(GTK_LABEL(window->title), view->lesson);
    gtk_label_set_text(GTK_LABEL(window->elapsed), elapsed);
    cc_widget_link_chip_show(window->chip, cc_link_colour(view->state, &uplink));
    show_trouble(window, view);
    cc_device_menu_show(window->devices, &view->cameras, &view->microphones, &view->speakers);
    show_classrooms(window, view);
    show_guests_and_slides(window, view);
    cc_chat_box_show(window->chat, &view->chat);
    show_uplink(window, view);
}

void
cc_teacher_window_set_picture(CcTeacherWindow *window, guint slot, cairo_surface_t *picture)
{
    GtkWidget *view = slot == CC_WINDOW_GUESTS ? window->guests : window->picture;
    cc_picture_view_set_picture(CC_PICTURE_VIEW(view), picture);
}

void
cc_teacher_window_show_level(CcTeacherWindow *window, double level, CcAudibility audibility)
{
    cc_level_meter_show(CC_LEVEL_METER(window->meter), level, audibility);
}

void
cc_teacher_window_free(CcTeacherWindow *window)
{
    if (window == NULL)
        return;
    gtk_window_destroy(GTK_WINDOW(window->window));
    g_object_unref(window->window);
    g_ptr_array_unref(window->shown);
    g_free(window);
}
