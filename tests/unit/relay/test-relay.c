/* The whole relay: it starts, says where it is, serves HTTPS, reloads, refuses what it cannot do,
 * and stops politely. */
#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <string.h>

#include "common/base/error.h"
#include "relay/relay.h"

#define TIMEOUT_S 10

/* Two certificates for "localhost" with their keys, made for this test; good for nothing else. */
static const char certificate_pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBfTCCASSgAwIBAgITLujqCBKmtBaDYSrKKiiwkPJLlzAKBggqhkjOPQQDAjAU\n"
    "MRIwEAYDVQQDDAlsb2NhbGhvc3QwIBcNMjYxMTIyMDEzMTM5WhgPMjEyNjEwMjkw\n"
    "MTMxMzlaMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49\n"
    "AwEHA0IABAdNecxHbBD+ILBdlUJxah+7tFQB/mUlGXputGh95dlnRPapm7O+BrK2\n"
    "0P0PetSrG5qkTXXX0Z2b2nF7nunHzzGjUzBRMB0GA1UdDgQWBBQ0Gs1neLuY0rTN\n"
    "k6xHbsXsbwPiijAfBgNVHSMEGDAWgBQ0Gs1neLuY0rTNk6xHbsXsbwPiijAPBgNV\n"
    "HRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIDnQ+/ixNNlH/eKaQVYdMWBH\n"
    "Y546kHsh9TeL320LE4zkAiB3MWCNKIbhhZ1TsBGz90MNwWrEje0r4+G0N1lX+7xs\n"
    "YA==\n"
    "-----END CERTIFICATE-----\n";
static const char key_pem[] = "-----BEGIN PRIVATE KEY-----\n"
                              "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMakzbo1wwYkl+4ci\n"
                              "AeAlQDNCVZv+ZNSTCWZiJMK+j3GhRANCAAQHTXnMR2wQ/iCwXZVCcWofu7RUAf5l\n"
                              "JRl6brRofeXZZ0T2qZuzvgayttD9D3rUqxuapE1119Gdm9pxe57px88x\n"
                              "-----END PRIVATE KEY-----\n";
static const char second_certificate_pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBfzCCASWgAwIBAgIURgMIP73tCOxo9orP6UcmnJPAKSwwCgYIKoZIzj0EAwIw\n"
    "FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjAxMzEzOFoYDzIxMjYxMDI5\n"
    "MDEzMTM4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO\n"
    "PQMBBwNCAAR/J00p1sNAjIBwAf996vHD3Guc7Y1WUHuFtKL3ODUK1vnj5xqfh5Fc\n"
    "rn+82AJyg+77WyRuIuXuTFuehx7u1K08o1MwUTAdBgNVHQ4EFgQUxmii/fuqBMB+\n"
    "tr7v8xD6LGMs9mMwHwYDVR0jBBgwFoAUxmii/fuqBMB+tr7v8xD6LGMs9mMwDwYD\n"
    "VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAkkI7d6LK7wd4bF68E3g9O\n"
    "W6J5wHtGuBHhBGRs5Y9dTAIhANJUKXeRClX2FVyQ+KgINfArpyBVB10vX2K3fI3Q\n"
    "GqDD\n"
    "-----END CERTIFICATE-----\n";
static const char second_key_pem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg/5w1ZJu8IW1JpJWD\n"
    "1Hsdp0WwtktbTE7gk9YaDi6+ExahRANCAAR/J00p1sNAjIBwAf996vHD3Guc7Y1W\n"
    "UHuFtKL3ODUK1vnj5xqfh5Fcrn+82AJyg+77WyRuIuXuTFuehx7u1K08\n"
    "-----END PRIVATE KEY-----\n";

static CcConfig *
make_config(const char *key, const char *value, const char *key2, const char *value2)
{
    CcConfigOverride overrides[] = {{"relay.http-port", "0", "test"},
                                    {"relay.udp-port", "0", "test"},
                                    {"relay.http-address", "127.0.0.1", "test"},
                                    {"relay.udp-address", "127.0.0.1", "test"},
                                    {"auth.mode", "open", "test"},
                                    {key, value, "test"},
                                    {key2, value2, "test"},
                                    {NULL, NULL, NULL}};
    g_autoptr(GError) error = NULL;
    CcConfig *config = cc_config_load(NULL, overrides, &error);

    g_assert_no_error(error);
    return config;
}

