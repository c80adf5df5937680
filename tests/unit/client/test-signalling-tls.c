/* What a client says of a relay whose certificate it cannot trust. */
#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <locale.h>

#include "client/signalling/signalling.h"
#include "client/signalling/tls-words.h"
#include "common/base/error.h"
#include "tests/unit/certificates.h"

typedef struct {
    GMainLoop *loop;
    char *message;
} Answer;

static void
on_reply(const CcSignallingReply *reply, gpointer user_data)
{
    Answer *answer = user_data;
    g_assert_nonnull(reply->error);
    g_assert_true(g_error_matches(reply->error, CC_ERROR, CC_ERROR_NETWORK));
    answer->message = g_strdup(reply->error->message);
    g_main_loop_quit(answer->loop);
}

static gboolean
on_watchdog(gpointer user_data)
{
    g_error("the test hangs");
    return G_SOURCE_REMOVE;
}

static SoupServer *
serve(const char *certificate, guint *port)
{
    g_autofree char *both = g_strconcat(certificate, certificates_key, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GTlsCertificate) tls = g_tls_certificate_new_from_pem(both, -1, &error);
    g_assert_no_error(error);
    SoupServer *server = soup_server_new("tls-certificate", tls, NULL);
    soup_server_listen_local(server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY | SOUP_SERVER_LISTEN_HTTPS,
                             &error);
    g_assert_no_error(error);
    GSList *uris = soup_server_get_uris(server);
    *port = (guint)g_uri_get_port(uris->data);
    g_slist_free_full(uris, (GDestroyNotify)g_uri_unref);
    return server;
}

/* What is said when asking a server with @certificate, trusting @authority. (transfer full) */
static char *
ask(const char *certificate, const char *authority)
{
    guint port;
    g_autoptr(SoupServer) server = serve(certificate, &port);
    g_autofree char *endpoint = g_strdup_printf("https://127.0.0.1:%u/whep/math", port);
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    Answer answer = {.loop = loop};
    int file = g_file_open_tmp("authority-XXXXXX", &path, &error);

    g_assert_no_error(error);
    g_close(file, NULL);
    g_assert_true(g_file_set_contents(path, authority, -1, NULL));
    CcSignalling *signalling = cc_signalling_new(endpoint, NULL, path, &error);
    g_assert_no_error(error);
    cc_signalling_post(signalling, "v=0\r\n", on_reply, &answer);
    guint watchdog = g_timeout_add_seconds(20, on_watchdog, NULL);
    g_main_loop_run(loop);
    g_source_remove(watchdog);
    cc_signalling_free(signalling);
    g_unlink(path);
    soup_server_disconnect(server);
    return answer.message;
}

static void
test_refused(void)
{
    static const struct {
        const char *certificate, *authority, *expected;
    } cases[] = {
        {certificates_good, certificates_stranger,
         "127.0.0.1: the relay's certificate comes from no authority that is known here; if it is "
         "one of "
         "your own, name a copy of it in [network] tls-ca-file"},
        {certificates_other_name, certificates_other_name,
         "127.0.0.1: the relay's certificate is for another name; [network] relay-url takes the "
         "one that is in it"},
        {certificates_expired, certificates_expired,
         "127.0.0.1: the relay's certificate has expired, or the clock here is wrong (it says "},
        {certificates_future, certificates_future,
         "127.0.0.1: the relay's certificate is not valid yet, or the clock here is wrong (it "
         "says "},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *message = ask(cases[i].certificate, cases[i].authority);
        if (!g_str_has_prefix(message, cases[i].expected))
            g_assert_cmpstr(message, ==, cases[i].expected);
    }
}

static void
test_words(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_utc(1970, 1, 2, 3, 4, 5);
    g_autofree char *clock = cc_tls_words(G_TLS_CERTIFICATE_NOT_ACTIVATED, now);
    g_autofree char *rest = cc_tls_words(G_TLS_CERTIFICATE_REVOKED, now);

    g_assert_cmpstr(clock, ==,
                    "the relay's certificate is not valid yet, or the clock here is wrong (it says "
                    "1970-01-02)");
    g_assert_cmpstr(rest, ==, "the relay's certificate cannot be trusted");
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "C");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signalling-tls/refused", test_refused);
    g_test_add_func("/signalling-tls/words", test_words);
    return g_test_run();
}
