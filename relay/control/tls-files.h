/* The relay's certificate and key, from their files. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* @certificate, @key: paths of PEM files, the certificate's with its chain. NULL with
 * CC_ERROR_CONFIG if they cannot be used, or do not belong together: with such a pair every
 * handshake would fail, and only the clients would say so. (transfer full) */
GTlsCertificate *cc_tls_files_load(const char *certificate, const char *key, GError **error);

G_END_DECLS
