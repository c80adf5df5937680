/* An overlay, from below:
 *
 *   stack ─┬ waiting page          the coloured word on the link, the raised hand   (top)
 *          └ the lesson's picture  what there is to say                      (centre, or low)
 *                                  buttons, while somebody is at the keyboard    (bottom)  */
#include "client/window/gtk/classroom-window.h"

#include <glib/gi18n.h>

#include "client/ui/link-words.h"
#include "client/ui/screen-words.h"
#include "client/window/gtk/device-menu.h"
#include "client/window/gtk/picture-view.h"
#include "client/window/gtk/waiting-page.h"
#include "client/window/gtk/widgets.h"
#include "client/window/gtk/window-size.h"
#include "client/window/window-process.h"

#define BAR_STAYS_S 8
#define VOLUME_STEP 0.05

struct CcClassroomWindow {
    const CcHost *host;
    GtkWidget *window, *stack, *waiting, *picture, *notice, *chip, *hand_chip, *bar;
    GtkWidget *hand, *talk, *mute, *layout, *volume, *devices;
    gboolean fullscreen, muted, updating;
    double pointer_x, pointer_y;
    guint bar_timer;
};

static gboolean
on_bar_timer(gpointer user_data)
{
    CcClassroomWindow *window = user_data;
    window->bar_timer = 0;
    gtk_revealer_set_reveal_child(GTK_REVEALER(window->bar), FALSE);
    gtk_widget_set_cursor_from_name(window->window, "none");
    return G_SOURCE_REMOVE;
}

/* Over the waiting page the bar stays: it hides nothing there. */
static void
show_bar(CcClassroomWindow *window)
{
    gboolean lesson = gtk_stack_get_visible_child(GTK_STACK(window->stack)) == window->picture;
    g_clear_handle_id(&window->bar_timer, g_source_remove);
    gtk_revealer_set_reveal_child(GTK_REVEALER(window->bar), TRUE);
    gtk_widget_set_cursor(window->window, NULL);
    if (lesson)
        window->bar_timer = g_timeout_add_seconds(BAR_STAYS_S, on_bar_timer, window);
}

static void
on_motion(GtkEventControllerMotion *motion, double x, double y, gpointer user_data)
{
    CcClassroomWindow *window = user_data;
    /* A new layout makes such an event, too. */
    if (x != window->pointer_x || y != window->pointer_y)
        show_bar(window);
    window->pointer_x = x;
    window->pointer_y = y;
}

static void
press_hand(CcClassroomWindow *window)
{
    cc_host_say(window->host, "hand", g_variant_new_boolean(TRUE));
}

static void
say_volume(CcClassroomWindow *window)
{
    double volume = gtk_range_get_value(GTK_RANGE(window->volume));
    if (!window->updating)
        cc_host_say(window->host, "volume", g_variant_new("(db)", volume, window->muted));
}

static void
press_mute(CcClassroomWindow *window)
{
    window->muted = !window->muted;
    say_volume(window);
}

static void
change_volume(CcClassroomWindow *window, double by)
{
    double volume = gtk_range_get_value(GTK_RANGE(window->volume)) + by;
    window->muted = FALSE;
    gtk_range_set_value(GTK_RANGE(window->volume), CLAMP(volume, 0, 1));
    say_volume(window); /* also where it was muted at its end */
}

static void
press_talk(CcClassroomWindow *window)
{
    cc_host_say(window->host, "talk", g_variant_new_boolean(TRUE));
}

static void
next_layout(CcClassroomWindow *window)
{
    cc_host_say(window->host, "layout", g_variant_new_boolean(TRUE));
}

static void
set_fullscreen(CcClassroomWindow *window, gboolean fullscreen)
{
    window->fullscreen = fullscreen;
    if (fullscreen)
        gtk_window_fullscreen(GTK_WINDOW(window->window));
    else
        gtk_window_unfullscreen(GTK_WINDOW(window->window));
}

