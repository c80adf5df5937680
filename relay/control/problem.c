#include "relay/control/problem.h"

#include <libsoup/soup.h>

#include "common/base/error.h"
#include "common/base/json-object.h"

#define STATUS_UPGRADE_REQUIRED 426      /* RFC 9110 section 15.5.22 */
#define STATUS_PRECONDITION_REQUIRED 428 /* RFC 6585 section 3 */
#define STATUS_TOO_MANY_REQUESTS 429     /* RFC 6585 section 4 */

static const struct {
    guint status;
    const char *code;
    guint retry_after_s;
} problems[CC_N_PROBLEMS] = {
    [CC_PROBLEM_UNAUTHORIZED] = {SOUP_STATUS_UNAUTHORIZED, "unauthorized", 0},
    [CC_PROBLEM_FORBIDDEN] = {SOUP_STATUS_FORBIDDEN, "forbidden", 0},
    [CC_PROBLEM_NO_CLIENT] = {SOUP_STATUS_BAD_REQUEST, "no-client", 0},
    [CC_PROBLEM_BAD_ROOM] = {SOUP_STATUS_BAD_REQUEST, "bad-room", 0},
    [CC_PROBLEM_NOT_SDP] = {SOUP_STATUS_BAD_REQUEST, "not-sdp", 0},
    [CC_PROBLEM_NO_BUNDLE] = {SOUP_STATUS_UNPROCESSABLE_ENTITY, "no-bundle", 0},
    [CC_PROBLEM_NO_FINGERPRINT] = {SOUP_STATUS_UNPROCESSABLE_ENTITY, "no-fingerprint", 0},
    [CC_PROBLEM_NO_ICE] = {SOUP_STATUS_UNPROCESSABLE_ENTITY, "no-ice", 0},
    [CC_PROBLEM_NO_CODEC] = {SOUP_STATUS_UNPROCESSABLE_ENTITY, "no-codec", 0},
    [CC_PROBLEM_BAD_OFFER] = {SOUP_STATUS_UNPROCESSABLE_ENTITY, "bad-offer", 0},
    [CC_PROBLEM_TEACHER_PRESENT] = {SOUP_STATUS_CONFLICT, "teacher-present", 1},
    [CC_PROBLEM_LESSON_NOT_BEGUN] = {SOUP_STATUS_CONFLICT, "lesson-not-begun", 2},
    [CC_PROBLEM_TOO_LARGE] = {SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "too-large", 0},
    [CC_PROBLEM_WRONG_CONTENT_TYPE] = {SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE, "wrong-content-type", 0},
    [CC_PROBLEM_LIMIT_ROOMS] = {SOUP_STATUS_SERVICE_UNAVAILABLE, "limit-rooms", 10},
    [CC_PROBLEM_LIMIT_SESSIONS] = {SOUP_STATUS_SERVICE_UNAVAILABLE, "limit-sessions", 10},
    [CC_PROBLEM_LIMIT_OBSERVERS] = {SOUP_STATUS_SERVICE_UNAVAILABLE, "limit-observers", 10},
    [CC_PROBLEM_LIMIT_REQUESTS] = {STATUS_TOO_MANY_REQUESTS, "limit-requests", 1},
    [CC_PROBLEM_OVERLOADED] = {SOUP_STATUS_SERVICE_UNAVAILABLE, "overloaded", 5},
    [CC_PROBLEM_UNKNOWN_SESSION] = {SOUP_STATUS_NOT_FOUND, "unknown-session", 0},
    [CC_PROBLEM_ETAG_MISMATCH] = {SOUP_STATUS_PRECONDITION_FAILED, "etag-mismatch", 0},
    [CC_PROBLEM_ETAG_MISSING] = {STATUS_PRECONDITION_REQUIRED, "etag-missing", 0},
    [CC_PROBLEM_BAD_FRAGMENT] = {SOUP_STATUS_BAD_REQUEST, "bad-fragment", 0},
    [CC_PROBLEM_WRONG_CREDENTIALS] = {SOUP_STATUS_UNPROCESSABLE_ENTITY, "wrong-credentials", 0},
    [CC_PROBLEM_METHOD_NOT_ALLOWED] = {SOUP_STATUS_METHOD_NOT_ALLOWED, "method-not-allowed", 0},
    [CC_PROBLEM_NOT_FOUND] = {SOUP_STATUS_NOT_FOUND, "not-found", 0},
    [CC_PROBLEM_UPGRADE_REQUIRED] = {STATUS_UPGRADE_REQUIRED, "upgrade-required", 0},
    [CC_PROBLEM_BAD_DECK] = {SOUP_STATUS_UNPROCESSABLE_ENTITY, "bad-deck", 0},
    [CC_PROBLEM_NO_DECK] = {SOUP_STATUS_NOT_FOUND, "no-deck", 0},
    [CC_PROBLEM_WRONG_RANGE] = {SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE, "wrong-range", 0},
    [CC_PROBLEM_LIMIT_DECKS] = {SOUP_STATUS_SERVICE_UNAVAILABLE, "limit-decks", 10},
};

