/* STUN Binding requests of a controlling ICE agent (RFC 8445 section 7.2.2) and its answers to the
 * peer's, for paths that are ours and not libnice's. Pure. */
#pragma once

#include <glib.h>
#include <stun/stunagent.h>
#include <sys/socket.h>

G_BEGIN_DECLS

#define CC_STUN_CHECK_CAPACITY 256 /* of answers too */

void cc_stun_check_init_agent(StunAgent *agent);

/* Writes a request with @username ("theirs:ours") and their @password. @nominate: with
 * USE-CANDIDATE. @agent remembers @id for the answer. Returns the length; 0 if it does not fit. */
gsize cc_stun_check_write(StunAgent *agent, const char *username, const char *password,
                          gboolean nominate, guint8 buffer[CC_STUN_CHECK_CAPACITY],
                          StunTransactionId id);

/* TRUE if @data is an authentic success for a request that @agent remembers; it forgets it then. */
gboolean cc_stun_check_is_answer(StunAgent *agent, const char *password, const guint8 *data,
                                 gsize length);

/* Answers a check of the peer's, which came from @source and names @username ("ours:theirs") under
 * our @password. Returns the length of what is to be sent back; 0: nothing. */
gsize cc_stun_check_answer(const char *username, const char *password, const guint8 *data,
                           gsize length, const struct sockaddr_storage *source,
                           guint8 buffer[CC_STUN_CHECK_CAPACITY]);

G_END_DECLS