static gboolean
close_window(CcClassroomWindow *window)
{
    cc_host_say(window->host, "closed", g_variant_new_boolean(TRUE));
    return TRUE;
}

static gboolean
on_key(GtkEventControllerKey *controller, guint key, guint code, GdkModifierType modifiers,
       gpointer user_data)
{
    CcClassroomWindow *window = user_data;
    show_bar(window);
    if (modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK))
        return FALSE;
    switch (gdk_keyval_to_lower(key)) {
    case GDK_KEY_h:
        press_hand(window);
        return TRUE;
    case GDK_KEY_t:
        press_talk(window);
        return TRUE;
    case GDK_KEY_m:
        press_mute(window);
        return TRUE;
    case GDK_KEY_l:
        next_layout(window);
        return TRUE;
    case GDK_KEY_d:
        cc_device_menu_open(window->devices);
        return TRUE;
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add:
        change_volume(window, VOLUME_STEP);
        return TRUE;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
        change_volume(window, -VOLUME_STEP);
        return TRUE;
    case GDK_KEY_f:
    case GDK_KEY_F11:
        set_fullscreen(window, !window->fullscreen);
        return TRUE;
    case GDK_KEY_Escape:
        set_fullscreen(window, FALSE);
        return FALSE; /* an open list is closed by it, too */
    case GDK_KEY_q:
        return close_window(window);
    default:
        return FALSE;
    }
}

static void
on_double_click(GtkGestureClick *gesture, int presses, double x, double y, gpointer user_data)
{
    CcClassroomWindow *window = user_data;
    if (presses == 2)
        set_fullscreen(window, !window->fullscreen);
}

static void
on_resized(CcPictureView *picture, guint width, guint height, gpointer user_data)
{
    CcClassroomWindow *window = user_data;
    cc_host_say(window->host, "size",
                g_variant_new("(uuu)", (guint)CC_WINDOW_PICTURE, width, height));
}

static GtkWidget *
make_volume(CcClassroomWindow *window)
{
    window->volume = gtk_scale_new_with_range(GTK_ORIENTATION_HORIZONTAL, 0, 1, VOLUME_STEP);
    gtk_widget_set_hexpand(window->volume, TRUE);
    gtk_widget_set_size_request(window->volume, 120, -1);
    cc_widget_set_name(window->volume, _("Volume"));
    g_signal_connect_swapped(window->volume, "value-changed", G_CALLBACK(say_volume), window);
    return window->volume;
}

static GtkWidget *
make_bar(CcClassroomWindow *window)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 14);
    gtk_widget_add_css_class(box, "bar");
    window->hand =
        cc_widget_button(_("Raise hand"), "H", NULL, "big", G_CALLBACK(press_hand), window);
    window->talk = cc_widget_button(_("Mute us"), "T", NULL, NULL, G_CALLBACK(press_talk), window);
    window->mute =
        cc_widget_button(_("Sound off"), "M", NULL, NULL, G_CALLBACK(press_mute), window);
    window->layout =
        cc_widget_button(_("Layout"), "L", NULL, NULL, G_CALLBACK(next_layout), window);
    window->devices = cc_device_menu_new(window->host);
    gtk_box_append(GTK_BOX(box), window->hand);
    gtk_box_append(GTK_BOX(box), window->talk);
    gtk_box_append(GTK_BOX(box), window->mute);
    gtk_box_append(GTK_BOX(box), make_volume(window));
    gtk_box_append(GTK_BOX(box), window->layout);
    gtk_box_append(GTK_BOX(box), window->devices);
    window->bar = gtk_revealer_new();
    gtk_revealer_set_transition_type(GTK_REVEALER(window->bar), GTK_REVEALER_TRANSITION_TYPE_NONE);
    gtk_revealer_set_child(GTK_REVEALER(window->bar), box);
    gtk_widget_set_valign(window->bar, GTK_ALIGN_END);
    return window->bar;
}

