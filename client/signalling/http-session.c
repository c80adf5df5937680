#include "client/signalling/http-session.h"

#include "common/base/error.h"

SoupSession *
cc_http_session_new(const char *tls_ca_file, GError **error)
{
    g_autoptr(GTlsDatabase) database = NULL;
    if (tls_ca_file != NULL && *tls_ca_file != '\0') {
        g_autoptr(GError) tls_error = NULL;
        database = g_tls_file_database_new(tls_ca_file, &tls_error);
        if (database == NULL) {
            g_set_error(error, CC_ERROR, CC_ERROR_CONFIG, "tls-ca-file %s: %s", tls_ca_file,
                        tls_error->message);
            return NULL;
        }
    }
    SoupSession *session = soup_session_new_with_options("user-agent", "classcast/" CC_VERSION,
                                                         "timeout", 0, "idle-timeout", 30, NULL);
    if (database != NULL)
        soup_session_set_tls_database(session, database);
    /* A 401 is for us to explain, not for a password dialog. */
    soup_session_remove_feature_by_type(session, SOUP_TYPE_AUTH_MANAGER);
    return session;
}

void
cc_http_authorize(SoupMessage *message, const char *token)
{
    if (token == NULL || *token == '\0')
        return;
    g_autofree char *value = g_strconcat("Bearer ", token, NULL);
    soup_message_headers_replace(soup_message_get_request_headers(message), "Authorization", value);
}

void
cc_http_introduce(SoupMessage *message, const char *name, const char *client)
{
    SoupMessageHeaders *headers = soup_message_get_request_headers(message);
    if (name != NULL && *name != '\0') {
        g_autofree char *value = g_uri_escape_string(name, NULL, FALSE);
        soup_message_headers_replace(headers, "X-Classcast-Name", value);
    }
    if (client != NULL && *client != '\0')
        soup_message_headers_replace(headers, "X-Classcast-Client", client);
}
