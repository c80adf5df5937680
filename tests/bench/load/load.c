#include "tests/bench/load/load.h"

#include <gio/gio.h>
#include <sys/resource.h>

#include "tests/bench/load/clock.h"
#include "tests/bench/load/feedback.h"

#define FILES_FOR_OTHERS 512 /* HTTP connections and the like */

static gboolean
raise_file_limit(guint sessions, GError **error)
{
    struct rlimit limit;
    rlim_t wanted = sessions + FILES_FOR_OTHERS;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        limit = (struct rlimit){0};
    if (limit.rlim_cur >= wanted)
        return TRUE;
    limit.rlim_cur = wanted;
    limit.rlim_max = MAX(limit.rlim_max, wanted); /* root may */
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES,
                "%u files may not be opened (ulimit -n)", (guint)wanted);
    return FALSE;
}

static gboolean
make_signalling(Load *self, GError **error)
{
    if (self->options->peer == LOAD_PEER_CLASSCAST)
        self->signalling = load_whip_new(self->options);
    else if (self->options->peer == LOAD_PEER_JANUS)
        self->signalling = load_janus_new(self->options, error);
    return self->signalling || self->options->peer == LOAD_PEER_SINK;
}

Load *
load_new(const LoadOptions *options, GError **error)
{
    g_autoptr(Load) self = g_new0(Load, 1);
    guint rooms = (guint)options->rooms;
    guint receivers = (guint)options->receivers + load_options_churn(options);
    const CcSrtpProfile profiles[] = {options->profile, 0};
    self->options = options;
    self->watched = g_array_ref(options->watched);
    self->pending = g_ptr_array_new();
    self->tally.from_ns = self->tally.to_ns = G_MAXINT64;
    self->publishers = g_new0(LoadPublisher, rooms);
    self->receivers = g_new0(LoadReceiver, receivers);
    self->rooms = g_new0(LoadRoom, rooms);
    self->wheel = load_feedback_wheel_new();
    for (guint i = 0; i < rooms; i++)
        load_room_init(&self->rooms[i], i, options);
    self->identity = cc_dtls_identity_new(profiles, error);
    if (!self->identity || !raise_file_limit(rooms + receivers, error) ||
        !(self->poller = load_poller_new(error)) || !make_signalling(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

void
load_free(Load *load)
{
    if (!load)
        return;
    load_signalling_free(load->signalling);
    load_poller_free(load->poller);
    for (guint i = 0; i < load->n_receivers; i++)
        load_receiver_clear(&load->receivers[i]);
    for (guint i = 0; i < load->n_publishers; i++)
        load_publisher_clear(&load->publishers[i]);
    for (gint i = 0; i < load->options->rooms; i++)
        load_room_clear(&load->rooms[i]);
    g_free(load->receivers);
    g_free(load->wheel);
    g_free(load->publishers);
    g_free(load->rooms);
    cc_dtls_identity_free(load->identity);
    g_ptr_array_unref(load->pending);
    g_array_unref(load->watched);
    g_free(load);
}

LoadReceiver *
load_add_receiver(Load *load, GError **error)
{
    LoadRoom *room = &load->rooms[load->n_receivers % (guint)load->options->rooms];
    LoadReceiver *receiver = &load->receivers[load->n_receivers++];
    if (!load_receiver_init(receiver, room, &load->tally, load->wheel, load->options,
                            load->identity, error) ||
        !load_poller_add(load->poller, &receiver->session, error))
        return NULL;
    receiver->decrypts = load->n_receivers <= (guint)load->options->decrypt;
    return receiver;
}

LoadPublisher *
load_add_publisher(Load *load, GError **error)
{
    guint i = load->n_publishers++;
    LoadPublisher *publisher = &load->publishers[i];
    if (!load_publisher_init(publisher, &load->rooms[i], load->options, load->identity, error) ||
        !load_poller_add(load->poller, &publisher->session, error))
        return NULL;
    return publisher;
}
