/* How long SRTP takes per packet, ours against libsrtp's: protects and unprotects the same packets,
 * alternating between the two so that both see the same machine; prints the medians. */
#include <srtp2/srtp.h>

#include "common/transport/srtp.h"
#include "common/wire/bytes.h"

#define PACKET 1200 /* bytes of RTP */
#define BATCH 500   /* packets a measurement */
#define ROUNDS 41

typedef enum { OURS, THEIRS, N_SIDES } Side;
typedef enum { PROTECT, UNPROTECT, N_WAYS } Way;

typedef struct {
    guint8 data[PACKET + CC_SRTP_MAX_TRAILER + SRTP_MAX_TRAILER_LEN];
    gsize length;
} Packet;

static Packet packets[BATCH];
static guint8 key[CC_SRTP_KEY_LENGTH + CC_SRTP_MAX_SALT_LENGTH] = "a benchmark's key and its salt";

static srtp_t
make_theirs(CcSrtpProfile profile, gboolean inbound)
{
    srtp_policy_t policy = {0};
    if (profile == CC_SRTP_AEAD_AES_128_GCM)
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
    else
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
    policy.rtcp = policy.rtp;
    policy.ssrc.type = inbound ? ssrc_any_inbound : ssrc_any_outbound;
    policy.key = key;
    srtp_t session;
    if (srtp_create(&session, &policy) != srtp_err_status_ok)
        g_error("libsrtp makes no session");
    return session;
}

static void
fill(guint16 sequence)
{
    for (guint i = 0; i < BATCH; i++) {
        guint8 *p = packets[i].data;
        packets[i].length = PACKET;
        memset(p, (int)i, PACKET);
        p[0] = 0x80;
        p[1] = 96;
        cc_write_u16(p + 2, (guint16)(sequence + i));
        cc_write_u32(p + 8, 1234);
    }
}

static double
run_ours(CcSrtp *srtp, CcDrop (*transform)(CcSrtp *, guint8 *, gsize *))
{
    gint64 begin = g_get_monotonic_time();
    for (guint i = 0; i < BATCH; i++) {
        if (transform(srtp, packets[i].data, &packets[i].length) != CC_DROP_NONE)
            g_error("our SRTP refuses a packet");
    }
    return (double)(g_get_monotonic_time() - begin) * 1000 / BATCH;
}

static double
run_theirs(srtp_t srtp, srtp_err_status_t (*transform)(srtp_t, void *, int *))
{
    gint64 begin = g_get_monotonic_time();
    for (guint i = 0; i < BATCH; i++) {
        int length = (int)packets[i].length;
        if (transform(srtp, packets[i].data, &length) != srtp_err_status_ok)
            g_error("libsrtp refuses a packet");
        packets[i].length = (gsize)length;
    }
    return (double)(g_get_monotonic_time() - begin) * 1000 / BATCH;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void
measure(CcSrtpProfile profile)
{
    double ns[N_SIDES][N_WAYS][ROUNDS];
    g_autoptr(CcSrtp) out = cc_srtp_new(profile, key, key + CC_SRTP_KEY_LENGTH);
    g_autoptr(CcSrtp) in = cc_srtp_new(profile, key, key + CC_SRTP_KEY_LENGTH);
    srtp_t their_out = make_theirs(profile, FALSE), their_in = make_theirs(profile, TRUE);
    for (guint round = 0; round < ROUNDS; round++) {
        fill((guint16)(round * BATCH));
        ns[OURS][PROTECT][round] = run_ours(out, cc_srtp_protect_rtp);
        ns[OURS][UNPROTECT][round] = run_ours(in, cc_srtp_unprotect_rtp);
        fill((guint16)(round * BATCH));
        ns[THEIRS][PROTECT][round] = run_theirs(their_out, srtp_protect);
        ns[THEIRS][UNPROTECT][round] = run_theirs(their_in, srtp_unprotect);
    }
    static const char *const ways[] = {"protect", "unprotect"};
    for (guint way = 0; way < N_WAYS; way++) {
        for (guint side = 0; side < N_SIDES; side++)
            qsort(ns[side][way], ROUNDS, sizeof(double), compare);
        double ours = ns[OURS][way][ROUNDS / 2], theirs = ns[THEIRS][way][ROUNDS / 2];
        g_print("%-24s %-9s %d bytes: ours %5.0f ns, libsrtp %5.0f ns, %.1f times\n",
                cc_srtp_profile_name(profile), ways[way], PACKET, ours, theirs, theirs / ours);
    }
    srtp_dealloc(their_out);
    srtp_dealloc(their_in);
}

int
main(void)
{
    if (srtp_init() != srtp_err_status_ok)
        g_error("libsrtp does not start");
    measure(CC_SRTP_AEAD_AES_128_GCM);
    measure(CC_SRTP_AES128_CM_SHA1_80);
    return 0;
}
