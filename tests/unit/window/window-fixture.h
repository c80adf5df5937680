/* Looks over a real window: whether anything is cut off, and whether every control has a name. */
#pragma once

#include <gtk/gtk.h>

#include "client/window/gtk/host.h"

G_BEGIN_DECLS

extern const char *const window_languages[2]; /* for LANGUAGE */
extern const int window_sizes[3][2];

/* Style, translations and display. */
void window_fixture_begin(int *argc, char ***argv);
/* What is shown from now on is in this language. */
void window_fixture_speak(const char *language);
/* Shows @window in this size and waits until it has been drawn. */
void window_fixture_present(GtkWindow *window, int width, int height);
void window_fixture_draw(GtkWindow *window);
/* No label is cut off or lies outside. */
void window_fixture_assert_whole(GtkWindow *window, int width, int height);
/* Every control has an accessible name. Returns how many there are. */
guint window_fixture_assert_names(GtkWidget *widget);
/* The visible label or button with this text, or NULL. */
GtkWidget *window_fixture_find(GtkWidget *widget, const char *text);

/* A host that writes down what is said to it: "name=value;". */
extern GString *window_fixture_said;
extern const CcHost window_fixture_host;

G_END_DECLS