static GtkWidget *
make_corner(CcClassroomWindow *window)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    gtk_widget_add_css_class(box, "corner");
    gtk_widget_set_halign(box, GTK_ALIGN_END);
    gtk_widget_set_valign(box, GTK_ALIGN_START);
    window->hand_chip = gtk_label_new(_("Hand raised"));
    gtk_widget_add_css_class(window->hand_chip, "chip");
    gtk_widget_add_css_class(window->hand_chip, "hand");
    window->chip = cc_widget_link_chip();
    gtk_box_append(GTK_BOX(box), window->hand_chip);
    gtk_box_append(GTK_BOX(box), window->chip);
    return box;
}

static GtkWidget *
make_content(CcClassroomWindow *window)
{
    GtkWidget *overlay = gtk_overlay_new();
    window->stack = gtk_stack_new();
    window->waiting = cc_waiting_page_new();
    window->picture = cc_picture_view_new(_("The lesson"));
    gtk_widget_set_hexpand(window->picture, TRUE);
    gtk_widget_set_vexpand(window->picture, TRUE);
    gtk_stack_add_child(GTK_STACK(window->stack), window->waiting);
    gtk_stack_add_child(GTK_STACK(window->stack), window->picture);
    g_signal_connect(window->picture, "resized", G_CALLBACK(on_resized), window);
    window->notice = cc_widget_label("", "notice");
    gtk_label_set_justify(GTK_LABEL(window->notice), GTK_JUSTIFY_CENTER);
    gtk_widget_set_halign(window->notice, GTK_ALIGN_CENTER);
    gtk_widget_set_can_target(window->notice, FALSE);
    gtk_overlay_set_child(GTK_OVERLAY(overlay), window->stack);
    gtk_overlay_add_overlay(GTK_OVERLAY(overlay), window->notice);
    gtk_overlay_add_overlay(GTK_OVERLAY(overlay), make_corner(window));
    gtk_overlay_add_overlay(GTK_OVERLAY(overlay), make_bar(window));
    GtkWidget *const covers[] = {window->notice, window->chip, window->hand_chip,
                                 gtk_revealer_get_child(GTK_REVEALER(window->bar))};
    cc_picture_view_set_painter(CC_PICTURE_VIEW(window->picture), window->host->painter);
    for (guint i = 0; i < G_N_ELEMENTS(covers); i++)
        cc_picture_view_add_cover(CC_PICTURE_VIEW(window->picture), covers[i]);
    return overlay;
}

static void
add_controllers(CcClassroomWindow *window)
{
    GtkEventController *keys = gtk_event_controller_key_new();
    gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
    g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), window);
    gtk_widget_add_controller(window->window, keys);
    GtkEventController *motion = gtk_event_controller_motion_new();
    g_signal_connect(motion, "motion", G_CALLBACK(on_motion), window);
    gtk_widget_add_controller(window->window, motion);
    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "pressed", G_CALLBACK(on_double_click), window);
    gtk_widget_add_controller(window->stack, GTK_EVENT_CONTROLLER(click));
    g_signal_connect_swapped(window->window, "close-request", G_CALLBACK(close_window), window);
}

CcClassroomWindow *
cc_classroom_window_new(const CcHost *host, gboolean fullscreen)
{
    CcClassroomWindow *window = g_new0(CcClassroomWindow, 1);
    window->host = host;
    window->window = gtk_window_new();
    g_object_ref_sink(window->window);
    gtk_widget_add_css_class(window->window, "classroom");
    gtk_window_set_title(GTK_WINDOW(window->window), _("Classroom"));
    gtk_window_set_child(GTK_WINDOW(window->window), make_content(window));
    cc_window_size_prepare(GTK_WINDOW(window->window), fullscreen);
    add_controllers(window);
    set_fullscreen(window, fullscreen);
    show_bar(window);
    return window;
}

GtkWindow *
cc_classroom_window_get(CcClassroomWindow *window)
{
    return GTK_WINDOW(window->window);
}

