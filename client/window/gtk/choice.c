#include "client/window/gtk/choice.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/window/gtk/widgets.h"

typedef struct {
    const CcHost *host;
    const char *kind;
    GPtrArray *ids, *names; /* char * */
    gboolean updating;
} Choice;

static const char choice_key[] = "cc-choice";

static void
choice_free(gpointer data)
{
    Choice *choice = data;
    g_ptr_array_unref(choice->ids);
    g_ptr_array_unref(choice->names);
    g_free(choice);
}

static void
on_selected(GtkDropDown *list, GParamSpec *property, gpointer user_data)
{
    Choice *choice = user_data;
    guint selected = gtk_drop_down_get_selected(list);
    if (!choice->updating && selected < choice->ids->len)
        cc_host_say(choice->host, "device",
                    g_variant_new("(ss)", choice->kind, (char *)choice->ids->pdata[selected]));
}

GtkWidget *
cc_choice_new(const CcHost *host, const char *kind, const char *accessible_name)
{
    Choice *choice = g_new0(Choice, 1);
    choice->host = host;
    choice->kind = kind;
    choice->ids = g_ptr_array_new_with_free_func(g_free);
    choice->names = g_ptr_array_new_with_free_func(g_free);
    GtkWidget *list = gtk_drop_down_new(NULL, NULL);
    g_object_set_data_full(G_OBJECT(list), choice_key, choice, choice_free);
    cc_widget_set_name(list, accessible_name);
    g_signal_connect(list, "notify::selected", G_CALLBACK(on_selected), choice);
    return list;
}

static gboolean
is_same(const Choice *choice, const CcViewDevices *devices)
{
    if (choice->ids->len != devices->n)
        return FALSE;
    for (guint i = 0; i < devices->n; i++)
        if (strcmp(choice->ids->pdata[i], devices->all[i].id) != 0 ||
            strcmp(choice->names->pdata[i], devices->all[i].name) != 0)
            return FALSE;
    return TRUE;
}

static void
fill(Choice *choice, GtkDropDown *list, const CcViewDevices *devices)
{
    g_autoptr(GtkStringList) names = gtk_string_list_new(NULL);
    g_ptr_array_set_size(choice->ids, 0);
    g_ptr_array_set_size(choice->names, 0);
    for (guint i = 0; i < devices->n; i++) {
        g_ptr_array_add(choice->ids, g_strdup(devices->all[i].id));
        g_ptr_array_add(choice->names, g_strdup(devices->all[i].name));
        gtk_string_list_append(names, devices->all[i].name);
    }
    if (devices->n == 0)
        gtk_string_list_append(names, _("none here"));
    gtk_drop_down_set_model(list, G_LIST_MODEL(names));
}

void
cc_choice_show(GtkWidget *widget, const CcViewDevices *devices)
{
    Choice *choice = g_object_get_data(G_OBJECT(widget), choice_key);
    GtkDropDown *list = GTK_DROP_DOWN(widget);
    choice->updating = TRUE;
    if (gtk_drop_down_get_model(list) == NULL || !is_same(choice, devices))
        fill(choice, list, devices);
    guint chosen = 0;
    for (guint i = 0; i < devices->n; i++)
        if (strcmp(devices->all[i].id, devices->chosen) == 0)
            chosen = i;
    gtk_drop_down_set_selected(list, chosen);
    gtk_widget_set_sensitive(widget, devices->n > 1);
    choice->updating = FALSE;
}
