#define CC_LOG_AREA "http"

#include "relay/control/session-resource.h"

#include <string.h>

#include "common/base/log.h"
#include "common/base/random.h"
#include "common/transport/ice-lite.h"
#include "common/wire/sdp.h"

#define METHODS "DELETE, GET, HEAD, OPTIONS, PATCH"

/* The ICE credentials that the fragment speaks of; RFC 8840 allows them once for all m-lines. */
static const CcSdpMedia *
find_credentials(const CcSdp *fragment)
{
    for (guint i = 0; i < fragment->media->len; i++) {
        const CcSdpMedia *media = g_ptr_array_index(fragment->media, i);
        if (media->ice_ufrag != NULL && media->ice_pwd != NULL)
            return media;
    }
    return NULL;
}

/* If-Match: *, which RFC 9725's own example puts in quotes; no session's tag looks like that. */
static gboolean
matches_any(const char *if_match)
{
    return g_str_equal(if_match, "*") || g_str_equal(if_match, "\"*\"");
}

/* If-Match: a list of entity tags (RFC 9110 section 13.1.1; weak ones never match). */
static gboolean
matches_etag(const char *if_match, const char *etag)
{
    g_auto(GStrv) tags = g_strsplit(if_match, ",", 16);

    for (guint i = 0; tags[i] != NULL; i++)
        if (g_str_equal(g_strstrip(tags[i]), etag))
            return TRUE;
    return FALSE;
}

static char *
restart_answer(CcSession *session, const char *ufrag, const char *pwd)
{
    CcSdpMedia *media = g_ptr_array_index(session->fragment->media, 0);

    g_free(media->ice_ufrag);
    g_free(media->ice_pwd);
    media->ice_ufrag = g_strdup(ufrag);
    media->ice_pwd = g_strdup(pwd);
    return cc_sdp_fragment_to_string(session->fragment);
}

/* RFC 9725 section 4.3.3 */
static void
restart_ice(CcExchange *exchange, CcSession *session, const CcSdpMedia *remote)
{
    char ufrag[CC_ICE_UFRAG_LENGTH + 1];
    char pwd[CC_ICE_PWD_LENGTH + 1];
    g_autofree char *tag = cc_random_name(128);
    g_autofree char *body = NULL;

    cc_ice_generate_credentials(ufrag, pwd);
    cc_worker_restart_ice(cc_control_worker(exchange->control, session->worker), session->id, ufrag,
                          pwd, remote->ice_ufrag, remote->ice_pwd);
    g_free(session->remote_ufrag);
    g_free(session->remote_pwd);
    g_free(session->etag);
    session->remote_ufrag = g_strdup(remote->ice_ufrag);
    session->remote_pwd = g_strdup(remote->ice_pwd);
    session->etag = g_strdup_printf("\"%s\"", tag);
    cc_info("ICE restart room=%s", session->room);

    body = restart_answer(session, ufrag, pwd);
    cc_exchange_set_header(exchange, "ETag", session->etag);
    cc_exchange_set_header(exchange, "Cache-Control", "no-store");
    cc_exchange_answer(exchange, SOUP_STATUS_OK, CC_CONTENT_FRAGMENT, body, -1);
}

static gboolean
is_current(const CcSession *session, const CcSdpMedia *remote)
{
    return g_str_equal(remote->ice_ufrag, session->remote_ufrag) &&
           g_str_equal(remote->ice_pwd, session->remote_pwd);
}

/* Lengths that RFC 8839 section 5.4 allows. */
static gboolean
is_well_formed(const CcSdpMedia *remote)
{
    gsize ufrag = strlen(remote->ice_ufrag);
    gsize pwd = strlen(remote->ice_pwd);

    return ufrag >= 4 && ufrag <= 256 && pwd >= 22 && pwd <= 256;
}

static void
patch_fragment(CcExchange *exchange, CcSession *session, gboolean any)
{
    gsize length;
    const char *text = g_bytes_get_data(exchange->body, &length);
    g_autoptr(GError) error = NULL;
    g_autoptr(CcSdp) fragment =
        cc_sdp_fragment_parse(text != NULL ? text : "", (gssize)length, &error);
    const CcSdpMedia *remote = fragment != NULL ? find_credentials(fragment) : NULL;

    if (fragment == NULL)
        cc_exchange_refuse(exchange, CC_PROBLEM_BAD_FRAGMENT, "%s", error->message);
    else if (remote != NULL && !is_well_formed(remote))
        cc_exchange_refuse(exchange, CC_PROBLEM_WRONG_CREDENTIALS,
                           "ice-ufrag or ice-pwd is too short or too long");
    else if (any && remote == NULL)
        cc_exchange_refuse(exchange, CC_PROBLEM_WRONG_CREDENTIALS,
                           "an ICE restart needs a new ice-ufrag and ice-pwd");
    else if (remote != NULL && !is_current(session, remote)) /* whatever If-Match has matched */
        restart_ice(exchange, session, remote);
    else /* An ICE-lite relay never checks the client's candidates: the client's checks suffice. */
        cc_exchange_answer(exchange, SOUP_STATUS_NO_CONTENT, NULL, NULL, 0);
}

static void
patch(CcExchange *exchange, CcSession *session)
{
    const char *if_match = cc_exchange_header(exchange, "If-Match");
    gboolean any = if_match != NULL && matches_any(if_match);

    if (!cc_exchange_has_content_type(exchange, CC_CONTENT_FRAGMENT)) {
        cc_exchange_set_header(exchange, "Accept-Patch", CC_CONTENT_FRAGMENT);
        cc_exchange_refuse(exchange, CC_PROBLEM_WRONG_CONTENT_TYPE, "a fragment must come as %s",
                           CC_CONTENT_FRAGMENT);
    } else if (if_match == NULL) {
        cc_exchange_refuse(exchange, CC_PROBLEM_ETAG_MISSING,
                           "If-Match with the session's ETag is needed, or * for an ICE restart");
    } else if (!any && !matches_etag(if_match, session->etag)) {
        cc_exchange_refuse(exchange, CC_PROBLEM_ETAG_MISMATCH, "ICE has been restarted since");
    } else {
        patch_fragment(exchange, session, any);
    }
}

void
cc_session_resource_handle(CcExchange *exchange)
{
    CcSession *session = cc_control_find_session(exchange->control, exchange->path[1]);

    if (cc_exchange_is(exchange, "OPTIONS")) {
        cc_exchange_set_header(exchange, "Accept-Patch", CC_CONTENT_FRAGMENT);
        cc_exchange_answer_options(exchange, METHODS);
    } else if (session == NULL) {
        cc_exchange_refuse(exchange, CC_PROBLEM_UNKNOWN_SESSION, "this session has ended");
    } else if (cc_exchange_is(exchange, "GET") || cc_exchange_is(exchange, "HEAD")) {
        cc_exchange_answer(exchange, SOUP_STATUS_NO_CONTENT, NULL, NULL, 0);
    } else if (cc_exchange_is(exchange, "PATCH")) {
        patch(exchange, session);
    } else if (cc_exchange_is(exchange, "DELETE")) {
        cc_control_end_session(exchange->control, exchange->path[1], "closed", TRUE);
        cc_exchange_answer(exchange, SOUP_STATUS_OK, NULL, NULL, 0);
    } else {
        cc_exchange_refuse_method(exchange, METHODS);
    }
}
