/* The part of OpenSSL that DTLS needs, so that a handshake does not search all of it: to read the
 * key in a peer's certificate OpenSSL 3.0 and 3.1 look through all decoders and kinds of keys that
 * they know, anew each time, and that is a fifth of a handshake. Thread-safe. */
#pragma once

#include <openssl/types.h>

#include <glib.h>

G_BEGIN_DECLS

/* (transfer none), for the life of the process. NULL, which OpenSSL takes for all that it has: with
 * OpenSSL from 3.2 on, which remembers what it has found, and where the system's configuration has
 * put other providers in place of OpenSSL's own. */
OSSL_LIB_CTX *cc_dtls_library(void);

G_END_DECLS
