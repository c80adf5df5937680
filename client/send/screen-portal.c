/* A conversation of four questions. The first three are answered twice, by the path of a request at
 * once and by its signal Response later: when a person has decided, which may take minutes.
 *
 *   CreateSession → SelectSources → Start → OpenPipeWireRemote → opened()
 */
#define CC_LOG_AREA "send"
#include "client/send/screen-portal.h"

#include <glib/gi18n.h>

#include "client/send/screen-portal-bus.h"
#include "client/send/screen-token.h"
#include "common/base/clock.h"
#include "common/base/log.h"

#define REQUEST "org.freedesktop.portal.Request"
#define SESSION "org.freedesktop.portal.Session"

#define PATIENCE_S 30 /* with an answer that no person has to give */
/* Also so long that "ended" comes first where its user stopped the stream; twice as long each time
 * that it did not help. */
#define RETRY_S 2
#define LONGEST_RETRY_S 60
#define TOKENS_SINCE 4 /* version */
#define UNTIL_REVOKED 2

typedef enum { WAITING, CREATING, SELECTING, STARTING, OPENING, OPEN, OVER } Step;

struct CcScreenPortal {
    CcScreenPortalCallbacks callbacks;
    gpointer user_data;
    char *text, *token; /* token: or NULL */
    guint32 kinds;
    CcPortalAbilities abilities;
    GDBusConnection *bus; /* its own: sessions end with it */
    guint responses, closings, name_watch;
    gulong bus_closed;

    Step step;
    GCancellable *calls;   /* of this session */
    char *request;         /* path of what is answered next; NULL: nothing */
    char *handle, *before; /* paths of the session, and of the one before it; NULL: none */
    guint32 node;
    guint retry_timer, patience_timer, retry_s;
    gint64 opened_us;
};

static void ask_create(CcScreenPortal *portal);

/* --- an end of the conversation --- */

