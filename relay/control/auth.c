#include "relay/control/auth.h"

#include <string.h>

#include "common/base/error.h"

/* The token in "Bearer …" (RFC 6750 section 2.1; the scheme's case does not matter), or NULL. */
static const char *
bearer_token(const char *authorization)
{
    static const char scheme[] = "Bearer ";

    if (authorization == NULL || g_ascii_strncasecmp(authorization, scheme, strlen(scheme)) != 0)
        return NULL;
    authorization += strlen(scheme);
    while (*authorization == ' ')
        authorization++;
    return authorization;
}

static gboolean
check_access(const CcTokenClaims *claims, CcAccess access, GError **error)
{
    if (access == CC_ACCESS_OPERATE && !g_str_equal(claims->room, "*")) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_FORBIDDEN,
                            "the token is for one room; this takes one for all (--room '*')");
        return FALSE;
    }
    if (claims->role == CC_ROLE_TEACHER ||
        (access != CC_ACCESS_PUBLISH && access != CC_ACCESS_SPEAK))
        return TRUE;
    if (access == CC_ACCESS_SPEAK && claims->role == CC_ROLE_CLASSROOM && claims->speak)
        return TRUE;
    if (access == CC_ACCESS_SPEAK && claims->role == CC_ROLE_CLASSROOM)
        g_set_error_literal(error, CC_ERROR, CC_ERROR_FORBIDDEN,
                            "the token does not let this classroom speak (classcast token "
                            "--role classroom --speak)");
    else
        g_set_error(error, CC_ERROR, CC_ERROR_FORBIDDEN, "the token's role is %s; only a %s",
                    cc_role_to_string(claims->role),
                    access == CC_ACCESS_SPEAK ? "classroom may speak" : "teacher may publish");
    return FALSE;
}

gboolean
cc_auth_check(const CcAuthRules *rules, const char *authorization, const char *query_token,
              const char *room, CcAccess access, gint64 now_s, CcTokenClaims *claims,
              GError **error)
{
    const char *token = bearer_token(authorization);
    g_auto(CcTokenClaims) found = {0};

    if (rules->open) {
        *claims = (CcTokenClaims){
            .room = g_strdup("*"),
            .role = access == CC_ACCESS_PUBLISH ? CC_ROLE_TEACHER : CC_ROLE_CLASSROOM,
            .expires_s = G_MAXINT64,
        };
        return TRUE;
    }
    if (token == NULL)
        token = query_token;
    if (token == NULL || *token == '\0') {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_UNAUTHORIZED,
                            "a token is needed: [auth] token of send and recv, ?token=… of a page, "
                            "Authorization: Bearer … of others");
        return FALSE;
    }
    if (!cc_token_verify(rules->secrets, token, now_s, &found, error))
        return FALSE;
    if (room != NULL && !cc_token_claims_allow_room(&found, room)) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_FORBIDDEN, "the token is for another room");
        return FALSE;
    }
    if (!check_access(&found, access, error))
        return FALSE;
    *claims = found;
    memset(&found, 0, sizeof(found));
    return TRUE;
}
