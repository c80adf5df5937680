#define CC_LOG_AREA "relay"

#include "relay/relay.h"

#include <gio/gio.h>

#include "common/base/clock.h"
#include "common/base/config-rules.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "relay/control/addresses.h"
#include "relay/control/control.h"
#include "relay/control/events.h"
#include "relay/control/http-server.h"
#include "relay/ladder-settings.h"

#define GOODBYE_US (300 * 1000) /* for the WebSockets' closing handshakes */

struct CcRelay {
    CcDtlsIdentity *identity;
    CcWorkerGroup *workers;
    CcControl *control;
    CcHttpServer *http;
    char **fixed_values; /* of fixed_keys, when the relay was started */
};

/* Keys that only a restart can change. */
static const struct {
    const char *section, *name;
    enum { TYPE_STRING, TYPE_LIST, TYPE_INT, TYPE_BOOL } type;
} fixed_keys[] = {
    {"relay", "http-address", TYPE_STRING},
    {"relay", "http-port", TYPE_INT},
    {"relay", "udp-address", TYPE_LIST},
    {"relay", "udp-port", TYPE_INT},
    {"relay", "workers", TYPE_INT},
    {"relay", "enable-tcp", TYPE_BOOL},
    {"relay", "teacher-silence-ms", TYPE_INT},
    {"relay", "connect-timeout-ms", TYPE_INT},
    {"relay", "session-timeout-ms", TYPE_INT},
    {"relay", "resume-timeout-s", TYPE_INT},
    {"relay", "history-ms", TYPE_INT},
    {"relay", "keyframe-interval-ms", TYPE_INT},
    {"relay", "socket-buffer-kib", TYPE_INT},
    {"relay", "max-packets", TYPE_INT},
    {"ladder", "order", TYPE_LIST},
    {"ladder", "slides-floor-kbps", TYPE_INT},
    {"ladder", "pupil-floor-kbps", TYPE_INT},
    {"ladder", "face-floor-kbps", TYPE_INT},
    {"ladder", "hd-kbps", TYPE_INT},
    {"ladder", "start-kbps", TYPE_INT},
    {"ladder", "shared-voice-kbps", TYPE_INT},
};

static char *
fixed_value(const CcConfig *config, guint index)
{
    const char *section = fixed_keys[index].section, *name = fixed_keys[index].name;

    switch (fixed_keys[index].type) {
    case TYPE_STRING:
        return g_strdup(cc_config_get_string(config, section, name));
    case TYPE_LIST:
        return g_strjoinv(";", (char **)cc_config_get_list(config, section, name));
    case TYPE_INT:
        return g_strdup_printf("%d", cc_config_get_int(config, section, name));
    case TYPE_BOOL:
        return g_strdup(cc_config_get_bool(config, section, name) ? "true" : "false");
    }
    g_return_val_if_reached(NULL);
}

static char **
fixed_values(const CcConfig *config)
{
    char **values = g_new0(char *, G_N_ELEMENTS(fixed_keys) + 1);

    for (guint i = 0; i < G_N_ELEMENTS(fixed_keys); i++)
        values[i] = fixed_value(config, i);
    return values;
}

static void
on_session_event(const CcSessionEvent *event, gpointer user_data)
{
    CcRelay *relay = user_data;

    cc_control_session_event(relay->control, event);
}

static guint
get_uint(const CcConfig *config, const char *key)
{
    return (guint)MAX(0, cc_config_get_int(config, "relay", key));
}

static gboolean
start_workers(CcRelay *relay, const CcConfig *config, GError **error)
{
    g_autoptr(GPtrArray) addresses = g_ptr_array_new();
    const char *const *list = cc_config_get_list(config, "relay", "udp-address");
    CcWorkerOptions options = {
        .listen_addresses = addresses,
        .port = (guint16)get_uint(config, "udp-port"),
        .enable_tcp = cc_config_get_bool(config, "relay", "enable-tcp"),
        .identity = relay->identity,
        .connect_timeout_ms = get_uint(config, "connect-timeout-ms"),
        .session_timeout_ms = get_uint(config, "session-timeout-ms"),
        .resume_timeout_ms = get_uint(config, "resume-timeout-s") * 1000,
        .silence_timeout_ms = get_uint(config, "teacher-silence-ms"),
        .history_ms = get_uint(config, "history-ms"),
        .keyframe_interval_ms = get_uint(config, "keyframe-interval-ms"),
        .receive_buffer_bytes = get_uint(config, "socket-buffer-kib") * 1024,
        .send_buffer_bytes = get_uint(config, "socket-buffer-kib") * 1024,
        .max_packets = get_uint(config, "max-packets"),
        .start_bps = cc_ladder_start_bps(config),
        .ladder = cc_ladder_settings(config),
        .voice_bps = (guint)cc_config_get_int(config, "ladder", "shared-voice-kbps") * 1000,
        .session_event = on_session_event,
        .user_data = relay,
    };

    for (guint i = 0; list[i] != NULL; i++)
        g_ptr_array_add(addresses, (char *)list[i]);
    relay->workers = cc_worker_group_new(&options, cc_config_rules_workers(config), error);
    return relay->workers != NULL;
}

