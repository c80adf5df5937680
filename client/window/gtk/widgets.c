#include "client/window/gtk/widgets.h"

static const char text_key[] = "cc-text";

GtkWidget *
cc_widget_label(const char *text, const char *css)
{
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_natural_wrap_mode(GTK_LABEL(label), GTK_NATURAL_WRAP_NONE);
    if (css != NULL)
        gtk_widget_add_css_class(label, css);
    return label;
}

void
cc_widget_set_name(GtkWidget *widget, const char *accessible_name)
{
    gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   accessible_name, -1);
}

GtkWidget *
cc_widget_face(const char *text, const char *key, GtkWidget **label)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 10);
    GtkWidget *words = gtk_label_new(text);
    gtk_widget_set_halign(box, GTK_ALIGN_CENTER);
    gtk_box_append(GTK_BOX(box), words);
    if (key != NULL) {
        GtkWidget *cap = gtk_label_new(key);
        gtk_widget_add_css_class(cap, "keycap");
        gtk_widget_set_valign(cap, GTK_ALIGN_CENTER);
        gtk_box_append(GTK_BOX(box), cap);
    }
    if (label != NULL)
        *label = words;
    return box;
}

GtkWidget *
cc_widget_button(const char *text, const char *key, const char *name, const char *css,
                 GCallback clicked, gpointer user_data)
{
    GtkWidget *button = gtk_button_new();
    GtkWidget *label;
    gtk_button_set_child(GTK_BUTTON(button), cc_widget_face(text, key, &label));
    if (css != NULL)
        gtk_widget_add_css_class(button, css);
    g_object_set_data(G_OBJECT(button), text_key, label);
    cc_widget_set_name(button, name != NULL ? name : text);
    g_signal_connect_swapped(button, "clicked", clicked, user_data);
    return button;
}

void
cc_widget_button_set_text(GtkWidget *button, const char *text)
{
    gtk_label_set_text(g_object_get_data(G_OBJECT(button), text_key), text);
    cc_widget_set_name(button, text);
}

void
cc_widget_set_class(GtkWidget *widget, const char *css, gboolean has)
{
    if (has)
        gtk_widget_add_css_class(widget, css);
    else
        gtk_widget_remove_css_class(widget, css);
}

GtkWidget *
cc_widget_link_chip(void)
{
    GtkWidget *chip = gtk_label_new("");
    gtk_widget_add_css_class(chip, "chip");
    gtk_widget_set_valign(chip, GTK_ALIGN_CENTER);
    return chip;
}

void
cc_widget_link_chip_show(GtkWidget *chip, CcLinkColour colour)
{
    static const char *const classes[] = {"good", "weak", "bad", "none"};
    for (guint i = 0; i < G_N_ELEMENTS(classes); i++)
        cc_widget_set_class(chip, classes[i], i == (guint)colour);
    gtk_label_set_text(GTK_LABEL(chip), cc_link_words_colour(colour));
}
