/* Access tokens: JSON Web Tokens (RFC 7519) signed with HMAC-SHA-256 ("HS256", RFC 7518
 * section 3.2) that say which room, which role and until when. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    CC_ROLE_TEACHER,   /* may publish as the room's teacher, and watch */
    CC_ROLE_CLASSROOM, /* may watch, and speak when called on if the token says so */
    CC_ROLE_VIEWER,    /* may watch */
} CcRole;

const char *cc_role_to_string(CcRole role);
gboolean cc_role_from_string(const char *text, CcRole *role);

typedef struct {
    char *room; /* "*" for every room */
    CcRole role;
    char *name;       /* shown to others ("Huli Hope Primary School"); may be NULL */
    gboolean speak;   /* a classroom: its camera and microphone may be published */
    gint64 expires_s; /* UNIX time, seconds */
} CcTokenClaims;

void cc_token_claims_clear(CcTokenClaims *claims);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CcTokenClaims, cc_token_claims_clear)

/* @secret: NUL-terminated, at least 16 bytes (the config refuses shorter ones). (transfer full) */
char *cc_token_sign(const char *secret, const CcTokenClaims *claims);

/* Checks signature (in constant time), algorithm and expiry.
 * @secrets: NULL-terminated, so that a new secret can be introduced before the old one is retired.
 * @now_s: UNIX time. On success fills @claims. Error: CC_ERROR_UNAUTHORIZED. */
gboolean cc_token_verify(const char *const *secrets, const char *token, gint64 now_s,
                         CcTokenClaims *claims, GError **error);

/* Reads @token without checking anything but its form: for showing, never for deciding. */
gboolean cc_token_read_unchecked(const char *token, CcTokenClaims *claims, GError **error);

gboolean cc_token_claims_allow_room(const CcTokenClaims *claims, const char *room);

/* A fresh secret: 256 random bits as 43 printable characters. (transfer full) */
char *cc_token_generate_secret(void);

/* Room names: 1 to 64 characters of letters, digits, '.', '_' and '-' in UTF-8 (so Chinese names
 * work), not beginning with '.'. */
gboolean cc_room_name_is_valid(const char *room);

G_END_DECLS
