/* Who may do what: bearer tokens (docs/protocol.md), or the open mode. Pure; told the time. */
#pragma once

#include "common/auth/token.h"

G_BEGIN_DECLS

typedef enum {
    CC_ACCESS_PUBLISH, /* as the room's teacher */
    CC_ACCESS_SPEAK,   /* as a classroom that may be called on */
    CC_ACCESS_WATCH,
    CC_ACCESS_OBSERVE, /* a room's events, or the state of the rooms */
    CC_ACCESS_OPERATE, /* everybody's links and the relay's own state: a token for all rooms */
} CcAccess;

typedef struct {
    gboolean open;              /* tokens are neither needed nor looked at */
    const char *const *secrets; /* NULL-terminated */
} CcAuthRules;

/* @authorization: the header's value, or NULL. @query_token: where a browser cannot set headers, or
 * NULL; the header wins. @room: NULL if no particular one is asked for. @now_s: UNIX time.
 * On success fills @claims; in the open mode with the role that fits @access.
 * Error: CC_ERROR_UNAUTHORIZED (401), CC_ERROR_FORBIDDEN (403). */
gboolean cc_auth_check(const CcAuthRules *rules, const char *authorization, const char *query_token,
                       const char *room, CcAccess access, gint64 now_s, CcTokenClaims *claims,
                       GError **error);

G_END_DECLS
