/* Small things that both windows are made of. Every control gets an accessible name. Main thread.
 */
#pragma once

#include <gtk/gtk.h>

#include "client/ui/link-words.h"

G_BEGIN_DECLS

/* @css: a class, or NULL. Texts that may be long break into lines and are never cut. */
GtkWidget *cc_widget_label(const char *text, const char *css);
/* @key: what the keyboard has for it, shown on the button; or NULL. @name: for those who do not see
 * it; NULL: @text is enough. */
GtkWidget *cc_widget_button(const char *text, const char *key, const char *name, const char *css,
                            GCallback clicked, gpointer user_data);
/* What is on such a button. @label: (out) (optional): where its text is. */
GtkWidget *cc_widget_face(const char *text, const char *key, GtkWidget **label);
/* The text of such a button. */
void cc_widget_button_set_text(GtkWidget *button, const char *text);
void cc_widget_set_name(GtkWidget *widget, const char *accessible_name);
/* Adds the class or takes it away. */
void cc_widget_set_class(GtkWidget *widget, const char *css, gboolean has);

/* A coloured word on how a link is doing. */
GtkWidget *cc_widget_link_chip(void);
void cc_widget_link_chip_show(GtkWidget *chip, CcLinkColour colour);

G_END_DECLS
