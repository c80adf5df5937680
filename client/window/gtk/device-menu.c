#include "client/window/gtk/device-menu.h"

#include <glib/gi18n.h>

#include "client/window/gtk/choice.h"
#include "client/window/gtk/widgets.h"

enum { CAMERA, MICROPHONE, SPEAKER, N_KINDS };

typedef struct {
    GtkWidget *label, *choice;
} Row;

static const char rows_key[] = "cc-rows";

static GtkWidget *
make_rows(const CcHost *host, Row *rows)
{
    static const struct {
        const char *kind, *name;
    } kinds[N_KINDS] = {[CAMERA] = {"camera", N_("Camera")},
                        [MICROPHONE] = {"microphone", N_("Microphone")},
                        [SPEAKER] = {"speaker", N_("Loudspeaker")}};
    GtkWidget *grid = gtk_grid_new();
    gtk_grid_set_row_spacing(GTK_GRID(grid), 10);
    gtk_grid_set_column_spacing(GTK_GRID(grid), 12);
    for (int i = 0; i < N_KINDS; i++) {
        rows[i].label = gtk_label_new(_(kinds[i].name));
        rows[i].choice = cc_choice_new(host, kinds[i].kind, _(kinds[i].name));
        gtk_label_set_xalign(GTK_LABEL(rows[i].label), 0);
        gtk_widget_set_hexpand(rows[i].choice, TRUE);
        gtk_grid_attach(GTK_GRID(grid), rows[i].label, 0, i, 1, 1);
        gtk_grid_attach(GTK_GRID(grid), rows[i].choice, 1, i, 1, 1);
    }
    return grid;
}

GtkWidget *
cc_device_menu_new(const CcHost *host)
{
    Row *rows = g_new0(Row, N_KINDS);
    GtkWidget *menu = gtk_menu_button_new(), *popover = gtk_popover_new();
    g_object_set_data_full(G_OBJECT(menu), rows_key, rows, g_free);
    gtk_widget_add_css_class(popover, "devices");
    gtk_popover_set_child(GTK_POPOVER(popover), make_rows(host, rows));
    gtk_menu_button_set_child(GTK_MENU_BUTTON(menu), cc_widget_face(_("Devices"), "D", NULL));
    gtk_menu_button_set_direction(GTK_MENU_BUTTON(menu), GTK_ARROW_UP);
    gtk_menu_button_set_popover(GTK_MENU_BUTTON(menu), popover);
    cc_widget_set_name(gtk_widget_get_first_child(menu), /* what is pressed */
                       _("Camera, microphone, loudspeaker"));
    return menu;
}

void
cc_device_menu_show(GtkWidget *menu, const CcViewDevices *cameras, const CcViewDevices *microphones,
                    const CcViewDevices *speakers)
{
    const CcViewDevices *const devices[N_KINDS] = {
        [CAMERA] = cameras, [MICROPHONE] = microphones, [SPEAKER] = speakers};
    const Row *rows = g_object_get_data(G_OBJECT(menu), rows_key);
    gboolean any = FALSE;
    for (guint i = 0; i < N_KINDS; i++) {
        gboolean some = devices[i]->n > 0;
        any |= some;
        gtk_widget_set_visible(rows[i].label, some);
        gtk_widget_set_visible(rows[i].choice, some);
        if (some)
            cc_choice_show(rows[i].choice, devices[i]);
    }
    gtk_widget_set_visible(menu, any);
}

void
cc_device_menu_open(GtkWidget *menu)
{
    if (gtk_widget_get_visible(menu))
        gtk_menu_button_popup(GTK_MENU_BUTTON(menu));
}
