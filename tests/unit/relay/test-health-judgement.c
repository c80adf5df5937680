/* What is said of links and of the relay. */
#include "relay/health/judgement.h"

#define BIT(finding) (1u << CC_FINDING_##finding)
#define RELAY_BIT(finding) (1u << CC_RELAY_FINDING_##finding)

/* A minute of the same picture. */
static CcLinkCase
steady(CcPictureState picture, CcLinkReason reason)
{
    CcLinkCase link = {
        .lesson = TRUE,
        .summary = {
            .newest = {.contact = CC_CONTACT_UP, .picture = picture, .bps = 90000, .height = 180},
            .n = CC_HEALTH_WINDOW,
            .n_up = CC_HEALTH_WINDOW,
            .n_voice = CC_HEALTH_WINDOW,
            .rtt_ms = 60}};

    link.summary.n_pictures[picture] = CC_HEALTH_WINDOW;
    link.summary.n_reasons[reason] = CC_HEALTH_WINDOW;
    return link;
}

static void
assert_judgement(const CcLinkCase *link, CcHealthWord word, guint32 findings)
{
    CcJudgement judgement = cc_judge_link(link);

    g_assert_cmpstr(cc_health_word_name(judgement.word), ==, cc_health_word_name(word));
    g_assert_cmphex(judgement.findings, ==, findings);
}

static void
test_picture(void)
{
    CcLinkCase link = steady(CC_PICTURE_WHOLE, CC_LINK_REASON_NONE);

    assert_judgement(&link, CC_HEALTH_GOOD, 0);
    link = steady(CC_PICTURE_NONE, CC_LINK_REASON_NONE); /* the teacher only speaks */
    assert_judgement(&link, CC_HEALTH_GOOD, 0);
    link = steady(CC_PICTURE_PAUSED, CC_LINK_REASON_RATE);
    assert_judgement(&link, CC_HEALTH_BAD, BIT(VOICE_ONLY));
    link = steady(CC_PICTURE_STILLS, CC_LINK_REASON_RATE);
    assert_judgement(&link, CC_HEALTH_BAD, BIT(STILLS));
    link = steady(CC_PICTURE_REDUCED, CC_LINK_REASON_RATE);
    assert_judgement(&link, CC_HEALTH_WEAK, BIT(NARROW));
    link.summary.newest.height = 360;
    assert_judgement(&link, CC_HEALTH_GOOD, BIT(SMALLER));
}

/* The school can do nothing about it, so nothing is said of its link. */
static void
test_busy_relay(void)
{
    CcLinkCase link = steady(CC_PICTURE_REDUCED, CC_LINK_REASON_RELAY);

    assert_judgement(&link, CC_HEALTH_WEAK, BIT(RELAY_BUSY));
    link = steady(CC_PICTURE_PAUSED, CC_LINK_REASON_RELAY);
    assert_judgement(&link, CC_HEALTH_BAD, BIT(RELAY_BUSY));
}

/* Half a minute of trouble within the minute is trouble; a moment of it is not. */
static void
test_moment(void)
{
    CcLinkCase link = steady(CC_PICTURE_WHOLE, CC_LINK_REASON_NONE);

    link.summary.n_pictures[CC_PICTURE_WHOLE] = 10;
    link.summary.n_pictures[CC_PICTURE_PAUSED] = 2;
    assert_judgement(&link, CC_HEALTH_GOOD, 0);
    link.summary.n_pictures[CC_PICTURE_WHOLE] = 5;
    link.summary.n_pictures[CC_PICTURE_STILLS] = 5;
    assert_judgement(&link, CC_HEALTH_BAD, BIT(STILLS));
}