guint
cc_problem_status(CcProblem problem)
{
    g_return_val_if_fail(problem < CC_N_PROBLEMS, SOUP_STATUS_INTERNAL_SERVER_ERROR);
    return problems[problem].status;
}

const char *
cc_problem_code(CcProblem problem)
{
    g_return_val_if_fail(problem < CC_N_PROBLEMS, "");
    return problems[problem].code;
}

guint
cc_problem_retry_after_s(CcProblem problem)
{
    g_return_val_if_fail(problem < CC_N_PROBLEMS, 0);
    return problems[problem].retry_after_s;
}

CcProblem
cc_problem_from_error(const GError *error)
{
    if (error->domain != CC_ERROR)
        return CC_PROBLEM_BAD_OFFER;
    switch ((CcError)error->code) {
    case CC_ERROR_NOT_SDP:
        return CC_PROBLEM_NOT_SDP;
    case CC_ERROR_NO_BUNDLE:
        return CC_PROBLEM_NO_BUNDLE;
    case CC_ERROR_NO_FINGERPRINT:
        return CC_PROBLEM_NO_FINGERPRINT;
    case CC_ERROR_NO_ICE:
        return CC_PROBLEM_NO_ICE;
    case CC_ERROR_NO_CODEC:
        return CC_PROBLEM_NO_CODEC;
    case CC_ERROR_UNAUTHORIZED:
        return CC_PROBLEM_UNAUTHORIZED;
    case CC_ERROR_FORBIDDEN:
        return CC_PROBLEM_FORBIDDEN;
    default:
        return CC_PROBLEM_BAD_OFFER;
    }
}

const char *
cc_problem_title(CcProblem problem)
{
    guint status = cc_problem_status(problem);

    switch (status) {
    case SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE:
        return "Content Too Large";
    case SOUP_STATUS_UNPROCESSABLE_ENTITY:
        return "Unprocessable Content";
    case STATUS_UPGRADE_REQUIRED:
        return "Upgrade Required";
    case STATUS_PRECONDITION_REQUIRED:
        return "Precondition Required";
    case STATUS_TOO_MANY_REQUESTS:
        return "Too Many Requests";
    default:
        return soup_status_get_phrase(status);
    }
}

char *
cc_problem_to_json(CcProblem problem, const char *detail)
{
    JsonBuilder *builder = cc_json_begin();

    cc_json_add_string(builder, "type", "about:blank");
    cc_json_add_string(builder, "title", cc_problem_title(problem));
    cc_json_add_int(builder, "status", cc_problem_status(problem));
    cc_json_add_string(builder, "code", cc_problem_code(problem));
    cc_json_add_string(builder, "detail", detail);
    return cc_json_end(builder);
}