/* A lesson that has been interrupted is still the lesson. */
static gboolean
is_lesson(CcConnectionState state)
{
    return state == CC_CONNECTION_ON || state == CC_CONNECTION_LOST || state == CC_CONNECTION_AWAY;
}

static void
show_notice(CcClassroomWindow *window, const CcClassroomView *view)
{
    gboolean on = view->state == CC_CONNECTION_ON;
    g_autofree char *words = cc_screen_words(view->state, &view->link, FALSE, &view->talk, view->chat);
    gboolean visible = words != NULL && is_lesson(view->state);
    gtk_label_set_text(GTK_LABEL(window->notice), visible ? words : "");
    gtk_widget_set_visible(window->notice, visible);
    gtk_widget_set_valign(window->notice, on ? GTK_ALIGN_START : GTK_ALIGN_CENTER);
    cc_widget_set_class(window->notice, "small", on);
}

static void
show_sound(CcClassroomWindow *window, const CcClassroomView *view)
{
    window->updating = TRUE;
    window->muted = view->muted;
    gtk_range_set_value(GTK_RANGE(window->volume), view->volume);
    cc_widget_button_set_text(window->mute, view->muted ? _("Sound on") : _("Sound off"));
    cc_widget_set_class(window->mute, "muted", view->muted);
    cc_device_menu_show(window->devices, &view->cameras, &view->microphones, &view->speakers);
    window->updating = FALSE;
}

/* The hand, and, while we are called on, the microphone. */
static void
show_hand_and_talk(CcClassroomWindow *window, const CcClassroomView *view)
{
    const CcTalk *talk = &view->talk;
    gtk_widget_set_visible(window->hand_chip, view->hand_raised);
    cc_widget_set_class(window->hand, "raised", view->hand_raised);
    cc_widget_button_set_text(window->hand, view->hand_raised ? _("Lower hand") : _("Raise hand"));
    gtk_widget_set_sensitive(window->hand, is_lesson(view->state));
    gtk_widget_set_visible(window->talk, talk->called && talk->has_microphone);
    gtk_widget_set_sensitive(window->talk, !talk->muted); /* she alone ends that */
    cc_widget_button_set_text(window->talk,
                              cc_talk_is_heard(talk) ? _("Mute us") : _("Let us be heard"));
    cc_widget_set_class(window->talk, "muted", talk->hushed && !talk->muted);
}

void
cc_classroom_window_show(CcClassroomWindow *window, const CcClassroomView *view)
{
    CcPictureView *picture = CC_PICTURE_VIEW(window->picture);
    gboolean seen = cc_picture_view_has_picture(picture);
    GtkWidget *page = is_lesson(view->state) && seen ? window->picture : window->waiting;
    if (view->state == CC_CONNECTION_ON)
        page = window->picture;
    if (!is_lesson(view->state))
        cc_picture_view_set_picture(picture, NULL);
    cc_picture_view_set_dimmed(picture, view->state != CC_CONNECTION_ON);
    gtk_widget_set_visible(window->layout, view->several);
    cc_waiting_page_show(CC_WAITING_PAGE(window->waiting), view);
    show_notice(window, view);
    show_sound(window, view);
    cc_widget_link_chip_show(window->chip, cc_link_colour(view->state, &view->link));
    show_hand_and_talk(window, view);
    if (gtk_stack_get_visible_child(GTK_STACK(window->stack)) != page) {
        gtk_stack_set_visible_child(GTK_STACK(window->stack), page);
        show_bar(window);
    }
}

void
cc_classroom_window_set_picture(CcClassroomWindow *window, guint slot, cairo_surface_t *picture)
{
    if (slot == CC_WINDOW_PICTURE)
        cc_picture_view_set_picture(CC_PICTURE_VIEW(window->picture), picture);
}

void
cc_classroom_window_free(CcClassroomWindow *window)
{
    if (window == NULL)
        return;
    g_clear_handle_id(&window->bar_timer, g_source_remove);
    gtk_window_destroy(GTK_WINDOW(window->window));
    g_object_unref(window->window);
    g_free(window);
}
