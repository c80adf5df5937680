#define CC_LOG_AREA "http"

#include "relay/control/endpoint.h"

#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/transport/ice-lite.h"
#include "relay/control/addresses.h"
#include "relay/control/newcomer.h"
#include "relay/control/staging.h"

#define SECRET_BITS 128

static CcSessionDirection
direction_of(CcSeat seat)
{
    return seat == CC_SEAT_WATCHES ? CC_DIRECTION_WATCH : CC_DIRECTION_PUBLISH;
}

/* STUN and TURN servers (RFC 9725 section 4.6). */
static void
add_ice_links(CcExchange *exchange)
{
    char **links = exchange->control->settings->ice_links;

    for (guint i = 0; links[i] != NULL; i++)
        cc_exchange_add_header(exchange, "Link", links[i]);
}

/* TURN credentials are for those who may come in, and who ask themselves: a browser's preflight
 * carries no token, and nobody would see the links (RFC 9725 section 4.6). */
static void
answer_options(CcExchange *exchange, const char *room, CcAccess access)
{
    g_auto(CcTokenClaims) claims = {0};

    if (cc_exchange_header(exchange, "Access-Control-Request-Method") == NULL &&
        cc_auth_check(&exchange->control->settings->auth,
                      cc_exchange_header(exchange, "Authorization"), exchange->query_token, room,
                      access, g_get_real_time() / G_USEC_PER_SEC, &claims, NULL))
        add_ice_links(exchange);
    cc_exchange_set_header(exchange, "Accept-Post", CC_CONTENT_SDP);
    cc_exchange_answer_options(exchange, CC_ENDPOINT_METHODS);
}

/* An endpoint has nothing to show, but is there. WHEP players find out by HEAD that it speaks WHEP,
 * and HEAD has the headers of GET (WHEP draft, "WHEP Endpoint URL Discoverability"). */
static void
answer_get(CcExchange *exchange, CcSeat seat)
{
    if (seat == CC_SEAT_WATCHES)
        cc_exchange_answer(exchange, SOUP_STATUS_OK, CC_CONTENT_SDP, "", 0);
    else
        cc_exchange_answer(exchange, SOUP_STATUS_NO_CONTENT, NULL, NULL, 0);
}

/* Accept is not looked at: there is one kind of answer, and to WHEP players a 406 would mean that a
 * counter-offer comes. */
static gboolean
check_headers(CcExchange *exchange)
{
    if (cc_exchange_has_content_type(exchange, CC_CONTENT_SDP))
        return TRUE;
    cc_exchange_set_header(exchange, "Accept-Post", CC_CONTENT_SDP);
    cc_exchange_refuse(exchange, CC_PROBLEM_WRONG_CONTENT_TYPE,
                       "the offer must come as Content-Type: %s", CC_CONTENT_SDP);
    return FALSE;
}

/* Those who are out of reach keep their places only as long as nobody needs them. */
static CcAdmission
admit(CcControl *control, const char *room, CcSeat seat, const char *client)
{
    CcAdmission admission =
        cc_room_registry_admit(control->rooms, room, seat, client, cc_clock_now_us());
    const char *lost;

    if (admission != CC_ADMISSION_LIMIT_SESSIONS)
        return admission;
    lost = cc_room_registry_longest_lost(control->rooms, room);
    if (lost == NULL)
        lost = cc_room_registry_longest_lost(control->rooms, NULL);
    if (lost == NULL)
        return admission;
    g_autofree char *session_id = g_strdup(lost);
    cc_control_end_session(control, session_id, "timed-out", FALSE);
    return cc_room_registry_admit(control->rooms, room, seat, client, cc_clock_now_us());
}

static gboolean
check_admission(CcExchange *exchange, const char *room, CcSeat seat)
{
    switch (admit(exchange->control, room, seat, cc_newcomer_client(exchange))) {
    case CC_ADMISSION_OK:
        return TRUE;
    case CC_ADMISSION_TEACHER_PRESENT:
        cc_exchange_refuse(exchange, CC_PROBLEM_TEACHER_PRESENT,
                           "somebody already teaches in this room");
        return FALSE;
    case CC_ADMISSION_LESSON_NOT_BEGUN:
        cc_exchange_refuse(exchange, CC_PROBLEM_LESSON_NOT_BEGUN, "the lesson has not begun");
        return FALSE;
    case CC_ADMISSION_LIMIT_ROOMS:
        cc_exchange_refuse(exchange, CC_PROBLEM_LIMIT_ROOMS,
                           "the relay has no room left (max-rooms)");
        return FALSE;
    case CC_ADMISSION_LIMIT_SESSIONS:
        cc_exchange_refuse(exchange, CC_PROBLEM_LIMIT_SESSIONS,
                           "the relay or the room is full (max-sessions, max-sessions-per-room)");
        return FALSE;
    }
    g_return_val_if_reached(FALSE);
}