static void
test_way(void)
{
    CcLinkCase link = steady(CC_PICTURE_WHOLE, CC_LINK_REASON_NONE);

    link.summary.loss = 0.04;
    assert_judgement(&link, CC_HEALTH_GOOD, 0);
    link.summary.loss = 0.08;
    assert_judgement(&link, CC_HEALTH_WEAK, BIT(LOSSY));
    link.summary.loss = 0.25;
    assert_judgement(&link, CC_HEALTH_BAD, BIT(VERY_LOSSY));
    link.summary.loss = 0;
    link.summary.rtt_ms = 700;
    assert_judgement(&link, CC_HEALTH_WEAK, BIT(SLOW));
    link.summary.queue_ms = 400; /* then that is why */
    assert_judgement(&link, CC_HEALTH_WEAK, BIT(QUEUE));
    link = steady(CC_PICTURE_WHOLE, CC_LINK_REASON_NONE);
    link.summary.newest.tcp = TRUE;
    assert_judgement(&link, CC_HEALTH_WEAK, BIT(UDP_BLOCKED));
    link.outages = 3;
    assert_judgement(&link, CC_HEALTH_WEAK, BIT(UDP_BLOCKED) | BIT(UNSTEADY));
    link.summary.loss = 0.3;
    assert_judgement(&link, CC_HEALTH_BAD, BIT(VERY_LOSSY) | BIT(UDP_BLOCKED) | BIT(UNSTEADY));
}

/* Hers is everybody's trouble. */
static void
test_teacher(void)
{
    CcLinkCase link = steady(CC_PICTURE_WHOLE, CC_LINK_REASON_NONE);

    link.sends = link.teaches = TRUE;
    assert_judgement(&link, CC_HEALTH_GOOD, 0);
    link.summary.loss = 0.03;
    assert_judgement(&link, CC_HEALTH_WEAK, BIT(LOSSY));
    link.summary.loss = 0.08;
    assert_judgement(&link, CC_HEALTH_BAD, BIT(VERY_LOSSY));
    link.summary.loss = 0;
    link.summary.n_voice = 0; /* her microphone is off */
    assert_judgement(&link, CC_HEALTH_BAD, BIT(SILENT));
    link.lesson = FALSE;
    assert_judgement(&link, CC_HEALTH_GOOD, 0);
}

/* A classroom on the stage may say nothing, and stop; its other link tells whether it is there. */
static void
test_speaker(void)
{
    CcLinkCase link = steady(CC_PICTURE_WHOLE, CC_LINK_REASON_NONE);

    link.sends = TRUE;
    link.summary.n_voice = 0;
    assert_judgement(&link, CC_HEALTH_GOOD, 0);
    link.summary.loss = 0.03;
    assert_judgement(&link, CC_HEALTH_WEAK, BIT(LOSSY));
    link.presence = CC_PRESENCE_VANISHED;
    assert_judgement(&link, CC_HEALTH_LEFT, 0);
}

static void
test_contact(void)
{
    CcLinkCase link = {.lesson = TRUE, .summary = {.n = 1, .n_connecting = 1}};

    assert_judgement(&link, CC_HEALTH_COMING, 0);
    link.summary.n_connecting = 3;
    assert_judgement(&link, CC_HEALTH_BAD, BIT(UNCONNECTED));
    link = steady(CC_PICTURE_PAUSED, CC_LINK_REASON_RATE);
    link.summary.n_up = 2; /* numbers say nothing yet */
    assert_judgement(&link, CC_HEALTH_COMING, 0);
    link.summary.newest.contact = CC_CONTACT_LOST;
    assert_judgement(&link, CC_HEALTH_BAD, BIT(UNREACHABLE));
}

static void
test_absent(void)
{
    CcLinkCase link = {.presence = CC_PRESENCE_VANISHED, .lesson = TRUE};

    assert_judgement(&link, CC_HEALTH_BAD, BIT(UNREACHABLE));
    link.never_connected = TRUE;
    assert_judgement(&link, CC_HEALTH_BAD, BIT(UNCONNECTED));
    link.lesson = FALSE; /* the PC was switched off after the lesson */
    assert_judgement(&link, CC_HEALTH_LEFT, 0);
    link = (CcLinkCase){.presence = CC_PRESENCE_LEFT, .lesson = TRUE};
    assert_judgement(&link, CC_HEALTH_LEFT, 0);
}

