#include "common/auth/token.h"

#include "common/base/error.h"
#include "common/base/json-object.h"
#include "common/base/random.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define MAX_TOKEN_BYTES 2048
#define MAX_NAME_BYTES 200
#define HMAC_BYTES 32

static const char *const role_names[] = {"teacher", "classroom", "viewer"};

const char *
cc_role_to_string(CcRole role)
{
    return role_names[role];
}

gboolean
cc_role_from_string(const char *text, CcRole *role)
{
    for (gsize i = 0; i < G_N_ELEMENTS(role_names); i++) {
        if (g_strcmp0(text, role_names[i]) == 0) {
            *role = (CcRole)i;
            return TRUE;
        }
    }
    return FALSE;
}

void
cc_token_claims_clear(CcTokenClaims *claims)
{
    g_clear_pointer(&claims->room, g_free);
    g_clear_pointer(&claims->name, g_free);
}

/* base64url without padding, RFC 7515 section 2. */
static char *
base64url_encode(const void *data, gsize length)
{
    char *text = g_base64_encode(data, length);

    g_strdelimit(text, "+", '-');
    g_strdelimit(text, "/", '_');
    *strchrnul(text, '=') = '\0';
    return text;
}

/* Returns NUL-terminated UTF-8, or NULL for anything else. */
static char *
base64url_decode_text(const char *text, gsize length)
{
    g_autoptr(GString) padded = g_string_new_len(text, length);
    g_autofree char *data = NULL;
    gsize data_length = 0;

    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isalnum(text[i]) && text[i] != '-' && text[i] != '_')
            return NULL;
    }
    if (length == 0 || length % 4 == 1)
        return NULL;
    g_strdelimit(padded->str, "-", '+');
    g_strdelimit(padded->str, "_", '/');
    while (padded->len % 4)
        g_string_append_c(padded, '=');
    data = (char *)g_base64_decode(padded->str, &data_length);
    if (!g_utf8_validate_len(data, data_length, NULL))
        return NULL;
    return g_strndup(data, data_length);
}

/* "header.payload" signed with @secret. (transfer full) */
static char *
signature_of(const char *secret, const char *signed_part, gsize length)
{
    g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)secret, strlen(secret));
    guint8 digest[HMAC_BYTES];
    gsize digest_length = sizeof digest;

    g_hmac_update(hmac, (const guchar *)signed_part, (gssize)length);
    g_hmac_get_digest(hmac, digest, &digest_length);
    return base64url_encode(digest, digest_length);
}

/* In a time that depends on the lengths alone. */
static gboolean
equal_in_constant_time(const char *a, const char *b)
{
    gsize length = strlen(a);
    volatile guint8 difference = 0;

    if (strlen(b) != length)
        return FALSE;
    for (gsize i = 0; i < length; i++)
        difference |= (guint8)(a[i] ^ b[i]);
    return difference == 0;
}

char *
cc_token_sign(const char *secret, const CcTokenClaims *claims)
{
    static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    JsonBuilder *builder = cc_json_begin();

    cc_json_add_string(builder, "room", claims->room);
    cc_json_add_string(builder, "role", cc_role_to_string(claims->role));
    if (claims->name)
        cc_json_add_string(builder, "name", claims->name);
    if (claims->speak)
        cc_json_add_boolean(builder, "speak", TRUE);
    cc_json_add_int(builder, "exp", claims->expires_s);

    g_autofree char *payload = cc_json_end(builder);
    g_autofree char *encoded_header = base64url_encode(header, strlen(header));
    g_autofree char *encoded_payload = base64url_encode(payload, strlen(payload));
    g_autofree char *signed_part = g_strdup_printf("%s.%s", encoded_header, encoded_payload);
    g_autofree char *signature = signature_of(secret, signed_part, strlen(signed_part));
    return g_strdup_printf("%s.%s", signed_part, signature);
}

static gboolean
refuse(GError **error, const char *why)
{
    g_set_error_literal(error, CC_ERROR, CC_ERROR_UNAUTHORIZED, why);
    return FALSE;
}

/* (transfer full) */
static char *
minute(gint64 time_s)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(time_s);

    return time != NULL ? g_date_time_format(time, "%Y-%m-%d %H:%M") : g_strdup("?");
}

/* With both times: the clock may be what is wrong. */
static void
refuse_expired(gint64 expires_s, gint64 now_s, GError **error)
{
    g_autofree char *expired = minute(expires_s);
    g_autofree char *now = minute(now_s);

    g_set_error(error, CC_ERROR, CC_ERROR_UNAUTHORIZED,
                _("the token expired at %s UTC; it was checked at %s"), expired, now);
}

static JsonNode *
parse_object(const char *encoded, gsize length)
{
    g_autofree char *text = base64url_decode_text(encoded, length);
    g_autoptr(JsonNode) node = text ? json_from_string(text, NULL) : NULL;

    if (!node || !JSON_NODE_HOLDS_OBJECT(node))
        return NULL;
    return g_steal_pointer(&node);
}

