#include "common/base/random.h"

#include <errno.h>
#include <sys/random.h>

/* getrandom(2) for up to 256 bytes never fails once the system has booted; it may be interrupted
 * before. */
void
cc_random_fill(guint8 *bytes, gsize length)
{
    gssize got;

    do
        got = getrandom(bytes, length, 0);
    while (got < 0 && errno == EINTR);
    if (got != (gssize)length)
        g_error("the system has no random numbers: %s", g_strerror(errno));
}

char *
cc_random_name(guint bits)
{
    static const char digits[] = "0123456789abcdef";
    guint8 bytes[32];
    gsize length = bits / 8;
    char *name = g_malloc(length * 2 + 1);

    g_assert(length <= sizeof(bytes));
    cc_random_fill(bytes, length);
    for (gsize i = 0; i < length; i++) {
        name[2 * i] = digits[bytes[i] >> 4];
        name[2 * i + 1] = digits[bytes[i] & 0xf];
    }
    name[2 * length] = '\0';
    return name;
}

guint32
cc_random_u32(void)
{
    guint32 value;

    cc_random_fill((guint8 *)&value, sizeof(value));
    return value;
}
