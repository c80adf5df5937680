#include "client/signalling/reply.h"

#include <stdlib.h>
#include <string.h>

#include "client/signalling/json-text.h"
#include "client/signalling/link-header.h"
#include "common/base/clean-text.h"
#include "common/base/error.h"

#define MAX_RETRY_AFTER_S 60
#define MAX_DETAIL 200

void
cc_reply_clear(CcReply *reply)
{
    g_clear_pointer(&reply->reply.sdp, cc_sdp_free);
    g_clear_pointer(&reply->reply.ice_servers, g_ptr_array_unref);
    g_clear_error(&reply->error);
}

static void
set_error(CcReply *reply, CcSignallingResult result, GError *error)
{
    g_clear_error(&reply->error);
    reply->error = error;
    reply->reply.error = error;
    reply->reply.result = result;
}

void
cc_reply_fail(CcReply *reply, const char *message)
{
    set_error(reply, CC_SIGNALLING_RETRY, g_error_new(CC_ERROR, CC_ERROR_PROTOCOL, "%s", message));
}

static gboolean
content_type_is(const CcHttpAnswer *answer, const char *expected)
{
    const char *type = soup_message_headers_get_content_type(answer->headers, NULL);
    return type != NULL && g_ascii_strcasecmp(type, expected) == 0;
}

/* "403 Forbidden: forbidden: the token is for another room" */
static char *
describe_problem(const CcHttpAnswer *answer)
{
    g_autofree char *reason = cc_clean_text(answer->reason, 60);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%u %s", answer->status, reason);

    if (content_type_is(answer, "application/problem+json") ||
        content_type_is(answer, "application/json")) {
        g_autoptr(JsonObject) problem =
            cc_json_parse_object(answer->body, answer->body_length, CC_HTTP_MAX_BODY, NULL);
        if (problem != NULL) {
            g_autofree char *code = cc_clean_text(cc_json_get_string(problem, "code"), 40);
            g_autofree char *detail =
                cc_clean_text(cc_json_get_string(problem, "detail"), MAX_DETAIL);
            if (*code != '\0')
                g_string_append_printf(text, ": %s", code);
            if (*detail != '\0')
                g_string_append_printf(text, ": %s", detail);
        }
    }
    return g_string_free(text, FALSE);
}

static CcError
error_code(guint status)
{
    switch (status) {
    case 401:
        return CC_ERROR_UNAUTHORIZED;
    case 403:
        return CC_ERROR_FORBIDDEN;
    case 404:
    case 410:
        return CC_ERROR_NOT_FOUND;
    case 409:
        return CC_ERROR_CONFLICT;
    case 503:
        return CC_ERROR_LIMIT;
    default:
        return status >= 500 ? CC_ERROR_NETWORK : CC_ERROR_PROTOCOL;
    }
}

static CcSignallingResult
classify(CcReplyKind kind, guint status)
{
    if ((status == 404 || status == 410) && kind != CC_REPLY_POST)
        return CC_SIGNALLING_GONE;
    if (status == 408 || status == 409 || status == 425 || status == 429 || status >= 500)
        return CC_SIGNALLING_RETRY;
    /* A success or a redirect that WHIP does not know: a portal or proxy in between, which may
     * pass. */
    if (status < 400)
        return CC_SIGNALLING_RETRY;
    return CC_SIGNALLING_REFUSED;
}

/* Delay in seconds only: a date (RFC 9110 section 10.2.3) would need the two clocks to agree. */
static guint
parse_retry_after(SoupMessageHeaders *headers)
{
    const char *value = soup_message_headers_get_one(headers, "Retry-After");
    guint64 seconds;
    if (value == NULL || !g_ascii_string_to_unsigned(value, 10, 0, G_MAXUINT32, &seconds, NULL))
        return 0;
    return MIN(seconds, MAX_RETRY_AFTER_S) * 1000;
}

static gboolean
is_success(CcReplyKind kind, guint status)
{
    switch (kind) {
    case CC_REPLY_POST:
        return status == 201;
    case CC_REPLY_RESTART:
        return status == 200;
    default:
        return status == 200 || status == 202 || status == 204;
    }
}

static void
parse_sdp(CcReply *reply, CcReplyKind kind, const CcHttpAnswer *answer)
{
    gboolean whole = kind == CC_REPLY_POST;
    g_autoptr(GError) error = NULL;

    if (!content_type_is(answer, whole ? "application/sdp" : "application/trickle-ice-sdpfrag")) {
        cc_reply_fail(reply, "the answer is no SDP");
        return;
    }
    reply->reply.sdp = whole ? cc_sdp_parse(answer->body, answer->body_length, &error)
                             : cc_sdp_fragment_parse(answer->body, answer->body_length, &error);
    if (reply->reply.sdp == NULL)
        cc_reply_fail(reply, error->message);
}

void
cc_reply_init(CcReply *reply, CcReplyKind kind, const CcHttpAnswer *answer)
{
    *reply = (CcReply){.reply = {.result = CC_SIGNALLING_OK, .status = answer->status}};
    if (kind == CC_REPLY_POST)
        reply->reply.ice_servers = cc_link_servers_new();
    if (answer->error != NULL) {
        set_error(reply, CC_SIGNALLING_RETRY, g_error_copy(answer->error));
        return;
    }
    reply->reply.retry_after_ms = parse_retry_after(answer->headers);
    if (!is_success(kind, answer->status)) {
        g_autofree char *problem = describe_problem(answer);
        set_error(reply, classify(kind, answer->status),
                  g_error_new_literal(CC_ERROR, error_code(answer->status), problem));
        return;
    }
    if (kind == CC_REPLY_POST)
        cc_link_header_parse(soup_message_headers_get_list(answer->headers, "Link"),
                             reply->reply.ice_servers);
    if (kind == CC_REPLY_POST || kind == CC_REPLY_RESTART)
        parse_sdp(reply, kind, answer);
}
