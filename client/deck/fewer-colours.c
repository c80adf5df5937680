#include "client/deck/fewer-colours.h"

#include <stdlib.h>
#include <string.h>

#define DRAWN_COLOURS 1024
#define FREQUENT 2000 /* a colour of one pixel in so many fills an area */

typedef struct {
    guint32 colour, becomes;
    guint pixels;
} Shade;

static Shade *
find(GHashTable *shades, guint32 colour)
{
    return g_hash_table_lookup(shades, GUINT_TO_POINTER(colour));
}

/* By colour; NULL: too many. */
static GHashTable *
count_shades(const guint32 *pixels, gsize n)
{
    g_autoptr(GHashTable) shades = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    Shade *shade = NULL;

    for (gsize i = 0; i < n; i++) {
        if (shade == NULL || shade->colour != pixels[i])
            shade = find(shades, pixels[i]);
        if (shade == NULL) {
            if (g_hash_table_size(shades) == DRAWN_COLOURS)
                return NULL;
            shade = g_new(Shade, 1);
            *shade = (Shade){pixels[i], pixels[i], 0};
            g_hash_table_insert(shades, GUINT_TO_POINTER(pixels[i]), shade);
        }
        shade->pixels++;
    }
    return g_steal_pointer(&shades);
}

static guint
difference(guint32 a, guint32 b)
{
    guint most = 0;

    for (guint i = 0; i < 32; i += 8)
        most = MAX(most, (guint)abs((int)(a >> i & 0xff) - (int)(b >> i & 0xff)));
    return most;
}

/* The most frequent first; equally frequent ones in an order that does not depend on the table's.
 */
static int
compare_shades(gconstpointer a, gconstpointer b)
{
    const Shade *one = *(Shade *const *)a, *other = *(Shade *const *)b;

    if (one->pixels != other->pixels)
        return one->pixels > other->pixels ? -1 : 1;
    return (one->colour > other->colour) - (one->colour < other->colour);
}

/* The nearest of those that stay; or the shade itself. */
static guint32
find_nearest(const GPtrArray *staying, const Shade *shade)
{
    guint32 nearest = shade->colour;
    guint least = CC_FEWER_COLOURS_MOST + 1;

    for (guint i = 0; i < staying->len; i++) {
        const Shade *other = staying->pdata[i];
        guint away = difference(other->colour, shade->colour);
        if (away < least) {
            least = away;
            nearest = other->colour;
        }
    }
    return nearest;
}

/* FALSE if all stay. */
static gboolean
choose(GHashTable *shades, gsize n_pixels)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    g_autoptr(GPtrArray) staying = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, shades);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(all, value);
    g_ptr_array_sort(all, compare_shades);
    for (guint i = 0; i < all->len; i++) {
        Shade *shade = all->pdata[i];
        if ((guint64)shade->pixels * FREQUENT < n_pixels)
            shade->becomes = find_nearest(staying, shade);
        if (shade->becomes == shade->colour)
            g_ptr_array_add(staying, shade);
    }
    return staying->len < all->len;
}

CcDeckImage *
cc_deck_image_with_fewer_colours(const CcDeckImage *image)
{
    gsize size = 0;
    const guint32 *pixels = g_bytes_get_data(image->rgba, &size);
    gsize n = size / sizeof *pixels;
    g_autoptr(GHashTable) shades = count_shades(pixels, n);
    const Shade *shade = NULL;

    if (shades == NULL || !choose(shades, n))
        return NULL;
    guint32 *fewer = g_malloc(size);
    for (gsize i = 0; i < n; i++) {
        if (shade == NULL || shade->colour != pixels[i])
            shade = find(shades, pixels[i]);
        fewer[i] = shade->becomes;
    }
    return cc_deck_image_new(g_bytes_new_take(fewer, size), image->width, image->height);
}
