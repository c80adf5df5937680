/* What the kernel knows of a TCP connection on its way out. Any thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Little more than @bytes are taken that have not left: what comes later stays with us. */
void cc_tcp_way_keep_short(GSocket *socket, guint bytes);
/* Bytes that were taken and not acknowledged yet. */
guint cc_tcp_way_on_its_way(GSocket *socket);
typedef struct {
    guint rtt_us;   /* the shortest; 0: none was seen yet */
    guint queue_us; /* how much longer it is now */
} CcTcpWay;

void cc_tcp_way_look(GSocket *socket, CcTcpWay *way);

G_END_DECLS
