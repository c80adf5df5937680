#include "client/check/examination.h"

#include <glib/gi18n.h>

#include "client/check/advice.h"
#include "client/check/judge.h"
#include "client/check/probe-decoder.h"
#include "client/check/probe-devices.h"
#include "client/check/probe-media.h"
#include "client/check/probe-name.h"
#include "client/check/probe-room.h"
#include "client/check/probe-server.h"
#include "common/base/clock.h"

#define WHOLE_MS 28000
#define RATE_MS 6000 /* each way */
#define DECODER_MS 4000
#define LIMIT_KBPS 4000
#define LESSON_LIMIT_KBPS 300 /* while others are being taught */

typedef struct {
    CcExamination *result;
    const CcExaminationOptions *options;
    gint64 began_us;
    CcRoomProbe *room;
    CcAdviceFacts advice;
    gint64 ahead_s; /* our clock */
    gboolean lesson_on;
} Run;

static guint
left_ms(const Run *run)
{
    gint64 left = WHOLE_MS - (cc_clock_now_us() - run->began_us) / 1000;
    return left > 0 ? (guint)left : 0;
}

static void
began(const Run *run, const char *what)
{
    run->options->began(what, run->options->user_data);
}

/* (transfer full) @finding. FALSE if it is red. */
static gboolean
found(const Run *run, CcFinding *finding)
{
    g_ptr_array_add(run->result->findings, finding);
    run->options->found(finding, run->options->user_data);
    return finding->colour != CC_RED;
}

/* FALSE if there is no use in going on with the network. */
static gboolean
examine_server(Run *run)
{
    const CcConfig *config = run->options->config;
    g_auto(CcNameFacts) name = {0};
    g_auto(CcServerFacts) server = {0};
    g_autoptr(GUri) uri = g_uri_parse(cc_config_get_string(config, "network", "relay-url"),
                                      G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    if (uri == NULL)
        return FALSE;
    began(run, _("looking the relay's name up"));
    cc_probe_name(g_uri_get_host(uri), &name);
    if (!found(run, cc_judge_name(&name)))
        return FALSE;
    began(run, _("connecting to the relay"));
    cc_probe_server(uri, cc_config_get_string(config, "network", "tls-ca-file"), &server);
    if (!found(run, cc_judge_server(&server)))
        return FALSE;
    run->ahead_s = server.dated ? server.ahead_s : 0;
    gboolean trusted = found(run, cc_judge_certificate(&server, now));
    found(run, cc_judge_clock(&server));
    return trusted;
}

/* (transfer none) NULL if there is no way in. */
static const CcSdpMedia *
examine_room(Run *run)
{
    g_auto(CcRoomFacts) room = {0};
    CcLessonFacts lesson;
    began(run, _("asking to be let into the room"));
    const CcSdpMedia *relay = cc_room_probe_enter(run->room, &room);
    room.now_s = g_get_real_time() / G_USEC_PER_SEC - run->ahead_s;
    if (room.token_readable && room.claims.role == CC_ROLE_TEACHER)
        run->result->teacher = TRUE;
    found(run, cc_judge_room(&room));
    if (room.status != 201 && room.status != 409)
        return NULL;
    began(run, _("asking what goes on there"));
    cc_room_probe_lesson(run->room, &lesson);
    run->lesson_on = lesson.lesson == CC_LESSON_ON;
    found(run, cc_judge_lesson(&lesson));
    return relay;
}

static void
examine_rates(Run *run, CcMediaProbe *media)
{
    const CcDelayFacts *usual = &run->advice.delay;
    guint limit = run->lesson_on ? LESSON_LIMIT_KBPS : LIMIT_KBPS;
    CcRateFacts down;
    began(run, _("measuring the speed from the relay to here"));
    cc_media_probe_rate(media, TRUE, limit, MIN(RATE_MS, left_ms(run)), usual, &down);
    found(run, cc_judge_rate(&down, TRUE, !run->result->teacher));
    began(run, _("measuring the speed from here to the relay"));
    cc_media_probe_rate(media, FALSE, limit, MIN(RATE_MS, left_ms(run)), usual, &run->advice.up);
    found(run, cc_judge_rate(&run->advice.up, FALSE, run->result->teacher));
}

static void
examine_media(Run *run, const CcSdpMedia *relay)
{
    CcAdviceFacts *facts = &run->advice;
    g_autoptr(CcMediaProbe) media =
        cc_media_probe_new(relay, cc_room_probe_ufrag(run->room), cc_room_probe_pwd(run->room));
    began(run, _("trying the ways for sound and picture"));
    cc_media_probe_open(media, run->options->config, &facts->udp, &facts->tcp);
    found(run, cc_judge_udp(&facts->udp, &facts->tcp));
    found(run, cc_judge_tcp(&facts->tcp, &facts->udp));
    if (!facts->udp.open && !facts->tcp.open)
        return;
    began(run, _("measuring delay and losses"));
    cc_media_probe_delay(media, &facts->delay);
    found(run, cc_judge_delay(&facts->delay));
    found(run, cc_judge_jitter(&facts->delay));
    found(run, cc_judge_loss(&facts->delay));
    if (facts->delay.answered)
        examine_rates(run, media);
}

static void
examine_device(Run *run, CcCheckedDevice device,
               void (*probe)(const CcConfig *config, CcDeviceFacts *facts), gboolean needed)
{
    g_auto(CcDeviceFacts) facts = {0};
    probe(run->options->config, &facts);
    found(run, cc_judge_device(device, &facts, needed));
}

static void
examine_pc(Run *run)
{
    gboolean teacher = run->result->teacher;
    gboolean hardware =
        g_str_equal(cc_config_get_string(run->options->config, "video", "hardware"), "auto");
    began(run, _("looking for loudspeaker, screen, microphone and camera"));
    examine_device(run, CC_DEVICE_LOUDSPEAKER, cc_probe_loudspeaker, !teacher);
    examine_device(run, CC_DEVICE_SCREEN, cc_probe_screen, !teacher);
    examine_device(run, CC_DEVICE_MICROPHONE_IN, cc_probe_microphone, teacher);
    examine_device(run, CC_DEVICE_CAMERA_IN, cc_probe_camera, teacher);
    began(run, _("measuring how fast this PC is"));
    cc_probe_decoder(hardware, MIN(DECODER_MS, left_ms(run)), &run->advice.decoder);
    found(run, cc_judge_decoder(&run->advice.decoder, !teacher));
}

gboolean
cc_examination_run(CcExamination *examination, const CcExaminationOptions *options, GError **error)
{
    Run run = {.result = examination,
               .options = options,
               .began_us = cc_clock_now_us(),
               .room = cc_room_probe_new(options->config, options->room, error)};
    *examination =
        (CcExamination){.findings = g_ptr_array_new_with_free_func((GDestroyNotify)cc_finding_free),
                        .teacher = options->teacher};
    if (run.room == NULL)
        return FALSE;
    const CcSdpMedia *relay = examine_server(&run) ? examine_room(&run) : NULL;
    if (relay != NULL)
        examine_media(&run, relay);
    cc_room_probe_free(run.room);
    if (!options->network_only)
        examine_pc(&run);
    run.advice.relay_url = cc_config_get_string(options->config, "network", "relay-url");
    run.advice.room = options->room;
    run.advice.teacher = examination->teacher;
    if (relay != NULL)
        examination->advice = cc_advice(&run.advice);
    return TRUE;
}

void
cc_examination_clear(CcExamination *examination)
{
    g_clear_pointer(&examination->findings, g_ptr_array_unref);
    g_clear_pointer(&examination->advice, g_free);
}
