/* The floor encrypts what a relay would: its packets are byte for byte those of common/transport.
 */
#include "common/transport/srtp-kdf.h"
#include "common/transport/srtp.h"
#include "floor-cipher.h"

#include <string.h>

#define HEADER 12
#define PAYLOAD 1000

static FloorCipher *
make_floor(FloorProfile profile, const guint8 *master_key, const guint8 *master_salt)
{
    guint8 key[FLOOR_KEY], salt[FLOOR_SALT], auth_key[FLOOR_AUTH_KEY];
    g_assert_true(
        cc_srtp_derive(master_key, master_salt, CC_SRTP_LABEL_ENCRYPTION, key, sizeof key));
    g_assert_true(cc_srtp_derive(master_key, master_salt, CC_SRTP_LABEL_SALT, salt, sizeof salt));
    g_assert_true(cc_srtp_derive(master_key, master_salt, CC_SRTP_LABEL_AUTHENTICATION, auth_key,
                                 sizeof auth_key));
    return floor_cipher_new(profile, key, salt, auth_key);
}

static void
fill(guint8 *packet, guint16 sequence)
{
    memset(packet, sequence & 255, HEADER + PAYLOAD);
    memset(packet + 4, 7, HEADER - 4);
    packet[0] = 0x80;
    packet[1] = 96;
    packet[2] = (guint8)(sequence >> 8);
    packet[3] = (guint8)sequence;
}

/* Two packets across the sequence numbers' wrap, so that the roll-over counter counts. */
static void
test_same_bytes(gconstpointer data)
{
    gboolean gcm = GPOINTER_TO_INT(data) == FLOOR_GCM;
    static const guint8 master_key[CC_SRTP_KEY_LENGTH] = "a master key 16";
    guint8 master_salt[CC_SRTP_MAX_SALT_LENGTH] = "a salt of 12";
    FloorCipher *floor = make_floor(gcm ? FLOOR_GCM : FLOOR_CM, master_key, master_salt);
    g_autoptr(CcSrtp) srtp = cc_srtp_new(gcm ? CC_SRTP_AEAD_AES_128_GCM : CC_SRTP_AES128_CM_SHA1_80,
                                         master_key, master_salt);

    for (guint32 index = 0xfffe; index <= 0x10001; index++) {
        guint8 ours[HEADER + PAYLOAD + CC_SRTP_MAX_TRAILER];
        guint8 theirs[HEADER + PAYLOAD + FLOOR_MAX_TRAILER], plain[HEADER + PAYLOAD];
        gsize length = HEADER + PAYLOAD;
        fill(ours, (guint16)index);
        memcpy(plain, ours, length);
        memcpy(theirs, plain, HEADER);
        g_assert_cmpint(cc_srtp_protect_rtp(srtp, ours, &length), ==, CC_DROP_NONE);
        gsize floor_length =
            floor_cipher_protect(floor, theirs, HEADER, plain + HEADER, PAYLOAD, index >> 16);
        g_assert_cmpmem(theirs, floor_length, ours, length);
        g_assert_cmpuint(floor_length, ==,
                         sizeof plain + floor_cipher_trailer(gcm ? FLOOR_GCM : FLOOR_CM));
    }
    floor_cipher_free(floor);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/bench/floor-cipher/gcm", GINT_TO_POINTER(FLOOR_GCM), test_same_bytes);
    g_test_add_data_func("/bench/floor-cipher/cm", GINT_TO_POINTER(FLOOR_CM), test_same_bytes);
    return g_test_run();
}
