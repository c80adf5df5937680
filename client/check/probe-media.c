#include "client/check/probe-media.h"

#include "client/check/media-paths.h"
#include "client/check/wait.h"
#include "common/base/clock.h"
#include "common/wire/link-check.h"

#define OPEN_MS 4000
#define VOICE_EVERY_MS 60 /* 20 kbit/s with headers: as a voice on a narrow link */
#define VOICE_SIZE 120
#define VOICE_PACKETS 90
#define LAST_ANSWERS_MS 1500
#define SILENT_MS 3000 /* then the relay does not know such questions */
#define TURN_MS 10
#define MAX_AT_ONCE 32 /* questions in one turn */

struct CcMediaProbe {
    CcMediaPaths *paths;
    char *key;
    guint32 number; /* of the next question */
    guint64 cookie;
    CcLinkAnswer newest;
    gboolean answered, refused;
    gboolean timing; /* round trips are kept */
    GArray *trips;   /* guint, ms */
    gboolean complete;
    guint answers;
    CcRamp ramp;
    gboolean ramping, down;
    guint32 received; /* that the relay had counted at its last answer to this ramp */
};

static void
take_rate(CcMediaProbe *probe, const CcLinkAnswer *answer, gint64 now_us)
{
    if (answer->status == CC_LINK_CHECK_BUSY || answer->status == CC_LINK_CHECK_SPENT)
        probe->refused = TRUE;
    if (probe->down) {
        cc_ramp_arrived(&probe->ramp, answer->number, 1, answer->sent_us, (guint32)now_us, now_us);
        return;
    }
    gint32 more = (gint32)(answer->received - probe->received);
    if (more <= 0)
        return;
    probe->received = answer->received;
    cc_ramp_arrived(&probe->ramp, answer->number, (guint)more, answer->sent_us, answer->arrival_us,
                    now_us);
}

static void
on_datagram(const guint8 *datagram, gsize length, gpointer user_data)
{
    CcMediaProbe *probe = user_data;
    gint64 now_us = cc_clock_now_us();
    CcLinkAnswer answer;
    if (!cc_link_answer_read(&answer, probe->key, datagram, length))
        return;
    probe->answered = TRUE;
    probe->cookie = answer.cookie;
    probe->answers++;
    if (!probe->newest.answered || (gint32)(answer.answered - probe->newest.answered) > 0)
        probe->newest = answer;
    if (probe->timing) {
        guint ms = ((guint32)now_us - answer.sent_us + 500) / 1000;
        g_array_append_val(probe->trips, ms);
        probe->complete = probe->trips->len >= VOICE_PACKETS;
    }
    if (probe->ramping)
        take_rate(probe, &answer, now_us);
}

CcMediaProbe *
cc_media_probe_new(const CcSdpMedia *relay, const char *ufrag, const char *pwd)
{
    CcMediaProbe *probe = g_new0(CcMediaProbe, 1);
    probe->key = g_strdup(relay->ice_pwd);
    probe->trips = g_array_new(FALSE, FALSE, sizeof(guint));
    probe->paths = cc_media_paths_new(relay, ufrag, pwd, on_datagram, probe);
    return probe;
}

void
cc_media_probe_free(CcMediaProbe *probe)
{
    if (probe == NULL)
        return;
    cc_media_paths_free(probe->paths);
    g_array_unref(probe->trips);
    g_free(probe->key);
    g_free(probe);
}

void
cc_media_probe_open(CcMediaProbe *probe, const CcConfig *config, CcPathFacts *udp, CcPathFacts *tcp)
{
    cc_media_paths_open(probe->paths, config, OPEN_MS, udp, tcp);
}

static gboolean
ask(CcMediaProbe *probe, gsize size, guint answers, gsize answer_size)
{
    guint8 datagram[CC_LINK_CHECK_MAX];
    CcLinkQuestion question = {.number = probe->number,
                               .sent_us = (guint32)cc_clock_now_us(),
                               .cookie = probe->cookie,
                               .answers = (guint16)answers,
                               .answer_size = (guint16)answer_size};
    cc_link_question_write(&question, probe->key, datagram, size);
    if (!cc_media_paths_send(probe->paths, datagram, size))
        return FALSE;
    probe->number++;
    return TRUE;
}