typedef struct {
    gboolean done;
    guint status;
    GTlsCertificate *certificate;
} Answer;

static gboolean
on_certificate(SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags errors,
               gpointer user_data)
{
    Answer *answer = user_data;

    g_set_object(&answer->certificate, certificate);
    return TRUE;
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Answer *answer = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) body =
        soup_session_send_and_read_finish(SOUP_SESSION(source), result, &error);

    g_assert_no_error(error);
    g_assert_nonnull(body);
    answer->done = TRUE;
}

static void
get(const char *url, Answer *answer)
{
    g_autoptr(SoupSession) session = soup_session_new_with_options("timeout", TIMEOUT_S, NULL);
    g_autoptr(SoupMessage) message = soup_message_new("GET", url);

    g_signal_connect(message, "accept-certificate", G_CALLBACK(on_certificate), answer);
    soup_session_send_and_read_async(session, message, G_PRIORITY_DEFAULT, NULL, on_answer, answer);
    while (!answer->done)
        g_main_context_iteration(NULL, TRUE);
    answer->status = soup_message_get_status(message);
}

static void
test_start_and_stop(void)
{
    g_autoptr(CcConfig) config = make_config(NULL, NULL, NULL, NULL);
    g_autoptr(GError) error = NULL;
    CcRelay *relay = cc_relay_new(config, &error);
    g_autofree char *url = NULL;
    Answer answer = {0};
    gint64 began_us;

    g_assert_no_error(error);
    url = g_strdup_printf("http://127.0.0.1:%u/healthz", cc_relay_http_port(relay));
    get(url, &answer);
    g_assert_cmpuint(answer.status, ==, 200);
    began_us = g_get_monotonic_time();
    cc_relay_free(relay);
    g_assert_cmpint(g_get_monotonic_time() - began_us, <, 2 * G_USEC_PER_SEC);
}

static void
test_port_in_use(void)
{
    g_autoptr(CcConfig) config = make_config(NULL, NULL, NULL, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(CcRelay) relay = cc_relay_new(config, &error);
    g_autoptr(CcRelay) second = NULL;
    g_autoptr(CcConfig) same_port = NULL;
    g_autofree char *port = NULL;

    g_assert_no_error(error);
    port = g_strdup_printf("%u", cc_relay_http_port(relay));
    same_port = make_config("relay.http-port", port, NULL, NULL);
    second = cc_relay_new(same_port, &error);
    g_assert_null(second);
    g_assert_error(error, CC_ERROR, CC_ERROR_NETWORK);
    g_assert_nonnull(strstr(error->message, port));
}

/* Workers take the ports that follow, and say which one they could not have. */
static void
test_workers_ports(void)
{
    g_autoptr(CcConfig) config = make_config("relay.workers", "2", NULL, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(CcRelay) relay = cc_relay_new(config, &error);
    g_autoptr(GSocket) taken =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    g_autoptr(GSocketAddress) address = NULL;
    g_autoptr(CcRelay) second = NULL;
    g_autoptr(CcConfig) beside = NULL;
    g_autofree char *first = NULL, *expected = NULL;
    guint16 port;

    g_assert_no_error(error);
    g_assert_nonnull(relay);
    g_assert_true(g_socket_bind(taken, any, FALSE, NULL));
    address = g_socket_get_local_address(taken, NULL);
    port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address));
    first = g_strdup_printf("%u", port - 1);
    expected = g_strdup_printf("port %u is in use", port);
    beside = make_config("relay.workers", "2", "relay.udp-port", first);
    second = cc_relay_new(beside, &error);
    g_assert_null(second);
    g_assert_error(error, CC_ERROR, CC_ERROR_NETWORK);
    g_assert_nonnull(strstr(error->message, "of 2: "));
    if (g_str_has_prefix(error->message, "worker 2")) /* the one before may have been taken too */
        g_assert_nonnull(strstr(error->message, expected));
}

typedef struct {
    char *directory, *certificate, *key;
} Files;

static void
files_init(Files *files, const char *certificate, const char *key)
{
    files->directory = g_dir_make_tmp("classcast-test-XXXXXX", NULL);
    files->certificate = g_build_filename(files->directory, "c.pem", NULL);
    files->key = g_build_filename(files->directory, "k.pem", NULL);
    g_assert_true(g_file_set_contents(files->certificate, certificate, -1, NULL));
    g_assert_true(g_file_set_contents(files->key, key, -1, NULL));
}

