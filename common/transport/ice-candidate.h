/* SDP's candidates and libnice's. Private to transport. */
#pragma once

#include <nice/agent.h>

G_BEGIN_DECLS

/* From "candidate:…". NULL for nonsense, for other components, and for names instead of addresses
 * (mDNS), which we do not resolve. (transfer full) */
NiceCandidate *cc_ice_candidate_parse(const char *text, guint stream, guint component);

/* "192.0.2.1:5000", "[2001:db8::1]:5000". */
void cc_ice_describe_address(const NiceAddress *address, char out[64]);

G_END_DECLS
