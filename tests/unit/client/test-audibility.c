/* "We hear you well", or what is wrong. */
#include "client/ui/audibility.h"

/* Speech comes and goes: loud for 0.4 s, then for 0.2 s what is around. */
static CcAudibility
listen(double speech_db, double around_db, double peak_db)
{
    CcAudibilityState state;
    CcAudibility audibility = CC_AUDIBILITY_LISTENING;
    cc_audibility_init(&state);
    for (guint i = 0; i < 2 * CC_AUDIBILITY_KEPT; i++) {
        gboolean speaks = i % 6 < 4;
        audibility = cc_audibility_add(&state, speaks ? speech_db : around_db,
                                       speaks ? peak_db : around_db + 6);
    }
    return audibility;
}

static void
test_judgements(void)
{
    g_assert_cmpint(listen(-20, -60, -8), ==, CC_AUDIBILITY_GOOD);
    g_assert_cmpint(listen(-38, -65, -26), ==, CC_AUDIBILITY_QUIET);
    g_assert_cmpint(listen(-8, -50, 0), ==, CC_AUDIBILITY_LOUD);
    g_assert_cmpint(listen(-24, -30, -12), ==, CC_AUDIBILITY_NOISE);
    g_assert_cmpint(listen(-62, -64, -50), ==, CC_AUDIBILITY_PAUSE);
    g_assert_cmpint(listen(-120, -120, -120), ==, CC_AUDIBILITY_NOTHING);
    g_assert_cmpint(listen(-G_MAXDOUBLE, -G_MAXDOUBLE, -G_MAXDOUBLE), ==, CC_AUDIBILITY_NOTHING);
}

/* A loud voice in a room that is not quiet is understood. */
static void
test_loud_over_noise(void)
{
    g_assert_cmpint(listen(-18, -38, -6), ==, CC_AUDIBILITY_GOOD);
}

/* Nothing is said of the first moment, and one cough is no reason to say anything. */
static void
test_patience(void)
{
    CcAudibilityState state;
    cc_audibility_init(&state);
    g_assert_cmpint(cc_audibility_add(&state, -20, 0), ==, CC_AUDIBILITY_LISTENING);
    for (guint i = 0; i < CC_AUDIBILITY_KEPT / 2; i++)
        cc_audibility_add(&state, i % 2 ? -20 : -55, -8);
    g_assert_cmpint(cc_audibility_add(&state, -20, -8), ==, CC_AUDIBILITY_GOOD);
}

/* What was wrong is forgotten after five seconds. */
static void
test_forgets(void)
{
    CcAudibilityState state;
    CcAudibility audibility = CC_AUDIBILITY_LISTENING;
    cc_audibility_init(&state);
    for (guint i = 0; i < CC_AUDIBILITY_KEPT; i++)
        audibility = cc_audibility_add(&state, -3, 0);
    g_assert_cmpint(audibility, ==, CC_AUDIBILITY_LOUD);
    for (guint i = 0; i < CC_AUDIBILITY_KEPT; i++)
        audibility = cc_audibility_add(&state, i % 3 ? -20 : -60, -8);
    g_assert_cmpint(audibility, ==, CC_AUDIBILITY_GOOD);
}

static void
test_meter(void)
{
    g_assert_cmpfloat(cc_audibility_meter(0), ==, 1);
    g_assert_cmpfloat(cc_audibility_meter(6), ==, 1);
    g_assert_cmpfloat(cc_audibility_meter(-30), ==, 0.5);
    g_assert_cmpfloat(cc_audibility_meter(-G_MAXDOUBLE), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/audibility/judgements", test_judgements);
    g_test_add_func("/audibility/loud-over-noise", test_loud_over_noise);
    g_test_add_func("/audibility/patience", test_patience);
    g_test_add_func("/audibility/forgets", test_forgets);
    g_test_add_func("/audibility/meter", test_meter);
    return g_test_run();
}
