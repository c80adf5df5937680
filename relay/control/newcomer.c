#include "relay/control/newcomer.h"

#include <string.h>

#include "common/base/clean-text.h"

#define MAX_NAME_LENGTH 120 /* characters of a school's name */

const char *
cc_newcomer_client(const CcExchange *exchange)
{
    const char *client = cc_exchange_header(exchange, "X-Classcast-Client");
    gsize length = client != NULL ? strlen(client) : 0;

    return length >= CC_MIN_CLIENT_LENGTH && length <= CC_MAX_CLIENT_LENGTH ? client : NULL;
}

char *
cc_newcomer_name(const CcExchange *exchange, const CcTokenClaims *claims)
{
    const char *header = cc_exchange_header(exchange, "X-Classcast-Name");
    g_autofree char *name = NULL;

    if (claims->name != NULL && *claims->name != '\0')
        name = g_strdup(claims->name);
    else if (header != NULL)
        name = g_uri_unescape_string(header, NULL);
    if (name == NULL || !g_utf8_validate(name, -1, NULL))
        return g_strdup("");
    g_autofree char *clean = cc_clean_text(name, strlen(name));
    return g_utf8_strlen(clean, -1) > MAX_NAME_LENGTH ? g_utf8_substring(clean, 0, MAX_NAME_LENGTH)
                                                      : g_steal_pointer(&clean);
}

guint64
cc_newcomer_owner(const CcExchange *exchange, const char *room)
{
    const char *client = cc_newcomer_client(exchange);
    guint8 digest[32];
    gsize length = sizeof digest;
    guint64 owner;

    if (client == NULL)
        return 0;
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)room, -1);
    g_checksum_update(checksum, (const guchar *)"/", 1);
    g_checksum_update(checksum, (const guchar *)client, -1);
    g_checksum_get_digest(checksum, digest, &length);
    memcpy(&owner, digest, sizeof owner);
    return MAX(owner, 1);
}

gboolean
cc_newcomer_may_teach(const CcExchange *exchange, const CcTokenClaims *claims)
{
    return exchange->control->settings->auth.open || claims->role == CC_ROLE_TEACHER;
}
