#include "client/window/gtk/picture-view.h"

#include <math.h>

/* Round corners over a picture that is put around the toolkit show an old one: not for long. */
#define DRAWN_AT_LEAST_EVERY_US (2 * G_USEC_PER_SEC)
#define MAX_PENDING 2 /* pictures; a server that has more to do with gets fewer */

struct _CcPictureView {
    GtkWidget parent;
    cairo_surface_t *picture;  /* or NULL */
    cairo_surface_t *previous; /* what was drawn last may still be needed by the renderer */
    gboolean dimmed;
    int width, height; /* device pixels, as told last */
    CcX11Painter *painter;
    GPtrArray *covers;    /* GtkWidget * */
    cairo_region_t *clip; /* where pictures are put, or NULL */
    gboolean drawn;       /* by the toolkit, all of it, since that changed */
    gint64 drawn_us;
};

G_DEFINE_FINAL_TYPE(CcPictureView, cc_picture_view, GTK_TYPE_WIDGET)

static guint resized;

static void
size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
    CcPictureView *view = CC_PICTURE_VIEW(widget);
    int scale = gtk_widget_get_scale_factor(widget);
    if (view->width == width * scale && view->height == height * scale)
        return;
    view->width = width * scale;
    view->height = height * scale;
    if (width > 0 && height > 0)
        g_signal_emit(view, resized, 0, (guint)view->width, (guint)view->height);
}

/* The place of the picture in an area of @width x @height. */
static graphene_rect_t
fit(cairo_surface_t *picture, float width, float height)
{
    float w = (float)cairo_image_surface_get_width(picture);
    float h = (float)cairo_image_surface_get_height(picture);
    float zoom = MIN(width / w, height / h);
    return GRAPHENE_RECT_INIT((width - w * zoom) / 2, (height - h * zoom) / 2, w * zoom, h * zoom);
}

/* In device pixels of the window. */
static gboolean
find_place(GtkWidget *widget, cairo_rectangle_int_t *place)
{
    GtkNative *native = gtk_widget_get_native(widget);
    int scale = gtk_widget_get_scale_factor(widget);
    graphene_rect_t bounds;
    double x, y;
    if (native == NULL || !gtk_widget_get_mapped(widget) ||
        !gtk_widget_compute_bounds(widget, GTK_WIDGET(native), &bounds))
        return FALSE;
    gtk_native_get_surface_transform(native, &x, &y);
    double left = (bounds.origin.x + x) * scale, top = (bounds.origin.y + y) * scale;
    *place = (cairo_rectangle_int_t){(int)floor(left), (int)floor(top), 0, 0};
    place->width = (int)ceil(left + bounds.size.width * scale) - place->x;
    place->height = (int)ceil(top + bounds.size.height * scale) - place->y;
    return TRUE;
}

/* Whether the toolkit has drawn all that is to be seen beside what is put; if that has changed, it
 * has to, once the server has put all pictures. */
static gboolean
is_drawn(CcPictureView *view, const cairo_rectangle_int_t *place)
{
    cairo_region_t *clip = cairo_region_create_rectangle(place);
    cairo_rectangle_int_t cover;
    for (guint i = 0; i < view->covers->len; i++)
        if (find_place(view->covers->pdata[i], &cover))
            cairo_region_subtract_rectangle(clip, &cover);
    if (view->clip == NULL || !cairo_region_equal(view->clip, clip))
        view->drawn = FALSE;
    g_clear_pointer(&view->clip, cairo_region_destroy);
    view->clip = clip;
    return view->drawn && g_get_monotonic_time() < view->drawn_us + DRAWN_AT_LEAST_EVERY_US;
}

/* TRUE: the toolkit need not draw the picture. */
static gboolean
put_picture(CcPictureView *view)
{
    GtkNative *native = gtk_widget_get_native(GTK_WIDGET(view));
    cairo_rectangle_int_t place;
    if (view->painter == NULL || view->picture == NULL || view->dimmed ||
        !find_place(GTK_WIDGET(view), &place) ||
        !GSK_IS_CAIRO_RENDERER(gtk_native_get_renderer(native)) ||
        cairo_image_surface_get_width(view->picture) != place.width ||
        cairo_image_surface_get_height(view->picture) != place.height || !is_drawn(view, &place))
        return FALSE;
    return cc_x11_painter_pending(view->painter) >= MAX_PENDING ||
           cc_x11_painter_put(view->painter, gtk_native_get_surface(native), view->picture, place.x,
                              place.y, view->clip);
}

