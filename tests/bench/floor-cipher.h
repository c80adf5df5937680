/* SRTP for the floor program: what OpenSSL needs for one packet and nothing besides. It shares no
 * code with common/transport, which it is the yardstick of. One cipher belongs to one receiver. */
#pragma once

#include <glib.h>

typedef struct FloorCipher FloorCipher;

typedef enum { FLOOR_GCM, FLOOR_CM } FloorProfile; /* RFC 7714, RFC 3711 with an 80-bit tag */

#define FLOOR_KEY 16
#define FLOOR_SALT 14     /* GCM: the first 12 */
#define FLOOR_AUTH_KEY 20 /* CM only */

/* Room that the tag takes and that protecting may write behind a packet. */
#define FLOOR_MAX_TRAILER 16

/* Session keys, not master keys. */
FloorCipher *floor_cipher_new(FloorProfile profile, const guint8 *key, const guint8 *salt,
                              const guint8 *auth_key);
void floor_cipher_free(FloorCipher *cipher);

/* Bytes that a packet grows by. */
gsize floor_cipher_trailer(FloorProfile profile);

/* Encrypts @payload of @length bytes behind the RTP header of @header bytes that lies at @out, and
 * appends the tag. @payload may be @out + @header. Returns the packet's length. */
gsize floor_cipher_protect(FloorCipher *cipher, guint8 *out, gsize header, const guint8 *payload,
                           gsize length, guint32 roll_over);
