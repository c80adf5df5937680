/* The libsoup session that signalling and events use: trust, no automatic redirects or log-ins, no
 * time limits of its own (every call has its deadline). */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* @tls_ca_file: PEM, or NULL or "" for the system's authorities. Error: CC_ERROR_CONFIG. */
SoupSession *cc_http_session_new(const char *tls_ca_file, GError **error);

/* "Authorization: Bearer @token" unless @token is NULL or "". */
void cc_http_authorize(SoupMessage *message, const char *token);

/* "X-Classcast-Name: @name", percent-encoded, and "X-Classcast-Client: @client", each unless it is
 * NULL or "". */
void cc_http_introduce(SoupMessage *message, const char *name, const char *client);

G_END_DECLS
