/* Connects to the relay's web server, looks at its certificate, and asks what time it is. The token
 * is not shown: that certificate may be anybody's. Main thread; blocks for at most 10 s. */
#pragma once

#include "client/check/facts.h"

G_BEGIN_DECLS

/* @uri: the relay's. @tls_ca_file: PEM, or "". */
void cc_probe_server(GUri *uri, const char *tls_ca_file, CcServerFacts *facts);

/* By how many seconds the clock @here_s is ahead of an HTTP date. FALSE if @answer (a response's
 * head) has none. */
gboolean cc_probe_server_read_date(const char *answer, gint64 here_s, gint64 *ahead_s);

G_END_DECLS