static void
assert_relay(const CcRelayCase *relay, CcHealthWord word, guint32 findings)
{
    CcJudgement judgement = cc_judge_relay(relay);

    g_assert_cmpint(judgement.word, ==, word);
    g_assert_cmphex(judgement.findings, ==, findings);
}

static void
test_relay(void)
{
    CcRelayCase relay = {.load = 0.3, .max_load = 0.85};

    assert_relay(&relay, CC_HEALTH_GOOD, 0);
    relay.load = 0.7;
    assert_relay(&relay, CC_HEALTH_WEAK, RELAY_BIT(BUSY));
    relay.shed_level = 1;
    assert_relay(&relay, CC_HEALTH_BAD, RELAY_BIT(SHEDS) | RELAY_BIT(BUSY));
    relay = (CcRelayCase){.max_load = 0.85, .refused_full = 1, .send_overflows = 1};
    assert_relay(&relay, CC_HEALTH_BAD, RELAY_BIT(FULL) | RELAY_BIT(SEND_FULL));
    relay = (CcRelayCase){.max_load = 0.85, .receive_overflows = 1, .refused_tokens = 9};
    assert_relay(&relay, CC_HEALTH_WEAK, RELAY_BIT(RECEIVE_FULL) | RELAY_BIT(REFUSES_TOKENS));
    relay = (CcRelayCase){.max_load = 0.85, .refused_tokens = 1}; /* somebody mistyped */
    assert_relay(&relay, CC_HEALTH_GOOD, 0);
    relay.unseen = 1;
    assert_relay(&relay, CC_HEALTH_WEAK, RELAY_BIT(UNSEEN));
}

/* Pages have words for each. */
static void
test_names(void)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < CC_N_FINDINGS; i++)
        g_assert_true(g_hash_table_add(names, (gpointer)cc_finding_name((CcFinding)i)));
    g_hash_table_remove_all(names);
    for (guint i = 0; i < CC_N_RELAY_FINDINGS; i++)
        g_assert_true(g_hash_table_add(names, (gpointer)cc_relay_finding_name((CcRelayFinding)i)));
}

static void
test_worse(void)
{
    CcJudgement good = {CC_HEALTH_GOOD, 1u << CC_FINDING_SMALLER};
    CcJudgement left = {CC_HEALTH_LEFT, 0};
    CcJudgement weak = {CC_HEALTH_WEAK, 1u << CC_FINDING_LOSSY};
    CcJudgement bad = {CC_HEALTH_BAD, 1u << CC_FINDING_STILLS | 1u << CC_FINDING_LOSSY};
    CcJudgement gone = {CC_HEALTH_BAD, 1u << CC_FINDING_UNREACHABLE};

    g_assert_cmpint(cc_judgement_compare(&weak, &good), >, 0);
    g_assert_cmpint(cc_judgement_compare(&weak, &left), >, 0);
    g_assert_cmpint(cc_judgement_compare(&weak, &bad), <, 0);
    g_assert_cmpint(cc_judgement_compare(&gone, &bad), >, 0);
    g_assert_cmpint(cc_judgement_compare(&bad, &bad), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay/health/judgement/picture", test_picture);
    g_test_add_func("/relay/health/judgement/busy-relay", test_busy_relay);
    g_test_add_func("/relay/health/judgement/moment", test_moment);
    g_test_add_func("/relay/health/judgement/way", test_way);
    g_test_add_func("/relay/health/judgement/teacher", test_teacher);
    g_test_add_func("/relay/health/judgement/speaker", test_speaker);
    g_test_add_func("/relay/health/judgement/contact", test_contact);
    g_test_add_func("/relay/health/judgement/absent", test_absent);
    g_test_add_func("/relay/health/judgement/worse", test_worse);
    g_test_add_func("/relay/health/judgement/relay", test_relay);
    g_test_add_func("/relay/health/judgement/names", test_names);
    return g_test_run();
}