/* The address that a person may type into a browser. */
static char *
page_address(const CcRelay *relay, const CcConfig *config)
{
    const char *http_address = cc_config_get_string(config, "relay", "http-address");
    const char *listen[] = {http_address, NULL};
    g_auto(GStrv) addresses = cc_candidate_addresses(
        (const char *const *)relay->control->settings->advertise, listen, NULL);
    const char *host = addresses[0] != NULL ? addresses[0] : "localhost";
    gboolean v6 = strchr(host, ':') != NULL;

    return g_strdup_printf("%s://%s%s%s:%u/",
                           cc_http_server_is_https(relay->http) ? "https" : "http", v6 ? "[" : "",
                           host, v6 ? "]" : "", cc_http_server_port(relay->http));
}

CcRelay *
cc_relay_new(const CcConfig *config, GError **error)
{
    g_autoptr(CcRelay) relay = g_new0(CcRelay, 1);
    g_autoptr(CcSettings) settings = cc_settings_new(config, error);
    g_autofree char *page = NULL;
    g_autofree char *ports = NULL;

    if (settings == NULL)
        return NULL;
    relay->identity = cc_dtls_identity_new(NULL, error);
    if (relay->identity == NULL || !start_workers(relay, config, error))
        return NULL;
    relay->control = cc_control_new(g_steal_pointer(&settings), relay->workers, relay->identity,
                                    cc_config_get_bool(config, "relay", "enable-tcp"));
    relay->http = cc_http_server_new(config, relay->control, error);
    if (relay->http == NULL)
        return NULL;
    relay->fixed_values = fixed_values(config);

    if (relay->control->settings->auth.open)
        cc_warning("open mode: anybody who reaches this address may teach and watch");
    ports = cc_worker_group_ports(relay->workers);
    cc_info("listening http=%u udp=%s", cc_http_server_port(relay->http), ports);
    page = page_address(relay, config);
    cc_info("the page is %s", page);
    return g_steal_pointer(&relay);
}

/* Lets the main loop deliver the farewells; nobody can keep us longer than GOODBYE_US. */
static void
say_goodbye(CcRelay *relay)
{
    GMainContext *context = g_main_context_get_thread_default();
    gint64 end_us = cc_clock_now_us() + GOODBYE_US;
    GSource *wake = g_timeout_source_new(GOODBYE_US / 1000);

    g_source_set_callback(wake, G_SOURCE_FUNC(g_main_context_wakeup), context, NULL);
    g_source_attach(wake, context);
    cc_events_close_all(relay->control->events, "relay-stopping");
    while (cc_events_n_observers(relay->control->events) > 0 && cc_clock_now_us() < end_us)
        g_main_context_iteration(context, TRUE);
    g_source_destroy(wake);
    g_source_unref(wake);
}

void
cc_relay_free(CcRelay *relay)
{
    if (relay == NULL)
        return;
    if (relay->http != NULL)
        say_goodbye(relay);
    cc_http_server_free(relay->http);
    cc_worker_group_free(relay->workers);
    cc_control_free(relay->control);
    cc_dtls_identity_free(relay->identity);
    g_strfreev(relay->fixed_values);
    g_free(relay);
}

guint16
cc_relay_http_port(const CcRelay *relay)
{
    return cc_http_server_port(relay->http);
}

void
cc_relay_reload(CcRelay *relay, const CcConfig *config)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CcSettings) settings = cc_settings_new(config, &error);
    CcLogLevel level;

    if (settings == NULL) {
        cc_warning("the old settings stay in force: %s", error->message);
        return;
    }
    cc_control_set_settings(relay->control, g_steal_pointer(&settings));
    if (cc_log_level_from_string(cc_config_get_string(config, "relay", "log-level"), &level))
        cc_log_set_level(level);
    if (cc_http_server_is_https(relay->http) !=
        (*cc_config_get_string(config, "relay", "tls-certificate") != '\0'))
        cc_warning("changing between HTTP and HTTPS needs a restart");
    else if (!cc_http_server_reload_tls(relay->http, config, &error))
        cc_warning("the old certificate stays in use: %s", error->message);
    for (guint i = 0; i < G_N_ELEMENTS(fixed_keys); i++) {
        g_autofree char *value = fixed_value(config, i);
        if (!g_str_equal(value, relay->fixed_values[i]))
            cc_warning("%s.%s stays \"%s\" until the relay is restarted", fixed_keys[i].section,
                       fixed_keys[i].name, relay->fixed_values[i]);
    }
    cc_info("settings reloaded");
}
