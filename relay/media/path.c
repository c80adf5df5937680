#define CC_LOG_AREA "media"

#include "relay/media/path.h"

#include "common/base/log.h"
#include "relay/media/downlink.h"
#include "relay/media/media-session.h"
#include "relay/media/tcp-port.h"
#include "relay/media/worker-private.h"

/* An address from which nothing authenticated has come for so long may be taken over. */
#define ABANDONED_US (3 * G_USEC_PER_SEC)
/* The active path is doubted after this, if another one is nominated. */
#define SILENT_US (2 * G_USEC_PER_SEC)

CcPath *
cc_path_find(CcWorker *worker, const CcRoute *route)
{
    if (route->tcp)
        return cc_tcp_connection_path(route->tcp);
    return g_hash_table_lookup(worker->paths, &route->remote);
}

static void
activate(CcPath *path, gint64 now_us)
{
    CcMediaSession *session = path->session;
    if (session->active == path)
        return;
    session->active = path;
    if (session->downlink)
        cc_downlink_moved(session->downlink, now_us);
    g_autofree char *remote = cc_address_to_string(&path->route.remote);
    cc_debug("session %.6s… uses %s %s", session->setup->id, path->route.tcp ? "tcp" : "udp",
             remote);
}

static CcPath *
newest(CcMediaSession *session)
{
    CcPath *best = NULL;
    for (guint i = 0; i < CC_SESSION_PATHS; i++) {
        CcPath *path = &session->paths[i];
        if (path->session && (!best || path->last_us > best->last_us))
            best = path;
    }
    return best;
}

static void
forget(CcPath *path)
{
    CcMediaSession *session = path->session;
    if (!path->route.tcp)
        g_hash_table_remove(session->worker->paths, &path->route.remote);
    path->session = NULL;
    if (session->active == path)
        session->active = newest(session);
}

static void
close_path(CcPath *path)
{
    if (path->route.tcp)
        cc_tcp_connection_set_path(path->route.tcp, NULL);
    forget(path);
}

/* A free entry; if there is none, the one that has been silent longest makes room. */
static CcPath *
make_room(CcMediaSession *session)
{
    CcPath *oldest = NULL;
    for (guint i = 0; i < CC_SESSION_PATHS; i++) {
        CcPath *path = &session->paths[i];
        if (!path->session)
            return path;
        if (path != session->active && (!oldest || path->last_us < oldest->last_us))
            oldest = path;
    }
    close_path(oldest);
    return oldest;
}

CcPath *
cc_path_validate(CcMediaSession *session, const CcRoute *route, gboolean nominated, gint64 now_us)
{
    CcPath *path = cc_path_find(session->worker, route);
    gboolean is_new = FALSE;
    if (path && path->session != session) {
        if (route->tcp || now_us - path->last_us < ABANDONED_US)
            return NULL;
        close_path(path);
        path = NULL;
    }
    if (!path) {
        is_new = TRUE;
        path = make_room(session);
        path->session = session;
        if (route->tcp)
            cc_tcp_connection_set_path(route->tcp, path);
    }
    path->route = *route;
    if (is_new && !route->tcp)
        g_hash_table_insert(session->worker->paths, &path->route.remote, path);
    path->last_us = now_us;
    if (!session->active ||
        (nominated && (is_new || now_us - session->active->last_us > SILENT_US)))
        activate(path, now_us);
    return path;
}

void
cc_path_used(CcPath *path, gint64 now_us)
{
    path->last_us = now_us;
    activate(path, now_us);
}

void
cc_path_lost(CcPath *path)
{
    forget(path);
}

void
cc_path_forget_all(CcMediaSession *session)
{
    for (guint i = 0; i < CC_SESSION_PATHS; i++) {
        if (session->paths[i].session)
            close_path(&session->paths[i]);
    }
}
