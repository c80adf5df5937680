#define CC_LOG_AREA "hear"
#include "client/send/hearing.h"

#include <glib/gi18n.h>

#include "client/elements/echo.h"
#include "client/recv/recv-offer.h"
#include "client/recv/rtp-receiver.h"
#include "client/recv/screen.h"
#include "common/base/error.h"
#include "common/base/log.h"

#define LOG_INTERVAL_S 5

struct CcHearing {
    CcHearingOptions options;
    CcConnection *beside;     /* not owned; or NULL */
    CcConnection *connection; /* or NULL: not begun */
    CcScreen *loudspeaker;    /* or NULL: nothing is to be heard yet */
    char *speaker;            /* its device */
    CcRtpReceiver *receiver;  /* or NULL: no session yet */
    gboolean guests[CC_GUESTS];
    gboolean closed; /* the window, by hand: until somebody else is called */
    guint seconds;

    GMutex lock;      /* guards what follows */
    CcScreen *window; /* or NULL */
    gboolean seen[CC_TEACHER_WATCHED_VIDEOS];
};

/* --- what comes; from the receiver's threads --- */

static void
on_sound(GstSample *sample, gpointer user_data)
{
    cc_screen_audio(((CcHearing *)user_data)->loudspeaker, sample);
}

static void
on_voice_delay(guint voice, gint64 delay_us, gpointer user_data)
{
    CcHearing *hearing = user_data;
    g_mutex_lock(&hearing->lock);
    if (hearing->window != NULL)
        cc_screen_set_voice_delay(hearing->window, voice, delay_us);
    g_mutex_unlock(&hearing->lock);
}

static gint64
on_picture(guint slot, GstSample *sample, gpointer user_data)
{
    CcHearing *hearing = user_data;
    gint64 delay_us = 0;
    g_mutex_lock(&hearing->lock);
    if (!hearing->seen[slot])
        cc_info("picture slot=%u", slot);
    hearing->seen[slot] = TRUE;
    if (hearing->window != NULL && slot < CC_WATCHED_VIDEOS)
        delay_us = cc_screen_video(hearing->window, slot, sample);
    g_mutex_unlock(&hearing->lock);
    if (hearing->options.picture != NULL)
        delay_us = hearing->options.picture(slot, sample, hearing->options.user_data);
    return delay_us;
}

static void
on_receiver_rtcp(const guint8 *packet, gsize length, gpointer user_data)
{
    cc_connection_send_rtcp(((CcHearing *)user_data)->connection, packet, length);
}

/* --- the session --- */

static void
on_negotiated(const CcSdp *answer, gpointer user_data)
{
    static const CcRtpReceiverCallbacks callbacks = {
        .sound = on_sound,
        .voice_delay = on_voice_delay,
        .picture = on_picture,
        .rtcp = on_receiver_rtcp,
    };
    CcHearing *hearing = user_data;
    const CcConfig *config = hearing->options.config;
    CcRtpReceiverOptions options = {
        .clock = cc_screen_clock(hearing->loudspeaker),
        .base_time = cc_screen_base_time(hearing->loudspeaker),
        .hardware = g_str_equal(cc_config_get_string(config, "video", "hardware"), "auto"),
    };
    g_autoptr(GError) error = NULL;
    g_clear_pointer(&hearing->receiver, cc_rtp_receiver_free);
    hearing->receiver = cc_rtp_receiver_new(answer, &options, &callbacks, hearing, &error);
    if (hearing->receiver == NULL)
        cc_error("%s", error->message);
}

static void
on_state(CcConnectionState state, const char *message, gpointer user_data)
{
    cc_debug("session state=\"%s\"", message);
}

static void
on_rtp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    CcHearing *hearing = user_data;
    if (hearing->receiver != NULL)
        cc_rtp_receiver_rtp(hearing->receiver, packet, length, arrival_us);
}

static void
on_rtcp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    CcHearing *hearing = user_data;
    if (hearing->receiver != NULL)
        cc_rtp_receiver_rtcp(hearing->receiver, packet, length, arrival_us);
}

static void
on_audience(guint n_receivers, const char *const *names, gpointer user_data)
{
    /* The publishing session's events tell. */
}

