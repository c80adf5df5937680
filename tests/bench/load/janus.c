/* Janus's HTTP API (https://janus.conf.meetecho.com/docs/rest.html) and its video room: one session
 * with a handle for each publisher and receiver, answers by long poll. */
#include <json-glib/json-glib.h>

#include "tests/bench/load/clock.h"
#include "tests/bench/load/sdp.h"
#include "tests/bench/load/signalling.h"

#define FIRST_ROOM 1000
#define EVENTS "64" /* of one long poll */

typedef struct {
    LoadSignalling base; /* first */
    guint64 session;
    GHashTable *handles; /* by id: guint64 * → Handle, owned */
    GCancellable *ending;
} Janus;

typedef struct {
    guint64 id;
    Janus *janus;
    LoadPublisher *publisher; /* or */
    LoadReceiver *receiver;
} Handle;

typedef void (*AnswerFunc)(Handle *handle, JsonObject *answer);

typedef struct {
    Handle *handle;
    SoupMessage *message;
    AnswerFunc answered;
} Request;

static LoadSession *
session_of(const Handle *handle)
{
    return handle->publisher ? &handle->publisher->session : &handle->receiver->session;
}

static const LoadRoom *
room_of(const Handle *handle)
{
    return handle->publisher ? handle->publisher->room : handle->receiver->room;
}

/* (transfer full), NULL with @error for anything but a JSON value. */
static JsonNode *
parse(GBytes *body, GError **error)
{
    gsize length;
    const char *text = g_bytes_get_data(body, &length);
    g_autoptr(JsonParser) parser = json_parser_new();
    if (!json_parser_load_from_data(parser, text, (gssize)length, error))
        return NULL;
    JsonNode *root = json_parser_steal_root(parser);
    if (!root)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "Janus says nothing");
    return root;
}

/* (transfer none) a member that is an object, or NULL. */
static JsonObject *
member(JsonObject *object, const char *name)
{
    JsonNode *node = object ? json_object_get_member(object, name) : NULL;
    return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static const char *
text_of(JsonObject *object, const char *name)
{
    return object ? json_object_get_string_member_with_default(object, name, NULL) : NULL;
}

static guint64
id_of(JsonObject *object)
{
    return object ? (guint64)json_object_get_int_member_with_default(object, "id", 0) : 0;
}

/* Janus refuses in two places: its own, and the plugin's. NULL if it does not. */
static const char *
find_refusal(JsonObject *answer)
{
    const char *own = text_of(member(answer, "error"), "reason");
    return own ? own : text_of(member(member(answer, "plugindata"), "data"), "error");
}

static SoupMessage *
new_message(const Janus *self, const char *method, guint64 handle, const char *query,
            JsonNode *body)
{
    g_autoptr(GString) url = g_string_new(self->base.options->url);
    g_string_append(url, "/janus");
    if (self->session != 0)
        g_string_append_printf(url, "/%" G_GUINT64_FORMAT, self->session);
    if (handle != 0)
        g_string_append_printf(url, "/%" G_GUINT64_FORMAT, handle);
    g_string_append(url, query);
    SoupMessage *message = soup_message_new(method, url->str);
    if (message && body) {
        char *text = json_to_string(body, FALSE);
        g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
        soup_message_set_request_body_from_bytes(message, "application/json", bytes);
    }
    return message;
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Request *request = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) body =
        soup_session_send_and_read_finish(SOUP_SESSION(source), result, &error);
    g_autoptr(JsonNode) root = body ? parse(body, &error) : NULL;
    JsonObject *answer = root && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
    if (answer)
        request->answered(request->handle, answer);
    else
        load_session_fail(session_of(request->handle), soup_message_get_status(request->message),
                          error ? error->message : "Janus gives no object");
    g_object_unref(request->message);
    g_free(request);
}

static void
post(Handle *handle, JsonNode *body, AnswerFunc answered)
{
    Request *request = g_new0(Request, 1);
    request->handle = handle;
    request->answered = answered;
    request->message = new_message(handle->janus, "POST", handle->id, "", body);
    soup_session_send_and_read_async(handle->janus->base.soup, request->message, G_PRIORITY_DEFAULT,
                                     handle->janus->ending, on_answer, request);
}

static void
set_text(JsonBuilder *json, const char *name, const char *value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_string_value(json, value);
}

static void
set_number(JsonBuilder *json, const char *name, guint64 value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_int_value(json, (gint64)value);
}

