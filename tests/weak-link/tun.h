/* A TUN device in a network namespace: what the kernel there would send comes out of the descriptor
 * as IP packets, and what is written into it arrives there. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @namespace_path: such as /proc/PID/ns/net or /run/netns/NAME. Returns a descriptor that does not
 * block, -1 with @error (G_FILE_ERROR). The device has no address yet and is down. */
int tun_open(const char *namespace_path, const char *device, GError **error);

G_END_DECLS
