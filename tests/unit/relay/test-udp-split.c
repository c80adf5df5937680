/* Which of a port's two sockets gets what, and that nobody else can come to the port. */
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay/media/udp-split.h"

typedef struct {
    CcBoundSocket bound;
    int reports, sender;
} Split;

static gboolean
is_readable(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return poll(&poll_fd, 1, 0) == 1;
}

static void
split_begin(Split *split, const char *address, const char *target)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(cc_socket_bind(address, 0, SOCK_DGRAM, &split->bound, &error));
    g_assert_no_error(error);
    split->reports = cc_udp_split(&split->bound);
    g_assert_cmpint(split->reports, >=, 0);
    g_autoptr(GInetAddress) inet = g_inet_address_new_from_string(target);
    g_autoptr(GSocketAddress) to = g_inet_socket_address_new(inet, split->bound.port);
    struct sockaddr_storage native;
    gsize length = (gsize)g_socket_address_get_native_size(to);
    g_assert_true(g_socket_address_to_native(to, &native, sizeof native, &error));
    split->sender = socket(native.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(connect(split->sender, (struct sockaddr *)&native, (socklen_t)length), ==, 0);
}

static void
split_end(Split *split)
{
    close(split->bound.fd);
    close(split->reports);
    close(split->sender);
}

/* Loopback delivers inside send(). */
static void
assert_goes_to(const Split *split, const guint8 *data, gsize length, gboolean reports)
{
    guint8 buffer[64];
    int to = reports ? split->reports : split->bound.fd;
    g_assert_cmpint(send(split->sender, data, length, 0), ==, (gssize)length);
    g_assert_true(is_readable(to));
    g_assert_false(is_readable(reports ? split->bound.fd : split->reports));
    g_assert_cmpint(recv(to, buffer, sizeof buffer, 0), ==, (gssize)length);
    g_assert_cmpmem(buffer, length, data, length);
}

static void
check_kinds(const Split *split)
{
    for (guint second = 0; second < 256; second++) {
        const guint8 rtp[] = {0x80, (guint8)second, 0, 1}, padded[] = {0xb1, (guint8)second, 2};
        assert_goes_to(split, rtp, sizeof rtp, second >= 201 && second <= 223);
        assert_goes_to(split, padded, sizeof padded, second >= 201 && second <= 223);
        const guint8 stun[] = {0x00, (guint8)second, 0, 0}, dtls[] = {22, (guint8)second, 0xfd};
        assert_goes_to(split, stun, sizeof stun, FALSE);
        assert_goes_to(split, dtls, sizeof dtls, FALSE);
    }
    const guint8 version_1[] = {0x40, 200}, version_3[] = {0xc0, 200}, one[] = {0x80};
    assert_goes_to(split, version_1, sizeof version_1, FALSE);
    assert_goes_to(split, version_3, sizeof version_3, FALSE);
    assert_goes_to(split, one, sizeof one, FALSE);
    assert_goes_to(split, one, 0, FALSE);
}

static void
test_kinds(void)
{
    Split split;
    split_begin(&split, "127.0.0.1", "127.0.0.1");
    check_kinds(&split);
    split_end(&split);
}

static void
test_any_address(void)
{
    Split split;
    split_begin(&split, "::", "127.0.0.1");
    check_kinds(&split);
    split_end(&split);
}

/* A second relay on the same port must hear that it is in use, not take half of the packets. */
static void
test_exclusive(void)
{
    Split split;
    CcBoundSocket second;
    g_autoptr(GError) error = NULL;
    split_begin(&split, "127.0.0.1", "127.0.0.1");
    g_assert_false(cc_socket_bind("127.0.0.1", split.bound.port, SOCK_DGRAM, &second, &error));
    g_assert_nonnull(error);
    split_end(&split);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/udp-split/kinds", test_kinds);
    g_test_add_func("/udp-split/any-address", test_any_address);
    g_test_add_func("/udp-split/exclusive", test_exclusive);
    return g_test_run();
}
