#include "tests/weak-link/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int
fail(int fd, const char *what, GError **error)
{
    int code = errno;
    g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(code), "%s: %s", what,
                g_strerror(code));
    if (fd >= 0)
        close(fd);
    return -1;
}

int
tun_open(const char *namespace_path, const char *device, GError **error)
{
    int namespace = open(namespace_path, O_RDONLY | O_CLOEXEC);
    if (namespace < 0)
        return fail(-1, namespace_path, error);
    if (setns(namespace, CLONE_NEWNET) != 0)
        return fail(namespace, namespace_path, error);
    close(namespace);
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return fail(-1, "/dev/net/tun", error);
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    g_strlcpy(request.ifr_name, device, sizeof request.ifr_name);
    if (ioctl(fd, TUNSETIFF, &request) != 0)
        return fail(fd, device, error);
    return fd;
}