static JsonBuilder *
begin_request(const char *kind)
{
    JsonBuilder *json = json_builder_new();
    json_builder_begin_object(json);
    set_text(json, "janus", kind);
    set_text(json, "transaction", "load"); /* the handle tells whose it is */
    return json;
}

/* A message to the video room; its body is left open. */
static JsonBuilder *
begin_message(const Handle *handle, const char *request)
{
    JsonBuilder *json = begin_request("message");
    json_builder_set_member_name(json, "body");
    json_builder_begin_object(json);
    set_text(json, "request", request);
    set_number(json, "room", FIRST_ROOM + room_of(handle)->index);
    return json;
}

/* Closes the body. @sdp may be NULL. Takes @json. */
static void
send_message(Handle *handle, JsonBuilder *json, const char *type, const char *sdp,
             AnswerFunc answered)
{
    json_builder_end_object(json);
    if (sdp) {
        json_builder_set_member_name(json, "jsep");
        json_builder_begin_object(json);
        set_text(json, "type", type);
        set_text(json, "sdp", sdp);
        json_builder_end_object(json);
    }
    json_builder_end_object(json);
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    post(handle, root, answered);
    g_object_unref(json);
}

/* "ack", or a refusal; what matters comes as an event. */
static void
on_acknowledged(Handle *handle, JsonObject *answer)
{
    const char *refusal = find_refusal(answer);
    if (refusal)
        load_session_fail(session_of(handle), 0, refusal);
}

static void
on_room_created(Handle *handle, JsonObject *answer)
{
    const char *refusal = find_refusal(answer);
    if (refusal) {
        load_session_fail(session_of(handle), 0, refusal);
        return;
    }
    g_autofree char *offer = load_sdp_offer_publisher(handle->publisher);
    JsonBuilder *json = begin_message(handle, "joinandconfigure");
    set_text(json, "ptype", "publisher");
    send_message(handle, json, "offer", offer, on_acknowledged);
}

static void
create_room(Handle *handle)
{
    JsonBuilder *json = begin_message(handle, "create");
    set_text(json, "audiocodec", "opus");
    set_text(json, "videocodec", "vp8");
    set_number(json, "publishers", 1);
    send_message(handle, json, NULL, NULL, on_room_created);
}

static void
subscribe(Handle *handle)
{
    JsonBuilder *json = begin_message(handle, "join");
    set_text(json, "ptype", "subscriber");
    json_builder_set_member_name(json, "streams");
    json_builder_begin_array(json);
    json_builder_begin_object(json);
    set_number(json, "feed", handle->receiver->room->feed);
    json_builder_end_object(json);
    json_builder_end_array(json);
    send_message(handle, json, NULL, NULL, on_acknowledged);
}

static void
on_attached(Handle *handle, JsonObject *answer)
{
    const char *refusal = find_refusal(answer);
    handle->id = id_of(member(answer, "data"));
    if (refusal || handle->id == 0) {
        load_session_fail(session_of(handle), 0, refusal ? refusal : "Janus gives no handle");
        g_free(handle);
        return;
    }
    g_hash_table_insert(handle->janus->handles, &handle->id, handle);
    if (handle->publisher)
        create_room(handle);
    else
        subscribe(handle);
}

static void
attach(LoadSignalling *signalling, LoadPublisher *publisher, LoadReceiver *receiver)
{
    Handle *handle = g_new0(Handle, 1);
    handle->janus = (Janus *)signalling;
    handle->publisher = publisher;
    handle->receiver = receiver;
    session_of(handle)->asked_wall_ns = load_wall_ns();
    g_autoptr(JsonBuilder) json = begin_request("attach");
    set_text(json, "plugin", "janus.plugin.videoroom");
    json_builder_end_object(json);
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    post(handle, root, on_attached);
}

static void
take_answer(Handle *handle, JsonObject *event, const char *sdp)
{
    g_autoptr(GError) error = NULL;
    handle->publisher->room->feed = id_of(member(member(event, "plugindata"), "data"));
    if (!load_sdp_accept_publisher(handle->publisher, sdp, &error))
        load_session_fail(session_of(handle), 0, error->message);
}