static void
files_clear(Files *files)
{
    g_remove(files->certificate);
    g_remove(files->key);
    g_rmdir(files->directory);
    g_free(files->certificate);
    g_free(files->key);
    g_free(files->directory);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Files, files_clear)

static void
test_https(void)
{
    g_auto(Files) files = {0};
    g_autoptr(CcConfig) config = NULL;
    g_autoptr(CcRelay) relay = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GTlsCertificate) expected = NULL;
    g_autofree char *url = NULL;
    Answer answer = {0};

    files_init(&files, certificate_pem, key_pem);
    config = make_config("relay.tls-certificate", files.certificate, "relay.tls-key", files.key);
    relay = cc_relay_new(config, &error);
    g_assert_no_error(error);
    url = g_strdup_printf("https://127.0.0.1:%u/healthz", cc_relay_http_port(relay));
    get(url, &answer);
    g_assert_cmpuint(answer.status, ==, 200);
    expected = g_tls_certificate_new_from_pem(certificate_pem, -1, &error);
    g_assert_no_error(error);
    g_assert_true(g_tls_certificate_is_same(answer.certificate, expected));
    g_clear_object(&answer.certificate);

    /* A renewed certificate is taken without a restart; a broken one leaves the old one in use. */
    g_assert_true(g_file_set_contents(files.certificate, second_certificate_pem, -1, NULL));
    g_assert_true(g_file_set_contents(files.key, second_key_pem, -1, NULL));
    cc_relay_reload(relay, config);
    g_clear_object(&expected);
    expected = g_tls_certificate_new_from_pem(second_certificate_pem, -1, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < 2; i++) {
        answer = (Answer){0};
        get(url, &answer);
        g_assert_cmpuint(answer.status, ==, 200);
        g_assert_true(g_tls_certificate_is_same(answer.certificate, expected));
        g_clear_object(&answer.certificate);
        g_assert_true(g_file_set_contents(files.certificate, "nonsense", -1, NULL));
        cc_relay_reload(relay, config);
    }
}

static void
test_bad_certificate(void)
{
    g_auto(Files) files = {0};
    g_autoptr(CcConfig) config = NULL;
    g_autoptr(CcRelay) relay = NULL;
    g_autoptr(GError) error = NULL;

    files_init(&files, "nonsense", key_pem);
    config = make_config("relay.tls-certificate", files.certificate, "relay.tls-key", files.key);
    relay = cc_relay_new(config, &error);
    g_assert_null(relay);
    g_assert_error(error, CC_ERROR, CC_ERROR_CONFIG);
    g_assert_nonnull(strstr(error->message, files.certificate));
}

/* From an open relay to one that wants tokens, while it runs. */
static void
test_reload(void)
{
    g_autoptr(CcConfig) config = make_config(NULL, NULL, NULL, NULL);
    g_autoptr(CcConfig) closed =
        make_config("auth.mode", "token", "auth.secrets", "a-secret-for-the-tests");
    g_autoptr(GError) error = NULL;
    g_autoptr(CcRelay) relay = cc_relay_new(config, &error);
    g_autofree char *url = NULL;
    Answer before = {0}, after = {0};

    g_assert_no_error(error);
    url = g_strdup_printf("http://127.0.0.1:%u/api/rooms", cc_relay_http_port(relay));
    get(url, &before);
    g_assert_cmpuint(before.status, ==, 200);
    cc_relay_reload(relay, closed);
    g_clear_pointer(&closed, cc_config_free);
    get(url, &after);
    g_assert_cmpuint(after.status, ==, 401);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    /* The relay warns of what it is meant to warn of here. */
    g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
    g_test_add_func("/relay/relay/start-and-stop", test_start_and_stop);
    g_test_add_func("/relay/relay/port-in-use", test_port_in_use);
    g_test_add_func("/relay/relay/workers-ports", test_workers_ports);
    g_test_add_func("/relay/relay/https", test_https);
    g_test_add_func("/relay/relay/bad-certificate", test_bad_certificate);
    g_test_add_func("/relay/relay/reload", test_reload);
    return g_test_run();
}
