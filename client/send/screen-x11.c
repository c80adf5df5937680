#define CC_LOG_AREA "send"
#include "client/send/screen-x11.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <X11/extensions/Xcomposite.h>
#include <X11/extensions/Xrandr.h>
#include <glib/gi18n.h>
#include <string.h>

#include "common/base/error.h"
#include "common/base/log.h"

#define MAX_WINDOWS 4096
#define MAX_TITLE 1024 /* bytes */

struct CcScreenX11 {
    Display *display;
    Window root;
    Atom client_list, utf8_name, utf8_string;
    gboolean composite;
    Window redirected; /* 0: none */
};

/* Windows go while they are asked about; without this Xlib would end the lesson. */
static int
on_error(Display *display, XErrorEvent *event)
{
    cc_debug("X11: error %u of request %u", event->error_code, event->request_code);
    return 0;
}

CcScreenX11 *
cc_screen_x11_new(GError **error)
{
    Display *display = XOpenDisplay(NULL);
    if (display == NULL) {
        g_set_error(error, CC_ERROR, CC_ERROR_NO_DEVICE,
                    _("there is no screen to show: the display \"%s\" cannot be opened"),
                    g_getenv("DISPLAY") != NULL ? g_getenv("DISPLAY") : "");
        return NULL;
    }
    XSetErrorHandler(on_error);
    CcScreenX11 *x11 = g_new0(CcScreenX11, 1);
    x11->display = display;
    x11->root = DefaultRootWindow(display);
    x11->client_list = XInternAtom(display, "_NET_CLIENT_LIST", False);
    x11->utf8_name = XInternAtom(display, "_NET_WM_NAME", False);
    x11->utf8_string = XInternAtom(display, "UTF8_STRING", False);
    int ignored;
    x11->composite = XCompositeQueryExtension(display, &ignored, &ignored);
    return x11;
}

void
cc_screen_x11_free(CcScreenX11 *x11)
{
    if (x11 == NULL)
        return;
    XCloseDisplay(x11->display);
    g_free(x11);
}

/* (transfer full: XFree) NULL if @window has no such property. */
static void *
get_property(CcScreenX11 *x11, Window window, Atom name, Atom type, long most, gulong *n)
{
    Atom found;
    int format;
    gulong left;
    unsigned char *data = NULL;
    if (XGetWindowProperty(x11->display, window, name, 0, most, False, type, &found, &format, n,
                           &left, &data) == Success &&
        found == type && *n > 0)
        return data;
    if (data != NULL)
        XFree(data);
    return NULL;
}

/* (transfer full) NULL: it has none. */
static char *
title_of(CcScreenX11 *x11, Window window)
{
    gulong n;
    char *title = NULL;
    char *text = get_property(x11, window, x11->utf8_name, x11->utf8_string, MAX_TITLE / 4, &n);
    if (text == NULL && XFetchName(x11->display, window, &text) == 0)
        return NULL;
    if (text != NULL && *text != '\0')
        title = g_utf8_make_valid(text, -1);
    if (text != NULL)
        XFree(text);
    return title;
}

/* What a window manager says, or without one all that stand on the display. Windows as guint64. */
static GArray *
list_windows(CcScreenX11 *x11)
{
    GArray *windows = g_array_new(FALSE, FALSE, sizeof(Window));
    gulong n = 0;
    Window *list = get_property(x11, x11->root, x11->client_list, XA_WINDOW, MAX_WINDOWS, &n);
    guint n_children = 0;
    Window root, parent;
    if (list == NULL && XQueryTree(x11->display, x11->root, &root, &parent, &list, &n_children))
        n = n_children;
    if (list == NULL)
        return windows;
    g_array_append_vals(windows, list, (guint)MIN(n, MAX_WINDOWS));
    XFree(list);
    return windows;
}

typedef struct {
    Window same, alike; /* 0: none */
    GString *titles;    /* of all there are */
} Search;

static void
consider(CcScreenX11 *x11, Window window, const char *wanted, Search *search)
{
    g_autofree char *title = title_of(x11, window);
    if (title == NULL)
        return;
    g_autofree char *folded = g_utf8_casefold(title, -1);
    g_string_append_printf(search->titles, "%s\"%s\"", search->titles->len > 0 ? ", " : "", title);
    if (search->same == 0 && strcmp(folded, wanted) == 0)
        search->same = window;
    if (search->alike == 0 && *wanted != '\0' && strstr(folded, wanted) != NULL)
        search->alike = window;
}

static Window
find_window(CcScreenX11 *x11, const char *name, GError **error)
{
    if (g_str_has_prefix(name, "0x"))
        return (Window)g_ascii_strtoull(name, NULL, 16);
    g_autofree char *wanted = g_utf8_casefold(name, -1);
    g_autoptr(GArray) windows = list_windows(x11);
    g_autoptr(GString) titles = g_string_new(NULL);
    Search search = {.titles = titles};
    for (guint i = 0; i < windows->len; i++)
        consider(x11, g_array_index(windows, Window, i), wanted, &search);
    Window found = search.same != 0 ? search.same : search.alike;
    if (found == 0)
        g_set_error(error, CC_ERROR, CC_ERROR_NO_DEVICE,
                    _("there is no window \"%s\" to show; give --screen=window:TITLE with one of: "
                      "%s"),
                    name, titles->len > 0 ? titles->str : "-");
    return found;
}