static void
take_offer(Handle *handle, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CcSdp) sdp = cc_sdp_parse(text, -1, &error);
    if (!sdp || !load_sdp_accept_receiver(handle->receiver, sdp, FALSE, &error)) {
        load_session_fail(session_of(handle), 0, error->message);
        return;
    }
    g_autofree char *answer = load_sdp_answer_receiver(handle->receiver, sdp);
    send_message(handle, begin_message(handle, "start"), "answer", answer, on_acknowledged);
}

static void
take_event(Janus *self, JsonObject *event)
{
    guint64 sender = (guint64)json_object_get_int_member_with_default(event, "sender", 0);
    Handle *handle = g_hash_table_lookup(self->handles, &sender);
    const char *kind = text_of(event, "janus");
    if (!handle)
        return;
    const char *refusal = find_refusal(event), *sdp = text_of(member(event, "jsep"), "sdp");
    if (refusal || g_strcmp0(kind, "hangup") == 0)
        load_session_fail(session_of(handle), 0, refusal ? refusal : "Janus has hung up");
    else if (sdp && session_of(handle)->state == LOAD_SESSION_SIGNALLING && handle->publisher)
        take_answer(handle, event, sdp);
    else if (sdp && session_of(handle)->state == LOAD_SESSION_SIGNALLING)
        take_offer(handle, sdp);
}

static void poll_events(Janus *self);

static void
on_events(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) body =
        soup_session_send_and_read_finish(SOUP_SESSION(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* our Janus may be gone */
    Janus *self = user_data;
    g_autoptr(JsonNode) root = body ? parse(body, &error) : NULL;
    if (!root) {
        g_printerr("lesson-load: no more events of Janus: %s\n", error->message);
        return;
    }
    if (JSON_NODE_HOLDS_ARRAY(root)) {
        JsonArray *events = json_node_get_array(root);
        for (guint i = 0; i < json_array_get_length(events); i++) {
            JsonNode *event = json_array_get_element(events, i);
            if (JSON_NODE_HOLDS_OBJECT(event))
                take_event(self, json_node_get_object(event));
        }
    } else if (JSON_NODE_HOLDS_OBJECT(root)) {
        take_event(self, json_node_get_object(root));
    }
    poll_events(self);
}

static void
poll_events(Janus *self)
{
    g_autoptr(SoupMessage) message = new_message(self, "GET", 0, "?maxev=" EVENTS, NULL);
    soup_session_send_and_read_async(self->base.soup, message, G_PRIORITY_DEFAULT, self->ending,
                                     on_events, self);
}

static void
publish(LoadSignalling *signalling, LoadPublisher *publisher)
{
    attach(signalling, publisher, NULL);
}

static void
watch(LoadSignalling *signalling, LoadReceiver *receiver)
{
    attach(signalling, NULL, receiver);
}

static void
janus_free(LoadSignalling *signalling)
{
    Janus *self = (Janus *)signalling;
    g_cancellable_cancel(self->ending);
    soup_session_abort(signalling->soup);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_object_unref(self->ending);
    g_object_unref(signalling->soup);
    g_hash_table_unref(self->handles);
    g_free(self);
}

static const LoadSignallingClass class = {publish, watch, janus_free};

static gboolean
create_session(Janus *self, GError **error)
{
    g_autoptr(JsonBuilder) json = begin_request("create");
    json_builder_end_object(json);
    g_autoptr(JsonNode) body = json_builder_get_root(json);
    g_autoptr(SoupMessage) message = new_message(self, "POST", 0, "", body);
    if (!message) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "--url is no URL");
        return FALSE;
    }
    g_autoptr(GBytes) bytes = soup_session_send_and_read(self->base.soup, message, NULL, error);
    g_autoptr(JsonNode) root = bytes ? parse(bytes, error) : NULL;
    if (!root)
        return FALSE;
    if (JSON_NODE_HOLDS_OBJECT(root))
        self->session = id_of(member(json_node_get_object(root), "data"));
    if (self->session == 0)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, "Janus gives no session");
    return self->session != 0;
}

LoadSignalling *
load_janus_new(const LoadOptions *options, GError **error)
{
    Janus *self = g_new0(Janus, 1);
    self->base.class = &class;
    self->base.options = options;
    self->base.soup = soup_session_new_with_options(
        "max-conns", LOAD_MAX_CONNECTIONS, "max-conns-per-host", LOAD_MAX_CONNECTIONS, NULL);
    self->handles = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    self->ending = g_cancellable_new();
    if (!create_session(self, error)) {
        janus_free(&self->base);
        return NULL;
    }
    poll_events(self);
    return &self->base;
}