static const char *
get_text(JsonObject *object, const char *member)
{
    JsonNode *node = json_object_get_member(object, member);

    if (!node || json_node_get_value_type(node) != G_TYPE_STRING)
        return NULL;
    return json_node_get_string(node);
}

/* FALSE if it is absent or no truth value. */
static gboolean
get_truth(JsonObject *object, const char *member)
{
    JsonNode *node = json_object_get_member(object, member);

    return node && json_node_get_value_type(node) == G_TYPE_BOOLEAN && json_node_get_boolean(node);
}

/* RFC 7515 section 4.1: the algorithm is ours or nothing, and we know no critical extensions. */
static gboolean
header_is_ours(const char *encoded, gsize length)
{
    g_autoptr(JsonNode) node = parse_object(encoded, length);
    JsonObject *header = node ? json_node_get_object(node) : NULL;

    return header && g_strcmp0(get_text(header, "alg"), "HS256") == 0 &&
           !json_object_has_member(header, "crit");
}

static gboolean
read_claims(const char *encoded, gsize length, CcTokenClaims *claims, GError **error)
{
    g_autoptr(JsonNode) node = parse_object(encoded, length);
    JsonObject *payload = node ? json_node_get_object(node) : NULL;
    const char *room, *name;
    JsonNode *expires;
    CcRole role;

    if (!payload)
        return refuse(error, _("the token is malformed"));
    room = get_text(payload, "room");
    if (!room || (strcmp(room, "*") != 0 && !cc_room_name_is_valid(room)))
        return refuse(error, _("the token names no valid room"));
    if (!cc_role_from_string(get_text(payload, "role"), &role))
        return refuse(error, _("the token names no valid role"));
    expires = json_object_get_member(payload, "exp");
    if (!expires || json_node_get_value_type(expires) != G_TYPE_INT64)
        return refuse(error, _("the token does not say when it expires"));
    name = get_text(payload, "name");
    if (name && strlen(name) > MAX_NAME_BYTES)
        return refuse(error, _("the token's name is too long"));

    claims->room = g_strdup(room);
    claims->role = role;
    claims->speak = get_truth(payload, "speak");
    claims->name = g_strdup(name);
    claims->expires_s = json_node_get_int(expires);
    return TRUE;
}

typedef struct {
    const char *payload; /* after the first dot */
    const char *signature;
    gsize header_length, payload_length, signed_length;
} TokenParts;

static gboolean
split(const char *token, TokenParts *parts)
{
    const char *first = NULL, *second = NULL;

    if (strnlen(token, MAX_TOKEN_BYTES + 1) > MAX_TOKEN_BYTES)
        return FALSE;
    first = strchr(token, '.');
    second = first ? strchr(first + 1, '.') : NULL;
    if (!second || strchr(second + 1, '.'))
        return FALSE;
    parts->header_length = (gsize)(first - token);
    parts->payload = first + 1;
    parts->payload_length = (gsize)(second - first - 1);
    parts->signed_length = (gsize)(second - token);
    parts->signature = second + 1;
    return TRUE;
}

gboolean
cc_token_read_unchecked(const char *token, CcTokenClaims *claims, GError **error)
{
    TokenParts parts;

    memset(claims, 0, sizeof *claims);
    if (!split(token, &parts))
        return refuse(error, _("the token is malformed"));
    if (!header_is_ours(token, parts.header_length))
        return refuse(error, _("the token is not signed with HS256"));
    return read_claims(parts.payload, parts.payload_length, claims, error);
}

gboolean
cc_token_verify(const char *const *secrets, const char *token, gint64 now_s, CcTokenClaims *claims,
                GError **error)
{
    TokenParts parts;
    gboolean signature_fits = FALSE;

    memset(claims, 0, sizeof *claims);
    if (!split(token, &parts))
        return refuse(error, _("the token is malformed"));
    /* The signature first: nothing that a stranger made up is parsed. Comparing its text, not its
     * bytes, leaves base64 no second way to write the same one. */
    for (; *secrets; secrets++) {
        g_autofree char *expected = signature_of(*secrets, token, parts.signed_length);
        signature_fits |= equal_in_constant_time(expected, parts.signature);
    }
    if (!signature_fits)
        return refuse(error, _("the token's signature is wrong"));
    if (!header_is_ours(token, parts.header_length))
        return refuse(error, _("the token is not signed with HS256"));
    if (!read_claims(parts.payload, parts.payload_length, claims, error))
        return FALSE;
    if (now_s >= claims->expires_s) {
        refuse_expired(claims->expires_s, now_s, error);
        cc_token_claims_clear(claims);
        return FALSE;
    }
    return TRUE;
}

gboolean
cc_token_claims_allow_room(const CcTokenClaims *claims, const char *room)
{
    return strcmp(claims->room, "*") == 0 || strcmp(claims->room, room) == 0;
}

char *
cc_token_generate_secret(void)
{
    guint8 random[32];

    cc_random_fill(random, sizeof random);
    return base64url_encode(random, sizeof random);
}
