/* From the configured relay address to the addresses of the room. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    char *endpoint;      /* WHIP or WHEP */
    char *events;        /* the room's WebSocket, or NULL if it cannot be guessed */
    char *local_address; /* the loopback address that reaches a relay on this machine, or NULL */
} CcRelayAddress;

/* @relay_url: the relay ("https://relay.example/base"), or a whole WHIP or WHEP endpoint of any
 * server, told by a path component "whip" or "whep" and used as it is; @room may then be NULL.
 * @protocol: "whip", "whep" or "speak", which no whole endpoint is. Error: CC_ERROR_USAGE. */
gboolean cc_relay_address_init(CcRelayAddress *address, const char *relay_url, const char *room,
                               const char *protocol, GError **error);
/* TRUE if @relay_url is a whole endpoint: there is nothing to reach beside it. */
gboolean cc_relay_address_is_endpoint(const char *relay_url);
void cc_relay_address_clear(CcRelayAddress *address);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CcRelayAddress, cc_relay_address_clear)

G_END_DECLS
