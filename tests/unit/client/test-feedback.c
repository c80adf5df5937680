#include "client/recv/feedback.h"

#include "client/recv/recv-offer.h"

#define SECOND_US G_USEC_PER_SEC

typedef struct {
    CcFeedback feedback;
    gint64 now_us;
    guint messages, reported, arrived; /* of all messages so far */
    gsize message_bytes;               /* as on the wire */
    gint64 longest_us, last_us;        /* between messages */
    double loss_back;                  /* of messages */
    GRand *random;
    GHashTable *told; /* the packets, as far as messages came through */
} Fixture;

static void
setup(Fixture *f, gconstpointer data)
{
    cc_feedback_init(&f->feedback);
    f->now_us = 1000 * SECOND_US;
    f->random = g_rand_new_with_seed(11);
    f->told = g_hash_table_new(NULL, NULL);
}

static void
teardown(Fixture *f, gconstpointer data)
{
    g_rand_free(f->random);
    g_hash_table_unref(f->told);
}

static void
on_reported(guint16 sequence, gint64 arrival_us, gpointer user_data)
{
    Fixture *f = user_data;
    f->reported++;
    f->arrived += arrival_us != -1;
    g_hash_table_add(f->told, GUINT_TO_POINTER(sequence));
}

static void
on_lost(guint16 sequence, gint64 arrival_us, gpointer user_data)
{
}

static void
report(Fixture *f)
{
    guint8 data[1200];
    CcRtcpPacket packet;
    gboolean more = TRUE;
    while (more) {
        CcRtcpBuilder builder;
        cc_rtcp_builder_init(&builder, data, sizeof data);
        more = cc_feedback_build(&f->feedback, &builder, 0x77, 0xa0, f->now_us);
        g_assert_false(builder.overflow);
        g_assert_cmpint(cc_rtcp_validate(data, builder.length), ==, CC_DROP_NONE);
        CC_RTCP_FOREACH(data, builder.length, &packet) {
            gboolean lost = g_rand_double(f->random) < f->loss_back;
            CcTransportCcFunc func = lost ? on_lost : on_reported;
            g_assert_cmpint(cc_transport_cc_read(&packet, func, f), ==, CC_DROP_NONE);
        }
        f->message_bytes += builder.length + CC_FEEDBACK_WIRE_OVERHEAD;
    }
    if (f->last_us != 0)
        f->longest_us = MAX(f->longest_us, f->now_us - f->last_us);
    f->last_us = f->now_us;
    f->messages++;
}

/* Packets of @bytes at @kbps for @seconds; one in @lost_every does not arrive. Returns the bytes
 * that were sent. */
static gsize
run(Fixture *f, guint kbps, guint bytes, guint seconds, guint lost_every, guint16 *sequence)
{
    gint64 gap_us = (gint64)bytes * 8000 / kbps;
    guint n = (guint)(seconds * SECOND_US / gap_us);
    for (guint i = 0; i < n; i++) {
        gint64 next_us = f->now_us + gap_us;
        while (f->feedback.due_us <= next_us) {
            f->now_us = MAX(f->now_us, f->feedback.due_us);
            report(f);
            g_assert_cmpint(f->feedback.due_us, >, f->now_us);
        }
        f->now_us = next_us;
        if (++*sequence % lost_every != 0)
            cc_feedback_arrived(&f->feedback, *sequence, bytes, f->now_us);
    }
    return (gsize)n * bytes;
}

static void
test_much(Fixture *f, gconstpointer data)
{
    guint16 sequence = 65000; /* wraps */
    run(f, 2000, 1100, 10, 10, &sequence);
    /* Each 50 to 100 ms. */
    g_assert_cmpuint(f->messages, >=, 100);
    g_assert_cmpuint(f->messages, <=, 200);
    g_assert_cmpuint(f->reported, >, 2200);
    g_assert_cmpuint(f->reported - f->arrived, >, f->reported / 11);
    g_assert_cmpuint(f->reported - f->arrived, <, f->reported / 9);
}

static void
test_little(Fixture *f, gconstpointer data)
{
    static const guint rates[] = {24, 64, 128, 300, 1000};
    guint16 sequence = 1;
    for (guint i = 0; i < G_N_ELEMENTS(rates); i++) {
        run(f, rates[i], rates[i] < 100 ? 150 : 700, 5, 1000, &sequence); /* settles */
        f->message_bytes = 0;
        f->longest_us = 0;
        gsize bytes = run(f, rates[i], rates[i] < 100 ? 150 : 700, 20, 1000, &sequence);
        g_assert_cmpint(f->longest_us, <=, CC_FEEDBACK_MAX_INTERVAL_US + 50000);
        if (rates[i] >= 64)
            g_assert_cmpuint(f->message_bytes * 1000, <,
                             bytes * (CC_FEEDBACK_SHARE_PERCENT * 10 + 5));
    }
}

