#include "client/window/gtk/shared-picture.h"

typedef struct {
    guint slot, place;
    CcSharedPictureFunc released;
    gpointer user_data;
} Shared;

static const cairo_user_data_key_t shared_key;

static void
on_free(gpointer data)
{
    g_autofree Shared *shared = data;
    shared->released(shared->slot, shared->place, shared->user_data);
}

cairo_surface_t *
cc_shared_picture_new(const guint8 *data, guint slot, guint place, int width, int height,
                      CcSharedPictureFunc released, gpointer user_data)
{
    cairo_surface_t *picture = cairo_image_surface_create_for_data(
        (guint8 *)data, CAIRO_FORMAT_RGB24, width, height, width * 4);
    Shared *shared = g_new(Shared, 1);
    *shared = (Shared){slot, place, released, user_data};
    cairo_surface_set_user_data(picture, &shared_key, shared, on_free);
    return picture;
}

gboolean
cc_shared_picture_find(cairo_surface_t *picture, guint *slot, guint *place)
{
    const Shared *shared = cairo_surface_get_user_data(picture, &shared_key);
    if (shared == NULL)
        return FALSE;
    *slot = shared->slot;
    *place = shared->place;
    return TRUE;
}
