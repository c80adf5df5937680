/* Memory that a program shares with its window: room for a few pictures, BGRA without gaps between
 * lines. The program writes, the window reads. cc_shared_pictures_take() and _release(): any
 * thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_SHARED_PICTURES_MAX_WIDTH 1920
#define CC_SHARED_PICTURES_MAX_HEIGHT 1080
#define CC_SHARED_PICTURES_BYTES                                                                   \
    ((gsize)CC_SHARED_PICTURES_MAX_WIDTH * CC_SHARED_PICTURES_MAX_HEIGHT * 4)
/* One on the screen, one on its way there, one that waits, one that is written. */
#define CC_SHARED_PICTURES_KEPT 4

typedef struct CcSharedPictures CcSharedPictures;

/* NULL if the system gives no memory; @error of GLib's file errors. */
CcSharedPictures *cc_shared_pictures_new(GError **error);
/* The window's end, for reading. @fd is taken over. NULL if it is no such memory. */
CcSharedPictures *cc_shared_pictures_open(int fd);
void cc_shared_pictures_free(CcSharedPictures *pictures);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcSharedPictures, cc_shared_pictures_free)

int cc_shared_pictures_fd(const CcSharedPictures *pictures);
/* The place of a picture that nobody looks at, or -1. It stays taken until it is released. */
int cc_shared_pictures_take(CcSharedPictures *pictures);
void cc_shared_pictures_release(CcSharedPictures *pictures, guint place);
/* The window is another one: nobody looks at any of them. */
void cc_shared_pictures_release_all(CcSharedPictures *pictures);
/* CC_SHARED_PICTURES_BYTES of room. NULL if there is no such place. */
guint8 *cc_shared_pictures_data(const CcSharedPictures *pictures, guint place);

G_END_DECLS
