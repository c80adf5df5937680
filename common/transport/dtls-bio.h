/* An OpenSSL BIO without a socket: each write is one datagram to a callback, each read takes the
 * one datagram that lies ready. (Memory BIOs would glue the datagrams of a flight together.) */
#pragma once

#include <openssl/bio.h>

#include "common/transport/dtls.h"

G_BEGIN_DECLS

typedef struct {
    const guint8 *input; /* NULL: nothing to read */
    gsize input_length;
    CcDtlsSendFunc send;
    gpointer user_data;
} CcDtlsPipe;

/* @pipe must outlive the BIO. NULL if OpenSSL is out of memory. */
BIO *cc_dtls_bio_new(CcDtlsPipe *pipe);

G_END_DECLS