static void
snapshot(GtkWidget *widget, GtkSnapshot *snap)
{
    CcPictureView *view = CC_PICTURE_VIEW(widget);
    view->drawn = view->painter != NULL && cc_x11_painter_pending(view->painter) == 0;
    view->drawn_us = g_get_monotonic_time();
    float width = (float)gtk_widget_get_width(widget),
          height = (float)gtk_widget_get_height(widget);
    if (view->picture == NULL || width <= 0 || height <= 0)
        return;
    graphene_rect_t place = fit(view->picture, width, height);
    cairo_t *cr = gtk_snapshot_append_cairo(snap, &place);
    double zoom = place.size.width / cairo_image_surface_get_width(view->picture);
    cairo_translate(cr, place.origin.x, place.origin.y);
    cairo_scale(cr, zoom, zoom);
    cairo_set_source_surface(cr, view->picture, 0, 0);
    cairo_set_operator(cr, CAIRO_OPERATOR_SOURCE);
    cairo_rectangle(cr, 0, 0, place.size.width / zoom, place.size.height / zoom);
    cairo_fill(cr);
    cairo_destroy(cr);
    if (view->dimmed)
        gtk_snapshot_append_color(snap, &(GdkRGBA){0, 0, 0, 0.55f}, &place);
}

static void
measure(GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
        int *minimum_baseline, int *natural_baseline)
{
    *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 64 : 36;
}

static void
finalize(GObject *object)
{
    g_clear_pointer(&CC_PICTURE_VIEW(object)->picture, cairo_surface_destroy);
    g_clear_pointer(&CC_PICTURE_VIEW(object)->previous, cairo_surface_destroy);
    g_clear_pointer(&CC_PICTURE_VIEW(object)->clip, cairo_region_destroy);
    g_clear_pointer(&CC_PICTURE_VIEW(object)->covers, g_ptr_array_unref);
    G_OBJECT_CLASS(cc_picture_view_parent_class)->finalize(object);
}

static void
cc_picture_view_class_init(CcPictureViewClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->finalize = finalize;
    widget_class->size_allocate = size_allocate;
    widget_class->snapshot = snapshot;
    widget_class->measure = measure;
    gtk_widget_class_set_css_name(widget_class, "picture");
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_IMG);
    resized = g_signal_new("resized", CC_TYPE_PICTURE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                           G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
}

static void
cc_picture_view_init(CcPictureView *view)
{
    view->covers = g_ptr_array_new();
    gtk_widget_set_overflow(GTK_WIDGET(view), GTK_OVERFLOW_HIDDEN);
    gtk_widget_set_hexpand(GTK_WIDGET(view), TRUE);
    gtk_widget_set_vexpand(GTK_WIDGET(view), TRUE);
}

GtkWidget *
cc_picture_view_new(const char *accessible_name)
{
    GtkWidget *view = g_object_new(CC_TYPE_PICTURE_VIEW, NULL);
    gtk_accessible_update_property(GTK_ACCESSIBLE(view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   accessible_name, -1);
    return view;
}

void
cc_picture_view_set_painter(CcPictureView *view, CcX11Painter *painter)
{
    view->painter = painter;
}

void
cc_picture_view_add_cover(CcPictureView *view, GtkWidget *cover)
{
    g_ptr_array_add(view->covers, cover);
}

void
cc_picture_view_set_picture(CcPictureView *view, cairo_surface_t *picture)
{
    g_clear_pointer(&view->previous, cairo_surface_destroy);
    view->previous = view->picture;
    view->picture = picture != NULL ? cairo_surface_reference(picture) : NULL;
    if (!put_picture(view))
        gtk_widget_queue_draw(GTK_WIDGET(view));
}

gboolean
cc_picture_view_has_picture(CcPictureView *view)
{
    return view->picture != NULL;
}

void
cc_picture_view_set_dimmed(CcPictureView *view, gboolean dimmed)
{
    if (view->dimmed == dimmed)
        return;
    view->dimmed = dimmed;
    gtk_widget_queue_draw(GTK_WIDGET(view));
}
