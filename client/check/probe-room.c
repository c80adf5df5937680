#include "client/check/probe-room.h"

#include "client/check/wait.h"
#include "client/connection-address.h"
#include "client/recv/recv-offer.h"
#include "client/signalling/events.h"
#include "client/signalling/signalling.h"
#include "common/base/clock.h"
#include "common/transport/dtls.h"
#include "common/transport/ice-lite.h"

#define ENTER_MS 10000
#define AGAIN_MS 300
#define EVENTS_MS 4000
#define LEAVE_MS 1200

struct CcRoomProbe {
    const CcConfig *config;
    const char *room, *token;
    CcRelayAddress address;
    CcDtlsIdentity *identity;
    CcSignalling *signalling;
    char ufrag[CC_ICE_UFRAG_LENGTH + 1], pwd[CC_ICE_PWD_LENGTH + 1];
    gboolean answered, left, told;
    CcRoomFacts *facts;
    CcSdp *answer;
};

CcRoomProbe *
cc_room_probe_new(const CcConfig *config, const char *room, GError **error)
{
    g_autoptr(CcRoomProbe) probe = g_new0(CcRoomProbe, 1);
    probe->config = config;
    probe->room = room;
    probe->token = cc_config_get_string(config, "auth", "token");
    cc_ice_generate_credentials(probe->ufrag, probe->pwd);
    if (!cc_relay_address_init(&probe->address,
                               cc_config_get_string(config, "network", "relay-url"), room, "whep",
                               error))
        return NULL;
    probe->identity = cc_dtls_identity_new(NULL, error);
    probe->signalling =
        cc_signalling_new(probe->address.endpoint, probe->token,
                          cc_config_get_string(config, "network", "tls-ca-file"), error);
    return probe->identity != NULL && probe->signalling != NULL ? g_steal_pointer(&probe) : NULL;
}

static void
on_left(const CcSignallingReply *reply, gpointer user_data)
{
    ((CcRoomProbe *)user_data)->left = TRUE;
}

void
cc_room_probe_free(CcRoomProbe *probe)
{
    if (probe == NULL)
        return;
    if (probe->signalling != NULL && cc_signalling_has_session(probe->signalling)) {
        cc_signalling_delete(probe->signalling, on_left, probe);
        cc_wait_ms(&probe->left, LEAVE_MS);
    }
    cc_signalling_free(probe->signalling);
    cc_dtls_identity_free(probe->identity);
    cc_sdp_free(probe->answer);
    cc_relay_address_clear(&probe->address);
    g_free(probe);
}

const char *
cc_room_probe_ufrag(const CcRoomProbe *probe)
{
    return probe->ufrag;
}

const char *
cc_room_probe_pwd(const CcRoomProbe *probe)
{
    return probe->pwd;
}

/* The sound of recv's, which is enough to be let in and little to send over a narrow link; with us
 * as DTLS's client, who then never says hello. */
static char *
make_offer(const CcRoomProbe *probe)
{
    g_autoptr(CcSdp) offer = cc_recv_offer(1, 1);
    g_ptr_array_set_size(offer->media, 1);
    offer->trickle = TRUE;
    for (guint i = 0; i < offer->media->len; i++) {
        CcSdpMedia *media = offer->media->pdata[i];
        media->port = 9;
        media->bundled = media->rtcp_mux = TRUE;
        media->setup = CC_SDP_ACTIVE;
        media->ice_ufrag = g_strdup(probe->ufrag);
        media->ice_pwd = g_strdup(probe->pwd);
        media->fingerprint_hash = g_strdup("sha-256");
        media->fingerprint = g_strdup(cc_dtls_identity_fingerprint(probe->identity));
    }
    return cc_sdp_to_string(offer);
}

static void
on_answer(const CcSignallingReply *reply, gpointer user_data)
{
    CcRoomProbe *probe = user_data;
    probe->answered = TRUE;
    probe->facts->status = reply->status;
    g_clear_pointer(&probe->facts->detail, g_free);
    if (reply->error != NULL)
        probe->facts->detail = g_strdup(reply->error->message);
    if (reply->sdp != NULL) {
        g_autofree char *text = cc_sdp_to_string(reply->sdp);
        probe->answer = cc_sdp_parse(text, -1, NULL);
    }
}

static const CcSdpMedia *
find_transport(const CcSdp *answer)
{
    for (guint i = 0; answer != NULL && i < answer->media->len; i++) {
        const CcSdpMedia *media = answer->media->pdata[i];
        if ((media->port != 0 || media->bundle_only) && media->ice_ufrag != NULL &&
            media->ice_pwd != NULL)
            return media;
    }
    return NULL;
}

const CcSdpMedia *
cc_room_probe_enter(CcRoomProbe *probe, CcRoomFacts *facts)
{
    g_autofree char *offer = make_offer(probe);
    facts->room = probe->room;
    facts->has_token = *probe->token != '\0';
    facts->token_readable =
        facts->has_token && cc_token_read_unchecked(probe->token, &facts->claims, NULL);
    probe->facts = facts;
    gint64 until_us = cc_clock_now_us() + ENTER_MS * (gint64)1000;
    while (facts->status == 0 && cc_clock_now_us() < until_us) { /* as recv does on weak links */
        probe->answered = FALSE;
        cc_signalling_post(probe->signalling, offer, on_answer, probe);
        if (!cc_wait_ms(&probe->answered, ENTER_MS))
            cc_signalling_cancel(probe->signalling);
        else if (facts->status == 0)
            cc_wait_ms(NULL, AGAIN_MS);
    }
    probe->facts = NULL;
    return find_transport(probe->answer);
}

static void
on_changed(const CcRoomState *room, gpointer user_data)
{
    CcRoomProbe *probe = user_data;
    probe->told |= room->lesson != CC_LESSON_UNKNOWN;
}

static void
on_opened(gboolean again, gpointer user_data)
{
}

static void
on_closed(gboolean bye, gpointer user_data)
{
}

void
cc_room_probe_lesson(CcRoomProbe *probe, CcLessonFacts *facts)
{
    static const CcEventStreamCallbacks callbacks = {on_opened, on_closed, on_changed};
    *facts = (CcLessonFacts){0};
    if (probe->address.events == NULL)
        return;
    g_autoptr(CcEventStream) events =
        cc_event_stream_new(probe->address.events, probe->token,
                            cc_config_get_string(probe->config, "network", "tls-ca-file"),
                            EVENTS_MS, &callbacks, probe, NULL);
    if (events == NULL)
        return;
    cc_event_stream_start(events);
    facts->heard = cc_wait_ms(&probe->told, EVENTS_MS);
    if (!facts->heard)
        return;
    const CcRoomState *room = cc_event_stream_room(events);
    facts->lesson = room->lesson;
    for (guint i = 0; i < room->participants->len; i++) {
        const CcParticipant *participant = room->participants->pdata[i];
        facts->others += participant->connected && g_strcmp0(participant->role, "teacher") != 0;
    }
}
