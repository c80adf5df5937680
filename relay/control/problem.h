/* Why a request was refused: the HTTP status, the stable code and the sentence that
 * docs/protocol.md lists, and a counter each in /metrics. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    CC_PROBLEM_UNAUTHORIZED,
    CC_PROBLEM_FORBIDDEN,
    CC_PROBLEM_BAD_ROOM,
    CC_PROBLEM_NO_CLIENT,
    CC_PROBLEM_NOT_SDP,
    CC_PROBLEM_NO_BUNDLE,
    CC_PROBLEM_NO_FINGERPRINT,
    CC_PROBLEM_NO_ICE,
    CC_PROBLEM_NO_CODEC,
    CC_PROBLEM_BAD_OFFER,
    CC_PROBLEM_TEACHER_PRESENT,
    CC_PROBLEM_LESSON_NOT_BEGUN,
    CC_PROBLEM_TOO_LARGE,
    CC_PROBLEM_WRONG_CONTENT_TYPE,
    CC_PROBLEM_LIMIT_ROOMS,
    CC_PROBLEM_LIMIT_SESSIONS,
    CC_PROBLEM_LIMIT_OBSERVERS,
    CC_PROBLEM_LIMIT_REQUESTS,
    CC_PROBLEM_OVERLOADED,
    CC_PROBLEM_UNKNOWN_SESSION,
    CC_PROBLEM_ETAG_MISMATCH,
    CC_PROBLEM_ETAG_MISSING,
    CC_PROBLEM_BAD_FRAGMENT,
    CC_PROBLEM_WRONG_CREDENTIALS,
    CC_PROBLEM_METHOD_NOT_ALLOWED,
    CC_PROBLEM_NOT_FOUND,
    CC_PROBLEM_UPGRADE_REQUIRED,
    CC_PROBLEM_BAD_DECK,
    CC_PROBLEM_NO_DECK,
    CC_PROBLEM_WRONG_RANGE,
    CC_PROBLEM_LIMIT_DECKS,
    CC_N_PROBLEMS
} CcProblem;

guint cc_problem_status(CcProblem problem);
/* The status's name; libsoup does not know all of them. */
const char *cc_problem_title(CcProblem problem);
const char *cc_problem_code(CcProblem problem);
/* Seconds for Retry-After; 0: none. */
guint cc_problem_retry_after_s(CcProblem problem);
/* Which problem an error of authentication, SDP or negotiation is. */
CcProblem cc_problem_from_error(const GError *error);
/* application/problem+json (RFC 9457). (transfer full) */
char *cc_problem_to_json(CcProblem problem, const char *detail);

G_END_DECLS
