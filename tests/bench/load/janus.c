#include "tests/bench/load/signalling.h"

LoadSignalling *
load_janus_new(const LoadOptions *options, GError **error)
{
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "Janus is not spoken yet");
    return NULL;
}
