#include "common/transport/dtls-bio.h"

static int
on_write(BIO *bio, const char *data, int length)
{
    CcDtlsPipe *pipe = BIO_get_data(bio);
    if (length > 0)
        pipe->send((const guint8 *)data, (gsize)length, pipe->user_data);
    return length;
}

static int
on_read(BIO *bio, char *data, int length)
{
    CcDtlsPipe *pipe = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (!pipe->input || length <= 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    /* As from a socket: what does not fit is lost. */
    gsize n = MIN((gsize)length, pipe->input_length);
    memcpy(data, pipe->input, n);
    pipe->input = NULL;
    return (int)n;
}

static long
on_control(BIO *bio, int command, long number, void *pointer)
{
    return command == BIO_CTRL_FLUSH;
}

BIO *
cc_dtls_bio_new(CcDtlsPipe *pipe)
{
    static BIO_METHOD *method;
    static gsize once;
    if (g_once_init_enter(&once)) {
        method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagram pipe");
        BIO_meth_set_write(method, on_write);
        BIO_meth_set_read(method, on_read);
        BIO_meth_set_ctrl(method, on_control);
        g_once_init_leave(&once, 1);
    }
    BIO *bio = BIO_new(method);
    if (bio) {
        BIO_set_data(bio, pipe);
        BIO_set_init(bio, 1);
    }
    return bio;
}
