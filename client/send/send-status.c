#define CC_LOG_AREA "send"
#include "client/send/send-status.h"

#include <glib/gi18n.h>

#include "client/ui/chat-words.h"
#include "client/ui/link-words.h"
#include "client/ui/status-line.h"
#include "common/base/log.h"

#define SAME_HAND_US G_USEC_PER_SEC /* told again, it may seem a little newer */

struct CcSendStatus {
    char *codec;   /* "VP8", or NULL without a picture */
    char *picture; /* "VP8 1280x720@25 640x360@25" */
    CcConnectionState state;
    char *message;
    char *audience;
    char *page; /* "  slide 3 of 12", or NULL */
    gboolean camera_missing, microphone_missing;
    gint64 hand_us; /* the newest that was announced */
    gint64 chat_ms; /* of the newest text that was told */
    CcStatusLine *line;
};

CcSendStatus *
cc_send_status_new(const CcSendSettings *settings, gboolean has_video)
{
    CcSendStatus *status = g_new0(CcSendStatus, 1);
    status->line = cc_status_line_new();
    status->audience = g_strdup("0");
    if (has_video)
        status->codec = g_strdup(cc_codec_name(settings->video_codec));
    return status;
}

void
cc_send_status_free(CcSendStatus *status)
{
    if (status == NULL)
        return;
    cc_status_line_free(status->line);
    g_free(status->codec);
    g_free(status->picture);
    g_free(status->message);
    g_free(status->audience);
    g_free(status->page);
    g_free(status);
}

void
cc_send_status_page(CcSendStatus *status, guint page, guint n_pages, gboolean blank)
{
    g_free(status->page);
    status->page = g_strdup_printf(blank ? _("  slide %u of %u (hidden)") : _("  slide %u of %u"),
                                   page + 1, n_pages);
}

void
cc_send_status_connection(CcSendStatus *status, CcConnectionState state, const char *message)
{
    status->state = state;
    g_free(status->message);
    status->message = g_strdup(message);
    if (state != CC_CONNECTION_ON)
        cc_status_line_announce(status->line, message != NULL ? message : _("connecting"));
}

static const char *
missing_words(CcDeviceKind kind)
{
    return kind == CC_DEVICE_CAMERA ? _("NO CAMERA: the classrooms see a placeholder")
                                    : _("NO MICROPHONE: nobody hears you");
}

void
cc_send_status_device(CcSendStatus *status, CcDeviceKind kind, gboolean missing)
{
    gboolean camera = kind == CC_DEVICE_CAMERA;
    gboolean *state = camera ? &status->camera_missing : &status->microphone_missing;
    if (*state == missing)
        return;
    *state = missing;
    const char *there = camera ? _("the camera is there") : _("the microphone is there");
    cc_status_line_announce(status->line, missing ? missing_words(kind) : there);
}

static const char *
name_of(const CcParticipant *participant)
{
    return *participant->name != '\0' ? participant->name : _("unnamed");
}

/* Of those whose hand went up last: the newest. */
static void
announce_hand(CcSendStatus *status, const CcRoomState *room)
{
    const CcParticipant *newest = NULL;
    for (guint i = 0; i < room->participants->len; i++) {
        const CcParticipant *one = room->participants->pdata[i];
        gint64 known_us = status->hand_us + SAME_HAND_US;
        if (one->connected && one->hand_us > MAX(known_us, newest != NULL ? newest->hand_us : 0))
            newest = one;
    }
    if (newest == NULL)
        return;
    status->hand_us = newest->hand_us;
    g_autofree char *text = g_strdup_printf(_("%s raises a hand"), name_of(newest));
    cc_status_line_announce(status->line, text);
    cc_info("hand participant=%s name=\"%s\"", newest->id, newest->name);
}

static void
tell_chat(CcSendStatus *status, const CcRoomChat *chat)
{
    for (guint i = 0; i < chat->lines->len; i++) {
        const CcChatLine *line = chat->lines->pdata[i];
        if (line->time_ms <= status->chat_ms)
            continue;
        g_autofree char *words = cc_chat_words(line);
        cc_status_line_tell(status->line, words);
        status->chat_ms = line->time_ms;
    }
}

static void
append_stage(GString *names, const CcStage *stage, const CcParticipant *one)
{
    int place = cc_stage_place_of(stage, one->id);
    if (place >= 0)
        g_string_append_printf(names, " %s",
                               stage->guests[place].muted ? _("on the stage, muted")
                                                          : _("on the stage"));
}

void
cc_send_status_announce(CcSendStatus *status, const char *text)
{
    cc_status_line_announce(status->line, text);
}

void
cc_send_status_audience(CcSendStatus *status, const CcRoomState *room)
{
    g_autoptr(GString) names = g_string_new(NULL);
    guint n = 0;
    for (guint i = 0; i < room->participants->len; i++) {
        const CcParticipant *one = room->participants->pdata[i];
        if (!one->connected || strcmp(one->role, "teacher") == 0)
            continue;
        g_autofree char *words = cc_link_words_short(&one->link);
        n++;
        g_string_append_printf(names, "%s%u %s", n > 1 ? "; " : "", n, name_of(one));
        append_stage(names, &room->stage, one);
        if (one->hand_us != 0)
            g_string_append_printf(names, " %s", _("raises a hand"));
        if (words != NULL)
            g_string_append_printf(names, ": %s", words);
    }
    announce_hand(status, room);
    tell_chat(status, &room->chat);
    g_free(status->audience);
    status->audience = n > 0 ? g_strdup_printf("%u (%s)", n, names->str) : g_strdup_printf("%u", n);
}

static char *
describe(const CcSendStatus *status, const CcUplinkStats *stats)
{
    GString *line = g_string_new(NULL);
    if (status->state != CC_CONNECTION_ON) {
        g_string_append(line, status->message != NULL ? status->message : _("connecting"));
        return g_string_free(line, FALSE);
    }
    g_string_append(line, _("connected"));
    if (status->microphone_missing)
        g_string_append_printf(line, "  %s", missing_words(CC_DEVICE_MICROPHONE));
    if (status->camera_missing)
        g_string_append_printf(line, "  %s", missing_words(CC_DEVICE_CAMERA));
    if (status->picture != NULL)
        g_string_append_printf(line, "  %s", status->picture);
    if (status->page != NULL)
        g_string_append(line, status->page);
    g_string_append_printf(line, "  %u kbit/s", (stats->audio_bps + stats->video_bps) / 1000);
    if (stats->loss >= 0)
        g_string_append_printf(line, _("  loss %.1f %%"), stats->loss * 100);
    if (stats->rtt_ms >= 0)
        g_string_append_printf(line, _("  round trip %d ms"), stats->rtt_ms);
    g_string_append_printf(line, _("  watching: %s"), status->audience);
    return g_string_free(line, FALSE);
}

void
cc_send_status_layers(CcSendStatus *status, const CcLayerStatus *layers, guint n_layers)
{
    if (status->codec == NULL)
        return;
    GString *picture = g_string_new(status->codec);
    for (guint i = 0; i < n_layers; i++)
        if (layers[i].bitrate_bps > 0)
            g_string_append_printf(picture, " %ux%u@%u", layers[i].width, layers[i].height,
                                   layers[i].framerate);
    g_free(status->picture);
    status->picture = g_string_free(picture, FALSE);
}

void
cc_send_status_update(CcSendStatus *status, const CcUplinkStats *stats)
{
    g_autofree char *line = describe(status, stats);
    cc_status_line_update(status->line, line);
}
