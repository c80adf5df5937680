#include "client/window/gtk/x11-painter.h"

#include <fcntl.h>
#include <gdk/x11/gdkx.h>
#include <glib-unix.h>
#include <unistd.h>
#include <xcb/shm.h>
#include <xcb/xcb.h>

#include "client/window/gtk/shared-picture.h"
#include "client/window/shared-pictures.h"

#define MAX_CLIP 16 /* rectangles; what is more complicated the toolkit draws */

struct CcX11Painter {
    xcb_connection_t *connection; /* of our own: replies and errors do not concern the toolkit */
    xcb_shm_seg_t segments[CC_WINDOW_SLOTS];
    guint8 completion; /* the event */
    guint source;
    xcb_window_t window; /* of the last picture, or 0 */
    xcb_gcontext_t gc;
    guint8 depth;
    gboolean broken;
    GQueue pending; /* cairo_surface_t *: the server reads them */
};

static void
give_up(CcX11Painter *painter)
{
    painter->broken = TRUE;
    g_queue_clear_full(&painter->pending, (GDestroyNotify)cairo_surface_destroy);
}

static gboolean
on_readable(int fd, GIOCondition condition, gpointer user_data)
{
    CcX11Painter *painter = user_data;
    xcb_generic_event_t *event;
    while ((event = xcb_poll_for_event(painter->connection)) != NULL) {
        guint8 type = event->response_type & 0x7f;
        if (type == 0) /* an error: the window is being replaced, or the server has no memory */
            give_up(painter);
        else if (type == painter->completion && !g_queue_is_empty(&painter->pending))
            cairo_surface_destroy(g_queue_pop_head(&painter->pending));
        free(event);
    }
    if (!xcb_connection_has_error(painter->connection))
        return G_SOURCE_CONTINUE;
    give_up(painter);
    painter->source = 0;
    return G_SOURCE_REMOVE;
}

/* 32 bits a pixel, the lowest first, as ours are. */
static gboolean
has_our_pixels(xcb_connection_t *connection)
{
    const xcb_setup_t *setup = xcb_get_setup(connection);
    xcb_format_iterator_t format = xcb_setup_pixmap_formats_iterator(setup);
    gboolean fits = setup->image_byte_order == XCB_IMAGE_ORDER_LSB_FIRST;
    for (; format.rem > 0; xcb_format_next(&format))
        if (format.data->depth == 24 || format.data->depth == 32)
            fits &= format.data->bits_per_pixel == 32;
    return fits && G_BYTE_ORDER == G_LITTLE_ENDIAN;
}

