#include "client/window/gtk/picture-view.h"

struct _CcPictureView {
    GtkWidget parent;
    cairo_surface_t *picture;  /* or NULL */
    cairo_surface_t *previous; /* what was drawn last may still be needed by the renderer */
    gboolean dimmed;
    int width, height; /* device pixels, as told last */
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

static void
snapshot(GtkWidget *widget, GtkSnapshot *snap)
{
    CcPictureView *view = CC_PICTURE_VIEW(widget);
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
cc_picture_view_set_picture(CcPictureView *view, cairo_surface_t *picture)
{
    g_clear_pointer(&view->previous, cairo_surface_destroy);
    view->previous = view->picture;
    view->picture = picture != NULL ? cairo_surface_reference(picture) : NULL;
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
