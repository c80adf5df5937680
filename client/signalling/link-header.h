/* ICE servers in Link headers: RFC 9725 section 4.6, in RFC 8288's syntax. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_LINK_MAX_SERVERS 16

/* Appends a CcSignallingIceServer for every usable rel="ice-server" link of @value (one or several
 * header fields joined by commas) to @servers, up to CC_LINK_MAX_SERVERS. Anything else is skipped:
 * other relations, other schemes than stun(s) and turn(s), turn without password credentials. */
void cc_link_header_parse(const char *value, GPtrArray *servers);

/* For cc_signalling.h's reply: an array that owns its CcSignallingIceServer entries. */
GPtrArray *cc_link_servers_new(void);

G_END_DECLS