static gboolean
attach(CcX11Painter *painter, const int fds[CC_WINDOW_SLOTS])
{
    for (guint i = 0; i < CC_WINDOW_SLOTS; i++) {
        painter->segments[i] = xcb_generate_id(painter->connection);
        int fd = fcntl(fds[i], F_DUPFD_CLOEXEC, 0); /* is closed when it has been sent */
        xcb_generic_error_t *error = xcb_request_check(
            painter->connection,
            xcb_shm_attach_fd_checked(painter->connection, painter->segments[i], fd, TRUE));
        if (error != NULL) {
            free(error);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
has_shared_memory(CcX11Painter *painter)
{
    const xcb_query_extension_reply_t *extension =
        xcb_get_extension_data(painter->connection, &xcb_shm_id);
    if (extension == NULL || !extension->present)
        return FALSE;
    painter->completion = extension->first_event + XCB_SHM_COMPLETION;
    xcb_shm_query_version_reply_t *version = xcb_shm_query_version_reply(
        painter->connection, xcb_shm_query_version(painter->connection), NULL);
    gboolean takes_fds =
        version != NULL && (version->major_version > 1 ||
                            (version->major_version == 1 && version->minor_version >= 2));
    free(version);
    return takes_fds;
}

CcX11Painter *
cc_x11_painter_new(GdkDisplay *display, const int fds[CC_WINDOW_SLOTS])
{
    if (!GDK_IS_X11_DISPLAY(display))
        return NULL;
    g_autoptr(CcX11Painter) painter = g_new0(CcX11Painter, 1);
    g_queue_init(&painter->pending);
    painter->connection = xcb_connect(gdk_display_get_name(display), NULL);
    if (xcb_connection_has_error(painter->connection) || !has_our_pixels(painter->connection) ||
        !has_shared_memory(painter) || !attach(painter, fds))
        return NULL;
    painter->source = g_unix_fd_add(xcb_get_file_descriptor(painter->connection),
                                    G_IO_IN | G_IO_HUP, on_readable, painter);
    return g_steal_pointer(&painter);
}

/* A window's depth, and with what to draw on it. */
static gboolean
use_window(CcX11Painter *painter, xcb_window_t window)
{
    xcb_connection_t *connection = painter->connection;
    if (painter->window == window)
        return TRUE;
    xcb_get_geometry_reply_t *geometry =
        xcb_get_geometry_reply(connection, xcb_get_geometry(connection, window), NULL);
    if (geometry == NULL)
        return FALSE;
    painter->depth = geometry->depth;
    free(geometry);
    if (painter->depth != 24 && painter->depth != 32)
        return FALSE;
    if (painter->window != 0)
        xcb_free_gc(connection, painter->gc);
    painter->window = window;
    painter->gc = xcb_generate_id(connection);
    xcb_create_gc(connection, painter->gc, window, XCB_GC_GRAPHICS_EXPOSURES, (guint32[]){0});
    return TRUE;
}

static gboolean
set_clip(CcX11Painter *painter, const cairo_region_t *clip)
{
    xcb_rectangle_t rectangles[MAX_CLIP];
    int n = cairo_region_num_rectangles(clip);
    if (n > MAX_CLIP)
        return FALSE;
    for (int i = 0; i < n; i++) {
        cairo_rectangle_int_t one;
        cairo_region_get_rectangle(clip, i, &one);
        rectangles[i] = (xcb_rectangle_t){(gint16)one.x, (gint16)one.y, (guint16)one.width,
                                          (guint16)one.height};
    }
    xcb_set_clip_rectangles(painter->connection, XCB_CLIP_ORDERING_UNSORTED, painter->gc, 0, 0,
                            (guint32)n, rectangles);
    return TRUE;
}

guint
cc_x11_painter_pending(const CcX11Painter *painter)
{
    return g_queue_get_length((GQueue *)&painter->pending);
}

gboolean
cc_x11_painter_put(CcX11Painter *painter, GdkSurface *surface, cairo_surface_t *picture, int x,
                   int y, const cairo_region_t *clip)
{
    guint slot, place;
    if (painter->broken || !cc_shared_picture_find(picture, &slot, &place) ||
        !use_window(painter, (xcb_window_t)gdk_x11_surface_get_xid(surface)) ||
        !set_clip(painter, clip))
        return FALSE;
    guint16 width = (guint16)cairo_image_surface_get_width(picture);
    guint16 height = (guint16)cairo_image_surface_get_height(picture);
    xcb_shm_put_image(painter->connection, painter->window, painter->gc, width, height, 0, 0, width,
                      height, (gint16)x, (gint16)y, painter->depth, XCB_IMAGE_FORMAT_Z_PIXMAP, TRUE,
                      painter->segments[slot], (guint32)(place * CC_SHARED_PICTURES_BYTES));
    g_queue_push_tail(&painter->pending, cairo_surface_reference(picture));
    xcb_flush(painter->connection);
    return TRUE;
}

void
cc_x11_painter_free(CcX11Painter *painter)
{
    if (painter == NULL)
        return;
    g_clear_handle_id(&painter->source, g_source_remove);
    g_queue_clear_full(&painter->pending, (GDestroyNotify)cairo_surface_destroy);
    xcb_disconnect(painter->connection);
    g_free(painter);
}
