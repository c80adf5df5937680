#include "client/recv/window-x11.h"

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/keysym.h>
#include <glib-unix.h>
#include <string.h>

#define DOUBLE_CLICK_MS 400
#define NET_WM_STATE_REMOVE 0
#define NET_WM_STATE_ADD 1

struct CcWindow {
    Display *display;
    Window window;
    Atom delete_window, net_wm_state, net_wm_state_fullscreen;
    gboolean fullscreen;
    Time last_click;
    Cursor hidden;
    guint source;
    CcWindowCallbacks callbacks;
    gpointer user_data;
};

/* Extended Window Manager Hints: a mapped window asks the window manager by a message to the root.
 */
static void
set_fullscreen(CcWindow *window, gboolean fullscreen)
{
    XEvent event = {0};
    event.xclient.type = ClientMessage;
    event.xclient.window = window->window;
    event.xclient.message_type = window->net_wm_state;
    event.xclient.format = 32;
    event.xclient.data.l[0] = fullscreen ? NET_WM_STATE_ADD : NET_WM_STATE_REMOVE;
    event.xclient.data.l[1] = (long)window->net_wm_state_fullscreen;
    event.xclient.data.l[3] = 1; /* a normal application asks */
    window->fullscreen = fullscreen;
    XSendEvent(window->display, DefaultRootWindow(window->display), False,
               SubstructureNotifyMask | SubstructureRedirectMask, &event);
    if (fullscreen)
        XDefineCursor(window->display, window->window, window->hidden);
    else
        XUndefineCursor(window->display, window->window);
    XFlush(window->display);
}

static void
on_key(CcWindow *window, XKeyEvent *event)
{
    switch (XLookupKeysym(event, 0)) {
    case XK_F11:
    case XK_f:
        set_fullscreen(window, !window->fullscreen);
        break;
    case XK_Escape:
        set_fullscreen(window, FALSE);
        break;
    case XK_h:
        window->callbacks.hand(window->user_data);
        break;
    case XK_t:
        window->callbacks.talk(window->user_data);
        break;
    case XK_l:
        window->callbacks.layout(window->user_data);
        break;
    case XK_w:
        window->callbacks.device('w', window->user_data);
        break;
    case XK_v:
        window->callbacks.device('v', window->user_data);
        break;
    case XK_q:
        window->callbacks.closed(window->user_data);
        break;
    default:
        break;
    }
}

static void
on_event(CcWindow *window, XEvent *event)
{
    if (event->type == KeyPress) {
        on_key(window, &event->xkey);
    } else if (event->type == ButtonPress && event->xbutton.button == Button1) {
        if (event->xbutton.time - window->last_click < DOUBLE_CLICK_MS)
            set_fullscreen(window, !window->fullscreen);
        window->last_click = event->xbutton.time;
    } else if (event->type == ConfigureNotify ||
               (event->type == Expose && event->xexpose.count == 0)) {
        window->callbacks.changed(window->user_data);
    } else if (event->type == ClientMessage &&
               (Atom)event->xclient.data.l[0] == window->delete_window) {
        window->callbacks.closed(window->user_data);
    }
}

static gboolean
on_readable(int fd, GIOCondition condition, gpointer user_data)
{
    CcWindow *window = user_data;
    while (XPending(window->display) > 0) {
        XEvent event;
        XNextEvent(window->display, &event);
        on_event(window, &event);
    }
    return G_SOURCE_CONTINUE;
}

static void
set_title(CcWindow *window, const char *title)
{
    Atom name = XInternAtom(window->display, "_NET_WM_NAME", False);
    Atom utf8 = XInternAtom(window->display, "UTF8_STRING", False);
    XClassHint class_hint = {(char *)"classcast", (char *)"Classcast"};
    XChangeProperty(window->display, window->window, name, utf8, 8, PropModeReplace,
                    (const unsigned char *)title, (int)strlen(title));
    XStoreName(window->display, window->window, title);
    XSetClassHint(window->display, window->window, &class_hint);
}

static Cursor
make_hidden_cursor(CcWindow *window)
{
    static const char nothing[] = {0};
    XColor black = {0};
    Pixmap pixmap = XCreateBitmapFromData(window->display, window->window, nothing, 1, 1);
    Cursor cursor = XCreatePixmapCursor(window->display, pixmap, pixmap, &black, &black, 0, 0);
    XFreePixmap(window->display, pixmap);
    return cursor;
}

CcWindow *
cc_window_new(const char *title, guint width, guint height, gboolean fullscreen,
              const CcWindowCallbacks *callbacks, gpointer user_data)
{
    Display *display = XOpenDisplay(NULL);
    if (display == NULL)
        return NULL;
    CcWindow *window = g_new0(CcWindow, 1);
    window->display = display;
    window->callbacks = *callbacks;
    window->user_data = user_data;
    window->delete_window = XInternAtom(display, "WM_DELETE_WINDOW", False);
    window->net_wm_state = XInternAtom(display, "_NET_WM_STATE", False);
    window->net_wm_state_fullscreen = XInternAtom(display, "_NET_WM_STATE_FULLSCREEN", False);
    int screen = DefaultScreen(display);
    window->window = XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, width, height,
                                         0, 0, BlackPixel(display, screen));
    set_title(window, title);
    window->hidden = make_hidden_cursor(window);
    XSetWMProtocols(display, window->window, &window->delete_window, 1);
    XSelectInput(display, window->window,
                 KeyPressMask | ButtonPressMask | StructureNotifyMask | ExposureMask);
    if (fullscreen) /* before it is mapped the property itself is set */
        XChangeProperty(display, window->window, window->net_wm_state, 4 /* XA_ATOM */, 32,
                        PropModeReplace, (const unsigned char *)&window->net_wm_state_fullscreen,
                        1);
    XMapRaised(display, window->window);
    if (fullscreen)
        set_fullscreen(window, TRUE);
    XSync(display, False); /* the sink looks at the window over a connection of its own */
    window->source = g_unix_fd_add(ConnectionNumber(display), G_IO_IN, on_readable, window);
    return window;
}

guintptr
cc_window_handle(const CcWindow *window)
{
    return window->window;
}

void
cc_window_free(CcWindow *window)
{
    if (window == NULL)
        return;
    g_source_remove(window->source);
    XFreeCursor(window->display, window->hidden);
    XDestroyWindow(window->display, window->window);
    XCloseDisplay(window->display);
    g_free(window);
}
