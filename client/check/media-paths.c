#include "client/check/media-paths.h"

#include "client/check/wait.h"
#include "common/base/clock.h"
#include "common/transport/tcp-path.h"
#include "common/transport/udp-path.h"

#define MAX_PATHS 4 /* of each protocol */

struct CcMediaPaths {
    CcMediaPathsFunc func;
    gpointer user_data;
    CcIceRemote remote;
    guint udp_port, tcp_port;
    CcUdpPath *udp[MAX_PATHS];
    CcTcpPath *tcp[MAX_PATHS];
    guint n_udp, n_tcp, n_tcp_closed;
    CcUdpPath *open_udp;
    CcTcpPath *open_tcp;
    gint64 began_us, udp_us, tcp_us;
    gboolean decided; /* no need to wait any longer */
};

static void
consider(CcMediaPaths *paths)
{
    paths->decided = (paths->open_udp != NULL || paths->n_udp == 0) &&
                     (paths->open_tcp != NULL || paths->n_tcp_closed == paths->n_tcp);
}

static void
on_udp_opened(CcUdpPath *path, gpointer user_data)
{
    CcMediaPaths *paths = user_data;
    if (paths->open_udp == NULL) {
        paths->open_udp = path;
        paths->udp_us = cc_clock_now_us();
    }
    consider(paths);
}

static void
on_udp_datagram(CcUdpPath *path, const guint8 *datagram, gsize length, gpointer user_data)
{
    CcMediaPaths *paths = user_data;
    paths->func(datagram, length, paths->user_data);
}

static void
on_tcp_opened(CcTcpPath *path, gpointer user_data)
{
    CcMediaPaths *paths = user_data;
    if (paths->open_tcp == NULL) {
        paths->open_tcp = path;
        paths->tcp_us = cc_clock_now_us();
    }
    consider(paths);
}

static void
on_tcp_datagram(CcTcpPath *path, guint8 *datagram, gsize length, gpointer user_data)
{
    CcMediaPaths *paths = user_data;
    paths->func(datagram, length, paths->user_data);
}

static void
on_tcp_closed(CcTcpPath *path, gpointer user_data)
{
    CcMediaPaths *paths = user_data;
    paths->n_tcp_closed++;
    if (paths->open_tcp == path)
        paths->open_tcp = NULL;
    consider(paths);
}

static const CcUdpPathCallbacks udp_callbacks = {on_udp_opened, on_udp_datagram};
static const CcTcpPathCallbacks tcp_callbacks = {on_tcp_opened, on_tcp_datagram, on_tcp_closed};

static void
add_candidate(CcMediaPaths *paths, const CcSdpCandidate *candidate)
{
    gboolean tcp = g_str_equal(candidate->transport, "tcp");
    GPtrArray *addresses = tcp ? paths->remote.tcp : paths->remote.udp;
    GSocketAddress *address =
        g_inet_socket_address_new_from_string(candidate->address, candidate->port);
    if (address == NULL || !g_str_equal(candidate->type, "host") || addresses->len == MAX_PATHS ||
        (tcp && g_strcmp0(candidate->tcp_type, "passive") != 0)) {
        g_clear_object(&address);
        return;
    }
    g_ptr_array_add(addresses, address);
    *(tcp ? &paths->tcp_port : &paths->udp_port) = candidate->port;
}

CcMediaPaths *
cc_media_paths_new(const CcSdpMedia *relay, const char *ufrag, const char *pwd,
                   CcMediaPathsFunc func, gpointer user_data)
{
    CcMediaPaths *paths = g_new0(CcMediaPaths, 1);
    paths->func = func;
    paths->user_data = user_data;
    cc_ice_remote_init(&paths->remote);
    cc_ice_remote_set_credentials(&paths->remote, relay->ice_ufrag, relay->ice_pwd, ufrag, pwd);
    for (guint i = 0; i < relay->candidates->len; i++)
        add_candidate(paths, relay->candidates->pdata[i]);
    return paths;
}

void
cc_media_paths_free(CcMediaPaths *paths)
{
    if (paths == NULL)
        return;
    for (guint i = 0; i < paths->n_udp; i++)
        cc_udp_path_free(paths->udp[i]);
    for (guint i = 0; i < paths->n_tcp; i++)
        cc_tcp_path_free(paths->tcp[i]);
    cc_ice_remote_clear(&paths->remote);
    g_free(paths);
}

static void
begin(CcMediaPaths *paths, gboolean udp, gboolean tcp)
{
    const CcIceRemote *remote = &paths->remote;
    for (guint i = 0; udp && i < remote->udp->len; i++) {
        CcUdpPath *path =
            cc_udp_path_new(NULL, remote->udp->pdata[i], remote, &udp_callbacks, paths, NULL);
        if (path != NULL)
            paths->udp[paths->n_udp++] = path;
    }
    for (guint i = 0; tcp && i < remote->tcp->len; i++) {
        CcTcpPath *path = cc_tcp_path_new(g_main_context_default(), remote->tcp->pdata[i], remote,
                                          &tcp_callbacks, paths);
        if (path != NULL)
            paths->tcp[paths->n_tcp++] = path;
    }
}

void
cc_media_paths_open(CcMediaPaths *paths, const CcConfig *config, guint ms, CcPathFacts *udp,
                    CcPathFacts *tcp)
{
    *udp = (CcPathFacts){.enabled = cc_config_get_bool(config, "network", "enable-udp"),
                         .port = paths->udp_port};
    *tcp = (CcPathFacts){.enabled = cc_config_get_bool(config, "network", "enable-tcp"),
                         .port = paths->tcp_port};
    paths->began_us = cc_clock_now_us();
    begin(paths, udp->enabled, tcp->enabled);
    consider(paths);
    cc_wait_ms(&paths->decided, ms);
    udp->open = paths->open_udp != NULL;
    tcp->open = paths->open_tcp != NULL;
    for (guint i = 0; i < paths->n_udp; i++)
        udp->refused |= cc_udp_path_was_refused(paths->udp[i]);
    tcp->refused = paths->n_tcp > 0 && paths->n_tcp_closed == paths->n_tcp;
    if (udp->open)
        udp->ms = (guint)((paths->udp_us - paths->began_us) / 1000);
    if (tcp->open)
        tcp->ms = (guint)((paths->tcp_us - paths->began_us) / 1000);
}

gboolean
cc_media_paths_send(CcMediaPaths *paths, const guint8 *datagram, gsize length)
{
    if (paths->open_udp != NULL)
        return cc_udp_path_send(paths->open_udp, datagram, length);
    return paths->open_tcp != NULL && cc_tcp_path_send(paths->open_tcp, datagram, length, TRUE);
}

gboolean
cc_media_paths_are_open(const CcMediaPaths *paths)
{
    return paths->open_udp != NULL || paths->open_tcp != NULL;
}

gboolean
cc_media_paths_use_tcp(const CcMediaPaths *paths)
{
    return paths->open_udp == NULL && paths->open_tcp != NULL;
}