/* What is told in messages that get lost is told again, for little more. */
static void
test_lossy(Fixture *f, gconstpointer data)
{
    static const struct {
        guint kbps, lost_every;
        double loss_back, most_untold;
    } cases[] = {{300, 20, 0.05, 0.01}, {128, 10, 0.1, 0.02}, {400, 3, 0.3, 0.02}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint16 sequence = 1;
        cc_feedback_init(&f->feedback);
        f->last_us = f->longest_us = 0;
        f->loss_back = cases[i].loss_back;
        run(f, cases[i].kbps, 700, 10, cases[i].lost_every, &sequence); /* settles */
        g_hash_table_remove_all(f->told);
        f->message_bytes = 0;
        f->longest_us = 0;
        guint16 from = sequence;
        gsize bytes = run(f, cases[i].kbps, 700, 60, cases[i].lost_every, &sequence);
        double n = sequence - from, told = g_hash_table_size(f->told);
        g_test_message("%u kbit/s: untold %.3f, %.1f %% of what was sent", cases[i].kbps,
                       1 - told / n, (double)f->message_bytes * 100 / (double)bytes);
        g_assert_cmpfloat(told, >=, n * (1 - cases[i].most_untold));
        g_assert_cmpuint(f->message_bytes * 1000, <, bytes * (CC_FEEDBACK_SHARE_PERCENT * 10 + 5));
        g_assert_cmpint(f->longest_us, <=, CC_FEEDBACK_MAX_INTERVAL_US + 150000);
    }
}

static void
test_silence(Fixture *f, gconstpointer data)
{
    g_assert_cmpint(f->feedback.due_us, ==, G_MAXINT64);
    g_assert_true(cc_feedback_arrived(&f->feedback, 7, 100, f->now_us));
    g_assert_false(cc_feedback_arrived(&f->feedback, 8, 100, f->now_us + 1000));
    g_assert_cmpint(f->feedback.due_us, <=, f->now_us + CC_FEEDBACK_MIN_INTERVAL_US);
    f->now_us = f->feedback.due_us;
    report(f);
    g_assert_cmpuint(f->arrived, ==, 2);
    g_assert_cmpint(f->feedback.due_us, ==, G_MAXINT64); /* nothing arrives: nothing to say */
    /* After an outage the first packet is reported at once. */
    f->now_us += 60 * SECOND_US;
    g_assert_true(cc_feedback_arrived(&f->feedback, 9, 100, f->now_us));
    g_assert_cmpint(f->feedback.due_us, <=, f->now_us + CC_FEEDBACK_MIN_INTERVAL_US);
}

/* A thousand packets, arrivals far apart: more than one message holds. */
static void
test_more_than_a_message(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 1000; i++)
        cc_feedback_arrived(&f->feedback, (guint16)i, 100, f->now_us += 70000);
    report(f);
    g_assert_cmpuint(f->arrived, ==, 1000);
    g_assert_cmpint(f->feedback.due_us, ==, G_MAXINT64);
}

/* What makes the relay number its packets, and repeat sound in a stream of its own. */
static void
test_offered(void)
{
    g_autoptr(CcSdp) offer = cc_recv_offer(1, 1);
    for (guint i = 0; i < offer->media->len; i++) {
        const CcSdpMedia *media = offer->media->pdata[i];
        g_assert_cmpuint(cc_sdp_media_find_extension(media, CC_SDP_EXT_TRANSPORT_CC), !=, 0);
        const CcSdpCodec *first = media->codecs->pdata[0];
        g_assert_true(cc_sdp_codec_has_feedback(first, "transport-cc"));
        g_assert_true(cc_sdp_codec_has_feedback(first, "nack"));
        g_assert_nonnull(cc_sdp_media_find_rtx(media, first->payload_type));
    }
}

#define ADD(path, func) g_test_add("/feedback/" path, Fixture, NULL, setup, func, teardown)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("much", test_much);
    ADD("little", test_little);
    ADD("lossy", test_lossy);
    ADD("silence", test_silence);
    ADD("more-than-a-message", test_more_than_a_message);
    g_test_add_func("/feedback/offered", test_offered);
    return g_test_run();
}
