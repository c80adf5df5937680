/* One STUN Binding request of a controlling ICE agent (RFC 8445 section 7.2.2), for checks that are
 * ours and not libnice's. Pure. */
#pragma once

#include <glib.h>
#include <stun/stunagent.h>

G_BEGIN_DECLS

#define CC_STUN_CHECK_CAPACITY 256

void cc_stun_check_init_agent(StunAgent *agent);

/* Writes a request with @username ("theirs:ours") and their @password. @nominate: with
 * USE-CANDIDATE. @agent remembers @id for the answer. Returns the length; 0 if it does not fit. */
gsize cc_stun_check_write(StunAgent *agent, const char *username, const char *password,
                          gboolean nominate, guint8 buffer[CC_STUN_CHECK_CAPACITY],
                          StunTransactionId id);

/* TRUE if @data is an authentic success for a request that @agent remembers; it forgets it then. */
gboolean cc_stun_check_is_answer(StunAgent *agent, const char *password, const guint8 *data,
                                 gsize length);

G_END_DECLS
