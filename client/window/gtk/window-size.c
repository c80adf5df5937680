#include "client/window/gtk/window-size.h"

#define LINES 34 /* of letters in the window's height */
#define LEAST_FONT_PX 15
#define MOST_FONT_PX 64
#define LEAST_WIDTH 960 /* letters must also fit the width */

typedef struct {
    GtkWindow *window;
    GtkCssProvider *provider;
    int font_px;
} Letters;

static void
letters_free(gpointer data, GClosure *closure)
{
    Letters *letters = data;
    gtk_style_context_remove_provider_for_display(gdk_display_get_default(),
                                                  GTK_STYLE_PROVIDER(letters->provider));
    g_object_unref(letters->provider);
    g_free(letters);
}

static void
on_layout(GdkSurface *surface, int width, int height, gpointer user_data)
{
    Letters *letters = user_data;
    int font_px = CLAMP(MIN(height, width * 9 / 14) / LINES, LEAST_FONT_PX, MOST_FONT_PX);
    if (font_px == letters->font_px)
        return;
    letters->font_px = font_px;
    g_autofree char *css = g_strdup_printf("window { font-size: %dpx; }", font_px);
    gtk_css_provider_load_from_data(letters->provider, css, -1);
}

static void
on_realize(GtkWidget *widget, gpointer user_data)
{
    Letters *letters = user_data;
    GdkSurface *surface = gtk_native_get_surface(GTK_NATIVE(widget));
    int width, height;
    g_signal_connect(surface, "layout", G_CALLBACK(on_layout), letters);
    gtk_window_get_default_size(letters->window, &width, &height);
    on_layout(surface, width, height, letters);
}

static GdkRectangle
monitor_area(void)
{
    GListModel *monitors = gdk_display_get_monitors(gdk_display_get_default());
    g_autoptr(GdkMonitor) monitor = g_list_model_get_item(monitors, 0);
    GdkRectangle area = {0, 0, 1024, 768};
    if (monitor != NULL)
        gdk_monitor_get_geometry(monitor, &area);
    return area;
}

void
cc_window_size_prepare(GtkWindow *window, gboolean fullscreen)
{
    GdkRectangle area = monitor_area();
    int width = fullscreen ? area.width : MIN(area.width, MAX(LEAST_WIDTH, area.width * 4 / 5));
    int height = fullscreen ? area.height : MIN(area.height, MAX(600, area.height * 4 / 5));
    gtk_window_set_default_size(window, width, height);
    Letters *letters = g_new0(Letters, 1);
    letters->window = window;
    letters->provider = gtk_css_provider_new();
    gtk_style_context_add_provider_for_display(gdk_display_get_default(),
                                               GTK_STYLE_PROVIDER(letters->provider),
                                               GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
    g_signal_connect_data(window, "realize", G_CALLBACK(on_realize), letters, letters_free, 0);
}