static int
by_value(gconstpointer a, gconstpointer b)
{
    guint first = *(const guint *)a, second = *(const guint *)b;
    return first < second ? -1 : first > second;
}

static double
share_lost(guint sent, guint arrived)
{
    return sent == 0 || arrived >= sent ? 0 : 1.0 - (double)arrived / sent;
}

static void
tell_delay(CcMediaProbe *probe, CcDelayFacts *facts)
{
    const guint *trips = (const guint *)(gpointer)probe->trips->data;
    guint n = probe->trips->len;
    facts->answered = probe->answered;
    facts->received = n;
    if (n == 0)
        return;
    g_array_sort(probe->trips, by_value);
    facts->least_ms = trips[0];
    facts->median_ms = trips[n / 2];
    facts->usual_ms = trips[MIN(n * 19 / 20, n - 1)];
    /* Of the questions up to the newest that was answered; those behind may be on their way. */
    facts->loss_up = share_lost(probe->newest.number + 1, probe->newest.received);
    facts->loss_down = share_lost(probe->newest.answered, probe->answers);
}

void
cc_media_probe_delay(CcMediaProbe *probe, CcDelayFacts *facts)
{
    *facts = (CcDelayFacts){.measured = cc_media_paths_are_open(probe->paths),
                            .tcp = cc_media_paths_use_tcp(probe->paths)};
    if (!facts->measured)
        return;
    gint64 began_us = cc_clock_now_us();
    probe->timing = TRUE;
    while (facts->sent < VOICE_PACKETS &&
           (probe->answered || cc_clock_now_us() - began_us < SILENT_MS * (gint64)1000)) {
        facts->sent += ask(probe, VOICE_SIZE, 1, VOICE_SIZE);
        cc_wait_ms(NULL, VOICE_EVERY_MS);
    }
    if (probe->answered)
        cc_wait_ms(&probe->complete, LAST_ANSWERS_MS);
    probe->timing = FALSE;
    tell_delay(probe, facts);
}

/* FALSE if no more can leave now. */
static gboolean
ask_for_rate(CcMediaProbe *probe, guint due, gsize size)
{
    if (probe->down) {
        guint n = MIN(due, CC_LINK_CHECK_MAX_ANSWERS);
        if (!ask(probe, CC_LINK_CHECK_HEADER, n, size))
            return FALSE;
        cc_ramp_sent(&probe->ramp, n);
        return TRUE;
    }
    for (guint i = 0; i < MIN(due, MAX_AT_ONCE); i++) {
        if (!ask(probe, size, 1, CC_LINK_CHECK_HEADER))
            return FALSE;
        cc_ramp_sent(&probe->ramp, 1);
    }
    return TRUE;
}

void
cc_media_probe_rate(CcMediaProbe *probe, gboolean down, guint limit_kbps, guint patience_ms,
                    const CcDelayFacts *usual, CcRateFacts *facts)
{
    *facts = (CcRateFacts){0};
    if (!usual->answered)
        return;
    gint64 until_us = cc_clock_now_us() + patience_ms * (gint64)1000;
    probe->down = down;
    probe->ramping = TRUE;
    probe->refused = FALSE;
    probe->received = probe->newest.received;
    cc_ramp_init(&probe->ramp, limit_kbps, 1 - (1 - usual->loss_up) * (1 - usual->loss_down),
                 usual->usual_ms);
    while (!probe->ramp.finished && !probe->refused && cc_clock_now_us() < until_us) {
        gsize size;
        guint due = cc_ramp_due(&probe->ramp, cc_clock_now_us(), probe->number, &size);
        if (due > 0)
            ask_for_rate(probe, due, size);
        cc_wait_ms(NULL, TURN_MS);
    }
    probe->ramping = FALSE;
    facts->measured = !probe->refused;
    facts->busy = probe->refused;
    facts->result = probe->ramp.result;
}