/* Who speaks is found by what it is known by when it watches. */
static gboolean
check_client(CcExchange *exchange, CcSeat seat)
{
    if (seat != CC_SEAT_SPEAKS || cc_newcomer_client(exchange) != NULL)
        return TRUE;
    cc_exchange_refuse(exchange, CC_PROBLEM_NO_CLIENT,
                       "who speaks must say by what it watches: X-Classcast-Client, %d to %d "
                       "random characters",
                       CC_MIN_CLIENT_LENGTH, CC_MAX_CLIENT_LENGTH);
    return FALSE;
}

/* One teacher costs little, and brings a lesson; it is the receivers that add up. */
static gboolean
check_load(CcExchange *exchange, guint worker, CcSeat seat)
{
    const CcControl *control = exchange->control;
    if (seat == CC_SEAT_TEACHES ||
        cc_worker_load(cc_control_worker(control, worker)) <= control->settings->max_load)
        return TRUE;
    cc_exchange_refuse(
        exchange, CC_PROBLEM_OVERLOADED,
        "the relay has all that it can do (max-load); those who are there come first");
    return FALSE;
}

static CcSessionSetup *
new_setup(const CcExchange *exchange, const char *room, CcSeat seat)
{
    CcSessionSetup *setup = g_new0(CcSessionSetup, 1);

    setup->id = cc_random_name(SECRET_BITS);
    setup->room = g_strdup(room);
    setup->direction = direction_of(seat);
    setup->guest = seat == CC_SEAT_SPEAKS;
    setup->owner = cc_newcomer_owner(exchange, room);
    setup->cname = cc_random_name(64);
    setup->local_ufrag = g_malloc0(CC_ICE_UFRAG_LENGTH + 1);
    setup->local_pwd = g_malloc0(CC_ICE_PWD_LENGTH + 1);
    cc_ice_generate_credentials(setup->local_ufrag, setup->local_pwd);
    return setup;
}

static guint
max_videos(const CcExchange *exchange, const CcTokenClaims *claims, CcSeat seat)
{
    if (seat == CC_SEAT_WATCHES)
        return cc_newcomer_may_teach(exchange, claims) ? CC_TEACHER_WATCHED_VIDEOS
                                                       : CC_WATCHED_VIDEOS;
    return seat == CC_SEAT_TEACHES ? CC_TEACHER_VIDEOS : 1;
}

/* Parses the body as an offer, fills @setup->negotiated and returns the answer, which leads to
 * @port.
 */
static CcSdp *
negotiate(CcExchange *exchange, CcSessionSetup *setup, CcSeat seat, const CcTokenClaims *claims,
          guint16 port, GError **error)
{
    const CcControl *control = exchange->control;
    const CcSettings *settings = control->settings;
    gsize length;
    const char *text = g_bytes_get_data(exchange->body, &length);
    g_autoptr(CcSdp) offer = cc_sdp_parse(text != NULL ? text : "", (gssize)length, error);
    g_autofree char *http_local = NULL;
    g_auto(GStrv) addresses = NULL;

    if (offer == NULL)
        return NULL;
    http_local = cc_address_literal(soup_server_message_get_local_address(exchange->message));
    addresses = cc_candidate_addresses((const char *const *)settings->advertise,
                                       (const char *const *)settings->udp_addresses, http_local);
    return cc_negotiate_answer(offer,
                               &(CcAnswerOptions){
                                   .direction = setup->direction,
                                   .max_audios = seat == CC_SEAT_WATCHES ? CC_WATCHED_AUDIOS : 1,
                                   .max_videos = max_videos(exchange, claims, seat),
                                   .codecs = settings->codecs,
                                   .n_codecs = settings->n_codecs,
                                   .ufrag = setup->local_ufrag,
                                   .pwd = setup->local_pwd,
                                   .fingerprint = cc_dtls_identity_fingerprint(control->identity),
                                   .addresses = (const char *const *)addresses,
                                   .udp_port = port,
                                   .tcp_port = control->tcp ? port : 0,
                                   .cname = setup->cname,
                                   /* far from 0 and from overflow */
                                   .first_ssrc = (cc_random_u32() & 0x3fffffff) | 0x40000000,
                               },
                               &setup->negotiated, error);
}

/* What answers an ICE restart: the ICE attributes of @answer (RFC 9725 section 4.3.3). Candidates
 * are those of the first m-line that carries media; the others of its bundle are only named. */
static CcSdp *
restart_template(const CcNegotiated *negotiated, const CcSdp *answer)
{
    CcSdp *fragment = cc_sdp_new();

    fragment->ice_lite = answer->ice_lite;
    fragment->trickle = answer->trickle;
    for (guint i = 0; i < negotiated->n_slots; i++) {
        const CcSlot *slot = &negotiated->slots[i];
        const CcSdpMedia *answered = g_ptr_array_index(answer->media, slot->m_line);
        CcSdpMedia *media = cc_sdp_add_media(fragment, slot->kind, slot->mid);

        media->bundled = TRUE;
        media->bundle_only = i > 0;
        media->end_of_candidates = answered->end_of_candidates;
        for (guint k = 0; k < answered->candidates->len; k++) {
            g_autofree char *text =
                cc_sdp_candidate_to_string(g_ptr_array_index(answered->candidates, k));
            g_ptr_array_add(media->candidates, cc_sdp_candidate_parse(text));
        }
    }
    return fragment;
}