static void
leave_session(CcScreenPortal *portal)
{
    g_cancellable_cancel(portal->calls);
    g_clear_object(&portal->calls);
    g_clear_handle_id(&portal->retry_timer, g_source_remove);
    g_clear_handle_id(&portal->patience_timer, g_source_remove);
    g_clear_pointer(&portal->request, g_free);
    if (portal->handle != NULL)
        g_dbus_connection_call(portal->bus, CC_PORTAL_NAME, portal->handle, SESSION, "Close", NULL,
                               NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
    g_clear_pointer(&portal->handle, g_free);
}

static void
end(CcScreenPortal *portal, const char *words)
{
    portal->step = OVER;
    leave_session(portal);
    portal->callbacks.ended(words, portal->user_data);
}

static gboolean
on_retry(gpointer user_data)
{
    CcScreenPortal *portal = user_data;
    portal->retry_timer = 0;
    if (portal->handle != NULL) {
        g_free(portal->before);
        portal->before = g_strdup(portal->handle);
    }
    leave_session(portal);
    ask_create(portal);
    return G_SOURCE_REMOVE;
}

/* The session stays until it is asked for anew: it may be its user who ends it. */
static void
lose(CcScreenPortal *portal, const char *why)
{
    if (portal->step == WAITING || portal->step == OVER)
        return;
    gboolean was_open = portal->step == OPEN;
    if (was_open && cc_clock_now_us() - portal->opened_us > LONGEST_RETRY_S * G_USEC_PER_SEC)
        portal->retry_s = RETRY_S;
    portal->step = WAITING;
    g_cancellable_cancel(portal->calls);
    g_clear_pointer(&portal->request, g_free);
    g_clear_handle_id(&portal->patience_timer, g_source_remove);
    cc_warning_limited("screen: %s; asking the desktop again in %u s", why, portal->retry_s);
    portal->retry_timer = g_timeout_add_seconds(portal->retry_s, on_retry, portal);
    portal->retry_s = MIN(portal->retry_s * 2, LONGEST_RETRY_S);
    if (was_open)
        portal->callbacks.lost(portal->user_data);
}

static gboolean
on_patience(gpointer user_data)
{
    CcScreenPortal *portal = user_data;
    portal->patience_timer = 0;
    lose(portal, "the desktop portal does not answer");
    return G_SOURCE_REMOVE;
}

/* --- questions --- */

static void
on_asked(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (reply == NULL && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        lose(user_data, error->message);
}

/* Options of a question, with the token by which its answer is known. To be ended. */
static void
begin_options(CcScreenPortal *portal, GVariantBuilder *options)
{
    g_autofree char *token = g_strdup_printf("classcast_%08x", g_random_int());
    g_autofree char *sender = g_strdup(g_dbus_connection_get_unique_name(portal->bus) + 1);
    g_strdelimit(sender, ".", '_');
    g_free(portal->request);
    portal->request = g_strdup_printf(CC_PORTAL_OBJECT "/request/%s/%s", sender, token);
    g_variant_builder_init(options, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(options, "{sv}", "handle_token", g_variant_new_string(token));
}

static void
ask(CcScreenPortal *portal, Step step, const char *method, GVariant *arguments)
{
    portal->step = step;
    g_dbus_connection_call(portal->bus, CC_PORTAL_NAME, CC_PORTAL_OBJECT, CC_PORTAL_SCREENCAST,
                           method, arguments, G_VARIANT_TYPE("(o)"), G_DBUS_CALL_FLAGS_NONE, -1,
                           portal->calls, on_asked, portal);
}

/* With what is asked next. */
static void
have_patience(CcScreenPortal *portal)
{
    g_clear_handle_id(&portal->patience_timer, g_source_remove);
    portal->patience_timer = g_timeout_add_seconds(PATIENCE_S, on_patience, portal);
}

static void
ask_create(CcScreenPortal *portal)
{
    GVariantBuilder options;
    g_autofree char *session = g_strdup_printf("classcast_%08x", g_random_int());
    portal->calls = g_cancellable_new();
    begin_options(portal, &options);
    g_variant_builder_add(&options, "{sv}", "session_handle_token", g_variant_new_string(session));
    have_patience(portal);
    ask(portal, CREATING, "CreateSession", g_variant_new("(a{sv})", &options));
}

static void
ask_select(CcScreenPortal *portal)
{
    GVariantBuilder options;
    begin_options(portal, &options);
    g_variant_builder_add(&options, "{sv}", "types", g_variant_new_uint32(portal->kinds));
    if (portal->abilities.pointer_modes & CC_PORTAL_POINTER_EMBEDDED)
        g_variant_builder_add(&options, "{sv}", "cursor_mode",
                              g_variant_new_uint32(CC_PORTAL_POINTER_EMBEDDED));
    if (portal->abilities.version >= TOKENS_SINCE) {
        g_variant_builder_add(&options, "{sv}", "persist_mode",
                              g_variant_new_uint32(UNTIL_REVOKED));
        if (portal->token != NULL)
            g_variant_builder_add(&options, "{sv}", "restore_token",
                                  g_variant_new_string(portal->token));
    }
    have_patience(portal);
    ask(portal, SELECTING, "SelectSources", g_variant_new("(oa{sv})", portal->handle, &options));
}

/* Is answered when a person has decided. */
static void
ask_start(CcScreenPortal *portal)
{
    GVariantBuilder options;
    begin_options(portal, &options);
    ask(portal, STARTING, "Start", g_variant_new("(osa{sv})", portal->handle, "", &options));
}

static void
on_remote(GObject *source, GAsyncResult *result, gpointer user_data)
{
    CcScreenPortal *portal = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GUnixFDList) descriptors = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish(
        G_DBUS_CONNECTION(source), &descriptors, result, &error);
    if (reply == NULL) {
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            lose(portal, error->message);
        return;
    }
    int fd = cc_portal_read_descriptor(reply, descriptors);
    if (fd < 0) {
        lose(portal, "the desktop portal opens no way to PipeWire");
        return;
    }
    portal->step = OPEN;
    portal->opened_us = cc_clock_now_us();
    portal->callbacks.opened(fd, portal->node, portal->user_data);
}

static void
ask_remote(CcScreenPortal *portal)
{
    portal->step = OPENING;
    g_dbus_connection_call_with_unix_fd_list(
        portal->bus, CC_PORTAL_NAME, CC_PORTAL_OBJECT, CC_PORTAL_SCREENCAST, "OpenPipeWireRemote",
        g_variant_new("(oa{sv})", portal->handle, NULL), G_VARIANT_TYPE("(h)"),
        G_DBUS_CALL_FLAGS_NONE, -1, NULL, portal->calls, on_remote, portal);
}

/* --- answers --- */

static void
keep_token(CcScreenPortal *portal, char *token)
{
    g_free(portal->token);
    portal->token = token;
    cc_screen_token_save(portal->text, token);
}

static void
on_created(CcScreenPortal *portal, GVariant *results)
{
    portal->handle = cc_portal_read_session(results);
    if (portal->handle != NULL)
        ask_select(portal);
    else
        lose(portal, "the desktop portal names no session");
}

static void
on_started(CcScreenPortal *portal, GVariant *results)
{
    char *token;
    if (!cc_portal_read_streams(results, &portal->node, &token)) {
        lose(portal, "the desktop portal names no stream");
        return;
    }
    keep_token(portal, token);
    ask_remote(portal);
}

static void
on_refused(CcScreenPortal *portal, guint32 code)
{
    keep_token(portal, NULL);
    end(portal, code == CC_PORTAL_REFUSED
                    ? _("the screen is not shown: that was refused when the desktop asked; begin "
                        "the lesson again to be asked again")
                    : _("the screen is not shown: the desktop could not share it"));
}

static void
on_response(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
            const char *signal, GVariant *parameters, gpointer user_data)
{
    CcScreenPortal *portal = user_data;
    g_autoptr(GVariant) results = NULL;
    guint32 code;
    if (g_strcmp0(path, portal->request) != 0)
        return;
    g_clear_pointer(&portal->request, g_free);
    g_clear_handle_id(&portal->patience_timer, g_source_remove);
    if (!cc_portal_read_response(parameters, &code, &results))
        lose(portal, "the desktop portal answers what nobody understands");
    else if (code != CC_PORTAL_DONE)
        on_refused(portal, code);
    else if (portal->step == CREATING)
        on_created(portal, results);
    else if (portal->step == SELECTING)
        ask_start(portal);
    else
        on_started(portal, results);
}

/* Not by who called Close. It may be late, while the next session has begun. */
static void
on_session_closed(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
                  const char *signal, GVariant *parameters, gpointer user_data)
{
    CcScreenPortal *portal = user_data;
    if (g_strcmp0(path, portal->handle) != 0 && g_strcmp0(path, portal->before) != 0)
        return;
    end(portal, _("the screen is no longer shown: sharing it was ended on the desktop"));
}

static void
on_name_lost(GDBusConnection *bus, const char *name, gpointer user_data)
{
    lose(user_data, "the desktop portal has gone");
}

static void
on_bus_closed(GDBusConnection *bus, gboolean vanished, GError *error, gpointer user_data)
{
    CcScreenPortal *portal = user_data;
    g_clear_pointer(&portal->handle, g_free);
    if (portal->step != OVER)
        end(portal, _("the screen is no longer shown: the desktop has gone"));
}

/* --- beginning and end --- */

CcScreenPortal *
cc_screen_portal_new(const char *text, const CcScreenArea *area,
                     const CcScreenPortalCallbacks *callbacks, gpointer user_data, GError **error)
{
    g_autoptr(CcScreenPortal) portal = g_new0(CcScreenPortal, 1);
    portal->callbacks = *callbacks;
    portal->user_data = user_data;
    portal->text = g_strdup(text);
    portal->kinds = area->kind == CC_SCREEN_WINDOW ? CC_PORTAL_WINDOWS : CC_PORTAL_MONITORS;
    portal->retry_s = RETRY_S;
    portal->bus = cc_portal_connect(error);
    if (portal->bus == NULL ||
        !cc_portal_ask_abilities(portal->bus, portal->kinds, &portal->abilities, error))
        return NULL;
    portal->token = cc_screen_token_load(text);
    portal->responses = g_dbus_connection_signal_subscribe(
        portal->bus, CC_PORTAL_NAME, REQUEST, "Response", NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
        on_response, portal, NULL);
    portal->closings = g_dbus_connection_signal_subscribe(
        portal->bus, CC_PORTAL_NAME, SESSION, "Closed", NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
        on_session_closed, portal, NULL);
    portal->name_watch =
        g_bus_watch_name_on_connection(portal->bus, CC_PORTAL_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                       NULL, on_name_lost, portal, NULL);
    portal->bus_closed = g_signal_connect(portal->bus, "closed", G_CALLBACK(on_bus_closed), portal);
    return g_steal_pointer(&portal);
}

static void
close_bus(CcScreenPortal *portal)
{
    if (portal->bus == NULL)
        return;
    if (portal->responses != 0) {
        g_dbus_connection_signal_unsubscribe(portal->bus, portal->responses);
        g_dbus_connection_signal_unsubscribe(portal->bus, portal->closings);
        g_bus_unwatch_name(portal->name_watch);
        g_signal_handler_disconnect(portal->bus, portal->bus_closed);
    }
    leave_session(portal);
    g_dbus_connection_flush_sync(portal->bus, NULL, NULL);
    g_dbus_connection_close_sync(portal->bus, NULL, NULL);
    g_object_unref(portal->bus);
}

void
cc_screen_portal_free(CcScreenPortal *portal)
{
    if (portal == NULL)
        return;
    close_bus(portal);
    g_free(portal->before);
    g_free(portal->token);
    g_free(portal->text);
    g_free(portal);
}

void
cc_screen_portal_start(CcScreenPortal *portal)
{
    cc_info("screen: the desktop is asked");
    ask_create(portal);
}

void
cc_screen_portal_renew(CcScreenPortal *portal)
{
    lose(portal, "the desktop's pictures have ended");
}