/* Without it other windows would be captured where they cover this one. */
static void
keep_whole(CcScreenX11 *x11, Window window)
{
    if (!x11->composite || window == x11->redirected)
        return;
    XCompositeRedirectWindow(x11->display, window, CompositeRedirectAutomatic);
    XSync(x11->display, False);
    x11->redirected = window;
}

/* X gives no picture of what is beyond the screen. FALSE if all of it is. */
static gboolean
cut_to_screen(CcScreenX11 *x11, Window window, const XWindowAttributes *attributes,
              CcScreenPlace *place)
{
    Window child;
    int x = 0, y = 0;
    XTranslateCoordinates(x11->display, window, x11->root, 0, 0, &x, &y, &child);
    int left = MAX(-x, 0), right = MIN(attributes->width, WidthOfScreen(attributes->screen) - x);
    int top = MAX(-y, 0), bottom = MIN(attributes->height, HeightOfScreen(attributes->screen) - y);
    if (right - left < CC_SCREEN_LEAST || bottom - top < CC_SCREEN_LEAST)
        return FALSE;
    *place = (CcScreenPlace){.window = window,
                             .left = (guint)left,
                             .top = (guint)top,
                             .width = (guint)(right - left),
                             .height = (guint)(bottom - top)};
    return TRUE;
}

static gboolean
find_window_place(CcScreenX11 *x11, const char *name, CcScreenPlace *place, GError **error)
{
    Window window = find_window(x11, name, error);
    XWindowAttributes attributes;
    if (window == 0)
        return FALSE;
    if (!XGetWindowAttributes(x11->display, window, &attributes) ||
        attributes.map_state != IsViewable) {
        g_set_error(error, CC_ERROR, CC_ERROR_NO_DEVICE, _("the window \"%s\" is not to be seen"),
                    name);
        return FALSE;
    }
    if (!cut_to_screen(x11, window, &attributes, place)) {
        g_set_error(error, CC_ERROR, CC_ERROR_NO_DEVICE, _("the window \"%s\" is not to be seen"),
                    name);
        return FALSE;
    }
    keep_whole(x11, window);
    return TRUE;
}

/* The one of that name; without a name the primary one, or the first. NULL: none, and @names has
 * those that there are. */
static const XRRMonitorInfo *
choose_monitor(CcScreenX11 *x11, const XRRMonitorInfo *monitors, int n, const char *name,
               GString *names)
{
    const XRRMonitorInfo *chosen = *name == '\0' && n > 0 ? &monitors[0] : NULL;
    for (int i = 0; i < n; i++) {
        char *own = XGetAtomName(x11->display, monitors[i].name);
        if (*name == '\0' ? monitors[i].primary : g_strcmp0(own, name) == 0)
            chosen = &monitors[i];
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", own != NULL ? own : "?");
        if (own != NULL)
            XFree(own);
    }
    return chosen;
}

static gboolean
find_monitor_place(CcScreenX11 *x11, const char *name, CcScreenPlace *place, GError **error)
{
    int n = 0;
    g_autoptr(GString) names = g_string_new(NULL);
    XRRMonitorInfo *monitors = XRRGetMonitors(x11->display, x11->root, True, &n);
    const XRRMonitorInfo *chosen = choose_monitor(x11, monitors, MAX(n, 0), name, names);
    if (chosen != NULL)
        *place = (CcScreenPlace){.left = (guint)MAX(chosen->x, 0),
                                 .top = (guint)MAX(chosen->y, 0),
                                 .width = (guint)chosen->width,
                                 .height = (guint)chosen->height};
    else
        g_set_error(error, CC_ERROR, CC_ERROR_NO_DEVICE,
                    _("there is no monitor \"%s\" to show; there are: %s"), name,
                    names->len > 0 ? names->str : "-");
    if (monitors != NULL)
        XRRFreeMonitors(monitors);
    return chosen != NULL;
}

static gboolean
find_region_place(CcScreenX11 *x11, const CcScreenArea *area, CcScreenPlace *place, GError **error)
{
    XWindowAttributes root;
    XGetWindowAttributes(x11->display, x11->root, &root);
    *place = (CcScreenPlace){
        .left = area->left, .top = area->top, .width = area->width, .height = area->height};
    if (area->left + area->width <= (guint)root.width &&
        area->top + area->height <= (guint)root.height)
        return TRUE;
    g_set_error(error, CC_ERROR, CC_ERROR_NO_DEVICE,
                _("the region reaches beyond the screen, which has %dx%d pixels"), root.width,
                root.height);
    return FALSE;
}

gboolean
cc_screen_x11_find(CcScreenX11 *x11, const CcScreenArea *area, CcScreenPlace *place, GError **error)
{
    switch (area->kind) {
    case CC_SCREEN_WINDOW:
        return find_window_place(x11, area->name, place, error);
    case CC_SCREEN_REGION:
        return find_region_place(x11, area, place, error);
    case CC_SCREEN_MONITOR:
        break;
    }
    return find_monitor_place(x11, area->name, place, error);
}