static CcSdp *
make_offer(gpointer user_data)
{
    const CcHearingOptions *options = &((CcHearing *)user_data)->options;
    return cc_recv_offer(CC_WATCHED_AUDIOS,
                         options->picture != NULL ? CC_TEACHER_WATCHED_VIDEOS : CC_WATCHED_VIDEOS);
}

static void
on_key(gpointer user_data)
{
    /* Hand and microphone are a classroom's. */
}

static gboolean
open_loudspeaker(CcHearing *hearing, GError **error)
{
    CcScreenOptions screen = {
        .blind = TRUE,
        .audio_device = hearing->speaker,
        .echo_probe = cc_echo_is_available() ? CC_HEARING_ECHO_PROBE : NULL,
        .closed = on_key,
        .hand = on_key,
        .talk = on_key,
    };
    hearing->loudspeaker = cc_screen_new(&screen, error);
    return hearing->loudspeaker != NULL;
}

static void
begin(CcHearing *hearing)
{
    static const CcConnectionCallbacks callbacks = {
        .state_changed = on_state,
        .negotiated = on_negotiated,
        .rtp = on_rtp,
        .rtcp = on_rtcp,
        .audience_changed = on_audience,
    };
    const CcConfig *config = hearing->options.config;
    g_autoptr(GError) error = NULL;
    CcConnectionOptions options = {
        .relay_url = cc_config_get_string(config, "network", "relay-url"),
        .room = hearing->options.room,
        .make_offer = make_offer,
        .config = config,
        .beside = hearing->beside,
    };
    if (hearing->loudspeaker != NULL || open_loudspeaker(hearing, &error))
        hearing->connection = cc_connection_new(&options, &callbacks, hearing, &error);
    if (hearing->connection != NULL)
        cc_connection_start(hearing->connection);
    else
        cc_warning_limited("guests are not heard: %s", error->message);
}

void
cc_hearing_set_beside(CcHearing *hearing, CcConnection *beside)
{
    hearing->beside = beside;
}

/* A lesson without anybody to hear needs no such session. */
static gboolean
can_anybody_be_called(const CcRoomState *room)
{
    for (guint i = 0; i < room->participants->len; i++)
        if (((const CcParticipant *)room->participants->pdata[i])->ready)
            return TRUE;
    return FALSE;
}

/* --- the window --- */

static gboolean
on_closed_idle(gpointer user_data)
{
    CcHearing *hearing = user_data;
    g_mutex_lock(&hearing->lock);
    CcScreen *window = g_steal_pointer(&hearing->window);
    g_mutex_unlock(&hearing->lock);
    cc_screen_free(window);
    return G_SOURCE_REMOVE;
}

/* The teacher has seen enough; the lesson goes on. */
static void
on_closed(gpointer user_data)
{
    CcHearing *hearing = user_data;
    hearing->closed = TRUE;
    g_idle_add(on_closed_idle, hearing);
}

static GstElement *
add_place(GstElement *pipeline, GstElement **sink, gpointer user_data)
{
    CcHearing *hearing = user_data;
    return hearing->options.add_place(pipeline, sink, hearing->options.user_data);
}

static CcScreen *
open_window(CcHearing *hearing)
{
    CcScreenOptions options = {
        .title = _("classcast – on the stage"),
        .plain = TRUE, /* the one with buttons is a classroom's */
        .add_place = hearing->options.add_place != NULL ? add_place : NULL,
        .silent = TRUE,
        .audio_device = "auto",
        .base_time = cc_screen_base_time(hearing->loudspeaker),
        .closed = on_closed,
        .hand = on_key,
        .talk = on_key,
        .user_data = hearing,
    };
    g_autoptr(GError) error = NULL;
    CcScreen *window = cc_screen_new(&options, &error);
    if (window == NULL)
        cc_warning("%s", error->message);
    return window;
}

static void
close_window(CcHearing *hearing, CcScreen *window)
{
    if (window == NULL)
        return;
    cc_screen_free(window);
    if (hearing->options.remove_place != NULL)
        hearing->options.remove_place(hearing->options.user_data);
}

