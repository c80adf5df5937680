/* What the UDP and the TCP port share: binding an IP literal, buffer sizes. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
    int fd;
    int family; /* AF_INET or AF_INET6 */
    gboolean any_address;
    guint16 port; /* the real one */
} CcBoundSocket;

/* @type: SOCK_DGRAM or SOCK_STREAM. Non-blocking, close-on-exec; "::" takes IPv4 too and means all
 * of IPv4 where the machine has no IPv6. Error: CC_ERROR_NETWORK. */
gboolean cc_socket_bind(const char *address, guint16 port, int type, CcBoundSocket *bound,
                        GError **error);

/* 0 leaves the kernel's default. */
void cc_socket_set_buffers(int fd, guint receive_bytes, guint send_bytes);

G_END_DECLS