static CcSession *
new_session(const CcSessionSetup *setup, const CcSdp *answer, guint worker)
{
    g_autofree char *tag = cc_random_name(SECRET_BITS);
    CcSession *session = g_new0(CcSession, 1);

    session->id = g_strdup(setup->id);
    session->etag = g_strdup_printf("\"%s\"", tag);
    session->room = g_strdup(setup->room);
    session->direction = setup->direction;
    session->worker = worker;
    session->remote_ufrag = g_strdup(setup->negotiated.remote_ufrag);
    session->remote_pwd = g_strdup(setup->negotiated.remote_pwd);
    session->fragment = restart_template(&setup->negotiated, answer);
    return session;
}

static void
answer_created(CcExchange *exchange, const CcSession *session, const CcSdp *answer)
{
    g_autofree char *location = g_strdup_printf("/session/%s", session->id);
    g_autofree char *body = cc_sdp_to_string(answer);

    cc_exchange_set_header(exchange, "Location", location);
    cc_exchange_set_header(exchange, "ETag", session->etag);
    cc_exchange_set_header(exchange, "Accept-Patch", CC_CONTENT_FRAGMENT);
    cc_exchange_set_header(exchange, "Cache-Control", "no-store");
    add_ice_links(exchange);
    cc_exchange_answer(exchange, SOUP_STATUS_CREATED, CC_CONTENT_SDP, body, -1);
}

/* Makes the session known to the room, to the worker and to its resource. */
static void
begin_session(CcExchange *exchange, CcSessionSetup *setup, CcSession *session, CcSeat seat,
              CcRole role, const char *name)
{
    static const char *const does[] = {"watches", "publishes", "speaks"};
    CcControl *control = exchange->control;
    g_autofree char *replaced = NULL;
    const CcParticipant *participant =
        cc_room_registry_join(control->rooms,
                              &(CcJoin){.room = setup->room,
                                        .session_id = setup->id,
                                        .role = role,
                                        .name = name,
                                        .client = cc_newcomer_client(exchange),
                                        .seat = seat,
                                        .worker = session->worker},
                              cc_clock_now_us(), &replaced);

    setup->home =
        cc_control_worker(control, cc_room_registry_lookup(control->rooms, setup->room)->home);
    cc_info("session room=%s participant=%s %s", setup->room, participant->id, does[seat]);
    cc_exchange_set_header(exchange, "X-Classcast-Participant", participant->id);
    cc_control_add_session(control, session);
    cc_worker_add_session(cc_control_worker(control, session->worker), setup);
    /* Only now, so that the worker can hand an old teacher's streams over to the new one. */
    if (replaced != NULL)
        cc_control_end_session(control, replaced, "replaced", FALSE);
    cc_control_schedule_expiry(control);
    if (seat == CC_SEAT_SPEAKS)
        cc_staging_changed(control->staging, participant->room->name);
}

static void
create(CcExchange *exchange, const char *room, CcSeat seat, CcAccess access)
{
    g_auto(CcTokenClaims) claims = {0};
    g_autoptr(CcSessionSetup) setup = NULL;
    g_autoptr(CcSdp) answer = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *name = NULL;
    CcControl *control = exchange->control;
    CcSession *session;
    CcRole role;
    guint worker;

    if (!cc_exchange_authorize(exchange, room, access, &claims) || !check_headers(exchange) ||
        !check_client(exchange, seat) || !check_admission(exchange, room, seat))
        return;
    worker = cc_control_choose_worker(control, room, direction_of(seat));
    if (!check_load(exchange, worker, seat))
        return;
    setup = new_setup(exchange, room, seat);
    answer = negotiate(exchange, setup, seat, &claims,
                       cc_worker_port(cc_control_worker(control, worker)), &error);
    if (answer == NULL) {
        cc_exchange_refuse_error(exchange, error);
        return;
    }
    /* A teacher who looks at a lesson is one viewer more, unless it is her own. */
    role = seat == CC_SEAT_WATCHES && claims.role == CC_ROLE_TEACHER ? CC_ROLE_VIEWER : claims.role;
    name = cc_newcomer_name(exchange, &claims);
    session = new_session(setup, answer, worker);
    answer_created(exchange, session, answer);
    begin_session(exchange, g_steal_pointer(&setup), session, seat, role, name);
}

void
cc_endpoint_handle(CcExchange *exchange, CcSeat seat)
{
    static const CcAccess accesses[] = {CC_ACCESS_WATCH, CC_ACCESS_PUBLISH, CC_ACCESS_SPEAK};
    const char *room = exchange->path[1];
    CcAccess access = accesses[seat];

    if (!cc_exchange_check_room(exchange, room))
        return;
    if (cc_exchange_is(exchange, "OPTIONS"))
        answer_options(exchange, room, access);
    else if (cc_exchange_is(exchange, "GET") || cc_exchange_is(exchange, "HEAD"))
        answer_get(exchange, seat);
    else if (cc_exchange_is(exchange, "POST"))
        create(exchange, room, seat, access);
    else
        cc_exchange_refuse_method(exchange, CC_ENDPOINT_METHODS);
}