/* There is one while somebody is on the stage. */
static void
update_window(CcHearing *hearing)
{
    gboolean anybody = FALSE;
    for (guint i = 0; i < CC_GUESTS; i++)
        anybody |= hearing->guests[i];
    gboolean wanted = hearing->options.window && anybody && !hearing->closed;
    wanted &= hearing->loudspeaker != NULL;
    CcScreen *fresh = wanted && hearing->window == NULL ? open_window(hearing) : NULL;
    CcScreen *old = NULL;
    g_mutex_lock(&hearing->lock);
    if (fresh != NULL)
        hearing->window = fresh;
    if (!wanted)
        old = g_steal_pointer(&hearing->window);
    if (hearing->window != NULL)
        cc_screen_set_guests(hearing->window, hearing->guests);
    g_mutex_unlock(&hearing->lock);
    close_window(hearing, old);
}

void
cc_hearing_set_speaker(CcHearing *hearing, const char *device)
{
    char *copy = g_strdup(device);
    g_free(hearing->speaker);
    hearing->speaker = copy;
    if (hearing->loudspeaker != NULL)
        cc_screen_set_speaker(hearing->loudspeaker, copy);
}

void
cc_hearing_next_layout(CcHearing *hearing)
{
    if (hearing->window != NULL) /* changes in this thread alone */
        cc_screen_next_layout(hearing->window);
}

void
cc_hearing_see(CcHearing *hearing, const CcRoomState *room)
{
    gboolean called = FALSE, changed = FALSE;
    if (hearing->connection == NULL && hearing->beside != NULL && can_anybody_be_called(room))
        begin(hearing);
    for (guint i = 0; i < CC_GUESTS; i++) {
        gboolean there = *room->stage.guests[i].id != '\0';
        called |= there && !hearing->guests[i];
        changed |= there != hearing->guests[i];
        hearing->guests[i] = there;
        g_mutex_lock(&hearing->lock);
        hearing->seen[CC_VIDEO_GUESTS + i] &= there;
        g_mutex_unlock(&hearing->lock);
    }
    if (called)
        hearing->closed = FALSE;
    if (changed)
        update_window(hearing);
}

/* --- lifetime --- */

CcHearing *
cc_hearing_new(const CcHearingOptions *options, GError **error)
{
    g_autoptr(CcHearing) hearing = g_new0(CcHearing, 1);
    g_mutex_init(&hearing->lock);
    hearing->options = *options;
    hearing->speaker = g_strdup(cc_config_get_string(options->config, "recv", "audio-device"));
    if (options->microphone && !open_loudspeaker(hearing, error))
        return NULL;
    return g_steal_pointer(&hearing);
}

void
cc_hearing_stop(CcHearing *hearing, GSourceOnceFunc done, gpointer user_data)
{
    if (hearing->connection != NULL)
        cc_connection_stop(hearing->connection, done, user_data);
    else
        done(user_data);
}

void
cc_hearing_free(CcHearing *hearing)
{
    if (hearing == NULL)
        return;
    while (g_idle_remove_by_data(hearing))
        ;
    cc_rtp_receiver_free(hearing->receiver); /* its threads use all of the following */
    cc_connection_free(hearing->connection);
    close_window(hearing, hearing->window);
    cc_screen_free(hearing->loudspeaker);
    g_free(hearing->speaker);
    g_mutex_clear(&hearing->lock);
    g_free(hearing);
}

void
cc_hearing_hurry(CcHearing *hearing)
{
    if (hearing->connection != NULL)
        cc_connection_hurry(hearing->connection);
}

static void
log_guests(CcHearing *hearing)
{
    CcRtpReceiverStats stats;
    cc_rtp_receiver_get_stats(hearing->receiver, &stats);
    for (guint i = 0; i < CC_GUESTS; i++) {
        const CcVoiceStats *played = &stats.guests[i].played;
        if (played->played_ms > 0)
            cc_info("guest=%u played_ms=%" G_GUINT64_FORMAT " concealed_ms=%" G_GUINT64_FORMAT
                    " delay_ms=%u",
                    i, played->played_ms, played->concealed_ms, played->delay_ms);
    }
}

void
cc_hearing_tick(CcHearing *hearing)
{
    if (hearing->receiver == NULL)
        return;
    cc_rtp_receiver_adapt(hearing->receiver);
    if (++hearing->seconds % LOG_INTERVAL_S == 0)
        log_guests(hearing);
}

guint64
cc_hearing_base_time(CcHearing *hearing)
{
    return cc_screen_base_time(hearing->loudspeaker);
}
