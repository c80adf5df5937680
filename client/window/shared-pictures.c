#include "client/window/shared-pictures.h"

#include <errno.h>
#include <gio/gio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOTAL (CC_SHARED_PICTURES_KEPT * CC_SHARED_PICTURES_BYTES)

struct CcSharedPictures {
    int fd;
    guint8 *memory;
    gint taken; /* atomic: a bit for each place */
};

static CcSharedPictures *
map(int fd, int protection)
{
    guint8 *memory = mmap(NULL, TOTAL, protection, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        return NULL;
    CcSharedPictures *pictures = g_new0(CcSharedPictures, 1);
    pictures->fd = fd;
    pictures->memory = memory;
    return pictures;
}

CcSharedPictures *
cc_shared_pictures_new(GError **error)
{
    int fd = memfd_create("classcast-pictures", MFD_CLOEXEC);
    CcSharedPictures *pictures = NULL;
    if (fd >= 0 && ftruncate(fd, TOTAL) == 0)
        pictures = map(fd, PROT_READ | PROT_WRITE);
    if (pictures == NULL) {
        int cause = errno;
        g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(cause),
                    "no memory to share with the window: %s", g_strerror(cause));
        if (fd >= 0)
            close(fd);
    }
    return pictures;
}

CcSharedPictures *
cc_shared_pictures_open(int fd)
{
    struct stat known;
    if (fstat(fd, &known) != 0 || known.st_size != (off_t)TOTAL)
        return NULL;
    return map(fd, PROT_READ);
}

int
cc_shared_pictures_fd(const CcSharedPictures *pictures)
{
    return pictures->fd;
}

int
cc_shared_pictures_take(CcSharedPictures *pictures)
{
    for (int place = 0; place < CC_SHARED_PICTURES_KEPT; place++)
        if ((g_atomic_int_or((guint *)&pictures->taken, 1u << place) & (1u << place)) == 0)
            return place;
    return -1;
}

void
cc_shared_pictures_release(CcSharedPictures *pictures, guint place)
{
    if (place < CC_SHARED_PICTURES_KEPT)
        g_atomic_int_and((guint *)&pictures->taken, ~(1u << place));
}

void
cc_shared_pictures_release_all(CcSharedPictures *pictures)
{
    g_atomic_int_set(&pictures->taken, 0);
}

guint8 *
cc_shared_pictures_data(const CcSharedPictures *pictures, guint place)
{
    if (place >= CC_SHARED_PICTURES_KEPT)
        return NULL;
    return pictures->memory + place * CC_SHARED_PICTURES_BYTES;
}

void
cc_shared_pictures_free(CcSharedPictures *pictures)
{
    if (pictures == NULL)
        return;
    munmap(pictures->memory, TOTAL);
    close(pictures->fd);
    g_free(pictures);
}
