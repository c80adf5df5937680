/* The other end of the floor program (tests/bench/floor.c): a publisher in clear, and a socket for
 * each receiver, whose ports the floor must know before it begins. So:
 *
 *   1. the ports are written, one a line, to --sink-file, or to stdout as "SINK port port …"
 *   2. the floor program is started with them
 *   3. "go", or "go PID…" with the processes to watch, comes on stdin; or any datagram at a port
 */
#include <arpa/inet.h>
#include <gio/gio.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/load/clock.h"
#include "tests/bench/load/load.h"

static gboolean
read_target(const char *text, struct sockaddr_in *target, GError **error)
{
    g_autoptr(GSocketConnectable) name = g_network_address_parse(text, 0, error);
    if (!name)
        return FALSE;
    GNetworkAddress *address = G_NETWORK_ADDRESS(name);
    *target = (struct sockaddr_in){.sin_family = AF_INET,
                                   .sin_port = htons(g_network_address_get_port(address))};
    if (target->sin_port != 0 &&
        inet_pton(AF_INET, g_network_address_get_hostname(address), &target->sin_addr) == 1)
        return TRUE;
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                        "--sink-target is no IPv4 address with a port");
    return FALSE;
}

static gboolean
tell_ports(const Load *self, GError **error)
{
    const char *file = self->options->sink_file;
    g_autoptr(GString) text = g_string_new(file ? "" : "SINK");
    for (guint i = 0; i < self->n_receivers; i++)
        g_string_append_printf(text, file ? "%u\n" : " %u", self->receivers[i].session.port);
    if (file)
        return g_file_set_contents(file, text->str, (gssize)text->len, error);
    g_print("%s\n", text->str);
    return TRUE;
}

static gboolean
take_order(Load *self)
{
    char line[512];
    gssize n = read(STDIN_FILENO, line, sizeof line - 1);
    if (n <= 0)
        return FALSE;
    line[n] = '\0';
    g_auto(GStrv) words = g_strsplit_set(g_strstrip(line), " \n", -1);
    if (g_strcmp0(words[0], "go") != 0)
        return FALSE;
    for (guint i = 1; words[i]; i++) {
        pid_t pid = (pid_t)atoi(words[i]);
        if (pid > 0)
            g_array_append_val(self->watched, pid);
    }
    return TRUE;
}

static gboolean
wait_for_order(Load *self, GError **error)
{
    g_autofree struct pollfd *files = g_new0(struct pollfd, self->n_receivers + 1);
    for (guint i = 0; i < self->n_receivers; i++)
        files[i] = (struct pollfd){.fd = self->receivers[i].session.fd, .events = POLLIN};
    files[self->n_receivers] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    while (poll(files, self->n_receivers + 1, -1) > 0) {
        if (files[self->n_receivers].revents == 0 || take_order(self))
            return TRUE;
        files[self->n_receivers].fd = -1; /* closed: a datagram may still come */
    }
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, "no order came to begin");
    return FALSE;
}

gboolean
load_sink_prepare(Load *load, GError **error)
{
    struct sockaddr_in target;
    if (!read_target(load->options->sink_target, &target, error))
        return FALSE;
    for (gint i = 0; i < load->options->receivers; i++) {
        LoadReceiver *receiver = load_add_receiver(load, error);
        if (!receiver)
            return FALSE;
        load_receiver_set_plain(receiver, receiver->decrypts);
    }
    LoadPublisher *publisher = load_add_publisher(load, error);
    if (!publisher || !tell_ports(load, error) || !wait_for_order(load, error))
        return FALSE;
    load_watch_memory(load->watched, &load->before);
    load->published = load->before;
    load_publisher_set_plain(publisher, &target);
    return TRUE;
}
