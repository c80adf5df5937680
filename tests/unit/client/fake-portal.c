#include "fake-portal.h"

#include <gio/gunixfdlist.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAME "org.freedesktop.portal.Desktop"
#define OBJECT "/org/freedesktop/portal/desktop"

typedef struct {
    const char *step; /* "created", "selected", "started" */
    FakeMood mood;
} Session;

struct FakePortal {
    GDBusConnection *bus; /* NULL: vanished */
    GMutex lock;
    FakeState state;
    FakeMood mood;          /* with which it answers the call */
    GHashTable *sessions;   /* path → Session */
    GHashTable *clients;    /* names of those that have made one */
    char *session, *client; /* the newest */
    char *before;           /* the session before that; or NULL */
    int remote;             /* its own end of the newest, or -1 */
};

static void
emit(FakePortal *fake, const char *path, const char *interface, const char *signal,
     GVariant *parameters)
{
    g_dbus_connection_emit_signal(fake->bus, fake->client, path, interface, signal, parameters,
                                  NULL);
}

static void
reply_error(FakePortal *fake, GDBusMessage *call, const char *name)
{
    g_autoptr(GDBusMessage) reply = g_dbus_message_new_method_error(call, name, "%s", name);
    g_dbus_connection_send_message(fake->bus, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

static void
reply(FakePortal *fake, GDBusMessage *call, GVariant *body, GUnixFDList *descriptors)
{
    g_autoptr(GDBusMessage) message = g_dbus_message_new_method_reply(call);
    g_dbus_message_set_body(message, body);
    if (descriptors != NULL)
        g_dbus_message_set_unix_fd_list(message, descriptors);
    g_dbus_connection_send_message(fake->bus, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

/* /org/freedesktop/portal/desktop/KIND/SENDER/TOKEN */
static char *
path_of(FakePortal *fake, const char *kind, GVariant *options, const char *key)
{
    const char *token = NULL;
    g_autofree char *sender = g_strdelimit(g_strdup(fake->client + 1), ".", '_');
    if (!g_variant_lookup(options, key, "&s", &token))
        fake->state.broken = TRUE;
    char *path = g_strdup_printf(OBJECT "/%s/%s/%s", kind, sender, token != NULL ? token : "none");
    fake->state.broken |= !g_variant_is_object_path(path);
    return path;
}

/* The call's own answer, and then the request's. @results: (transfer floating) */
static void
respond(FakePortal *fake, GDBusMessage *call, GVariant *options, guint32 code, GVariant *results)
{
    g_autofree char *request = path_of(fake, "request", options, "handle_token");
    GVariant *parameters = g_variant_new("(u@a{sv})", code, results);
    reply(fake, call, g_variant_new("(o)", request), NULL);
    if (fake->mood == FAKE_ODD_RESPONSE) {
        g_variant_unref(g_variant_ref_sink(parameters));
        parameters = g_variant_new("(s)", "well");
    }
    emit(fake, request, "org.freedesktop.portal.Request", "Response", parameters);
}

static GVariant *
nothing(void)
{
    return g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0);
}

static void
create_session(FakePortal *fake, GDBusMessage *call, GVariant *options)
{
    GVariantDict results;
    g_autofree char *path = path_of(fake, "session", options, "session_handle_token");
    Session *session = g_new0(Session, 1);
    gboolean is_new = g_hash_table_add(fake->clients, g_strdup(fake->client));
    fake->mood = is_new ? fake->state.mood : FAKE_GOOD;
    fake->state.n_clients = g_hash_table_size(fake->clients);
    fake->state.n_sessions++;
    *session = (Session){"created", fake->mood};
    g_hash_table_insert(fake->sessions, g_strdup(path), session);
    g_free(fake->before);
    fake->before = fake->session;
    fake->session = g_strdup(path);
    g_variant_dict_init(&results, NULL);
    if (fake->mood == FAKE_ODD_SESSION)
        g_variant_dict_insert(&results, "session_handle", "s", "not a path");
    else if (fake->mood != FAKE_NO_SESSION)
        g_variant_dict_insert(&results, "session_handle", "s", path);
    respond(fake, call, options, 0, g_variant_dict_end(&results));
}

/* FALSE, and the call is refused, if the session is not where it has to be for it. */
static gboolean
step(FakePortal *fake, GDBusMessage *call, const char *session, const char *from, const char *to)
{
    Session *known = g_hash_table_lookup(fake->sessions, session);
    if (known != NULL && g_str_equal(known->step, from)) {
        known->step = to;
        fake->mood = known->mood;
        return TRUE;
    }
    fake->state.broken = TRUE;
    reply_error(fake, call, "org.freedesktop.portal.Error.InvalidArgument");
    return FALSE;
}

static void
select_sources(FakePortal *fake, GDBusMessage *call, const char *session, GVariant *options)
{
    FakeState *state = &fake->state;
    if (!step(fake, call, session, "created", "selected"))
        return;
    g_clear_pointer(&state->restore_token, g_free);
    state->types = state->pointer_mode = state->persist_mode = 0;
    g_variant_lookup(options, "types", "u", &state->types);
    g_variant_lookup(options, "cursor_mode", "u", &state->pointer_mode);
    g_variant_lookup(options, "persist_mode", "u", &state->persist_mode);
    g_variant_lookup(options, "restore_token", "s", &state->restore_token);
    state->n_selected++;
    respond(fake, call, options, fake->mood == FAKE_REFUSES_SOURCES ? 1 : 0, nothing());
}

static GVariant *
started(FakePortal *fake)
{
    GVariantDict results;
    g_autofree char *token = g_strdup_printf("token-%u", fake->state.n_sessions);
    guint32 node = fake->mood == FAKE_ANY_NODE ? G_MAXUINT32 : FAKE_NODE;
    g_variant_dict_init(&results, NULL);
    if (fake->mood == FAKE_ODD_STREAMS)
        g_variant_dict_insert(&results, "streams", "as", NULL);
    else if (fake->mood == FAKE_NO_STREAM)
        g_variant_dict_insert(&results, "streams", "a(ua{sv})", NULL);
    else
        g_variant_dict_insert_value(&results, "streams",
                                    g_variant_new_parsed("[(%u, {'size': <(960, 540)>})]", node));
    if (fake->state.version >= 4)
        g_variant_dict_insert(&results, "restore_token", "s", token);
    return g_variant_dict_end(&results);
}

static void
start(FakePortal *fake, GDBusMessage *call, const char *session, GVariant *options)
{
    if (!step(fake, call, session, "selected", "started"))
        return;
    FakeMood mood = fake->mood;
    if (mood == FAKE_FAILS)
        reply_error(fake, call, "org.freedesktop.portal.Error.Failed");
    else if (mood == FAKE_ODD_REPLY)
        reply(fake, call, g_variant_new("(u)", 7), NULL);
    else if (mood == FAKE_REFUSES_START || mood == FAKE_CANNOT)
        respond(fake, call, options, mood == FAKE_CANNOT ? 2 : 1, nothing());
    else if (mood != FAKE_SILENT)
        respond(fake, call, options, 0, started(fake));
}

static void
open_remote(FakePortal *fake, GDBusMessage *call, const char *session)
{
    int ends[2];
    g_autoptr(GUnixFDList) descriptors = g_unix_fd_list_new();
    if (!step(fake, call, session, "started", "started"))
        return;
    if (fake->mood == FAKE_NO_DESCRIPTOR) {
        reply(fake, call, g_variant_new("(h)", 0), NULL);
        return;
    }
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
    g_unix_fd_list_append(descriptors, ends[0], NULL);
    close(ends[0]);
    if (fake->remote >= 0)
        close(fake->remote);
    fake->remote = ends[1];
    fake->state.n_opened++;
    reply(fake, call, g_variant_new("(h)", fake->mood == FAKE_ODD_DESCRIPTOR ? 7 : 0), descriptors);
}

static void
tell_abilities(FakePortal *fake, GDBusMessage *call)
{
    GVariantDict abilities;
    g_variant_dict_init(&abilities, NULL);
    g_variant_dict_insert(&abilities, "version", "u", fake->state.version);
    g_variant_dict_insert(&abilities, "AvailableSourceTypes", "u", fake->state.sources);
    g_variant_dict_insert(&abilities, "AvailableCursorModes", "u", 3);
    reply(fake, call, g_variant_new("(@a{sv})", g_variant_dict_end(&abilities)), NULL);
}

static void
answer(FakePortal *fake, GDBusMessage *call)
{
    const char *member = g_dbus_message_get_member(call), *session = "";
    GVariant *body = g_dbus_message_get_body(call);
    g_autoptr(GVariant) options = NULL;
    g_free(fake->client);
    fake->client = g_strdup(g_dbus_message_get_sender(call));
    if (body != NULL && g_variant_is_of_type(body, G_VARIANT_TYPE("(a{sv})")))
        g_variant_get(body, "(@a{sv})", &options);
    else if (body != NULL && g_variant_is_of_type(body, G_VARIANT_TYPE("(oa{sv})")))
        g_variant_get(body, "(&o@a{sv})", &session, &options);
    else if (body != NULL && g_variant_is_of_type(body, G_VARIANT_TYPE("(osa{sv})")))
        g_variant_get(body, "(&o&s@a{sv})", &session, NULL, &options);
    if (g_str_equal(member, "GetAll"))
        tell_abilities(fake, call);
    else if (g_str_equal(member, "Close"))
        fake->state.n_closed += g_hash_table_remove(fake->sessions, g_dbus_message_get_path(call));
    else if (options == NULL)
        fake->state.broken = TRUE;
    else if (g_str_equal(member, "CreateSession"))
        create_session(fake, call, options);
    else if (g_str_equal(member, "SelectSources"))
        select_sources(fake, call, session, options);
    else if (g_str_equal(member, "Start"))
        start(fake, call, session, options);
    else if (g_str_equal(member, "OpenPipeWireRemote"))
        open_remote(fake, call, session);
    else
        fake->state.broken = TRUE;
}

static GDBusMessage *
on_message(GDBusConnection *bus, GDBusMessage *message, gboolean incoming, gpointer user_data)
{
    FakePortal *fake = user_data;
    if (!incoming || g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
        return message;
    g_mutex_lock(&fake->lock);
    if (fake->bus == bus) /* not vanished meanwhile */
        answer(fake, message);
    g_mutex_unlock(&fake->lock);
    g_object_unref(message);
    return NULL;
}

FakePortal *
fake_portal_new(void)
{
    FakePortal *fake = g_new0(FakePortal, 1);
    g_mutex_init(&fake->lock);
    fake->state.sources = 3;
    fake->state.version = 4;
    fake->remote = -1;
    fake->sessions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    fake->clients = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return fake;
}

void
fake_portal_free(FakePortal *fake)
{
    fake_portal_vanish(fake);
    if (fake->remote >= 0)
        close(fake->remote);
    g_hash_table_unref(fake->sessions);
    g_hash_table_unref(fake->clients);
    g_free(fake->state.restore_token);
    g_free(fake->session);
    g_free(fake->before);
    g_free(fake->client);
    g_mutex_clear(&fake->lock);
    g_free(fake);
}

void
fake_portal_appear(FakePortal *fake)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *address = g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SESSION, NULL, &error);
    g_assert_no_error(error);
    fake->bus =
        g_dbus_connection_new_for_address_sync(address,
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, &error);
    g_assert_no_error(error);
    g_dbus_connection_add_filter(fake->bus, on_message, fake, NULL);
    GVariant *answer = g_dbus_connection_call_sync(
        fake->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "RequestName", g_variant_new("(su)", NAME, 0), G_VARIANT_TYPE("(u)"),
        G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
    g_assert_no_error(error);
    g_variant_unref(answer);
}

void
fake_portal_vanish(FakePortal *fake)
{
    g_mutex_lock(&fake->lock);
    GDBusConnection *bus = g_steal_pointer(&fake->bus);
    g_hash_table_remove_all(fake->sessions);
    g_mutex_unlock(&fake->lock);
    if (bus == NULL)
        return;
    g_dbus_connection_close_sync(bus, NULL, NULL);
    g_object_unref(bus);
}

FakeState *
fake_portal_lock(FakePortal *fake)
{
    g_mutex_lock(&fake->lock);
    return &fake->state;
}

void
fake_portal_unlock(FakePortal *fake)
{
    g_mutex_unlock(&fake->lock);
}

void
fake_portal_close_session(FakePortal *fake, gboolean before)
{
    g_mutex_lock(&fake->lock);
    const char *session = before ? fake->before : fake->session;
    g_hash_table_remove(fake->sessions, session);
    emit(fake, session, "org.freedesktop.portal.Session", "Closed",
         g_variant_new("(@a{sv})", nothing()));
    g_mutex_unlock(&fake->lock);
}

void
fake_portal_write(FakePortal *fake, char byte)
{
    g_mutex_lock(&fake->lock);
    g_assert_cmpint(write(fake->remote, &byte, 1), ==, 1);
    g_mutex_unlock(&fake->lock);
}
