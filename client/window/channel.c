#include "client/window/channel.h"

#include <errno.h>
#include <glib-unix.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_TYPE G_VARIANT_TYPE("(sv)")

struct CcChannel {
    int fd;
    guint source; /* 0: the other end has gone */
    CcChannelFunc received;
    gpointer user_data;
};

static void
lose(CcChannel *channel)
{
    g_clear_handle_id(&channel->source, g_source_remove);
    channel->received(NULL, NULL, channel->user_data);
}

/* One message, or the end. Nothing of @channel is used afterwards. */
static void
receive(CcChannel *channel)
{
    g_autofree guint8 *data = g_malloc(CC_CHANNEL_MAX_MESSAGE);
    ssize_t length = recv(channel->fd, data, CC_CHANNEL_MAX_MESSAGE, MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (length <= 0) {
        lose(channel);
        return;
    }
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_steal_pointer(&data), (gsize)length);
    g_autoptr(GVariant) message =
        g_variant_ref_sink(g_variant_new_from_bytes(MESSAGE_TYPE, bytes, FALSE));
    g_autoptr(GVariant) normal = g_variant_get_normal_form(message);
    g_autoptr(GVariant) value = NULL;
    const char *name;
    g_variant_get(normal, "(&sv)", &name, &value);
    channel->received(name, value, channel->user_data);
}

static gboolean
on_readable(int fd, GIOCondition condition, gpointer user_data)
{
    receive(user_data);
    return G_SOURCE_CONTINUE;
}

CcChannel *
cc_channel_new(int fd, CcChannelFunc received, gpointer user_data)
{
    CcChannel *channel = g_new0(CcChannel, 1);
    channel->fd = fd;
    channel->received = received;
    channel->user_data = user_data;
    channel->source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, on_readable, channel);
    return channel;
}

gboolean
cc_channel_send(CcChannel *channel, const char *name, GVariant *value)
{
    g_autoptr(GVariant) message = g_variant_ref_sink(g_variant_new("(sv)", name, value));
    gsize length = g_variant_get_size(message);
    g_return_val_if_fail(length <= CC_CHANNEL_MAX_MESSAGE, FALSE);
    return send(channel->fd, g_variant_get_data(message), length, MSG_DONTWAIT | MSG_NOSIGNAL) ==
           (ssize_t)length;
}

gboolean
cc_channel_wait(CcChannel *channel, int timeout_ms)
{
    struct pollfd wanted = {.fd = channel->fd, .events = POLLIN};
    if (channel->source == 0 || poll(&wanted, 1, timeout_ms) <= 0)
        return FALSE;
    receive(channel);
    return TRUE;
}

void
cc_channel_free(CcChannel *channel)
{
    if (channel == NULL)
        return;
    g_clear_handle_id(&channel->source, g_source_remove);
    close(channel->fd);
    g_free(channel);
}
