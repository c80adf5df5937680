#include "client/check/probe-server.h"

#include <stdio.h>
#include <string.h>

#include "client/check/wait.h"
#include "common/base/clock.h"

#define PATIENCE_MS 10000
#define MAX_HEAD 8192

static CcReach
reach_of(const GError *error)
{
    if (error == NULL)
        return CC_REACHED;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
        return CC_REACH_REFUSED;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return CC_REACH_TIMED_OUT;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE) ||
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE))
        return CC_REACH_UNREACHABLE;
    return CC_REACH_FAILED;
}

/* "Date: Tue, 15 Nov 1994 08:12:31 GMT" (RFC 9110 section 5.6.7). NULL if it is none. */
static GDateTime *
parse_date(const char *text)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int day, year, hour, minute, second;
    char month[4];
    if (sscanf(text, " %*3s, %2d %3s %4d %2d:%2d:%2d", &day, month, &year, &hour, &minute,
               &second) != 6)
        return NULL;
    const char *place = strlen(month) == 3 ? strstr(months, month) : NULL;
    return place == NULL ? NULL
                         : g_date_time_new_utc(year, (int)(place - months) / 3 + 1, day, hour,
                                               minute, second);
}

gboolean
cc_probe_server_read_date(const char *answer, gint64 here_s, gint64 *ahead_s)
{
    g_auto(GStrv) lines = g_strsplit(answer, "\n", 100);
    for (guint i = 0; lines[i] != NULL; i++) {
        if (g_ascii_strncasecmp(lines[i], "Date:", 5) != 0)
            continue;
        g_autoptr(GDateTime) date = parse_date(lines[i] + 5);
        if (date == NULL)
            return FALSE;
        *ahead_s = here_s - g_date_time_to_unix(date);
        return TRUE;
    }
    return FALSE;
}

/* Whatever it is: it is judged, not trusted. */
static gboolean
on_certificate(GTlsConnection *connection, GTlsCertificate *certificate,
               GTlsCertificateFlags errors, gpointer user_data)
{
    CcServerFacts *facts = user_data;
    facts->distrust = errors;
    return TRUE;
}

/* (transfer full) NULL with @error. */
static GIOStream *
encrypt(GIOStream *plain, const char *tls_ca_file, CcServerFacts *facts, GCancellable *cancellable,
        GError **error)
{
    g_autoptr(GSocketConnectable) identity =
        g_network_address_new(facts->host, (guint16)facts->port);
    g_autoptr(GIOStream) stream = g_tls_client_connection_new(plain, identity, error);
    if (stream == NULL)
        return NULL;
    if (*tls_ca_file != '\0') {
        g_autoptr(GTlsDatabase) database = g_tls_file_database_new(tls_ca_file, error);
        if (database == NULL)
            return NULL;
        g_tls_connection_set_database(G_TLS_CONNECTION(stream), database);
    }
    g_signal_connect(stream, "accept-certificate", G_CALLBACK(on_certificate), facts);
    if (!g_tls_connection_handshake(G_TLS_CONNECTION(stream), cancellable, error))
        return NULL;
    GTlsCertificate *certificate = g_tls_connection_get_peer_certificate(G_TLS_CONNECTION(stream));
    if (certificate != NULL)
        facts->valid_until = g_tls_certificate_get_not_valid_after(certificate);
    facts->encrypted = TRUE;
    return g_steal_pointer(&stream);
}

/* The head of the answer, as much of it as comes. */
static void
ask(GIOStream *stream, CcServerFacts *facts, GCancellable *cancellable, GError **error)
{
    char answer[MAX_HEAD];
    gsize length = 0;
    gboolean v6 = strchr(facts->host, ':') != NULL;
    g_autofree char *request =
        g_strdup_printf("GET /healthz HTTP/1.1\r\nHost: %s%s%s:%u\r\nUser-Agent: classcast/%s\r\n"
                        "Connection: close\r\n\r\n",
                        v6 ? "[" : "", facts->host, v6 ? "]" : "", facts->port, CC_VERSION);
    if (!g_output_stream_write_all(g_io_stream_get_output_stream(stream), request, strlen(request),
                                   NULL, cancellable, error))
        return;
    while (length < sizeof answer - 1) {
        gssize n = g_input_stream_read(g_io_stream_get_input_stream(stream), answer + length,
                                       sizeof answer - 1 - length, cancellable, error);
        if (n <= 0)
            break;
        length += (gsize)n;
        answer[length] = '\0';
        if (strstr(answer, "\r\n\r\n") != NULL)
            break;
    }
    answer[length] = '\0';
    facts->answered = g_str_has_prefix(answer, "HTTP/1.");
    if (facts->answered)
        facts->dated =
            cc_probe_server_read_date(answer, g_get_real_time() / G_USEC_PER_SEC, &facts->ahead_s);
}

void
cc_probe_server(GUri *uri, const char *tls_ca_file, CcServerFacts *facts)
{
    g_autoptr(GError) error = NULL;
    gboolean https = g_str_equal(g_uri_get_scheme(uri), "https");
    int port = g_uri_get_port(uri);
    *facts = (CcServerFacts){.host = g_strdup(g_uri_get_host(uri)),
                             .port = port > 0 ? (guint)port
                                     : https  ? 443
                                              : 80,
                             .https = https};
    g_autoptr(CcDeadline) deadline = cc_deadline_new(PATIENCE_MS);
    GCancellable *cancellable = cc_deadline_cancellable(deadline);
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_socket_client_set_enable_proxy(client, FALSE);
    gint64 began_us = cc_clock_now_us();
    g_autoptr(GSocketConnection) connection = g_socket_client_connect_to_host(
        client, facts->host, (guint16)facts->port, cancellable, &error);
    facts->connect_ms = (guint)((cc_clock_now_us() - began_us) / 1000);
    facts->reach = reach_of(error);
    g_autoptr(GIOStream) stream =
        connection == NULL ? NULL
        : https ? encrypt(G_IO_STREAM(connection), tls_ca_file, facts, cancellable, &error)
                : g_object_ref(G_IO_STREAM(connection));
    if (stream != NULL)
        ask(stream, facts, cancellable, &error);
    facts->slow = connection != NULL && reach_of(error) == CC_REACH_TIMED_OUT;
    if (error != NULL)
        facts->detail = g_strdup(error->message);
}
